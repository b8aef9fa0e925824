"""What a person who read the shipped answers blind says of their sentences and of the points they owe.

The reader had the answers, the passages and the points, and no finding of any scorer.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from evals.errors import UserError
from evals.records import Claim, Finding, Item
from evals.shipped import find

CLAIMS, POINTS = "datasets/answers/read_claims.jsonl", "datasets/answers/read_points.jsonl"

_WORD = re.compile(r"[^\W_]+")
# Quotes are of the raw answers: their tags and addresses are not read out.
_MARKUP = re.compile(r"<[^<>]{1,300}>|(?<=\])\([^()\s]{0,300}\)")
_LEFT_OUT = re.compile(r"^Left out: (.*?)(?: The answer seems to say otherwise\.)?$", re.DOTALL)

Borne = Literal["supported", "partly", "contradicted", "not_told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sentence of an answer's rendered text, `text[start:end]`, and how the reader found the passages to stand."""

    start: int
    end: int
    label: Borne


def readings(answer_id: str, text: str) -> tuple[Reading, ...] | None:
    """The reader's sentences of a shipped answer, those that can be found in its text; None where nobody read it."""
    rows = _claims().get(answer_id)
    if rows is None:
        return None
    return tuple(
        Reading(start=span[0], end=span[1], label=label) for quote, label in rows if (span := _place(quote, text))
    )


def borne_out(claim: Claim, read: tuple[Reading, ...]) -> bool:
    """Whether the reader found a passage for all that a claim's sentences say."""
    labels = [one.label for one in read if one.start < claim.end and claim.start < one.end]
    return bool(labels) and all(label == "supported" for label in labels)


def agrees(answer_id: str, item: Item, finding: Finding) -> bool | None:
    """Whether the reader, blind, says what a finding on an untouched answer says; None where that was not asked.

    A finding on words: no passage bears all of them out. A point left out: it was not, or not wholly, said.
    """
    if finding.start is None or finding.end is None:
        told = _LEFT_OUT.match(finding.message)
        said = _points().get((answer_id, _folded(told[1]))) if told else None
        return None if said is None else said != "said"
    if finding.rule[:1] != "E" or finding.rule.startswith(("E13", "E14", "E22")):
        return None
    read = readings(answer_id, item.answer.text)
    labels = [one.label for one in read or () if one.start < (finding.end or 0) and (finding.start or 0) < one.end]
    return any(label != "supported" for label in labels) if labels else None


@cache
def _claims() -> Mapping[str, tuple[tuple[str, Borne], ...]]:
    found: dict[str, list[tuple[str, Borne]]] = {}
    for row in _rows(CLAIMS):
        found.setdefault(row["answer"], []).append((row["quote"], cast(Borne, row["label"])))
    return {answer: tuple(rows) for answer, rows in found.items()}


@cache
def _points() -> Mapping[tuple[str, str], str]:
    return {(row["answer"], _folded(row["text"])): row["said"] for row in _rows(POINTS)}


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    try:
        path = find(name, "readings")
    except UserError:  # a project of its own has none
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _place(quote: str, text: str) -> tuple[int, int] | None:
    """Where the words of a quote stand in a text, whatever marks are between them."""
    wanted = _WORD.findall(html.unescape(_MARKUP.sub(" ", quote)))
    words = list(_words(text))
    for at in range(len(words) - len(wanted) + 1) if wanted else ():
        if all(words[at + number][0] == word for number, word in enumerate(wanted)):
            return words[at][1], words[at + len(wanted) - 1][2]
    return None


@cache
def _words(text: str) -> tuple[tuple[str, int, int], ...]:
    return tuple((match[0], match.start(), match.end()) for match in _WORD.finditer(text))


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
