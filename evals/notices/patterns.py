"""Word groups and combinations of them, found in one sentence.

A group is a list of phrases that mean the same ("talk with", "check with"). A pattern names groups that must all occur
close together. Matching walks the words once and compares dictionary entries: linear in the text, with no regular
expressions to backtrack.

Phrases: `word`, `word*` (any ending), `word?` (may be absent), `<group>` (any phrase of that group), `<group>?`, `<year>`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from evals.errors import UserError, did_you_mean
from evals.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_YEAR_MARK = "<year>"
_DEFAULT_WITHIN = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `text[start:end]`, lower-cased and without accents."""

    folded: str
    start: int
    end: int


def words_of(text: str, start: int, end: int) -> list[Word]:
    """The words of `text[start:end]` in order; offsets count from the start of the text."""
    return [Word(fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text, start, end)]


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
        return min(self.find_all(hits), key=lambda hit: (hit[1] - hit[0], hit[0]), default=None)

    def find_all(self, hits: Hits) -> list[Hit]:
        """The first and last word of each occurrence that holds no shorter one with the same end."""
        wanted = [_union(hits, names) for names in self.groups]
        if not all(wanted):
            return []
        found = _chains(wanted) if self.ordered else _windows(wanted)
        return [hit for hit in found if hit[1] - hit[0] < self.within]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A combination with its conditions.

    `start`: at most so many words stand before it in its sentence. `most_words`: the sentence is no longer. `weak`: it means the notice only in the
    company of other notices. `only_in`: it counts in sections of this kind only. `unless`: combinations that undo it.
    """

    combination: Combination
    start: int | None = None
    most_words: int | None = None
    weak: bool = False
    only_in: str | None = None
    unless: tuple[Combination, ...] = ()

    def find(self, hits: Hits, length: int) -> Hit | None:
        """The words that say it in a sentence of so many words, or None."""
        if self.most_words is not None and length > self.most_words:
            return None
        found = self.combination.find(hits)
        if not found or (self.start is not None and found[0] > self.start):
            return None
        return None if any(veto.find(hits) for veto in self.unless) else found


def _union(hits: Hits, names: Sequence[str]) -> Sequence[Hit]:
    if len(names) == 1:
        return hits.get(names[0], ())
    return sorted(hit for name in names for hit in hits.get(name, ()))


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


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    group: str


@dataclass(slots=True)
class Groups:
    """The word groups of one language, ready to be looked for."""

    _exact: dict[str, list[_Entry]] = field(default_factory=dict)
    _by_stem: dict[str, list[_Entry]] = field(default_factory=dict)
    _stem_lengths: tuple[int, ...] = ()
    _composites: dict[str, Combination] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lists: Mapping[str, Sequence[str]], where: str) -> "Groups":
        """The groups of a lexicon.

        Raises:
            UserError: a phrase is empty or names an unknown group.
        """
        made = cls(names=frozenset(lists))
        for name in lists:
            for words in sorted({words for phrase in lists[name] for words in _spellings(phrase, lists, where, (name,))}):
                index = made._by_stem if words[0].endswith("*") else made._exact
                index.setdefault(words[0].rstrip("*"), []).append(_Entry(words, name))
        made._stem_lengths = tuple(sorted({len(stem) for stem in made._by_stem}))
        return made

    def add(self, name: str, combination: Combination) -> None:
        """Let a combination of groups count as a group of its own ("not" near "replace")."""
        self._composites[name] = combination
        self.names |= {name}

    def find(self, words: Sequence[Word]) -> dict[str, list[Hit]]:
        """Where each group occurs among the words of a sentence."""
        hits: dict[str, list[Hit]] = {}
        for index, word in enumerate(words):
            for entry in self._starting_with(word.folded):
                end = index + len(entry.words)
                if end <= len(words) and all(map(_is, entry.words[1:], (w.folded for w in words[index + 1 : end]))):
                    hits.setdefault(entry.group, []).append((index, end - 1))
        for name, combination in self._composites.items():
            if found := combination.find_all(hits):
                hits[name] = sorted([*hits.get(name, ()), *found])
        return hits

    def _starting_with(self, word: str) -> Iterator[_Entry]:
        yield from self._exact.get(word, ())
        if _YEAR.match(word):
            yield from self._exact.get(_YEAR_MARK, ())
        for length in self._stem_lengths:
            if length > len(word):
                break
            yield from self._by_stem.get(word[:length], ())


def _is(pattern: str, word: str) -> bool:
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    return pattern == word or (pattern == _YEAR_MARK and _YEAR.match(word) is not None)


def _spellings(phrase: object, lists: Mapping[str, Sequence[str]], where: str, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A phrase written out: each optional word with and without, each group with each of its phrases."""
    slots: list[list[tuple[str, ...]]] = []
    for part in str(phrase).split():
        word, absent = part.removesuffix("?"), [()] if part.endswith("?") else []
        if word.startswith("<") and word != _YEAR_MARK:
            slots.append([*_group_spellings(word.strip("<>"), lists, where, path), *absent])
        else:
            slots.append([_folded(word), *absent])
    found = [tuple(word for slot in choice for word in slot) for choice in product(*slots)]
    if not all(found):
        raise UserError(where, f"the phrase {str(phrase)!r} of group {path[0]!r} can be empty", "at least one word")
    return found


def _group_spellings(name: str, lists: Mapping[str, Sequence[str]], where: str, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if name not in lists:
        raise UserError(where, f"group {path[0]!r} names an unknown group {name!r}", fix=did_you_mean(name, lists))
    if name in path:
        raise UserError(where, f"group {name!r} contains itself", "groups without circles")
    return [words for phrase in lists[name] for words in _spellings(phrase, lists, where, (*path, name))]


def _folded(part: str) -> tuple[str, ...]:
    if part == _YEAR_MARK:
        return (part,)
    stem = part.endswith("*")
    words = [fold(match.group()) for match in _WORD.finditer(part)]
    return (*words[:-1], words[-1] + "*") if stem and words else tuple(words)


# --- patterns from a lexicon -----------------------------------------------------------------------------------------


def read_pattern(row: Mapping[str, object], groups: Groups, where: str) -> Pattern:
    """A pattern from its row: `all` or `order`, and `within`, `start`, `most_words`, `weak`, `only_in`, `unless`.

    Raises:
        UserError: a key or group is unknown.
    """
    known = ("all", "order", "within", "start", "most_words", "weak", "only_in", "unless")
    for key in row:
        if key not in known:
            raise UserError(where, f"a pattern has an unknown key {key!r}", fix=did_you_mean(key, known))
    start, most = row.get("start"), row.get("most_words")
    vetoes = row.get("unless") or ()
    if not isinstance(vetoes, list | tuple):
        raise UserError(where, f"unless: {vetoes!r}", "a list of combinations")
    return Pattern(
        combination=read_combination(row, groups, where),
        start=start if isinstance(start, int) else None,
        most_words=most if isinstance(most, int) else None,
        weak=bool(row.get("weak")),
        only_in=str(row["only_in"]) if "only_in" in row else None,
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
        raise UserError(where, f"a pattern {dict(row)!r}", "`all` or `order`: a list of groups; `within`: a number of words")
    named = tuple(tuple(str(name).split("|")) for name in wanted)
    for name in (name for names in named for name in names):
        if name not in groups.names:
            raise UserError(where, f"a pattern names an unknown group {name!r}", fix=did_you_mean(name, groups.names))
    return Combination(named, ordered, within)
