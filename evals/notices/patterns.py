"""Patterns: which combinations of word groups say a notice, and what undoes them. Read from rows of a lexicon."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from evals.errors import UserError, did_you_mean
from evals.notices.combinations import Combination, Hit, Hits, Needs, places
from evals.notices.groups import Groups

Across = Literal["any", "statement"]
_DEFAULT_WITHIN = 12
_KEYS = ("all", "order", "within", "start", "most_words", "weak", "only_in", "unless", "across")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A combination with its conditions.

    `start`: at most so many words stand before it in its sentence. `most_words`: the sentence is no longer. `weak`: it
    means the notice only in the company of other notices. `only_in`: it counts in sections of this kind only. `across`:
    it is looked for over two sentences, the first of them any or no question. `unless`: combinations that undo it;
    `Patterns` heeds them.
    """

    combination: Combination
    start: int | None = None
    most_words: int | None = None
    weak: bool = False
    only_in: str | None = None
    across: Across | None = None
    unless: tuple[Combination, ...] = ()

    def find(self, hits: Hits, length: int) -> Hit | None:
        """The words that say it, undone or not, in a sentence of so many words, or None."""
        if self.most_words is not None and length > self.most_words:
            return None
        return self.combination.find(hits) if self.start is None else self._first(hits, self.start)

    def _first(self, hits: Hits, start: int) -> Hit | None:
        return min((hit for hit in self.combination.find_all(hits) if hit[0] <= start), default=None)


class Possible(NamedTuple):
    """A pattern all of whose groups are there, and what may undo it: combinations of which the same holds."""

    name: str
    pattern: Pattern
    vetoes: Sequence[Combination]

    def find(self, hits: Hits, length: int) -> Hit | None:
        """The words that say it in a sentence of so many words, or None."""
        found = self.pattern.find(hits, length)
        return None if found is None or any(veto.find_all(hits) for veto in self.vetoes) else found


class Patterns:
    """The patterns of some names, in order: the first of each name that is met tells what a sentence says."""

    def __init__(
        self, patterns: Mapping[str, Sequence[Pattern]], vetoes: Mapping[str, Sequence[Combination]] | None = None
    ) -> None:
        """`vetoes` undo every pattern of their name."""
        self._all = [(name, pattern) for name, those in patterns.items() for pattern in those]
        combinations = [pattern.combination for _, pattern in self._all]
        self._own = (1 << len(combinations)) - 1
        self._undone: list[int] = []
        for name, pattern in self._all:
            undoing = (*pattern.unless, *(vetoes or {}).get(name, ()))
            self._undone.append(sum(1 << len(combinations) + number for number in range(len(undoing))))
            combinations += undoing
        self._combinations = combinations
        self._needs = Needs(combinations)
        self._across = sum(1 << number for number, (_, pattern) in enumerate(self._all) if pattern.across)

    def held(self, groups: Iterable[str]) -> int:
        """What these groups give to the patterns, as a number for `possible`."""
        return self._needs.held(groups)

    def possible(self, here: int, before: int = 0) -> Iterator[Possible]:
        """The patterns whose groups are all there: in this sentence, or, for those looked for across two, in both."""
        alone = self._needs.met(here)
        both = self._needs.met(here | before) if before else alone
        for place in places((alone & ~self._across | both & self._across) & self._own):
            name, pattern = self._all[place]
            undone = self._undone[place] & (both if pattern.across else alone)
            yield Possible(name, pattern, [self._combinations[one] for one in places(undone)])


def read_pattern(row: Mapping[str, object], groups: Groups, where: str) -> Pattern:
    """A pattern from its row: `all` or `order`, and the conditions named in `Pattern`.

    Raises:
        UserError: a key or group is unknown.
    """
    for key in row:
        if key not in _KEYS:
            raise UserError(where, f"a pattern has an unknown key {key!r}", fix=did_you_mean(key, _KEYS))
    start, most, across = row.get("start"), row.get("most_words"), row.get("across")
    vetoes = row.get("unless") or ()
    if not isinstance(vetoes, list | tuple):
        raise UserError(where, f"unless: {vetoes!r}", "a list of combinations")
    if across not in {None, "any", "statement"}:
        raise UserError(where, f"across: {across!r}", "any or statement")
    combination = read_combination(row, groups, where)
    return Pattern(
        combination=combination,
        start=start if isinstance(start, int) else None,
        most_words=most if isinstance(most, int) else None,
        weak=bool(row.get("weak")),
        only_in=str(row["only_in"]) if "only_in" in row else None,
        across="any" if across == "any" else "statement" if across == "statement" else None,
        unless=tuple(read_combination(veto, groups, where) for veto in vetoes),
    )


def read_combination(row: Mapping[str, object], groups: Groups, where: str) -> Combination:
    """A combination from its row: `all` or `order`, and `within`.

    Raises:
        UserError: it is malformed or names an unknown group.
    """
    ordered = "order" in row
    wanted = row.get("order") if ordered else row.get("all")
    within = row.get("within", _DEFAULT_WITHIN)
    if not isinstance(wanted, list | tuple) or not wanted or not isinstance(within, int):
        raise UserError(
            where, f"a pattern {dict(row)!r}", "`all` or `order`: a list of groups; `within`: a number of words"
        )
    named = tuple(tuple(str(name).split("|")) for name in wanted)
    for name in (name for names in named for name in names):
        if name not in groups.names:
            raise UserError(where, f"a pattern names an unknown group {name!r}", fix=did_you_mean(name, groups.names))
    return Combination(named, ordered, within)
