"""F-line: a line of treatment told as the reader's, now or next, that the record does not bear out."""

import re
from collections.abc import Iterator

from evals.fit.found import shown
from evals.fit.known import Known
from evals.fit.sayings import Clause, Saying
from evals.fit.treatments import Given, pattern, words

_BEFORE, _OWN = 70, 25


def wrong_lines(known: Known, saying: Saying, clause: Clause) -> Iterator[str]:
    """The lines, as a clause words them, that are told as the reader's and are not."""
    said = saying.words(clause)
    for match in pattern("line").finditer(said):
        word = next(group for group in match.groups() if group).lower()
        number = words()["ordinals"][word]
        begun = known.given.systemic_lines if match.group(1) else known.given.lines
        wrong = _wrong_of_own(saying, clause, match, number, begun) or _wrong_told(known, saying, clause, match, number)
        if wrong and word not in known.asked.lower():
            yield shown(match.group())
    for match in pattern("lines_had").finditer(said):
        word = next(group for group in match.groups() if group).lower()
        number = words()["counts"].get(word, int(word) if word.isdigit() else 0)
        stated = saying.about_reader(clause.start + match.start()) and not (clause.assumed or saying.asking)
        if stated and number != known.given.lines:
            yield shown(match.group())


def _wrong_of_own(saying: Saying, clause: Clause, match: re.Match[str], number: int, begun: int) -> bool:
    """ "Your third line" of a reader who has begun no second, or who has it behind them."""
    said = saying.words(clause)
    before = said[max(0, match.start() - _OWN) : match.start()]
    own = "your" in before.lower() or re.match(r"\s+you\b", said[match.end() :])
    if not own or pattern("line_others").search(before) or not saying.asserts(clause.start + match.start()):
        return False
    over, following = pattern("line_over").search(said), pattern("line_next").search(saying.text)
    if number > begun:
        return number > begun + 1 or bool(over)
    return bool(following) and not over


def _wrong_told(known: Known, saying: Saying, clause: Clause, match: re.Match[str], number: int) -> bool:
    """ "You now need a third-line drug", "this would be your fourth line": where the reader stands, or goes next."""
    place, end = clause.start + match.start(), clause.start + match.end()
    before = saying.text[max(0, place - _BEFORE) : place]
    after = pattern("line_after").search(saying.text[end:])
    own = "your" in before[-_OWN:].lower() or pattern("line_before").search(before) or after
    if not own or pattern("line_others").search(before) or not _stated(saying, clause, place, end, after):
        return False
    if known.given.going and pattern("line_current").search(before):
        return number not in {known.given.lines, known.given.systemic_lines}
    return _no_next(known.given, saying.text[clause.start : end + (after.end() if after else 0)], number)


def _stated(saying: Saying, clause: Clause, place: int, end: int, after: re.Match[str] | None) -> bool:
    """Whether it is told as so now: not denied, possible, put off, or said of others."""
    if saying.asking or pattern("line_later").search(saying.text) or any(c.assumed for c in saying.clauses):
        return False
    between = saying.text[end : end + after.end()] if after else ""
    told = not pattern("line_untold").search(f"{saying.text[clause.start : place]} {between}")
    return told and (saying.about_reader(place) or after is not None)


def _no_next(given: Given, told: str, number: int) -> bool:
    """Whether a line cannot come next, however operations are counted; what is told of one begun may look back."""
    if number > given.systemic_lines:
        return number > given.lines + 1
    ahead = pattern("line_next").search(told) or pattern("line_needed").search(told)
    return bool(ahead) and not pattern("line_over").search(told)
