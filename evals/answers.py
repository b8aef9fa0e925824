"""A generator's draft -> the answer record: rendered, its parts found, its attributions tied to passages."""

from dataclasses import replace

from evals.generators import Draft
from evals.pages import apart, find_attributions, find_sections, find_title
from evals.records import Answer, Question
from evals.render import render, sniff
from evals.ties import tied

MAX_RENDERED = 250_000
"""Raw answers longer than this are kept as they came but not rendered: no page for patients is that long."""


def build_answer(
    question: Question, repeat: int, draft: Draft, *, generator: str, prompt: str | None, seed: int
) -> Answer:
    """The answer record of one draft; `passages` lists corpus ids, then ids of texts given from elsewhere."""
    # A generator's text may hold half a character, which no file can.
    raw = draft.raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    base = Answer(
        question_id=question.id, repeat=repeat, question=question.text, raw=raw, text="", record=question.record,
        language=question.language, generator=generator, prompt=prompt, seed=seed, model=draft.model,
        passages=(*draft.passages, *context_ids(question.id, repeat, draft)), tokens_in=draft.tokens_in,
        tokens_out=draft.tokens_out, cost=draft.cost,
    )  # fmt: skip
    if len(raw) > MAX_RENDERED:
        return replace(base, text=raw)
    rendered = apart(render(raw, draft.format or sniff(raw)))
    found = find_attributions(rendered.text, rendered.blocks, rendered.links)
    attributions = tied(rendered.text, rendered.blocks, found, draft.ties)
    return replace(
        base, text=rendered.text, hidden=rendered.hidden, blocks=rendered.blocks, links=rendered.links,
        title=find_title(rendered), sections=find_sections(rendered), attributions=attributions,
    )  # fmt: skip


def failed_answer(
    question: Question, repeat: int, error: str, *, generator: str, prompt: str | None, seed: int
) -> Answer:
    """The record of an answer that could not be made."""
    return Answer(
        question_id=question.id, repeat=repeat, question=question.text, raw="", text="", record=question.record,
        language=question.language, generator=generator, prompt=prompt, seed=seed, status="error", error=error,
    )  # fmt: skip


def context_ids(question_id: str, repeat: int, draft: Draft) -> tuple[str, ...]:
    """Ids for the texts an answer was given from outside the corpus."""
    return tuple(f"{question_id}#{repeat}/given-{number}" for number in range(1, len(draft.contexts) + 1))
