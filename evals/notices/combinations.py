"""Groups of words that must occur close together in one sentence.

A sentence is known here only by its hits: for each group, the numbers of the first and last word of each occurrence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# Where a group was found: numbers of its first and last word.
Hit = tuple[int, int]
Hits = Mapping[str, Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Combination:
    """Groups that must all occur within so many words, in this order if `ordered`."""

    groups: tuple[tuple[str, ...], ...]
    ordered: bool
    within: int

    def find(self, hits: Hits) -> Hit | None:
        """The first and last word of the tightest occurrence (the first of equals), or None."""
        found = self.find_all(hits)
        return min(found, key=lambda hit: (hit[1] - hit[0], hit[0])) if found else None

    def find_all(self, hits: Hits) -> Sequence[Hit]:
        """The first and last word of each occurrence that holds no shorter one with the same end."""
        wanted: list[Sequence[Hit]] = []
        for names in self.groups:
            those = [hits[name] for name in names if name in hits]
            # Nearly all patterns fail here: a sentence holds few groups.
            if not those:
                return []
            wanted.append(those[0] if len(those) == 1 else sorted(hit for each in those for hit in each))
        found = wanted[0] if len(wanted) == 1 else _chains(wanted) if self.ordered else _windows(wanted)
        return [hit for hit in found if hit[1] - hit[0] < self.within]


class Needs:
    """Which of many combinations can occur at all in a sentence, told by one look at each group that is there.

    A set of combinations is a number, with the bit `1 << n` for the combination at place n. For each choice that a
    combination may have there is such a number, and all of them stand side by side in one.
    """

    def __init__(self, combinations: Sequence[Combination]) -> None:
        self._size = len(combinations)
        self._most = max((len(combination.groups) for combination in combinations), default=0)
        self._of_group: dict[str, int] = {}
        # What has no such choice asks nothing of it.
        self._always = 0
        for number, combination in enumerate(combinations):
            for choice, names in enumerate(combination.groups):
                for name in names:
                    self._of_group[name] = self._of_group.get(name, 0) | 1 << choice * self._size + number
            for choice in range(len(combination.groups), self._most):
                self._always |= 1 << choice * self._size + number

    def held(self, groups: Iterable[str]) -> int:
        """The choices of which one of these groups is there, side by side."""
        of_group, held = self._of_group, self._always
        for name in groups:
            if name in of_group:
                held |= of_group[name]
        return held

    def met(self, held: int) -> int:
        """The combinations all of whose choices are there."""
        met = (1 << self._size) - 1
        for _ in range(self._most):
            met &= held
            held >>= self._size
        return met


def places(numbers: int) -> Iterator[int]:
    """The places of the bits of a number, the lowest first."""
    while numbers:
        yield (numbers & -numbers).bit_length() - 1
        numbers &= numbers - 1


def _chains(wanted: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The runs of one hit of each kind, each after the one before: for each end the one that starts latest."""
    runs: list[tuple[int, int]] = [(last, first) for first, last in wanted[0]]
    for kind in wanted[1:]:
        runs = _extended(sorted(runs), kind)
    return [(first, last) for last, first in runs]


def _extended(runs: Sequence[tuple[int, int]], kind: Sequence[Hit]) -> list[tuple[int, int]]:
    # Runs are (last word, first word), sorted, so that one walk finds the latest start that ends before each hit.
    longer: list[tuple[int, int]] = []
    best, index = -1, 0
    for first, last in sorted(kind):
        while index < len(runs) and runs[index][0] < first:
            best = max(best, runs[index][1])
            index += 1
        if best >= 0:
            longer.append((last, best))
    return longer


def _windows(wanted: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The stretches that hold one hit of each kind in any order, for each hit the shortest that ends with it."""
    merged = sorted((first, last, kind) for kind, hits in enumerate(wanted) for first, last in hits)
    newest: dict[int, Hit] = {}
    found: list[Hit] = []
    for first, last, kind in merged:
        newest[kind] = (first, last)
        if len(newest) == len(wanted):
            found.append((min(hit[0] for hit in newest.values()), max(hit[1] for hit in newest.values())))
    return found
