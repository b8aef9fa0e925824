"""An answer's text -> the checkable statements in it, each with its exact place.

Rules, not a model, find them: what stands in notices, questions, offers and headings is no claim; the rest is cut into
sentences and, where each part stands alone, into clauses; items and rows are completed by what they hang from; "it" and
"this drug" are named where only one thing can be meant.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from evals.claims import reported
from evals.claims.antecedents import Before, pronoun_of, resolved
from evals.claims.clauses import split_clauses
from evals.claims.completing import Stems, completed, lists_myths
from evals.claims.grammar import is_command, stands_alone, tokens
from evals.claims.kinds import UNCHECKABLE, kind_of, severity_of
from evals.claims.lines import Line, find_lines
from evals.records import Answer, Claim, ClaimKind

__all__ = ["UNCHECKABLE", "VERSION", "extract_claims"]

VERSION = "2"

_LONGEST_LABEL = 5
_FEWEST_WORDS = 3
# A list or a number is more than a label.
_TELLS = re.compile(r",|;|:|(?<![\w-])\d|\b(?:you|we|they|it|i|he|she)\b|\A(?:an?|then|no|not)\b", re.IGNORECASE)
_SPLIT_KINDS = frozenset({"advice", "recommendation"})


def extract_claims(answer: Answer) -> tuple[Claim, ...]:
    """The statements of an answer in reading order; `claim_text` is the completed wording, see `records.Claim`."""
    reader = _Reader(answer)
    found = (claim for line, following in _with_next(find_lines(answer)) for claim in reader.read(line, following))
    return tuple(
        Claim(claim_id=f"c{number}", start=start, end=end, claim_text=text, kind=kind, severity=severity_of(text, kind))
        for number, (start, end, text, kind) in enumerate(found, start=1)
    )


_Found = tuple[int, int, str, ClaimKind]


def _with_next(lines: Iterator[Line]) -> Iterator[tuple[Line, Line | None]]:
    previous: Line | None = None
    for line in lines:
        if previous is not None:
            yield previous, line
        previous = line
    if previous is not None:
        yield previous, None


class _Reader:
    """Reads the lines of one answer in order and remembers what the next one may lean on."""

    def __init__(self, answer: Answer) -> None:
        self._text = answer.text
        self._stems = Stems()
        self._block = -1
        self._said: list[str] = []
        self._label = ""
        self._lead = ""
        self._asked = ""
        self._in_myth = False

    def read(self, line: Line, following: Line | None) -> Iterator[_Found]:
        """The statements of a line."""
        if line.block != self._block:
            self._begin(line)
        self._stems.leave(line)
        words = " ".join(line.words.split())
        if self._opens_list(line, following):
            yield from self._open_list(line, words)
            return
        next_words = following.words if following and following.block == line.block else ""
        if (kind := self._unsaid(line, words, next_words)) is not None:
            if words:
                yield line.start, line.end, words, kind
            return
        yield from self._statements(line)

    def _begin(self, line: Line) -> None:
        self._block = line.block
        self._lead = self._said[-1] if self._said and line.kind == "item" and not self._lead else self._lead
        if line.kind != "item":
            self._lead = ""
        self._said = [self._lead] if line.kind == "item" and self._lead else []
        self._label = self._asked = ""
        self._in_myth = False

    def _opens_list(self, line: Line, following: Line | None) -> bool:
        # The line only opens a list; what it says is said by the items it completes.
        if line.kind == "row" or line.words.rstrip().endswith(":"):
            return line.kind != "row"
        # So does an item that only names what the items inside it are about.
        inner = following is not None and line.kind == following.kind == "item" and following.level > line.level
        return inner and line.last and line.index == 0 and not stands_alone(line.words)

    def _open_list(self, line: Line, words: str) -> Iterator[_Found]:
        outer = self._stems.last
        told = completed(line, outer) if outer and stands_alone(outer) and not words.endswith(":") else words
        if told != words:
            # "Call your team for" + "diarrhea" is said, and goes on in the items below.
            yield self._told(line.start, line.end, told, line)
        self._stems.open(line, told)
        self._lead = told

    def _unsaid(self, line: Line, words: str, next_words: str) -> ClaimKind | None:
        """The kind of a line that states nothing, or None."""
        if not words:
            return "filler"
        source = self._text[line.start : line.end]
        self._in_myth = (self._in_myth or reported.opens_myth(source)) and not reported.opens_fact(source)
        if self._in_myth:
            return "filler"
        if lists_myths(line, self._stems.last) and not reported.denies(words):
            return "filler"
        if reported.reports(words, next_words) or reported.is_bare(words) or reported.is_taken_back(next_words):
            return "filler"
        if words.rstrip(" \"'”’)*").endswith("?"):
            self._asked = words if len(words.split()) <= _LONGEST_LABEL and not stands_alone(words) else ""
            return "question"
        if self._is_label(line, words):
            self._label = words.rstrip(" .:")
            return "filler"
        return None

    def _is_label(self, line: Line, words: str) -> bool:
        first = line.index == 0 and not line.last and line.kind in {"item", "paragraph"}
        short = words.endswith(".") and len(words.split()) <= _LONGEST_LABEL and not _TELLS.search(words)
        return first and short and not self._stems.last and not stands_alone(words)

    def _statements(self, line: Line) -> Iterator[_Found]:
        whole = completed(line, self._stems.last)
        words = " ".join(line.words.split())
        if not whole:
            yield line.start, line.end, words, "filler"
            return
        asked, self._asked = self._asked, ""
        if asked and is_command(words):
            # "Confused? Call 911.": the question is the condition.
            yield self._told(line.start, line.end, f"{asked} {words}", line, kind=kind_of(words))
            return
        if self._label and not stands_alone(words):
            yield self._told(line.start, line.end, f"{self._label}: {words}", line, as_is=True)
            return
        if whole != line.words or line.kind == "row":
            yield self._told(line.start, line.end, " ".join(whole.split()), line, as_is=line.kind == "row")
            return
        if len(words.split()) <= _FEWEST_WORDS and not stands_alone(words) and not any(map(str.isdigit, words)):
            # A word or two that nothing completes: a button, a caption.
            yield line.start, line.end, words, "filler"
            return
        yield from self._parts(line)

    def _parts(self, line: Line) -> Iterator[_Found]:
        source = self._text[line.start : line.end]
        offset = len(source) - len(line.words)
        # What was cut from the front may have left a capital.
        whole = source[offset:].lower() == line.words.lower()
        spans = split_clauses(line.words) if whole else [(0, len(line.words))]
        if len(spans) > 1 and not self._all_stand(line.words, spans):
            spans = [(0, len(line.words))]
        for number, (start, end) in enumerate(spans):
            words = " ".join(line.words[start:end].split())
            if number:
                words = words[0].upper() + words[1:]
            if number + 1 < len(spans):
                words += "."
            first = line.start + offset + start if number else line.start
            ends = len(line.words[:end].rstrip())
            last = line.start + offset + ends if number + 1 < len(spans) else line.end
            yield self._told(first, last, words, line)

    def _all_stand(self, text: str, spans: list[tuple[int, int]]) -> bool:
        """Whether each part can be understood by itself, and none of them unsays another."""
        parts = [text[start:end] for start, end in spans]
        for before, part in pairwise(parts):
            if pronoun_of(part) and resolved(part, Before(sentences=(before,))) == part and kind_of(before) != "notice":
                return False
        kinds = [kind_of(part) for part in parts]
        # "We do not give a number" stays with what it explains; advice is never hidden in a notice.
        return not any(kind in UNCHECKABLE for kind in kinds) or any(kind in _SPLIT_KINDS for kind in kinds)

    def _told(
        self, start: int, end: int, words: str, line: Line, *, as_is: bool = False, kind: ClaimKind | None = None
    ) -> _Found:
        fresh = line.fresh and line.index == 0 and not self._said
        before = Before(heading=line.heading if fresh else "", label=self._label, sentences=tuple(self._said[-3:]))
        text = words if as_is else resolved(words, before)
        self._said.append(text)
        if len(tokens(words)) > 1:
            self._label = ""
        return start, end, text, kind or kind_of(text)
