"""A generator's ties -> the attributions of its answer that stand for a passage."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from evals.generators import Tie
from evals.records import Attribution, Block


def tied(
    text: str, blocks: Sequence[Block], found: tuple[Attribution, ...], ties: Sequence[Tie]
) -> tuple[Attribution, ...]:
    """The attributions found in an answer, those that a tie knows with the passage they stand for.

    A mark ("[P19]") ties the names of that passage's sources between it and the mark before it in its paragraph; where
    none is named there, the mark is an attribution itself.
    """
    by_name = _by_name(found, [tie for tie in ties if tie.mark is None])
    marks = list(_marks(text, [tie for tie in ties if tie.mark is not None]))
    if not marks:
        return by_name
    known = list(by_name)
    added: list[Attribution] = []
    before = 0
    for start, end, here in marks:
        opened = max((block.start for block in blocks if block.start <= start), default=0)
        for tie in here:
            named = [
                number
                for number, one in enumerate(known)
                if max(before, opened) <= one.start < end and one.passage_id is None and _names(one, tie)
            ]
            for number in named:
                known[number] = replace(known[number], passage_id=tie.passage_id, vague=False)
            if not named:
                name = tie.name.partition(";")[0]
                added.append(Attribution(start=start, end=end, name=name, passage_id=tie.passage_id))
        # The words of a mark may have been read as an attribution that names no one.
        known = [one for one in known if not (one.vague and start <= one.start and one.end <= end)]
        before = end
    return tuple(sorted((*known, *added), key=lambda one: (one.start, one.end)))


def _by_name(found: Sequence[Attribution], ties: Sequence[Tie]) -> tuple[Attribution, ...]:
    # The generator wrote its ties in reading order, so each attribution takes the next tie that carries its name.
    left = list(ties)
    result: list[Attribution] = []
    for attribution in found:
        tie = next((t for t in left if attribution.name and attribution.name in t.name), None)
        if tie:
            left.remove(tie)
        result.append(replace(attribution, passage_id=tie.passage_id) if tie else attribution)
    return tuple(result)


def _marks(text: str, ties: Sequence[Tie]) -> Iterator[tuple[int, int, list[Tie]]]:
    """The marks in reading order, each with its ties; one that is not in the rendered text is passed over."""
    at = 0
    for (mark, _), group in groupby(_numbered(ties), key=lambda pair: (pair[0].mark or "", pair[1])):
        start = text.find(mark, at)
        if start >= 0:
            at = start + len(mark)
            yield start, at, [tie for tie, _ in group]


def _numbered(ties: Sequence[Tie]) -> Iterator[tuple[Tie, int]]:
    # The same mark twice in a row is two marks: a passage comes up again only in a new one.
    number, seen, last = 0, set[str](), None
    for tie in ties:
        if tie.mark != last or tie.passage_id in seen:
            number, seen, last = number + 1, set[str](), tie.mark
        seen.add(tie.passage_id)
        yield tie, number


def _names(one: Attribution, tie: Tie) -> bool:
    return bool(one.name) and not one.vague and one.name.casefold() in tie.name.casefold()
