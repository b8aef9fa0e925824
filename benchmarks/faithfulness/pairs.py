"""Labelled pairs of text and statement from the folder of public data, and our own written claims; none trained on.

What is held out is what `training.public.held_out` holds out, under the keys that training uses: the article of
evidence-inference, the claim of SciFact and Check-COVID, the snippet of BEGIN, the sentence or paragraph of a written
claim. RAGTruth and K-QA were never trained on, so all their rows count.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.tables import read_text
from training.own import HERE, documents, passages
from training.public import held_out, rows, sentences

FILES = (
    "faithfulness/ragtruth_sentence_train", "faithfulness/ragtruth_response_train", "faithfulness/scifact_train",
    "faithfulness/check_covid_train_dev", "faithfulness/evidence_inference", "faithfulness/begin_dev",
    "faithfulness/kqa_physician_nli_dev", "patient_questions/medquad_cancer_dev", "readability/cochrane_pairs_val",
)  # fmt: skip
SHORTEST = 15
"""Characters: RAGTruth's sentences below this are no statements ("Sure!", "Passage 1:")."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text, a statement, whether the text supports it, and the source that pairs are resampled by."""

    premise: str
    hypothesis: str
    label: bool
    source: str


@dataclass(frozen=True, slots=True)
class Task:
    """Pairs of one kind; `source` says what is resampled. A name with a comma is a part of the task before it."""

    name: str
    source: str
    pairs: tuple[Pair, ...]


def tasks(data: Path) -> Iterator[Task]:
    """All tasks, one after the other.

    Raises:
        UserError: the folder is not there, or lacks a file.
    """
    if missing := [name for name in FILES if not (data / f"{name}.parquet").is_file()]:
        raise UserError(str(data), f"no {missing[0]}.parquet in it", f"the folder that holds {len(FILES)} such files")
    yield from _ragtruth(data, "ragtruth_sentence_train", "RAGTruth sentences")
    yield from _ragtruth(data, "ragtruth_response_train", "RAGTruth responses")
    yield held_out_task(data, "scifact_train", "SciFact", key="claim_id", source="doc_id", word="abstract")
    yield held_out_task(
        data, "check_covid_train_dev", "Check-COVID", key="hypothesis", source="doc_id", word="abstract"
    )
    yield held_out_task(data, "evidence_inference", "evidence-inference", key="pmcid", source="pmcid", word="article")
    yield held_out_task(data, "begin_dev", "BEGIN", key="premise", source="premise", word="snippet")
    yield Task("K-QA physicians", "question", _pairs(rows(data, "kqa_physician_nli_dev"), "question"))
    yield Task("written claims", "document", tuple(_written(data)))
    yield Task("written on paragraphs", "document", tuple(_written_paragraphs(data)))


def _ragtruth(data: Path, file: str, name: str) -> Iterator[Task]:
    found = [row for row in rows(data, file) if "sent_index" not in row or len(row["hypothesis"]) >= SHORTEST]
    yield Task(name, "source text", _pairs(found, "source_id"))
    for kind in sorted({row["task"] for row in found}):
        yield Task(f"{name}, {kind}", "source text", _pairs([row for row in found if row["task"] == kind], "source_id"))


def held_out_task(data: Path, file: str, name: str, *, key: str, source: str, word: str) -> Task:
    """The rows whose key is held out, without the few whose claim was trained on under another key."""
    found = rows(data, file)
    trained = {row["hypothesis"] for row in found if not held_out(str(row[key]))}
    kept = [row for row in found if held_out(str(row[key])) and row["hypothesis"] not in trained]
    return Task(name, word, _pairs(kept, source))


def _pairs(found: Sequence[dict[str, Any]], source: str) -> tuple[Pair, ...]:
    ordered = sorted(found, key=lambda row: (str(row[source]), row["id"]))
    return tuple(Pair(row["premise"], row["hypothesis"], int(row["label"]) == 1, str(row[source])) for row in ordered)


def _written(data: Path) -> Iterator[Pair]:
    """Claims written against one sentence, with that sentence and its neighbours."""
    for row in _lines("written_pairs.jsonl"):
        name, mark, place = row["source"].partition("#" if "#" in row["source"] else "@")
        if mark == "#":
            passage = passages()[name]
            texts, at = [passage.text[s.start : s.end] for s in passage.sentences], int(place)
        else:
            text = documents(data)[name][1]
            start, end = map(int, place.split("-"))
            texts = list(sentences(text))
            at = texts.index(text[start:end])
        premise = " ".join(texts[max(0, at - 1) : at + 2])
        yield Pair(premise, row["claim"], row["label"] == "supported", name)


def _written_paragraphs(data: Path) -> Iterator[Pair]:
    """Claims written against a paragraph, with the paragraph."""
    for row in _lines("written_paragraphs.jsonl"):
        name, _, place = row["source"].partition("@")
        start, end = map(int, place.split("-"))
        yield Pair(documents(data)[name][1][start:end], row["claim"], row["label"] == "supported", name)


def _lines(file: str) -> list[dict[str, Any]]:
    found = map(json.loads, read_text(HERE / file).splitlines())
    return sorted((row for row in found if held_out(row["source"])), key=lambda row: (row["source"], row["claim"]))
