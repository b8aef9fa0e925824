"""Cues: the words of which a pattern needs one each, as its `needs` in `overreach_patterns.yaml` names them.

A sentence's words are looked up once, and only the patterns whose cues are all there are tried. Looking up is cached by
word, so that a text costs one look-up a word, however many patterns there are.
"""

from collections.abc import Iterable
from functools import lru_cache

Cue = frozenset[str]
"""Beginnings of words: one of them must be in the sentence."""

MASK = "\ue000"
"""Stands for each character of the name of a medicine."""
SIGNS = {sign: sign * 2 for sign in (MASK, "$", "€", "£", "?")}
"""Characters that are no words but tell as much -> the word, and the cue, that stands for them."""

END = "."
"""Stands in a cue for the end of the word."""


class Index:
    """Cues as bits: which of them the words of a sentence hold, as one number."""

    def __init__(self) -> None:
        self._bits: dict[Cue, int] = {}
        self._beginnings: dict[str, int] = {}
        self._of_word = lru_cache(maxsize=65536)(self._look_up)

    def need(self, cues: Iterable[Cue]) -> int:
        """The number that stands for these cues together."""
        number = 0
        for cue in cues:
            if cue not in self._bits:
                self._bits[cue] = 1 << len(self._bits)
                for beginning in cue:
                    self._beginnings[beginning] = self._beginnings.get(beginning, 0) | self._bits[cue]
            number |= self._bits[cue]
        self._of_word.cache_clear()
        return number

    def held(self, words: Iterable[str]) -> int:
        """The cues that these words hold, together."""
        number = 0
        for word in words:
            number |= self._of_word(word)
        return number

    def _look_up(self, word: str) -> int:
        number = 0
        parts = word.split("’")
        for first in range(len(parts)):
            # A pattern may end a word at an apostrophe, or begin one behind it.
            for form in ("’".join(parts[first:]) + END, parts[first] + END):
                for length in range(1, len(form) + 1):
                    number |= self._beginnings.get(form[:length], 0)
        return number
