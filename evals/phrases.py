"""Names and terms found in text: by stem, across hyphens and spaces, longest first."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from evals.words import Word, words

# What may stand between two words of one phrase: never a comma or the end of a sentence.
_GAP = re.compile(r"\s{1,2}|\s?[-‐‑‒–/+]\s?|::?|\(|\.(?=\d)|['’]")
_SIGNS = "+-"
# A short form in capitals beside a shouted word of this length is shouted too: "CALL ALL DOCTORS".
_SHOUTED = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found at `text[start:end]`; `value` is what the table has for it, `count` the words it spans."""

    value: str
    start: int
    end: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class CaseRules:
    """Short forms that are also words: found only as spelled, and not in the listed company.

    `exact` holds the forms; `not_after` and `not_before` map a form to the stems that may not stand next to it.
    """

    exact: Set[str] = frozenset()
    stop_words: Set[str] = frozenset()
    not_after: Mapping[str, Set[str]] = field(default_factory=dict)
    not_before: Mapping[str, Set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    value: str
    surface: str
    as_spelled: bool


class Phrases:
    """A table of phrases, each standing for one or more values."""

    def __init__(self, phrases: Iterable[tuple[str, str]], rules: CaseRules | None = None) -> None:
        """`phrases` are pairs (what it looks like in text, what it stands for)."""
        self._rules = rules or CaseRules()
        self._entries: dict[tuple[str, ...], list[_Entry]] = {}
        self._longest: dict[str, int] = {}
        for surface, value in phrases:
            self._add(surface, value)

    def values(self, surface: str) -> tuple[str, ...]:
        """What a phrase stands for: in any case, unless it is one of those found only as spelled."""
        entries = self._entries.get(tuple(word.stem for word in words(surface)), ())
        fitting = (entry for entry in entries if not entry.as_spelled or entry.surface == surface)
        return tuple(dict.fromkeys(entry.value for entry in fitting))

    def find(self, text: str, *, nested: bool = False) -> Iterator[Match]:
        """The phrases in a text in order: the longest at each place, or with `nested` all of them, overlapping."""
        found = words(text)
        done = 0
        for index, word in enumerate(found):
            # Most words begin no phrase.
            if index < done or word.stem not in self._longest:
                continue
            matches = self._at(text, found, index)
            yield from matches if nested else (m for m in matches if m.count == matches[0].count)
            if matches and not nested:
                done = index + matches[0].count

    def _add(self, surface: str, value: str) -> None:
        found = words(surface)
        key = tuple(word.stem for word in found)
        if not found:
            return
        entry = _Entry(value, surface, self._is_spelled(surface, key))
        # "PD-L1" is written "PDL1" too; without a digit the joined form may be a word ("AC-T").
        joined = "".join(key)
        keys = {key, (joined,)} if len(key) > 1 and " " not in surface and any(c.isdigit() for c in joined) else {key}
        for one in keys:
            entries = self._entries.setdefault(one, [])
            if entry not in entries:
                entries.append(entry)
                first = joined if one == (joined,) else found[0].stem
                self._longest[first] = max(self._longest.get(first, 0), len(one))

    def _is_spelled(self, surface: str, key: tuple[str, ...]) -> bool:
        letters = [part for part in key if not part.isdigit()]
        return (
            not letters
            or surface in self._rules.exact
            or surface[-1] in _SIGNS
            or (surface != surface.lower() and all(part in self._rules.stop_words for part in letters))
        )

    def _at(self, text: str, found: tuple[Word, ...], index: int) -> list[Match]:
        """The matches that begin at a word, longest first."""
        matches: list[Match] = []
        longest = min(self._longest[found[index].stem], len(found) - index)
        key: tuple[str, ...] = ()
        for count in range(1, longest + 1):
            word = found[index + count - 1]
            if count > 1 and not _GAP.fullmatch(text, found[index + count - 2].end, word.start):
                break
            key = (*key, word.stem)
            for entry in self._entries.get(key, ()):
                if self._fits(entry, text, found, index, count):
                    end = found[index].start + len(entry.surface) if entry.as_spelled else word.end
                    matches.append(Match(entry.value, found[index].start, end, index, count))
        # "ER" and "ER+" both fit "ER+": the longer spelling stays.
        unique: dict[tuple[int, str], Match] = {}
        for match in sorted(matches, key=lambda match: match.end):
            unique[match.count, match.value] = match
        return sorted(unique.values(), key=lambda match: (-match.count, match.value))

    def _fits(self, entry: _Entry, text: str, found: tuple[Word, ...], index: int, count: int) -> bool:
        start = found[index].start
        before = found[index - 1] if index else None
        after = found[index + count] if index + count < len(found) else None
        # "non-small cell" holds no "small cell".
        if before and before.stem == "non" and start - before.end <= 1:
            return False
        if before and before.stem in self._rules.not_after.get(entry.surface, ()):
            return False
        if after and after.stem in self._rules.not_before.get(entry.surface, ()):
            return False
        if not entry.as_spelled:
            return True
        spelled = text[start : start + len(entry.surface)] == entry.surface
        return spelled and not (entry.surface.isupper() and (_shouted(text, before) or _shouted(text, after)))


def _shouted(text: str, word: Word | None) -> bool:
    shown = text[word.start : word.end] if word else ""
    return len(shown) >= _SHOUTED and shown.isalpha() and shown.isupper()
