"""Two sentences that are the same word for word but for a small edit: there a "not" or an opposite decides alone."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache, lru_cache

from evals.judges.slots.finding import SlotFinding, clash
from evals.judges.slots.lexicon import slots
from evals.judges.slots.reading import Reading
from evals.words import stem

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_LONGEST = 60
"""Words of a sentence that are compared: longer ones are lists, which no small edit changes."""


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """One finding at most: the edit turns the sentence round."""
    mine = _words(claim.text)
    if len(claim.sentences) != 1 or not 3 <= len(mine) <= _LONGEST:
        return
    starts = (0, *evidence.sentence_ends)
    for start, end in zip(starts, evidence.sentence_ends, strict=False):
        if found := _turned(mine, _words(evidence.text[start:end])):
            said, stated = found
            if not said or not stated:
                # "Not" added: only both sentences show what that means.
                said, stated = " ".join(claim.text.split()), " ".join(evidence.text[start:end].split())
            yield clash("negation", "E09", said, stated)
            return


def _turned(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, str] | None:
    """The words of either sentence that make it say the contrary of the other; None when the edit is not small."""
    if not 3 <= len(theirs) <= _LONGEST or len(set(mine) & set(theirs)) < float(
        slots()["cutoffs"]["edit_overlap"]
    ) * len(set(mine)):
        return None
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < slots()["cutoffs"]["edit"]:
        return None
    edits = [(mine[a:b], theirs[c:d]) for op, a, b, c, d in matcher.get_opcodes() if op != "equal"]
    changed = [(_content(said), _content(stated)) for said, stated in edits]
    if sum(max(len(said), len(stated)) for said, stated in changed) > int(slots()["cutoffs"]["edit_words"]):
        return None
    if any(word in slots()["denial"]["conditional"] for said, stated in edits for word in (*said, *stated)):
        return None
    denials = sum(_denies(said) - _denies(stated) for said, stated in edits)
    opposites = sum(_opposite(said, stated) for said, stated in changed)
    if (abs(denials) + opposites) % 2 == 0 or abs(denials) > 1:
        return None
    if any(_adds(said, stated) or _adds(stated, said) for said, stated in edits):
        return None
    said, stated = next(one for one in edits if _denies(one[0]) != _denies(one[1]) or _opposite(*map(_content, one)))
    return " ".join(said), " ".join(stated)


def _denies(words: tuple[str, ...]) -> int:
    return sum(word in _deniers() or word.endswith("n't") for word in words)


def _adds(said: tuple[str, ...], stated: tuple[str, ...]) -> bool:
    # "..., so it never comes back" denies what it adds, not what the other sentence says.
    first = next((number for number, word in enumerate(said) if word in _deniers() or word.endswith("n't")), None)
    return first is not None and not _content(stated) and bool(_content(said[first:]))


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in words if w not in slots()["edit_fillers"] and w not in _deniers() and not w.endswith("n't"))


def _opposite(said: tuple[str, ...], stated: tuple[str, ...]) -> bool:
    """Whether the words put in the place of others are their opposites."""
    mine, theirs = {stem(w) for w in said}, {stem(w) for w in stated}
    return any((a, b) in _opposites() for a in mine - theirs for b in theirs - mine)


@cache
def _deniers() -> frozenset[str]:
    return frozenset(slots()["edit_deniers"])


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    rows = ((one, other) for row in slots()["directions"] for one in row["plus"] for other in row["minus"])
    words = ((one, other) for one, other in (*rows, *slots()["pairs"]) if " " not in one and " " not in other)
    pairs = {(stem(one), stem(other)) for one, other in words}
    pairs |= {(other, one) for one, other in pairs}
    return frozenset(pairs)


@lru_cache(maxsize=16384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))
