"""Who acts in a text: the share of passive clauses, and of sentences that speak to the reader."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.readability.structure import Sentence
from evals.words import lowered

_READER = re.compile(r"\b(?:you|your|yours|yourself|you['’](?:re|ll|ve|d))\b", re.IGNORECASE)
_EDGES = re.compile(r"\b(?:by|from)\b")


@dataclass(frozen=True, slots=True)
class Voice:
    """Passive verbs (their spans), how many finite clauses there are, and how many sentences address the reader."""

    passives: tuple[tuple[int, int], ...]
    clauses: int
    sentences: int
    to_reader: int

    @property
    def passive_share(self) -> float:
        """Passive clauses among all finite clauses, the latter counted by the words that open them."""
        return min(1.0, len(self.passives) / self.clauses) if self.clauses else 0.0

    @property
    def second_person_share(self) -> float:
        """Sentences with "you" or an order, among all."""
        return self.to_reader / self.sentences if self.sentences else 0.0


def hear(text: str, sentences: Sequence[Sentence], ordered: frozenset[int]) -> Voice:
    """The voice of some sentences; `ordered` are the numbers of those that tell the reader to do something."""
    passives: list[tuple[int, int]] = []
    clauses = to_reader = 0
    # In small letters, since a search that minds no case takes three times as long.
    opener, lower = _openers(), lowered(text)
    for number, sentence in enumerate(sentences):
        passives += _passives(lower, sentence)
        clauses += 1 + sum(1 for _ in opener.finditer(lower, sentence.start, sentence.end))
        to_reader += number in ordered or bool(_READER.search(text, sentence.start, sentence.end))
    return Voice(tuple(passives), clauses, len(sentences), to_reader)


def _passives(lower: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
    style = _style()
    for match in _be_and_participle().finditer(lower, sentence.start, sentence.end):
        # "He is tired" tells of no doer, unless one is named: "is affected by".
        if match.group(1) not in style["no_passives"] or _EDGES.match(lower, match.end() + 1):
            yield match.span()


@cache
def _style() -> Mapping[str, frozenset[str]]:
    style = load_yaml("readability_style.yaml")
    return {"no_passives": frozenset(style["no_passives"])}


@cache
def _be_and_participle() -> re.Pattern[str]:
    style = load_yaml("readability_style.yaml")
    be, between, irregular = ("|".join(style[name]) for name in ("be_forms", "between", "participles"))
    return re.compile(rf"\b(?:{be})\s+(?:(?:{between}|\w+ly)\s+){{0,3}}(?!(?:{be})\b)({irregular}|\w{{3,}}ed)\b(?!-)")


@cache
def _openers() -> re.Pattern[str]:
    return re.compile(load_yaml("readability_style.yaml")["clause_openers"])
