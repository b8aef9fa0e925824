"""A second reader beside the patterns: how much a sentence sounds like overreach, and like which rule.

A linear model over signs (words, stems, groups of words of like meaning, neighbours), trained by
`training/overreach_reader.py`. It finds wordings that nobody wrote a pattern for, and says where none need look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from evals.errors import UserError
from evals.overreach.lines import Line
from evals.overreach.signs import SIGNS_IN_ALL, Groups, Signs
from evals.shipped import find

RULES = tuple(f"O{number}" for number in range(1, 14))
_FILE = "datasets/lexicons/overreach_reader.npz"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What was learned: `any` (signs,) with its bias for overreach at all, `rules` (signs, 13) for which rule.

    `sure` is the score from which a sentence counts as overreach, `close` how far the second rule may lie behind the
    first to be named too, `quiet` the score below which no pattern is tried.
    """

    any: Floats
    bias: float
    rules: Floats
    groups: Groups
    sure: float
    close: float
    quiet: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """Of one sentence: `score` above 0 means more likely overreach than not; `rules` from the likeliest on."""

    score: float
    rules: tuple[str, ...]


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
    words = bytes(parts["words"].astype(np.uint8)).decode("utf-8").split("\n")
    sure, close, quiet, bias, scale = (float(value) for value in parts["figures"].astype(np.float64))
    if parts["rules"].shape != (SIGNS_IN_ALL, len(RULES)):
        raise ValueError(f"weights of shape {parts['rules'].shape}")
    return Weights(
        any=parts["any"].astype(np.float32) * np.float32(scale),
        bias=bias,
        rules=parts["rules"].astype(np.float32) * parts["scales"].astype(np.float32),
        groups={word: (int(a), int(b), int(c)) for word, (a, b, c) in zip(words, parts["groups"], strict=True)},
        sure=sure,
        close=close,
        quiet=quiet,
    )


@cache
def _signs() -> Signs:
    return Signs(weights().groups)


def opinions(lines: Sequence[Line]) -> list[Opinion]:
    """What the reader thinks of each line, in order."""
    if not lines:
        return []
    learned = weights()
    signs, owner = _signs().of(lines)
    places = signs.astype(np.intp)
    size = np.sqrt(np.bincount(owner, minlength=len(lines)))
    scores = np.bincount(owner, weights=learned.any[places], minlength=len(lines)) / size + learned.bias
    return [
        Opinion(score, _rules(learned, places[owner == number], float(size[number])) if score >= learned.sure else ())
        for number, score in enumerate(map(float, scores.round(3)))
    ]


def _rules(learned: Weights, places: NDArray[np.intp], size: float) -> tuple[str, ...]:
    likeness = np.round(learned.rules[places].sum(axis=0, dtype=np.float64) / size, 3)
    order = sorted(range(len(RULES)), key=lambda rule: (-likeness[rule], rule))
    second = [order[1]] if likeness[order[0]] - likeness[order[1]] <= learned.close else []
    return tuple(RULES[rule] for rule in (order[0], *second))
