"""What an answer says, line by line, and how: as a statement, in passing, in a notice, as a question to ask.

Lines come from the claims, so that items are complete and reported beliefs are already told apart. Offers, sources,
related questions and hidden text say nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from evals.claims import UNCHECKABLE, reported
from evals.claims.grammar import is_command, stands_alone
from evals.claims.kinds import kind_of
from evals.claims.wording import pattern
from evals.lexicons import load_yaml
from evals.readability.structure import visible_text, zone_sentences
from evals.records import Answer, Claim

Role = Literal["stated", "quoting", "unquoted", "aside", "heading", "reply", "notice", "asked"]
"""`stated`: a claim. `quoting`: one that holds somebody's words, or is taken back; `unquoted`: it without the words.
`aside`: comfort, "ask your team", words to say. `heading`: one that is a sentence. `reply`: a question with its yes or
no. `asked`: a question to ask, completed by whom to ask."""

_QUOTATION = re.compile(r"[“«]([^“”«»]{1,600})[”»]|(?<!\w)\"(?=\S)([^\"]{1,600})(?<=\S)\"(?!\w)")
_LONGEST_LINE = 600


@dataclass(frozen=True, slots=True)
class Said:
    """One line: its wording, its place in the answer's text, the heading it stands under."""

    start: int
    end: int
    text: str
    heading: str
    role: Role


def said(answer: Answer, claims: Sequence[Claim]) -> tuple[Said, ...]:
    """Everything an answer says, in reading order."""
    headings = _Headings(answer)
    asking = load_yaml("completeness.yaml")["asking"]
    found = [
        *_claimed(answer, claims, headings),
        *headings.sentences(),
        *_beside(answer, headings, "notice", "notice", ""),
        *_beside(answer, headings, "questions", "asked", asking),
    ]
    return tuple(sorted(found, key=lambda line: (line.start, line.end, line.role)))


def _beside(answer: Answer, headings: "_Headings", zone: str, role: Role, lead: str) -> Iterator[Said]:
    """The sentences of a zone in which no claims are looked for."""
    for span in zone_sentences(answer, zone):
        text = " ".join(answer.text[span.start : span.end].split())
        if not text.endswith(":"):
            yield Said(span.start, span.end, (lead + text)[:_LONGEST_LINE], headings.above(span.start), role)


def _claimed(answer: Answer, claims: Sequence[Claim], headings: "_Headings") -> Iterator[Said]:
    ordered = sorted(claims, key=lambda claim: (claim.start, claim.end, claim.claim_id))
    before: Claim | None = None
    for place, claim in enumerate(ordered):
        following = ordered[place + 1].claim_text if place + 1 < len(ordered) else ""
        heading = headings.above(claim.start)
        line = Said(claim.start, claim.end, claim.claim_text[:_LONGEST_LINE], heading, "stated")
        if claim.kind not in UNCHECKABLE:
            yield from _without_quotations(answer, line, following)
        elif claim.kind == "notice":
            yield _as(line, "notice")
        elif asked := _asked_before(answer, claim, before, headings):
            yield Said(line.start, line.end, f"{asked} {line.text}", heading, "reply")
        elif claim.kind == "filler" and _means_it(line.text, following):
            yield _as(line, "aside")
        before = claim


def _as(line: Said, role: Role) -> Said:
    return Said(line.start, line.end, line.text, line.heading, role)


def _means_it(text: str, following: str) -> bool:
    """Whether a line that claims nothing is said in the answer's own voice: not a belief it reports."""
    if pattern("beliefs", "script").search(text):
        return True
    return kind_of(text) == "filler" and not reported.reports(text, following)


def _asked_before(answer: Answer, claim: Claim, before: Claim | None, headings: "_Headings") -> str:
    """The question that a bare yes or no replies to, or ""."""
    if claim.kind != "filler" or not reported.is_bare(claim.claim_text):
        return ""
    heading, at = headings.above(claim.start), headings.start_above(claim.start)
    if before is not None and before.start >= at:
        return before.claim_text if before.kind == "question" else ""
    # Under no heading, or under the title of the page, the first words reply to the reader.
    asked = heading if heading.endswith("?") or before is not None else answer.question
    return " ".join(asked.split())[:_LONGEST_LINE] if asked.rstrip().endswith("?") else ""


def _without_quotations(answer: Answer, line: Said, following: str) -> Iterator[Said]:
    """A claim; where it quotes or takes back, apart for those who ask whether the answer says so itself."""
    if taken_back(line.text, following):
        yield _as(line, "quoting")
        return
    fewest = load_yaml("completeness.yaml")["quoted_words"]
    own = _QUOTATION.sub(lambda match: match[0] if len(match[0].split()) < fewest else "", line.text)
    named = any(a.start < line.end and line.start < a.end and not a.vague for a in answer.attributions)
    if own == line.text or named:
        yield line
        return
    yield _as(line, "quoting")
    if any(map(str.isalnum, own)):
        yield Said(line.start, line.end, " ".join(own.split()), line.heading, "unquoted")


def taken_back(text: str, following: str) -> bool:
    """Whether a sentence calls what it tells untrue, or the next one does."""
    denied, denied_next = _denials()
    return bool(denied.search(text[:_LONGEST_LINE]) or denied_next.search(following[:_LONGEST_LINE]))


@cache
def _announces() -> re.Pattern[str]:
    return re.compile(load_yaml("completeness.yaml")["announces"], re.IGNORECASE)


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load_yaml("completeness.yaml")
    return re.compile(words["denied"], re.IGNORECASE), re.compile(words["denied_next"], re.IGNORECASE)


class _Headings:
    """The headings that a reader sees, asked what stands above a place."""

    def __init__(self, answer: Answer) -> None:
        text = visible_text(answer)
        blocks = sorted((b for b in answer.blocks if b.kind == "heading"), key=lambda block: (block.start, block.end))
        seen = [(b.start, b.end, " ".join(text[b.start : b.end].split())) for b in blocks]
        self._all = [heading for heading in seen if heading[2]]
        self._starts = [start for start, _, _ in self._all]

    def above(self, at: int) -> str:
        """The nearest heading before a place, or ""."""
        place = bisect_right(self._starts, at) - 1
        return self._all[place][2][:_LONGEST_LINE] if place >= 0 else ""

    def start_above(self, at: int) -> int:
        """Where that heading begins; -1 when there is none."""
        place = bisect_right(self._starts, at) - 1
        return self._starts[place] if place >= 0 else -1

    def sentences(self) -> Iterator[Said]:
        """Headings that state something themselves: "Do not wait until morning"."""
        for start, end, text in self._all:
            told = text[:_LONGEST_LINE]
            states = not _announces().search(told) and (is_command(told) or stands_alone(told))
            if states and not (reported.heads_myths(told) or reported.opens_myth(told) or told.endswith("?")):
                yield Said(start, end, told, "", "heading")
