"""A second reader beside the patterns: how much a sentence sounds like overreach, and like which rule.

A linear model over signs (words, stems, groups of words of like meaning, neighbours; `training/overreach_reader.py`)
reads every sentence and says where none need look. Where it is not sure, the reader of sentences (`evals/sense.py`)
decides: it finds wordings that nobody wrote a pattern for, and undoes what a pattern found wrongly.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from math import log2

import numpy as np
from numpy.typing import NDArray

from evals.errors import UserError
from evals.overreach.cues import MASK
from evals.overreach.lines import Line
from evals.overreach.signs import SIGNS_IN_ALL, Groups, Signs
from evals.sense import Sense, sense
from evals.shipped import find

_FILE = "datasets/lexicons/overreach_reader.npz"
Floats = NDArray[np.float32]


# More sentences than this are not read for their sense: time stays linear, whatever the text.
_MOST_READ = 200
# In texts of so many sentences a sentence counts from `sure` on; in longer ones each is less likely to be the one.
_SHORT = 4
# So far below `quiet` a sentence of a short text is read for its sense all the same; for each doubling of the text only
# likelier ones are, as it costs more than all patterns.
_FURTHER, _PICKY = 1.5, 1.0
_MEDICINES = re.compile(rf"{MASK}+(?:[ /-]{MASK}+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What was learned: `any` (signs,) with its bias for overreach at all.

    `quiet`: the linear score below which neither patterns nor sense are tried. The rest are log odds: `sure` from which
    a sentence counts as overreach, `rise` what is added for each doubling of the text, `keeps` below which a pattern's
    find is undone, `close` how far the second rule may lie behind the first to be named too.
    """

    any: Floats
    bias: float
    groups: Groups
    quiet: float
    sure: float
    rise: float
    keeps: float
    close: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one sentence: `undoes` means that what a pattern finds is none; `rules` it breaks, the likeliest first."""

    undoes: bool = False
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """A first look at the sentences of a text: the linear score and the signs of each.

    `signs` stand in one row, `owner` says whose each is; `doublings`: how often the text is longer than a short one.
    """

    scores: NDArray[np.float64]
    signs: NDArray[np.intp]
    owner: NDArray[np.intp]
    doublings: float

    def asleep(self, number: int) -> bool:
        """Whether no pattern need be tried on that sentence."""
        return bool(self.scores[number] < weights().quiet)


@cache
def weights() -> Weights:
    """The shipped weights.

    Raises:
        UserError: the file is missing or does not hold them.
    """
    path = find(_FILE, "file of reader weights")
    try:
        with np.load(path, allow_pickle=False) as file:
            return _unpacked({name: file[name] for name in file.files})
    except (OSError, ValueError, KeyError) as error:
        fix = "Make it again with training/overreach_reader.py."
        raise UserError(str(path), f"no reader weights: {error}", "the file of this version", fix) from error


def _unpacked(parts: dict[str, NDArray[np.generic]]) -> Weights:
    words = bytes(parts["group_words"].astype(np.uint8)).decode("utf-8").split("\n")
    figures = (float(value) for value in parts["figures"].astype(np.float64))
    quiet, sure, rise, keeps, close, bias, scale = figures
    if parts["any"].shape != (SIGNS_IN_ALL,):
        raise ValueError(f"weights of shape {parts['any'].shape}")
    return Weights(
        any=parts["any"].astype(np.float32) * np.float32(scale),
        bias=bias,
        groups={word: (int(a), int(b), int(c)) for word, (a, b, c) in zip(words, parts["groups"], strict=True)},
        quiet=quiet,
        sure=sure,
        rise=rise,
        keeps=keeps,
        close=close,
    )


@cache
def _signs() -> Signs:
    return Signs(weights().groups)


def as_read(line: Line) -> str:
    """A sentence as it is read for its meaning: which medicine it names does not matter."""
    return _MEDICINES.sub("medicine", line.text)


def glance(lines: Sequence[Line]) -> Glance:
    """The first look at some lines: arithmetic on their signs, a fraction of what reading costs."""
    learned = weights()
    signs, owner = _signs().of(lines)
    places = signs.astype(np.intp)
    size = np.sqrt(np.bincount(owner, minlength=len(lines)))
    scores = np.bincount(owner, weights=learned.any[places], minlength=len(lines)) / size + learned.bias
    return Glance(scores.round(3), places, owner, log2(max(1.0, len(lines) / _SHORT)))


def opinions(lines: Sequence[Line], first: Glance, found: Set[int]) -> list[Opinion]:
    """What the reader thinks of each line, in order. `found` are the numbers of those in which patterns found one."""
    learned = weights()
    least = learned.quiet - _FURTHER + _PICKY * first.doublings
    likely = {int(number) for number in np.flatnonzero(first.scores >= least)}
    read = sorted(likely | found, key=lambda number: (-first.scores[number], number))[:_MOST_READ]
    sure = learned.sure + learned.rise * first.doublings
    known = {number: _opinion(learned, sense(as_read(lines[number])), sure) for number in read}
    return [known.get(number, Opinion()) for number in range(len(lines))]


def _opinion(learned: Weights, told: Sense, sure: float) -> Opinion:
    if told.overreach < sure:
        return Opinion(undoes=told.overreach < learned.keeps)
    first, second = sorted(told.rules, key=lambda rule: -told.rules[rule])[:2]
    return Opinion(rules=(first, second) if told.rules[first] - told.rules[second] <= learned.close else (first,))
