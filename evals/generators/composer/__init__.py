"""The default generator: no model. It finds passages and composes the answer that the prompt file asks for.

It quotes the corpus, so it proves the plumbing and shows what a prompt change does; it says nothing of how well a
language model answers. It sees what a patient gives (words and record), never what the question set says about them.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from evals.corpus import Corpus, Index
from evals.generators import Draft, Resources, check_settings
from evals.generators.composer.explain import paragraphs
from evals.generators.composer.patient import asked_cancers, dangers_of, fits, is_other_person, record_facts
from evals.generators.composer.sections import Sections
from evals.records import Passage, Question

NEAR = 0.5
"""Passages scoring below this share of the best one are about something else and are left out."""


class Composer:
    """Answers from the passages found for the question, in the sections, words and length that the prompt names."""

    name: ClassVar[str] = "composer"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ("passages", "sentences", "reading_level", "related", "sections", "wording")

    def __init__(self, resources: Resources) -> None:
        self._prompt = resources.prompt
        self._corpus = resources.corpus
        self._questions = tuple(q for q in resources.questions if not (q.paraphrase_of or q.twin_of))

    @cached_property
    def _index(self) -> Index:
        return Index(self._corpus)

    @cached_property
    def _related_index(self) -> Index:
        asked = {question.id: Passage(id=question.id, title="", text=question.text) for question in self._questions}
        return Index(Corpus(passages=asked, documents={}, digest="", superseded=()))

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (every question alike)
        return asked

    def __call__(self, question: Question, repeat: int, /) -> Draft:  # noqa: ARG002  (nothing random in it)
        language = question.language if question.language in self._prompt.wording else next(iter(self._prompt.wording))
        wording = self._prompt.wording[language]
        dangers = dangers_of(question)
        acting = any(danger.mode == "act" for danger in dangers)
        # In danger, one passage: whoever must call now should not have to read past it.
        asked = () if is_other_person(question) else asked_cancers(question)
        found = () if wording.other_language else self._find(question, asked, 1 if acting else self._prompt.passages)
        passages = [self._corpus.passages[passage_id] for passage_id in found]
        explained = paragraphs(self._index, passages, question.text, asked, self._prompt)
        sections = Sections(question, wording, explained, self._near(question), dangers)
        order = wording.crisis_sections if sections.in_crisis and wording.crisis_sections else self._prompt.sections
        parts = [text for name in order if (text := sections.build(name))]
        return Draft(raw="\n\n".join(parts) + "\n", format="markdown", passages=found, ties=tuple(sections.ties))

    def _find(self, question: Question, asked: tuple[str, ...], most: int) -> tuple[str, ...]:
        facts = record_facts(question.record) if question.record and not is_other_person(question) else ()
        hits = self._index.search(" ".join([question.text, *facts]), 3 * most, cancers=asked)
        fitting = [hit for hit in hits if fits(self._corpus.passages[hit.passage_id].cancer, asked)] or list(hits)
        return tuple(hit.passage_id for hit in fitting if hit.score >= NEAR * fitting[0].score)[:most]

    def _near(self, question: Question) -> tuple[str, ...]:
        if not self._prompt.related or not self._questions:
            return ()
        hits = self._related_index.search(question.text, self._prompt.related + 1)
        texts = {q.id: q.text for q in self._questions}
        near = [texts[hit.passage_id] for hit in hits if hit.passage_id not in (question.id, question.cluster)]
        return tuple(near[: self._prompt.related])


def make(resources: Resources, settings: Mapping[str, Any]) -> Composer:
    """The composer; it has no settings, the prompt file is its only dial.

    Raises:
        UserError: a setting was given.
    """
    check_settings("composer", settings, ())
    return Composer(resources)
