"""The default generator: no model. It finds passages and composes the answer that the prompt file asks for.

It quotes the corpus, so it proves the plumbing and shows what a prompt change does; it says nothing of how well a
language model answers. It sees what a patient gives (words and record), never what the question set says about them.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from evals.cancers import covers, find_cancers
from evals.corpus import Corpus, Index
from evals.generators import Draft, Resources, check_settings
from evals.generators.composer.explain import paragraphs
from evals.generators.composer.patient import dangers_of, is_other_person, record_facts
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
        found = () if wording.other_language else self._find(question, 1 if acting else self._prompt.passages)
        explained = paragraphs(self._index, [self._corpus.passages[i] for i in found], question.text, self._prompt)
        sections = Sections(question, wording, explained, self._near(question), dangers)
        order = wording.crisis_sections if sections.in_crisis and wording.crisis_sections else self._prompt.sections
        parts = [text for name in order if (text := sections.build(name))]
        return Draft(raw="\n\n".join(parts) + "\n", format="markdown", passages=found, ties=tuple(sections.ties))

    def _find(self, question: Question, most: int) -> tuple[str, ...]:
        record = question.record
        facts = record_facts(record) if record and not is_other_person(question) else ()
        query = " ".join([question.text, *facts])
        asked = dict.fromkeys((*find_cancers(query), *((record.cancer,) if record and record.cancer else ())))
        hits = self._index.search(query, 3 * most, cancers=tuple(asked))
        fitting = [hit for hit in hits if self._fits(hit.passage_id, tuple(asked))] or list(hits)
        return tuple(hit.passage_id for hit in fitting if hit.score >= NEAR * fitting[0].score)[:most]

    def _fits(self, passage_id: str, asked: tuple[str, ...]) -> bool:
        """Whether a passage is on a disease asked about, or on cancer in general when none was named."""
        cancers = self._corpus.passages[passage_id].cancer
        if not asked:
            return bool({"general", "solid-tumor", "blood"} & set(cancers))
        return any(covers(cancers, one) or any(covers(one, cancer) for cancer in cancers) for one in asked)

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
