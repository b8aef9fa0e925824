"""A trained second reader of notices: how likely a sentence says each of them, from its words and its neighbours'.

A linear model over hashed features, because a notice can be worded in more ways than patterns can list. Its weights are
`datasets/lexicons/notices_learned.npz`, made by `training/notices.py`; `notices_learned.yaml` says how it is weighed
against the patterns.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evals.lexicons import load_yaml
from evals.shipped import find

BUCKETS = 1 << 15
"""How many weights each notice has: a power of two."""
WEIGHTS = "datasets/lexicons/notices_learned.npz"

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROW = Struct("=3q")
_STEM = 5
_REACH = 3
_NEIGHBOUR = 0.3
_LENGTHS = 6
_STEEPNESS = 4.0
_MOST_REMEMBERED = 20_000
# Words that carry too little for pairs of words.
_LITTLE = frozenset(load_yaml("notices_learned.yaml")["little_words"])


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as the reader sees it: its folded words, the word groups found in it, whether it asks, its block."""

    words: Sequence[str]
    groups: Iterable[str]
    asks: bool
    block: int


@dataclass(frozen=True, slots=True)
class Features:
    """Entries of a sparse matrix: sentence, bucket, value. Each sentence that has any has the same length."""

    sentences: Numbers
    buckets: Numbers
    values: Floats


@dataclass(frozen=True, slots=True)
class Reader:
    """The trained model. `adds`: above it a sentence may say the notice; `keeps`: below it, a find is undone.

    `near`: the score from which a sentence is read for its sense. By the sense, `sure`: from there on it says the
    notice, `rise` what is added as texts grow, `stays` below which a find is undone.
    """

    notices: tuple[str, ...]
    weights: Floats
    offsets: Floats
    adds: float
    keeps: float
    near: float
    sure: float
    rise: float
    stays: float

    def scores(self, found: Features, number: int) -> Floats:
        """Log odds, one row for each of so many sentences, one column a notice, less the notice's own cut-off."""
        # Row by row first: the weights of one bucket lie side by side.
        weighed = np.ascontiguousarray((found.values[:, None] * self.weights[found.buckets]).T)
        columns = [np.bincount(found.sentences, column, number) for column in weighed]
        return np.stack(columns, axis=1) + self.offsets


@cache
def load_reader() -> Reader:
    """The shipped model.

    Raises:
        UserError: its files are missing.
    """
    rules = load_yaml("notices_learned.yaml")
    with np.load(find(WEIGHTS, "weights of the second reader of notices"), allow_pickle=False) as stored:
        weights = stored["weights"].astype(np.float64) * stored["scales"]
        notices = tuple(str(name) for name in stored["notices"])
        figures = {name: float(rules[name]) for name in ("adds", "keeps", "near", "sure", "rise", "stays")}
        return Reader(notices, weights, stored["offsets"].astype(np.float64), **figures)


def features(sentences: Sequence[Told]) -> Features:
    """What the model looks at: words, stems, pairs of words, word groups, form, and the words of the neighbours."""
    lengths = np.array([len(sentence.words) for sentence in sentences], dtype=np.int64)
    owners = np.repeat(np.arange(len(sentences)), lengths)
    rows = [_codes(word) for told in sentences for word in told.words]
    codes = np.frombuffer(b"".join(rows), np.int64).reshape(-1, 3)
    parts = [*_words(owners, codes), *_forms(sentences), *_neighbours(sentences, owners, codes)]
    sizes = [len(part.sentences) for part in parts]
    who = np.concatenate([part.sentences for part in parts])
    kinds = np.repeat([part.kind for part in parts], sizes)
    weights = np.repeat([part.weight for part in parts], sizes)
    norms = np.sqrt(np.bincount(who, weights**2, len(sentences)))
    buckets = _buckets(np.concatenate([part.codes for part in parts]), kinds)
    return Features(who, buckets, _STEEPNESS * weights / norms[who])


class _Part(NamedTuple):
    """Codes of one kind, each with its sentence."""

    sentences: Numbers
    codes: Numbers
    kind: int
    weight: float


def _words(owners: Numbers, codes: Numbers) -> list[_Part]:
    words, stems = codes[:, 0], codes[:, 1]
    together = owners[1:] == owners[:-1]
    pairs = words[:-1] * 31 + words[1:]
    parts = [
        _Part(owners, words, 1, 1.0),
        _Part(owners, stems, 2, 1.0),
        _Part(owners[1:][together], pairs[together], 3, 1.0),
    ]
    telling = codes[:, 2] == 1
    owners, stems = owners[telling], stems[telling]
    for step in range(1, _REACH + 1):
        same = owners[step:] == owners[:-step]
        pairs = stems[:-step] * 31 + stems[step:]
        parts.append(_Part(owners[step:][same], pairs[same], 4, 1.0))
    return parts


def _forms(sentences: Sequence[Told]) -> list[_Part]:
    """Its first word, its length, whether it asks, and the word groups in it."""
    rows = [
        [
            _named("first", told.words[0] if told.words else ""),
            _named("length", str(min(len(told.words) // 5, _LENGTHS))),
            *((_code("asks"),) if told.asks else ()),
            *map(_group, told.groups),
        ]
        for told in sentences
    ]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return [_Part(owners, np.array([code for row in rows for code in row], np.int64), 5, 1.0)]


def _neighbours(sentences: Sequence[Told], owners: Numbers, codes: Numbers) -> list[_Part]:
    """The words of the sentences before and after, where those stand in the same block or the next."""
    blocks = np.array([told.block for told in sentences], dtype=np.int64)
    parts: list[_Part] = []
    for kind, step in ((6, 1), (7, -1)):
        to = owners + step
        inside = (to >= 0) & (to < len(sentences))
        near = inside.copy()
        near[inside] = np.abs(blocks[to[inside]] - blocks[owners[inside]]) <= 1
        parts.append(_Part(to[near], codes[near, 0], kind, _NEIGHBOUR))
    return parts


def _buckets(codes: Numbers, kinds: Numbers) -> Numbers:
    """Buckets of codes: the same code of another kind falls into another bucket."""
    product = (codes + kinds * 0x9E3779B1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (product >> np.uint64(40)).astype(np.int64) & (BUCKETS - 1)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _codes(word: str) -> bytes:
    """A word, its stem and whether it tells anything: numbers as an array holds them."""
    plain = word.replace("'", "").replace("’", "")
    return _ROW.pack(_code(plain), _code(plain[:_STEM]), plain not in _LITTLE)


@cache
def _group(name: str) -> int:
    return _code(f"group {name}")


@lru_cache(maxsize=_MOST_REMEMBERED)
def _named(kind: str, name: str) -> int:
    return _code(f"{kind} {name}")


@lru_cache(maxsize=_MOST_REMEMBERED)
def _code(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
