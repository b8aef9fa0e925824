"""Words typed with one slip -> the known word they were meant to be."""

import re
from collections.abc import Iterable

from evals.words import fold, stem

_WORD = re.compile(r"[^\W\d_]+")
# Shorter words have too many neighbors: "hart" could be heart or hard.
_SHORTEST = 5
_LONGEST = 30


class Spelling:
    """A vocabulary that finds the word one slip away: a letter missing, extra, wrong, or swapped with the next.

    The first letter must be right, which it nearly always is.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        words = {fold(word) for text in vocabulary for word in _WORD.findall(text)}
        self._stems = {stem(word) for word in words}
        self._near: dict[str, list[str]] = {}
        for word in sorted(words):
            if _SHORTEST - 1 <= len(word) <= _LONGEST:
                for form in {word, *_one_fewer(word)}:
                    self._near.setdefault(form, []).append(word)

    def correct(self, text: str) -> str:
        """The text with each unknown word that is one slip from a known one replaced by it."""
        return _WORD.sub(lambda match: self._meant(match.group()) or match.group(), text)

    def _meant(self, word: str) -> str | None:
        folded = fold(word)
        if not _SHORTEST <= len(folded) <= _LONGEST or stem(folded) in self._stems:
            return None
        near = {word for form in (folded, *_one_fewer(folded)) for word in self._near.get(form, ())}
        return min((word for word in near if _one_slip(folded, word)), default=None)


def _one_fewer(word: str) -> Iterable[str]:
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))


def _one_slip(typed: str, known: str) -> bool:
    if typed[0] != known[0] or abs(len(typed) - len(known)) > 1:
        return False
    if len(typed) != len(known):
        longer, shorter = max(typed, known, key=len), min(typed, known, key=len)
        return shorter in _one_fewer(longer)
    wrong = [i for i, (a, b) in enumerate(zip(typed, known, strict=True)) if a != b]
    if len(wrong) != 2:
        return len(wrong) == 1
    first, second = wrong
    return second == first + 1 and (typed[first], typed[second]) == (known[second], known[first])
