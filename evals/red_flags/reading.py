"""A patient's words -> sentences of words, spelled right, with what was found in each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.notices.combinations import Hit
from evals.notices.groups import Word, words_of
from evals.red_flags.figures import read_figures
from evals.red_flags.words import context_groups, sign_groups, typos, unspaced

# A full stop ends a sentence unless a digit follows it: "100.4".
_END = re.compile(r"[!?¿;\n\r…。؟]+|\.(?!\d)|\s[–—-]{1,3}\s|[()\[\]]")
_CLAUSE = re.compile(r",|:|\b(?:but|yet|however|though|although|while|pero|aunque)\b", re.IGNORECASE)
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
# A record may run to a megabyte; what makes someone ask stands in what they type, or near the start of an upload.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its words, the clause each word stands in, and the groups found by first and last word."""

    words: tuple[Word, ...]
    clauses: tuple[int, ...]
    asks: bool
    signs: dict[str, list[Hit]]
    context: dict[str, list[Hit]]


def read(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order; of a very long text, those of its beginning."""
    text = text[:LONGEST]
    sentences: list[Sentence] = []
    start = 0
    for mark in [*_END.finditer(text), None]:
        end = mark.start() if mark else len(text)
        if text[start:end].strip():
            asks = bool(mark and "?" in mark.group())
            sentences.append(_sentence(text, start, end, asks))
        start = mark.end() if mark else end
    return tuple(sentence for sentence in sentences if sentence.words)


def _sentence(text: str, start: int, end: int, asks: bool) -> Sentence:
    words = [_spelled(word) for word in words_of(text, start, end)]
    cuts = [cut.start() for cut in _CLAUSE.finditer(text, start, end)]
    context = context_groups().find(words)
    signs = sign_groups().find(words)
    figures = read_figures(text, words)
    if figures:
        for name, hits in figures.items():
            signs.setdefault(name, []).extend(hits)
        if "fever_high" in figures:
            signs.setdefault("fever", []).extend(figures["fever_high"])
    if _UNSPACED.search(text, start, end):
        for at, word in enumerate(words):
            for name in _inside(text[word.start : word.end]):
                signs.setdefault(name, []).append((at, at))
    return Sentence(tuple(words), _clauses(words, cuts), asks, signs, context)


def _inside(run: str) -> list[str]:
    """The signs named in a run of characters without spaces, unless it denies them ("没有发烧")."""
    found = [(run.find(text), name) for text, name in unspaced() if text in run]
    return [name for at, name in found if not run[max(0, at - 2) : at].endswith(("没有", "没", "無", "不"))]


def _clauses(words: Sequence[Word], cuts: Sequence[int]) -> tuple[int, ...]:
    numbers, index = [], 0
    for word in words:
        while index < len(cuts) and cuts[index] < word.start:
            index += 1
        numbers.append(index)
    return tuple(numbers)


def _spelled(word: Word) -> Word:
    meant = typos().get(word.folded) or _near().get(word.folded)
    if meant is None and len(word.folded) > 5 and word.folded not in _good():
        meant = _nearest(word.folded)
    return Word(meant, word.start, word.end) if meant and " " not in meant else word


@cache
def _near() -> dict[str, str]:
    return {word: word for word in _targets()}


@cache
def _good() -> frozenset[str]:
    return frozenset(word.strip() for word in str(load_yaml("red_flag_typos.yaml")["good"]).split(","))


@cache
def _targets() -> tuple[str, ...]:
    return tuple(word.strip() for word in str(load_yaml("red_flag_typos.yaml")["near"]).split(","))


@cache
def _variants() -> dict[str, str]:
    """Each target with one letter left out -> the target."""
    found: dict[str, str] = {}
    for target in _targets():
        if len(target) > 5:
            for at in range(1, len(target)):
                found.setdefault(target[:at] + target[at + 1 :], target)
    return found


def _nearest(word: str) -> str | None:
    """The listed word that differs by one letter (wrong, missing, extra) or by two neighbours swapped, if any."""
    variants = _variants()
    if word in variants:
        return variants[word]
    for at in range(1, len(word)):
        shorter = word[:at] + word[at + 1 :]
        if shorter in _near():
            return shorter
        meant = variants.get(shorter)
        if meant and len(meant) == len(word) and _one_slip(word, meant):
            return meant
    return None


def _one_slip(word: str, meant: str) -> bool:
    wrong = [at for at in range(len(word)) if word[at] != meant[at]]
    if len(wrong) == 1:
        # A wrong ending is another form ("breathed"), not a slip.
        return wrong[0] < len(word) - 1
    return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == meant[wrong[1]]
