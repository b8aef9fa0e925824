"""A third reader of notices: how like the labelled sentences a sentence is, by meaning and by its words.

A kernel model for each notice, made by `training/notices_likeness.py`. Reading a meaning costs more than all patterns,
so only sentences are asked about in which patterns or the linear reader found something, or nearly so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from evals.errors import UserError
from evals.likeness import STEEPNESS, turned
from evals.meaning import meaning
from evals.notices.learned import Features
from evals.shipped import find

WEIGHTS = "datasets/lexicons/notices_likeness.npz"
Floats = NDArray[np.float32]
# The features of a sentence are this long for the linear reader; here they are of length 1.
_LENGTH = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What was learned: `examples` (n, axes) seen about `center` along `axes`, and what each pulls to (n, notices).

    `words`: what each feature pulls to. `near`: the linear score from which a sentence is read. `sure`: the likeness
    from which it says the notice, `rise` what is added as texts grow, `keeps` below which a pattern's find is undone.
    """

    notices: tuple[str, ...]
    center: Floats
    axes: Floats
    examples: Floats
    pulls: Floats
    words: Floats
    means: Floats
    near: float
    sure: float
    rise: float
    keeps: float

    def scores(self, texts: Sequence[str], found: Features, chosen: Sequence[int]) -> list[dict[str, float]]:
        """For each chosen sentence the likeness by notice: about 1 where it says it, about -1 where not.

        `texts` are those of the chosen sentences, `found` the features of all, as words of neighbours count.
        """
        rows: list[dict[str, float]] = []
        for text, number in zip(texts, chosen, strict=True):
            # One at a time: faster than a few together, and no result depends on what stands beside it.
            seen = along(meaning(text)[None], self.center, self.axes)[0]
            mine = found.sentences == number
            by_words = (found.values[mine] / _LENGTH) @ self.words[found.buckets[mine]]
            by_meaning = np.exp(STEEPNESS * (self.examples @ seen - 1)) @ self.pulls
            scores = np.round((by_meaning + by_words) / 2 + self.means, 3)
            rows.append(dict(zip(self.notices, scores.tolist(), strict=True)))
        return rows


def along(meanings: Floats, center: Floats, axes: Floats) -> Floats:
    """Meanings seen from their center along the axes, of length 1."""
    seen = turned(meanings, center) @ axes
    return np.asarray(seen / (np.linalg.norm(seen, axis=1, keepdims=True) + 1e-9), np.float32)


@cache
def load_likeness() -> Likeness:
    """The shipped model.

    Raises:
        UserError: the file is missing or does not hold it.
    """
    path = find(WEIGHTS, "weights of the third reader of notices")
    try:
        with np.load(path, allow_pickle=False) as file:
            parts = {name: file[name] for name in file.files}
        near, sure, rise, keeps = parts["figures"].tolist()
        examples = parts["examples"].astype(np.float32)
        return Likeness(
            notices=tuple(str(name) for name in parts["notices"]),
            center=parts["center"].astype(np.float32),
            axes=parts["axes"].astype(np.float32),
            examples=examples / np.linalg.norm(examples, axis=1, keepdims=True),
            pulls=parts["pulls"].astype(np.float32) * parts["pulls_scales"],
            words=parts["words"].astype(np.float32) * parts["words_scales"],
            means=parts["means"].astype(np.float32),
            near=near,
            sure=sure,
            rise=rise,
            keeps=keeps,
        )
    except (OSError, ValueError, KeyError) as error:
        fix = "Make it again with training/notices_likeness.py."
        raise UserError(str(path), f"no weights: {error}", "the file of this version", fix) from error
