"""Why words that look like overreach may be none: asked, quoted, denied, reported, left to the doctor, of a trial."""

import re
from collections.abc import Callable, Sequence

from evals.claims.reported import heads_myths, is_taken_back, opens_myth
from evals.overreach.lines import Line
from evals.overreach.rules import scope

# Where a clause ends, so that a denial before it does not reach behind it.
_CLAUSE = re.compile(
    r"[;:!?—–…]|\s-+\s|,? \bbut\b|,? \bso\b|\bthough\b|\bhowever\b|\bthen\b|, (?:just|and|yet|you|i|we|it|this|the)\b"
)
# Where the speaker may change his mind or his subject.
_PART = re.compile(r";|\s[—–-]+\s|—|:\s|,? \bbut\b|\bhowever\b|, though,|\band yet\b")
_ASKS_HERE = frozenset({"questions", "related"})
_WINDOW = 110
_FEW = 2


def excused(lines: Sequence[Line], number: int, hit: re.Match[str], even: frozenset[str]) -> bool:
    """Whether what was found in a line is no overreach after all; excuses named in `even` do not count."""
    return any(name not in even and test(lines, number, hit) for name, test in _TESTS.items())


def _asked(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    line = lines[number]
    rest = line.text[hit.end() :]
    mark = re.match(r"[^.!;:]*\?", rest)
    return line.asked or line.section in _ASKS_HERE or bool(mark)


def _quoted(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    first, length = _first(hit), max(1, hit.end() - _first(hit))
    inside = sum(max(0, min(end, hit.end()) - max(start, first)) for start, end in lines[number].quotes)
    return 2 * inside > length


def _first(hit: re.Match[str]) -> int:
    """Where the words of a hit begin, without the punctuation that leads in."""
    return hit.start() + len(hit.group()) - len(hit.group().lstrip(' ,;:.!?—–…-("'))


def _clause_before(line: Line, hit: re.Match[str]) -> str:
    """What stands before a hit in its clause."""
    before = line.text[max(0, _first(hit) - _WINDOW) : _first(hit)]
    clause = _CLAUSE.split(before)[-1].rstrip()
    # After a comma a new clause begins, unless what stands before it is a mere "Never, ever".
    if clause.endswith(",") and len(clause.split()) > _FEW:
        return ""
    return clause


def _negated(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    return bool(scope("negated").search(_clause_before(lines[number], hit)))


def part_of(line: Line, hit: re.Match[str]) -> str:
    """The part of a sentence in which a hit stands: up to a "but", a semicolon or a dash on either side."""
    first = _first(hit)
    starts = [cut.end() for cut in _PART.finditer(line.text, 0, first + 1) if cut.end() <= first]
    end = _PART.search(line.text, max(first + 1, hit.end() - 1))
    return line.text[starts[-1] if starts else 0 : end.start() if end else len(line.text)]


def _deferred(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    text = part_of(lines[number], hit)
    found = scope("deferred").search(text)
    return bool(found) and not scope("without_them").search(text)


def _indirect(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    return bool(scope("indirect").search(_clause_before(lines[number], hit)))


def _reported(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    line = lines[number]
    if scope("reported").search(line.text[: hit.end()]):
        return True
    following = lines[number + 1].text if number + 1 < len(lines) and lines[number + 1].block == line.block else ""
    headed = any(above.kind == "heading" and heads_myths(above.text) for above in lines[max(0, number - 4) : number])
    return is_taken_back(following) or opens_myth(line.text) or headed


def _doubted(lines: Sequence[Line], number: int, _: re.Match[str]) -> bool:
    return bool(scope("doubted").search(lines[number].text))


def _told(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    text = part_of(lines[number], hit)
    return bool(scope("told").search(text)) and not re.search(r"\byour?\b", hit.group())


def _third(lines: Sequence[Line], number: int, hit: re.Match[str]) -> bool:
    text = part_of(lines[number], hit)
    return bool(scope("third").match(text)) and not re.search(r"\b(?:you|your|i|we)\b", hit.group())


_TESTS: dict[str, Callable[[Sequence[Line], int, re.Match[str]], bool]] = {
    "asked": _asked,
    "quoted": _quoted,
    "negated": _negated,
    "deferred": _deferred,
    "indirect": _indirect,
    "reported": _reported,
    "doubted": _doubted,
    "told": _told,
    "third": _third,
}
