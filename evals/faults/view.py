"""What an operator sees of one answer: its sentences with the part of the page that each stands in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from evals.records import Answer, Claim, Question
from evals.sentences import split_sentences

# Where no notice was found by the page reader, notices are looked for in the first and last part of the text.
_FIRST, _LAST = 0.25, 0.85
_PLAIN_CLAIMS = frozenset({"recommendation", "fact", "number", "definition", "advice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One sentence of an answer, `text[start:end]`, and the kind of section that it stands in."""

    start: int
    end: int
    text: str
    zone: str
    block: int

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern occurs in it."""
        return pattern.search(self.text) is not None


@dataclass(frozen=True)
class View:
    """One answer with its question and its claims."""

    answer: Answer
    question: Question
    claims: tuple[Claim, ...]

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """All sentences that are no headings, in order."""
        return tuple(self._told())

    @cached_property
    def opening(self) -> tuple[Told, ...]:
        """The sentences of the notice at the top."""
        found = tuple(one for one in self.told if one.zone == "opening_notice")
        return found or tuple(one for one in self.told if one.end <= _FIRST * len(self.answer.text))

    @cached_property
    def closing(self) -> tuple[Told, ...]:
        """The sentences of the notice at the end."""
        found = tuple(one for one in self.told if one.zone == "closing_notice")
        return found or tuple(one for one in self.told if one.start >= _LAST * len(self.answer.text))

    @cached_property
    def body(self) -> tuple[Told, ...]:
        """The sentences of the body that end a paragraph or item: where another one can follow."""
        inside = [one for one in self.told if one.zone == "body" and len(one.text.split()) > 3]
        last = {one.block: one for one in inside}
        return tuple(one for one in last.values() if one.text[-1:] in ".!?" and "|" not in one.text)

    @cached_property
    def checked(self) -> tuple[Claim, ...]:
        """The claims that state something."""
        return tuple(claim for claim in self.claims if claim.kind in _PLAIN_CLAIMS)

    def _told(self) -> Iterator[Told]:
        text = self.answer.text
        for number, block in enumerate(self.answer.blocks):
            if block.kind in {"heading", "code"}:
                continue
            for span in split_sentences(text[block.start : block.end]):
                start, end = block.start + span.start, block.start + span.end
                yield Told(start=start, end=end, text=text[start:end], zone=self._zone(start), block=number)

    def _zone(self, at: int) -> str:
        found = [section.kind for section in self.answer.sections if section.start <= at < section.end]
        return found[-1] if found else "body"
