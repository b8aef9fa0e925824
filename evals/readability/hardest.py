"""The hardest sentences of a body, with what makes them hard and plainer words for some of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.lexicons import load_yaml
from evals.readability.formulas import Counts
from evals.readability.terms import Hit, plainer, technical
from evals.readability.tokens import LONG
from evals.readability.zones import Zone


@dataclass(frozen=True, slots=True)
class HardSentence:
    """A sentence at `text[start:end]`: its sums (names masked), its long words, and (word, plainer words) pairs."""

    start: int
    end: int
    counts: Counts
    long_words: tuple[str, ...]
    plainer: tuple[tuple[str, str], ...]


def hardest_sentences(text: str, body: Zone) -> tuple[HardSentence, ...]:
    """The hardest few, in reading order; short sentences without long words are never among them."""
    rules = load_yaml("readability.yaml")
    hard = rules["hard_sentence"]
    ranked: list[tuple[float, int, int, Counts]] = []
    for number, counts in enumerate(body.masked_counts):
        if counts.words < hard["long_words"]:
            continue
        if counts.words >= hard["words"] or counts.polysyllables >= hard["long_words"]:
            ranked.append((-_hardness(counts), body.sentences[number].start, number, counts))
    worst = sorted(sorted(ranked)[: rules["hardest_sentences"]], key=lambda entry: entry[1])
    return tuple(_described(text, body, number, counts) for _, _, number, counts in worst)


def _hardness(counts: Counts) -> float:
    # The slopes of Flesch–Kincaid for length and of SMOG for long words.
    return 0.39 * counts.words + 1.043 * (30 * counts.polysyllables) ** 0.5


def _described(text: str, body: Zone, number: int, counts: Counts) -> HardSentence:
    sentence, words = body.sentences[number], body.masked_words[number]
    spelled = (word.text if word.text.isupper() else word.text.lower() for word in words if word.syllables >= LONG)
    swaps = tuple(dict.fromkeys(_swaps(text, body, number)))
    return HardSentence(sentence.start, sentence.end, counts, tuple(dict.fromkeys(spelled)), swaps)


def _swaps(text: str, body: Zone, number: int) -> Iterator[tuple[str, str]]:
    hits: list[Hit] = []
    for terms in (technical(), plainer()):
        hits += terms.find(text, body.raw_words[number])
    for hit in sorted(hits, key=lambda hit: hit.start):
        yield text[hit.start : hit.end].lower(), hit.entry.plain
