"""Which sentences of the found passages an answer quotes, and whose words they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evals.cancers import find_cancers
from evals.corpus import Index
from evals.generators.composer.patient import fits
from evals.lexicons import load_yaml
from evals.prompt import Prompt
from evals.readability.formulas import flesch_kincaid
from evals.readability.masking import mask, name_spans
from evals.readability.tokens import count, tokens
from evals.records import Passage, Sentence, Source

FACT_BASES = ("NCI", "FDA")
"""Public bodies whose material is the fact base: credited for facts of a passage that no source was seen for."""
LEAD = 0.6
GRADE_PENALTY = 0.04
"""How much relevance, of the best sentence's 1.0, a school grade above the prompt's reading level costs."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Neighbouring sentences of one passage that share a source; `first` when they open the passage's part."""

    passage: Passage
    source: Source | None
    text: str
    first: bool


def paragraphs(
    index: Index, passages: Sequence[Passage], question: str, asked: Sequence[str], prompt: Prompt
) -> tuple[Paragraph, ...]:
    """The sentences to quote, at most `prompt.sentences`: the most relevant ones, in the passage's own order.

    `asked` are the diseases asked about; examples from another disease are left out: they would raise false hope.

    Sentences harder than the prompt's reading level give way to easier ones of the same passage.
    """
    if not passages:
        return ()
    chosen = _choose(index, passages, question, asked, prompt)
    return tuple(part for passage in passages for part in _group(passage, chosen.get(passage.id, ())))


def _choose(
    index: Index, passages: Sequence[Passage], question: str, asked: Sequence[str], prompt: Prompt
) -> dict[str, tuple[Sentence, ...]]:
    ids = {passage.id for passage in passages}
    hits = [hit for hit in index.sentences(question, 400) if hit.passage_id in ids]
    best = max((hit.score for hit in hits), default=1.0)
    relevance = {(hit.passage_id, hit.start): hit.score / best for hit in hits}

    def merit(run: tuple[Passage, tuple[Sentence, ...]]) -> float:
        passage, sentences = run
        words = passage.text[sentences[0].start : sentences[-1].end]
        too_hard = max(0.0, _grade(words) - prompt.reading_level)
        # The best passage opens with what it is about, so its first sentences rank as if they matched.
        lead = LEAD if passage is passages[0] and sentences[0] in passage.sentences[:2] else 0.0
        found = max(relevance.get((passage.id, sentence.start), 0.0) for sentence in sentences)
        return max(found, lead) - GRADE_PENALTY * too_hard

    runs = [(passage, run) for passage in passages for run in _runs(passage) if _on_topic(passage, run, asked)]
    chosen: dict[str, list[Sentence]] = {passage.id: [] for passage in passages}
    room = prompt.sentences
    for passage, run in sorted(runs, key=lambda run: -merit(run)):
        if len(run) <= room:
            chosen[passage.id] += run
            room -= len(run)
    return {key: tuple(sorted(found, key=lambda sentence: sentence.start)) for key, found in chosen.items()}


def _on_topic(passage: Passage, run: Sequence[Sentence], asked: Sequence[str]) -> bool:
    named = find_cancers(passage.text[run[0].start : run[-1].end])
    return not asked or not named or fits(named, asked)


def _runs(passage: Passage) -> list[tuple[Sentence, ...]]:
    """Sentences that must be quoted together: one that leans on the sentence before it never stands alone."""
    leaning = re.compile(load_yaml("search.yaml")["leaning"], re.IGNORECASE)
    runs: list[list[Sentence]] = []
    for sentence in passage.sentences:
        if runs and leaning.match(passage.text, sentence.start):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return [tuple(run) for run in runs]


def _group(passage: Passage, sentences: Sequence[Sentence]) -> list[Paragraph]:
    parts: list[tuple[Source | None, list[str]]] = []
    for sentence in sentences:
        source = _source(passage, sentence)
        words = passage.text[sentence.start : sentence.end]
        if parts and parts[-1][0] == source:
            parts[-1][1].append(words)
        else:
            parts.append((source, [words]))
    return [
        Paragraph(passage, source, " ".join(words), first=number == 0) for number, (source, words) in enumerate(parts)
    ]


def _source(passage: Passage, sentence: Sentence) -> Source | None:
    # A source seen for this very sentence; else the passage's first when that is a public fact base. A body that was
    # not seen saying something is never said to say it.
    by_id = {source.id: source for source in passage.sources}
    seen = next((by_id[i] for i in sentence.sources if i in by_id and by_id[i].seen), None)
    if seen or not passage.sources:
        return seen
    return passage.sources[0] if passage.sources[0].organisation in FACT_BASES else None


def _grade(sentence: str) -> float:
    """Flesch–Kincaid grade of one sentence, drug and gene names masked: they cannot be put more simply."""
    words = mask(tokens(sentence, 0, len(sentence)), name_spans(sentence))
    counts = replace(count(words), sentences=1)
    return flesch_kincaid(counts) if counts.words else 0.0
