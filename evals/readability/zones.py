"""One zone of an answer (notice, body, questions, related): its sentences, their words, and its grades."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.readability.formulas import Counts
from evals.readability.masking import Name, mask
from evals.readability.structure import Sentence, zone_sentences
from evals.readability.tokens import Token, count, tokens
from evals.readability.variants import Grades, grade_zone
from evals.records import Answer

SMALL_ZONES = ("notice", "questions", "related")
"""The zones graded beside the body."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's sentences with the words of each, as written and masked, the sums of the masked, and its grades."""

    sentences: tuple[Sentence, ...]
    raw_words: tuple[tuple[Token, ...], ...]
    masked_words: tuple[tuple[Token, ...], ...]
    masked_counts: tuple[Counts, ...]
    raw: Grades | None
    masked: Grades | None

    @property
    def words(self) -> int:
        return sum(map(len, self.raw_words))

    @property
    def spoken(self) -> int:
        """How many sentences have words."""
        return sum(map(bool, self.raw_words))

    @property
    def listed(self) -> float:
        """The share of its words that stand in list items which are no sentences."""
        items = sum(len(w) for s, w in zip(self.sentences, self.raw_words, strict=True) if s.fragment)
        return items / self.words if self.words else 0.0


def read_zone(answer: Answer, text: str, names: Sequence[Name], zone: str) -> Zone:
    """A zone of the answer, read and graded. `text` is what of it can be seen, `names` are those found there."""
    rules = load_yaml("readability.yaml")
    fewest = rules["fewest" if zone == "body" else "fewest_in_small_zones"]
    sentences = zone_sentences(answer, zone)
    raw = tuple(tokens(text, sentence.start, sentence.end, shouted()) for sentence in sentences)
    masked = tuple(mask(words, names) for words in raw)
    counts = [count(words) for words in raw]
    # Most sentences hold no name: their words, and so their sums, are the same.
    others = tuple([c if same is words else count(words) for c, same, words in zip(counts, raw, masked, strict=True)])
    graded = grade_zone(sentences, counts, fewest["sentences"], fewest["words"])
    if masked == raw:
        return Zone(sentences, raw, masked, others, graded, graded)
    return Zone(
        sentences, raw, masked, others, graded, grade_zone(sentences, others, fewest["sentences"], fewest["words"])
    )


@cache
def shouted() -> frozenset[str]:
    """Words in capitals that are only said loudly."""
    return frozenset(load_yaml("readability.yaml")["shouted"])
