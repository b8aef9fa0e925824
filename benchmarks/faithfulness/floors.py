"""Judges that anyone could write in a line: what a real judge has to beat.

"Always supported" says so of everything. "Word overlap" is the share of a claim's content words found in the evidence.
"Length" holds that what is shorter is truer. For labels the last two need a cut-off: the one at which they call 85%
supported (the share asked of the judge) of the true claims written on the 50 passages that are not held out
(`training/written_pairs.jsonl`). They never call anything contradicted.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from benchmarks.faithfulness.statements import corpus
from evals.judges.evidence import passage_sentences
from evals.lexicons import load_yaml
from evals.tables import read_text
from evals.words import stem, stems
from training.own import HERE, passages

SUPPORTED_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Floor:
    """A score that rises with support, and the least score that counts as supported."""

    name: str
    score: Callable[[str], float]
    cutoff: float

    def supports(self, claim: str) -> bool:
        """Whether this floor calls a claim supported by the shipped corpus."""
        return self.score(claim) >= self.cutoff


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """The stems of a text's words without stop words."""
    return frozenset(stems(text)) - _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("search.yaml")["stop_words"])


def overlap(claim: frozenset[str], evidence: frozenset[str]) -> float:
    """The share of the claim's content words that the evidence has; 1 when it has none, as nothing is missing."""
    return len(claim & evidence) / len(claim) if claim else 1.0


def shortness(claim: str) -> float:
    """Minus the number of characters."""
    return -float(len(claim))


def overlap_with_corpus(claim: str) -> float:
    """The overlap with the best window of one or two sentences of any passage."""
    wanted = content_words(claim)
    return max((overlap(wanted, window) for window in _windows()), default=0.0)


@cache
def _windows() -> tuple[frozenset[str], ...]:
    found: list[frozenset[str]] = []
    for passage in corpus().passages.values():
        said = [content_words(text) for *_, text in passage_sentences(passage)]
        found += [*said[:1], *(one | other for one, other in pairwise(said))]
    return tuple(found)


@cache
def floors() -> tuple[Floor, ...]:
    """The three floors with their cut-offs."""
    return (
        Floor("always supported", lambda _: 1.0, 0.0),
        Floor("word overlap", overlap_with_corpus, cutoff_at(map(overlap_with_corpus, written_facts()))),
        Floor("length", shortness, cutoff_at(map(shortness, written_facts()))),
    )


def cutoff_at(scores: Iterable[float], share: float = SUPPORTED_SHARE) -> float:
    """The highest cut-off at which at least this share of the scores lies at or above it."""
    ordered = sorted(scores, reverse=True)
    return ordered[math.ceil(share * len(ordered)) - 1]


@cache
def written_facts() -> Sequence[str]:
    """The true claims written on passages that are not held out."""
    rows = map(json.loads, read_text(HERE / "written_pairs.jsonl").splitlines())
    free = passages()
    return tuple(r["claim"] for r in rows if r["label"] == "supported" and r["source"].partition("#")[0] in free)
