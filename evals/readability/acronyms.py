"""Short forms that are never spelled out ("PFS"), names of drugs, genes and people apart."""

import re
from bisect import bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass

from evals.readability.masking import Name

_WORD = re.compile(r"[^\W_]+")
_CAPITALS = re.compile(r"(?<![^\W_])[^\WA-Z_]*[A-Z][^\WA-Z_]*[A-Z][^\W_]*")
_WORD_BEFORE = re.compile(r"([^\W_]+)\s*\Z")
_WORD_AFTER = re.compile(r"\s*([^\W_]+)")
_NEIGHBOUR = 40
# Stages and TNM parts are labels, not short forms of words.
_LABEL = re.compile(r"(?:[IVX]+[A-D]?[0-9]?|[cpy]{0,2}(?:[TNM][0-4Xx][a-d]?)+)\Z")
_MEANING_FOLLOWS = re.compile(
    r",? (?:(?:which|that) )?(?:means?|stands? for|is short for|short for|standing for|is when)\b"
)
# "The dye test, called IHC": told in plain words, if not spelled out.
_GLOSS_PRECEDES = re.compile(r"\b(?:called|known as|named) [\"“]?\Z")
# "1-800-4-CANCER" is a number to dial.
_DIALED = re.compile(r"\d-\Z")
_LONG_FORM_FOLLOWS = re.compile(r" ?\(|, or |: | [–—-] ")
_LONG_FORM_PRECEDES = re.compile(r"(?:\(|\bor|\bcalled|\bas|[–—]|,) ?[\"“]?\Z")
# How many characters on either side of a short form its long form may stand in, and how often we look.
_REACH = 120
_MOST_USES = 20
_LONGEST = 8
_FEWEST_CAPITALS = 2
_MOST_SMALL = 2


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short form at its first use, and whether it is spelled out anywhere."""

    text: str
    start: int
    end: int
    spelled_out: bool = False


Stretches = Sequence[tuple[int, int]]


def unexpanded(
    text: str, stretches: Stretches, names: Sequence[Name], known: Set[str], shouted: Set[str]
) -> tuple[ShortForm, ...]:
    """Short forms in the given stretches of a text, outside names, that are spelled out nowhere in it, in order."""
    return tuple(form for form in short_forms(text, stretches, names, known, shouted) if not form.spelled_out)


def short_forms(
    text: str, stretches: Stretches, names: Sequence[Name], known: Set[str], shouted: Set[str]
) -> tuple[ShortForm, ...]:
    """The short forms in the given stretches of a text, outside names, in order of first use."""
    # Nobody spells out EGFR for a patient, but TMB has words to say.
    names = [name for name in names if name.kind != "marker"]
    uses: dict[str, list[re.Match[str]]] = {}
    at = 0
    for match in _CAPITALS.finditer(text):
        while at < len(names) and names[at].end <= match.start():
            at += 1
        in_name = at < len(names) and names[at].start < match.end()
        if not in_name and _is_short_form(match.group()) and not _is_shouted(text, match, shouted):
            uses.setdefault(_singular(match.group()), []).append(match)
    found: list[ShortForm] = []
    for form, matches in uses.items():
        first = next((m for m in matches if _within(m.start(), stretches)), None)
        if first and form.upper() not in known:
            told = any(_is_spelled_out(text, form, match) for match in matches[:_MOST_USES])
            found.append(ShortForm(first.group(), first.start(), first.end(), told))
    return tuple(sorted(found, key=lambda form: form.start))


def _within(position: int, stretches: Stretches) -> bool:
    index = bisect_right(stretches, position, key=lambda stretch: stretch[0]) - 1
    return index >= 0 and position < stretches[index][1]


def _is_short_form(word: str) -> bool:
    if len(word) > _LONGEST or not word.isascii() or not word[0].isalpha():
        return False
    core = _singular(word)
    capitals = sum(map(str.isupper, core))
    return capitals >= _FEWEST_CAPITALS and sum(map(str.islower, core)) <= _MOST_SMALL and not _LABEL.match(core)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1].isupper() else word


def _is_shouted(text: str, word: re.Match[str], shouted: Set[str]) -> bool:
    start, end = word.span()
    if word.group() in shouted or _DIALED.search(text[max(0, start - 2) : start]):
        return True
    # "DO NOT WAIT", "SIDE EFFECTS": loud words come in company.
    before = _WORD_BEFORE.search(text[max(0, start - _NEIGHBOUR) : start])
    after = _WORD_AFTER.match(text, end, end + _NEIGHBOUR)
    beside = [found.group(1) for found in (before, after) if found]
    return any(w.isupper() and (len(w) > 4 or (w in shouted and len(w) > 1)) for w in beside)


def _is_spelled_out(text: str, form: str, match: re.Match[str]) -> bool:
    after = text[match.end() : match.end() + _REACH]
    if _MEANING_FOLLOWS.match(after):
        return True
    letters = [c for c in form.lower() if c.isalpha()]
    if follows := _LONG_FORM_FOLLOWS.match(after):
        inside = _WORD.findall(after[follows.end() :].partition(")")[0])
        # In brackets any gloss will do; elsewhere the words must fit the letters.
        if after.lstrip()[:1] == "(" and len(inside) > 1:
            return True
        if _fits(letters, inside[: len(letters) + 1]):
            return True
    before = text[max(0, match.start() - _REACH) : match.start()]
    if _GLOSS_PRECEDES.search(before):
        return True
    precedes = _LONG_FORM_PRECEDES.search(before)
    return bool(precedes) and _fits(letters, _WORD.findall(before[: precedes.start()])[-len(letters) - 2 :])


def _fits(letters: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the letters are found in order in the words, the first of them at the start of a word."""
    for start, word in enumerate(words):
        if word[0].lower() == letters[0]:
            rest = iter("".join(words[start:]).lower())
            if all(letter in rest for letter in letters) and len(words) - start > 1:
                return True
    return False
