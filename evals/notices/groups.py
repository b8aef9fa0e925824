"""Word groups: phrases that mean the same ("talk with", "check with"), found in one walk over a sentence's words.

Matching compares dictionary entries: linear in the text, with no regular expressions to backtrack. Phrases: `word`,
`word*` (any ending), `word?` (may be absent), `<group>` (any phrase of that group), `<group>?`, `<year>`, `<number>`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from evals.errors import UserError, did_you_mean
from evals.notices.combinations import Combination, Hit, Needs, places
from evals.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKS = {"<year>": re.compile(r"(?:19|20)\d\d\Z"), "<number>": re.compile(r"\d+\Z")}
# Words that begin phrases are remembered, and what goes on with them; a text of new words must not fill the memory.
_MOST_REMEMBERED, _MOST_WAYS = 20_000, 2_000
# Longer "words" are data: no phrase is that long.
_LONGEST = 60


class Word(NamedTuple):
    """A word at `text[start:end]`, lower-cased and without accents."""

    folded: str
    start: int
    end: int


def words_of(text: str, start: int, end: int) -> list[Word]:
    """The words of `text[start:end]` in order; offsets count from the start of the text."""
    new, kind = tuple.__new__, Word  # as Word(…) would, without the call of a function for each word
    return [new(kind, (_fold(m.group()), *m.span())) for m in _WORD.finditer(text, start, end)]


def folded_words(text: str, start: int, end: int) -> list[str]:
    """The same words without their places, for half the time."""
    return [*map(_fold, _WORD.findall(text, start, end))]


@lru_cache(maxsize=_MOST_REMEMBERED)
def _fold(word: str) -> str:
    return fold(word[:_LONGEST])


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: the groups that have a phrase ending here, and the ways on."""

    groups: list[str] = field(default_factory=list)
    exact: "dict[str, _Node]" = field(default_factory=dict)
    stems: "dict[str, _Node]" = field(default_factory=dict)
    stem_lengths: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()

    def way(self, word: str) -> "_Node":
        """The node after a word of a phrase, made if need be."""
        if word in _MARKS and word not in self.marks:
            self.marks = (*self.marks, word)
        if not word.endswith("*"):
            return self.exact.setdefault(word, _Node())
        node = self.stems.setdefault(word[:-1], _Node())
        self.stem_lengths = tuple(sorted({len(stem) for stem in self.stems}))
        return node

    def after(self, word: str) -> "Iterator[_Node]":
        """The nodes that a word of a text leads to."""
        if word in self.exact:
            yield self.exact[word]
        for mark in self.marks:
            if _MARKS[mark].match(word):
                yield self.exact[mark]
        for length in self.stem_lengths:
            if length > len(word):
                break
            if word[:length] in self.stems:
                yield self.stems[word[:length]]


class _State:
    """Where a walk over the tree stands: the groups of which a phrase ends here, and where each next word leads."""

    __slots__ = ("_nodes", "exact", "groups", "is_open", "ways")

    def __init__(self, nodes: Sequence[_Node]) -> None:
        # Two spellings of one group may end at the same word.
        self.groups = tuple(dict.fromkeys(group for node in nodes for group in node.groups))
        self._nodes = nodes
        self.exact = frozenset(word for node in nodes for word in node.exact)
        self.is_open = any(node.stems or node.marks for node in nodes)
        self.ways: dict[str, _State | None] = {}

    def after(self, word: str) -> "_State | None":
        """Where a word leads; None when no phrase goes on with it. Remembered in `ways`."""
        nodes = [after for node in self._nodes for after in node.after(word)]
        if len(self.ways) >= _MOST_WAYS:
            self.ways.clear()
        state = self.ways[word] = _State(nodes) if nodes else None
        return state


class Groups:
    """The word groups of one language, ready to be looked for."""

    def __init__(self, lists: Mapping[str, Sequence[str]], where: str) -> None:
        """The groups of a lexicon.

        Raises:
            UserError: a phrase is empty, or names an unknown group or its own.
        """
        self.names = frozenset(lists)
        root = _Node()
        self._composites: list[tuple[str, Combination]] = []
        self._needs = Needs(())
        for name in lists:
            for words in dict.fromkeys(
                words for phrase in lists[name] for words in _spellings(phrase, lists, where, (name,))
            ):
                node = root
                for word in words:
                    node = node.way(word)
                node.groups.append(name)
        self._root = _State((root,))
        # Most words begin no phrase, and that is worth remembering too.
        self._first: dict[str, _State | None] = {}

    def add(self, name: str, combination: Combination) -> None:
        """Let a combination of groups count as a group of its own ("not" near "replace")."""
        self._composites.append((name, combination))
        self._needs = Needs([combination for _, combination in self._composites])
        self.names |= {name}

    def find(self, words: Sequence[Word]) -> dict[str, list[Hit]]:
        """Where each group occurs among the words of a sentence."""
        return self.find_folded([word.folded for word in words])

    def find_folded(self, words: Sequence[str]) -> dict[str, list[Hit]]:
        """The same for words without their places."""
        hits: dict[str, list[Hit]] = {}
        known, following = self._first, [*words, ""]  # nothing goes on with no word
        for first, word in enumerate(words):
            state, last = known[word] if word in known else self._starts(word), first
            while state is not None:
                for group in state.groups:
                    if group in hits:
                        hits[group].append((first, last))
                    else:
                        hits[group] = [(first, last)]
                last += 1
                after = following[last]
                if after in state.ways:
                    state = state.ways[after]
                # Most words go on with no phrase, and no walk over its nodes need find that out.
                elif state.is_open or after in state.exact:
                    state = state.after(after)
                else:
                    break
        return self._composed(hits)

    def _composed(self, hits: dict[str, list[Hit]]) -> dict[str, list[Hit]]:
        """The same hits with those of the combinations that count as groups; one may be made of others before it."""
        held = self._needs.held(hits)
        done = 0
        while left := self._needs.met(held) >> done:
            done += next(places(left)) + 1
            name, combination = self._composites[done - 1]
            if found := combination.find_all(hits):
                hits[name] = sorted({*hits.get(name, ()), *found})
                held |= self._needs.held((name,))
        return hits

    def _starts(self, word: str) -> _State | None:
        if len(self._first) >= _MOST_REMEMBERED:
            self._first.clear()
        state = self._first[word] = self._root.after(word)
        return state


def _spellings(
    phrase: object, lists: Mapping[str, Sequence[str]], where: str, path: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """A phrase written out: each optional word with and without, each group with each of its phrases."""
    slots: list[list[tuple[str, ...]]] = []
    for part in str(phrase).split():
        word, absent = part.removesuffix("?"), [()] if part.endswith("?") else []
        if word.startswith("<") and word not in _MARKS:
            slots.append([*_group_spellings(word.strip("<>"), lists, where, path), *absent])
        else:
            slots.append([_folded(word), *absent])
    found = [tuple(word for slot in choice for word in slot) for choice in product(*slots)]
    if not all(found):
        raise UserError(where, f"the phrase {str(phrase)!r} of group {path[0]!r} can be empty", "at least one word")
    return found


def _group_spellings(
    name: str, lists: Mapping[str, Sequence[str]], where: str, path: tuple[str, ...]
) -> list[tuple[str, ...]]:
    if name not in lists:
        raise UserError(where, f"group {path[0]!r} names an unknown group {name!r}", fix=did_you_mean(name, lists))
    if name in path:
        raise UserError(where, f"group {name!r} contains itself", "groups without circles")
    return [words for phrase in lists[name] for words in _spellings(phrase, lists, where, (*path, name))]


def _folded(part: str) -> tuple[str, ...]:
    if part in _MARKS:
        return (part,)
    stem = part.endswith("*")
    words = [fold(match.group()) for match in _WORD.finditer(part)]
    return (*words[:-1], words[-1] + "*") if stem and words else tuple(words)
