"""Which sentences of the found passages an answer quotes, and whose words they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.corpus import Index
from evals.prompt import Prompt
from evals.readability.formulas import sentence_grade
from evals.records import Passage, Sentence, Source


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Neighbouring sentences of one passage that share a source; `first` when they open the passage's part."""

    passage: Passage
    source: Source | None
    text: str
    first: bool


def paragraphs(index: Index, passages: Sequence[Passage], question: str, prompt: Prompt) -> tuple[Paragraph, ...]:
    """The sentences to quote, at most `prompt.sentences`: the most relevant ones, in the passage's own order.

    Sentences harder than the prompt's reading level give way to easier ones of the same passage.
    """
    if not passages:
        return ()
    chosen = _choose(index, passages, question, prompt)
    return tuple(part for passage in passages for part in _group(passage, chosen.get(passage.id, ())))


def _choose(
    index: Index, passages: Sequence[Passage], question: str, prompt: Prompt
) -> dict[str, tuple[Sentence, ...]]:
    ids = {passage.id for passage in passages}
    hits = index.sentences(question, 400)
    relevance = {(hit.passage_id, hit.start): hit.score for hit in hits if hit.passage_id in ids}
    share, extra = divmod(prompt.sentences, len(passages))
    chosen: dict[str, tuple[Sentence, ...]] = {}
    for place, passage in enumerate(passages):
        # The best passage leads, so the sentences that do not divide evenly are its.
        room = share + (extra if place == 0 else 0)

        def merit(sentence: Sentence, passage: Passage = passage) -> tuple[float, float, int]:
            text = passage.text[sentence.start : sentence.end]
            too_hard = max(0.0, sentence_grade(text) - prompt.reading_level)
            return (round(too_hard / 4), -relevance.get((passage.id, sentence.start), 0.0), sentence.start)

        best = sorted(passage.sentences, key=merit)[:room]
        chosen[passage.id] = tuple(sorted(best, key=lambda sentence: sentence.start))
    return chosen


def _group(passage: Passage, sentences: Sequence[Sentence]) -> list[Paragraph]:
    parts: list[tuple[Source | None, list[str]]] = []
    for sentence in sentences:
        source = _source(passage, sentence)
        words = passage.text[sentence.start : sentence.end]
        if parts and parts[-1][0] == source:
            parts[-1][1].append(words)
        else:
            parts.append((source, [words]))
    return [
        Paragraph(passage, source, " ".join(words), first=number == 0) for number, (source, words) in enumerate(parts)
    ]


def _source(passage: Passage, sentence: Sentence) -> Source | None:
    # A source seen for this very sentence, else the passage's first, which carries its fact base.
    by_id = {source.id: source for source in passage.sources}
    named = [by_id[source_id] for source_id in sentence.sources if source_id in by_id]
    return next((source for source in named if source.seen), passage.sources[0] if passage.sources else None)
