"""Whether two answers differ in more than the record they echo.

Compared are the words of the body, without notices, lists of questions, sources, related questions and title. A
sentence made of the record's own words and of words that frame them ("Your record says: ...") is an echo and is left
out; in the sentences that stay, the record's own words are left out. Punctuation and case do not count.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache

from evals.fit.places import sentence_spans
from evals.lexicons import load_yaml
from evals.readability.structure import visible_text
from evals.records import Answer, Record, SectionKind

_LEFT_OUT: frozenset[SectionKind] = frozenset(
    {"title", "date", "opening_notice", "closing_notice", "questions", "upload", "references", "related"}
)
_WORD = re.compile(r"[^\W_]+(?:[.'’+-][^\W_]+)*\+?")


def difference(one: Answer, other: Answer, records: tuple[Record | None, ...]) -> float:
    """The share of words, 0 to 1, in which two bodies differ: 0 the same, 1 nothing in common.

    Words are counted in threes, so that their order counts; `records` are both records, whose words are echo.
    """
    own = frozenset(word for record in records if record for word in _record_words(record))
    first, second = _threes(one, own), _threes(other, own)
    total = sum(first.values()) + sum(second.values())
    if not total:
        return 0.0
    shared = sum((first & second).values())
    return 1.0 - 2.0 * shared / total


def body_sentences(answer: Answer, own: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The words of each sentence of the body that is no echo, without the record's own words."""
    text = visible_text(answer)
    hidden = [(section.start, section.end) for section in answer.sections if section.kind in _LEFT_OUT]
    for start, end in sentence_spans(text):
        if any(a <= start < b for a, b in hidden):
            continue
        words = [word.casefold() for word in _WORD.findall(text[start:end])]
        left = tuple(word for word in words if word not in own)
        if len([word for word in left if word not in _frame()]) >= _own_words():
            yield left


def _threes(answer: Answer, own: frozenset[str]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for words in body_sentences(answer, own):
        padded = ("", "", *words, "", "")
        counts.update(padded[i : i + 3] for i in range(len(padded) - 2))
    return counts


def _record_words(record: Record) -> Iterator[str]:
    for text in _texts(asdict(record)):
        for word in _WORD.findall(text):
            low = word.casefold()
            # Little words are everybody's: "not" must count where it turns a sentence round.
            if low not in _frame():
                yield low


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
        elif isinstance(part, str):
            yield part


@cache
def _frame() -> frozenset[str]:
    return frozenset(load_yaml("personal_fit_flips.yaml")["frame"])


def _own_words() -> int:
    return load_yaml("personal_fit_flips.yaml")["own_words"]
