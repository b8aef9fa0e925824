"""Signs: what the trained reader sees of a sentence, as numbers below `SIGNS_IN_ALL`.

A sign is a word, its stem, a group of words of like meaning, or a pair of neighbours. Sentences around it give none:
measured, they taught the reader how test texts look, and it missed the same sentence in a real answer. Signs
are numbers made by arithmetic alone, so that weights for them need no dictionary and are the same everywhere.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from evals.overreach.cues import MASK
from evals.overreach.lines import Line

SIGNS_IN_ALL = 1 << 15
Numbers = NDArray[np.uint64]
Owners = NDArray[np.intp]
Groups = Mapping[str, tuple[int, int, int]]
"""Word -> its group in a coarse, a middle and a fine sorting of words by meaning."""

_TOKEN = re.compile(rf"{MASK}+(?:[ /-]{MASK}+)*|[^\W\d_]+(?:’[^\W\d_]+)?|\d+(?:[.,]\d+)*|[?!:;,$€£%\"—–…]")
_ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "er", "ment")
_SHORTEST_STEM = 3
# Numbers of one, two and more digits: an amount, an age, a year.
_NUMBERS = ("<1>", "<2>", "<3>")
_MEDICINE, _BEGIN, _END = "<medicine>", "<begin>", "<end>"
# One multiplier for each kind of sign, so that the same word gives another number in another part.
_KINDS = {kind: np.uint64(zlib.crc32(kind.encode()) | 1) for kind in "wsabcpqde"}
_BITS = np.uint64((1 << 32) - 1)
_SHIFT = np.uint64(32 - 15)
_SPREAD = np.uint64(2654435761)
_SECOND = np.uint64(31)
# Longer sentences are read up to here, so that time stays linear.
_MOST_TOKENS = 200
_COLUMNS = 6
_ROW = Struct(f"={_COLUMNS}Q")


def tokens(text: str) -> list[str]:
    """The words, numbers and telling signs of a sentence as they stand in it, between two markers."""
    return [_BEGIN, *_TOKEN.findall(text)[: _MOST_TOKENS - 2], _END]


def _plain(token: str) -> str:
    if token[0] == MASK:
        return _MEDICINE
    if token[0].isdigit():
        return _NUMBERS[min(len(token), len(_NUMBERS)) - 1]
    return token


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its ending, roughly: "skipped", "skipping" and "skips" are one."""
    if word[0] == "<":
        return word
    word = word.removesuffix("’s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending) + ("y" if ending == "ies" else "")
            break
    if len(word) > _SHORTEST_STEM and word.endswith("e"):
        word = word[:-1]
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word


class Signs:
    """Sentences -> their signs, with a sorting of words into groups."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._of_token = lru_cache(maxsize=65536)(self._look_up)

    def of(self, lines: Sequence[Line]) -> tuple[Numbers, NDArray[np.intp]]:
        """The signs of all lines in one row, and the line each belongs to."""
        read = [tokens(line.text) for line in lines]
        rows = [self._of_token(token) for line in read for token in line]
        told = np.frombuffer(b"".join(rows), np.uint64).reshape(-1, _COLUMNS)
        owner = np.repeat(np.arange(len(lines)), [len(line) for line in read])
        parts = _own(told, owner)
        return np.concatenate([part for part, _ in parts]), np.concatenate([whose for _, whose in parts])

    def _look_up(self, token: str) -> bytes:
        """Word, stem, three groups, and the middle group or else the stem: numbers as an array holds them."""
        word = _plain(token)
        core = _number(stem(word))
        groups = self._groups.get(word)
        if groups is None:
            return _ROW.pack(_number(word), core, core, core, core, core)
        coarse, middle, fine = (group + 1 for group in groups)
        return _ROW.pack(_number(word), core, coarse, middle, fine, middle)


def _number(text: str) -> int:
    return zlib.crc32(text.encode())


def _sign(kind: str, values: Numbers) -> Numbers:
    return ((((values + np.uint64(1)) * _KINDS[kind] & _BITS) * _SPREAD & _BITS) >> _SHIFT).astype(np.uint64)


def _own(word: Numbers, owner: Owners) -> list[tuple[Numbers, Owners]]:
    singles = [(_sign(kind, word[:, column]), owner) for column, kind in enumerate("wsabc")]
    stems, middle = word[:, 1], word[:, 5]
    pairs = [("p", stems, 1), ("q", stems, 2), ("d", middle, 1), ("e", middle, 2)]
    return singles + [_pair(kind, values, apart, owner) for kind, values, apart in pairs]


def _pair(kind: str, values: Numbers, apart: int, owner: Owners) -> tuple[Numbers, Owners]:
    inside = owner[apart:] == owner[:-apart]
    return _sign(kind, (values[:-apart] * _SECOND + values[apart:] & _BITS)[inside]), owner[apart:][inside]
