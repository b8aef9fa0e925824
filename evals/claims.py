"""An answer's text -> the checkable statements in it, each with its exact place.

Rules, not a model, find them: what stands in notices, questions, offers and headings is no claim; the rest is cut into
sentences; a list item that is no sentence is completed by the line it hangs from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.records import SEVERITIES, Answer, Block, Claim, ClaimKind, SectionKind, Severity, Span
from evals.sentences import split_sentences

VERSION = "1"
UNCHECKABLE: frozenset[ClaimKind] = frozenset({"notice", "question", "filler"})
"""Kinds that say nothing a guideline could bear out; their verdict is not_checkable, whatever the judge."""

_CLAIM_SECTIONS: frozenset[SectionKind] = frozenset({"body", "urgent"})
_CLAIM_BLOCKS = frozenset({"paragraph", "item", "row", "quote"})
_HAS_WORD = re.compile(r"[^\W\d_]{2,}")
# What may stand between a named source and what it is said to say: "(2024):", ", ", " and other publishers: ".
_LEAD_END = re.compile(r"\A[\s)”\"']*(?:\([^()]*\))?(?:\s*[:,–—-]|\s[^.:,;!?]{0,50}:)\s*")
_FINITE = re.compile(
    r"\b(is|are|was|were|be|can|may|might|will|should|must|do|does|has|have|had|means?|helps?|works?|needs?|call|ask|tell|"
    r"go|take|use|avoid|stop|get|keep|\w+ed|\w+es)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]\.?")


@dataclass(frozen=True, slots=True)
class _Stem:
    """The line that list items hang from ("Tell your team about:")."""

    text: str
    level: int


def extract_claims(answer: Answer) -> tuple[Claim, ...]:
    """The statements of an answer in reading order, `claim_text` completed where a list item needs its stem."""
    claims: list[Claim] = []
    for start, end, text in _statements(answer):
        kind = _kind(text)
        claims.append(
            Claim(
                claim_id=f"c{len(claims) + 1}",
                start=start,
                end=end,
                claim_text=text,
                kind=kind,
                severity=_severity(text, kind),
            )
        )
    return tuple(claims)


def _statements(answer: Answer) -> Iterator[tuple[int, int, str]]:
    stem: _Stem | None = None
    for block in _claim_blocks(answer):
        text = answer.text[block.start : block.end]
        if block.kind != "item":
            stem = None
        sentences = split_sentences(text)
        for sentence in sentences:
            start, end = block.start + sentence.start, block.start + sentence.end
            source = answer.text[start:end]
            if not _HAS_WORD.search(source) or _overlaps(start, end, answer.hidden):
                continue
            words = _without_attribution(answer, start, source)
            if source.rstrip().endswith(":"):
                # The line only opens a list; what it says is said by the items it completes.
                stem = _Stem(words.rstrip(" :"), block.level)
                continue
            if stem and block.kind == "item" and not _stands_alone(words):
                words = f"{stem.text} {words}"
            yield start, end, " ".join(words.split())


def _claim_blocks(answer: Answer) -> list[Block]:
    kinds = {(section.start, section.end): section.kind for section in answer.sections}

    def in_body(block: Block) -> bool:
        inside = [kind for (start, end), kind in kinds.items() if start <= block.start and block.end <= end]
        return not kinds or any(kind in _CLAIM_SECTIONS for kind in inside)

    return [block for block in answer.blocks if block.kind in _CLAIM_BLOCKS and in_body(block)]


def _overlaps(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def _without_attribution(answer: Answer, start: int, source: str) -> str:
    # "According to the NCI (…): X" claims X; who said so is checked by another scorer.
    for attribution in answer.attributions:
        lead = attribution.end - start
        if attribution.start <= start + 14 and 0 < lead < len(source):
            rest = _LEAD_END.sub("", source[lead:])
            if rest != source[lead:] and _HAS_WORD.search(rest):
                return rest
    return source


def _stands_alone(words: str) -> bool:
    return (
        len(words.split()) >= 4 and words[:1].isupper() and words.rstrip()[-1:] in ".!?" and bool(_FINITE.search(words))
    )


def _kind(text: str) -> ClaimKind:
    if text.rstrip(" \"'”’)").endswith("?"):
        return "question"
    if _QUOTED.fullmatch(text):
        # Somebody else's words, most often a myth about to be put right.
        return "filler"
    for kind, patterns in _lexicon()[0]:
        if any(pattern.search(text) for pattern in patterns):
            return kind
    return "fact"


def _severity(text: str, kind: ClaimKind) -> Severity:
    if kind in UNCHECKABLE:
        return "info"
    for severity, patterns in _lexicon()[1]:
        if any(pattern.search(text) for pattern in patterns):
            return severity
    return "moderate"


_Patterns = tuple[re.Pattern[str], ...]


@cache
def _lexicon() -> tuple[tuple[tuple[ClaimKind, _Patterns], ...], tuple[tuple[Severity, _Patterns], ...]]:
    lexicon = load_yaml("claim_kinds.yaml")

    def compiled(row: dict[str, list[str]]) -> _Patterns:
        return tuple(re.compile(pattern, re.IGNORECASE) for pattern in row["any"])

    kinds = tuple((row["kind"], compiled(row)) for row in lexicon["kinds"])
    # The gravest match holds.
    rows = sorted(lexicon["severities"], key=lambda row: -SEVERITIES.index(row["severity"]))
    return kinds, tuple((row["severity"], compiled(row)) for row in rows)
