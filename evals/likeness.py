"""A kernel model: how like the labelled sentences a sentence is, by meaning and by its words, for each of some classes.

Made by least squares (`training/likeness.py`): each labelled sentence pulls what is near it to its own side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
STEEPNESS = 2.0
"""How fast likeness by meaning falls with distance."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What was learned: `examples` (n, 384) about `center`, the pull of each (n, classes), words (signs, classes)."""

    center: Floats
    examples: Floats
    pulls: Floats
    words: Floats
    means: Floats

    def scores(self, meanings: Floats, signs: Sequence[NDArray[np.intp]]) -> Floats:
        """A row a sentence, a column a class: about 1 in the class, about -1 outside. `signs` are those of each one."""
        # One at a time: many times faster than a few together, and no result depends on what stands beside it.
        near = np.exp(STEEPNESS * (np.stack([self.examples @ one for one in turned(meanings, self.center)]) - 1))
        by_words = np.stack([self.words[each].sum(axis=0) / np.float32(np.sqrt(max(1, len(each)))) for each in signs])
        return np.asarray(np.round((near @ self.pulls + by_words) / 2 + self.means, 3), np.float32)


def turned(meaning: Floats, center: Floats) -> Floats:
    """Meanings seen from their center, of length 1."""
    away = meaning - center
    return away / (np.linalg.norm(away, axis=-1, keepdims=True) + np.float32(1e-9))


def unpacked(parts: Mapping[str, NDArray[np.generic]]) -> Likeness:
    """The model as `training/likeness.py` packs it.

    Raises:
        KeyError: a part is missing.
    """
    examples = parts["examples"].astype(np.float32)
    return Likeness(
        center=parts["center"].astype(np.float32),
        examples=examples / np.linalg.norm(examples, axis=1, keepdims=True),
        pulls=parts["pulls"].astype(np.float32),
        words=parts["words"].astype(np.float32) * parts["words_scales"].astype(np.float32),
        means=parts["means"].astype(np.float32),
    )
