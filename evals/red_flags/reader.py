"""A second reader of a patient's words: learnt weights of words and word pairs -> how much they sound like danger now.

The rules know what danger signs are called; this knows how people who are in danger talk, and how others do. Neither
decides alone (`evals/red_flags/evidence.py`). Its weights are a sum over what a text contains: no order of evaluation,
no arithmetic that differs between machines. `training/red_flag_reader.py` makes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from evals.lexicons import load_jsonl
from evals.red_flags.reading import Sentence
from evals.red_flags.scope import Sign

_FILE = "red_flag_reader.jsonl"
_STEM = 5
# What is longer was not written as a question: the sum over so many words says nothing.
MOST_WORDS = 160
_KNOWN = 0.5
_FEW = 3


def leaning(sentences: Sequence[Sentence], signs: Sequence[Sign]) -> float | None:
    """How much a question sounds like someone in danger now (above 0) or not (below); about -6 to 6.

    None where it cannot tell: too few words, too many, or too few of them known (another language).
    """
    words = [word.folded for sentence in sentences for word in sentence.words]
    if not _FEW <= len(words) <= MOST_WORDS:
        return None
    weights = _weights()
    known = sum(word in weights["word"] or word[:_STEM] in weights["stem"] for word in words)
    if known < _KNOWN * len(words):
        return None
    return weights["bias"][""] + sum(weights[kind].get(name, 0.0) for kind, name in sorted(features(sentences, signs)))


def features(sentences: Sequence[Sentence], signs: Sequence[Sign]) -> set[tuple[str, str]]:
    """What a question contains, as (kind, name): words, stems, pairs, its last sentence, its signs and surroundings."""
    found: set[tuple[str, str]] = set()
    for sentence in sentences:
        found.update(_of_sentence(sentence))
    if sentences:
        last = sentences[-1]
        found.update(("last", word.folded) for word in last.words)
        found.update((f"last_{at}", word.folded) for at, word in enumerate(last.words[:2]))
        found.update(("last_context", name) for name in last.context)
        found.add(("shape", "asks" if last.asks else "tells"))
        found.add(("shape", f"sentences {min(len(sentences), 6)}"))
        length = sum(len(sentence.words) for sentence in sentences)
        found.add(("shape", f"length {min(8, length // 8)}"))
    found.update(("sign", f"{sign.name} {sign.standing}") for sign in signs)
    return found


def _of_sentence(sentence: Sentence) -> Iterator[tuple[str, str]]:
    words = [word.folded for word in sentence.words]
    mark = "?" if sentence.asks else "."
    for word in words:
        yield "word", word
        yield "stem", word[:_STEM]
    yield "first", f"{words[0]} {mark}"
    around = ["<", *words, mark]
    for left, right in pairwise(around):
        yield "pair", f"{left} {right}"
    for name in sentence.context:
        yield "context", name


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    """Kind -> name -> weight, from hundredths."""
    rows: dict[str, Any] = {row["kind"]: row["weights"] for row in load_jsonl(_FILE)}
    return {kind: {name: value / 100 for name, value in weights.items()} for kind, weights in rows.items()}
