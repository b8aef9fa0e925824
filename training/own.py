"""Pairs from our corpus, from the claims written for training, and from the reading matter, by operators."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from evals.corpus import load_corpus
from evals.records import Passage
from training.examples import Example
from training.public import for_calibration, held_out, nearest, rows, sentences

HERE = Path(__file__).parent
ROOT = HERE.parent


@cache
def held_out_passages() -> frozenset[str]:
    """Passages that never enter training."""
    return frozenset(yaml.safe_load((HERE / "held_out.yaml").read_text())["passages"])


@cache
def passages() -> dict[str, Passage]:
    """The passages that may be trained on."""
    found = load_corpus([ROOT / "datasets" / "guidelines"]).passages
    return {name: passage for name, passage in found.items() if name not in held_out_passages()}


@cache
def documents(data: Path) -> dict[str, tuple[str, str]]:
    """Id -> title and text of the reading matter: MedQuAD answers under their question, Cochrane abstracts."""
    questions = pq.read_table(data / "patient_questions" / "medquad_cancer_dev.parquet").to_pylist()
    reviews = pq.read_table(data / "readability" / "cochrane_pairs_val.parquet").to_pylist()
    found = {row["id"]: (row["question"], row["reference_answer"]) for row in questions}
    return found | {row["id"]: ("", row["text"]) for row in reviews}


def written_examples(data: Path) -> Iterator[Example]:
    """The claims written for training, each with its sentence alone and with its neighbours."""
    for line in (HERE / "written_pairs.jsonl").read_text().splitlines():
        row = json.loads(line)
        before, sentence, after, title = _place(row["source"], data)
        held = held_out(row["source"])
        around = tuple(text for text in (before, sentence, after) if text)
        # The second rewording may use the neighbours too, so the sentence alone need not bear it out.
        alone_too = row["code"] != "plain"
        if alone_too:
            yield Example("written", (sentence,), row["claim"], row["label"], held, title=title)
        pair = around[:2] if _coin(row["claim"]) and row["code"] != "plain" else around
        yield Example(
            "written", pair, row["claim"], row["label"], held, title=title if _coin(row["claim"] + "t") else ""
        )


def paragraph_examples(data: Path) -> Iterator[Example]:
    """The claims written against paragraphs, each with the sentences that decide it, some with one more."""
    for line in (HERE / "written_paragraphs.jsonl").read_text().splitlines():
        row = json.loads(line)
        name, _, span = row["source"].partition("@")
        title, text = documents(data)[name]
        start, end = map(int, span.split("-"))
        found = sentences(text[start:end])
        places = [place for place in row["sentences"] if place < len(found)]
        if not places:
            raise ValueError(f"{row['source']}: sentence {row['sentences']} of {len(found)}")
        near = (
            places if len(places) > 1 or _coin(row["claim"]) else _with_neighbour(places[0], len(found), row["claim"])
        )
        premise = tuple(found[place] for place in sorted(near)[:3])
        yield Example("paragraph", premise, row["claim"], row["label"], held_out(row["source"]), title=title)


def general_examples(data: Path) -> Iterator[Example]:
    """The claims written as an AI answers over passages on everyday matters (the knowledge snippets of BEGIN)."""
    snippets = {row["id"]: row["premise"] for row in rows(data, "begin_dev")}
    for line in (HERE / "written_general.jsonl").read_text().splitlines():
        row = json.loads(line)
        names = row["source"].removeprefix("begin:").split("+")
        if any(for_calibration(snippets[name]) for name in names):
            continue
        texts = [sentences(snippets[name]) for name in names]
        own = texts[row["passage"]]
        # Half of them with the other passage in front or behind, as retrieval gives it.
        other = texts[1 - row["passage"]] if _coin(row["claim"]) else ()
        premise = (*own, *other) if _coin(row["claim"] + "n") else (*other, *own)
        yield Example("general", premise, row["claim"], row["label"], held_out(row["source"]))


def answer_examples() -> Iterator[Example]:
    """Statements written on short pieces of answers, as `completeness` asks them, half of them under the question."""
    for row in answer_rows():
        answer, places = row["answer"], row["sentences"]
        alone = len(places) == 1 and not _coin(row["statement"])
        near = _with_neighbour(places[0], len(answer), row["statement"]) if alone else places
        premise = tuple(answer[place] for place in sorted(set(near))[:3])
        # A reply of one word says what it answers only under its question.
        asked = row["kind"] in ("joined", "contra-plain") or _coin(row["statement"] + "t")
        yield Example(
            "answers", premise, row["statement"], row["label"], held_out(answer_source(row)),
            title=row["question"] if asked else "",
        )  # fmt: skip


def answer_rows() -> Iterator[dict[str, Any]]:
    """The statements written on short pieces of answers, in a fixed order."""
    for path in sorted(HERE.glob("written_answers_*.jsonl")):
        for line in path.read_text().splitlines():
            yield json.loads(line)


def answer_source(row: Mapping[str, Any]) -> str:
    """The id of the answer that a written statement is about, without the statement's own number."""
    return str(row["id"]).rpartition("-")[0]


def _with_neighbour(place: int, count: int, claim: str) -> list[int]:
    other = place + (1 if _coin(claim + "n") else -1)
    return [place, other] if 0 <= other < count else [place]


def fault_examples(data: Path, most: int) -> Iterator[Example]:
    """Sentences of the reading matter and of our passages with one defect put in, or reworded, by the training half."""
    from evals.faults import make_faults, rewrites

    labels = {"contradicted": "contradicted", "partly": "partly", "not_found": "not_enough"}
    texts = [(p.text[s.start : s.end], p.title, p.id) for p in passages().values() for s in p.sentences]
    texts += [(s, title, name) for name, (title, text) in documents(data).items() for s in _plain(sentences(text))]
    texts.sort(key=lambda row: hashlib.sha256(row[0].encode()).hexdigest())
    made = 0
    seen: set[str] = set()
    for text, title, name in texts:
        if text in seen:
            continue
        seen.add(text)
        faults = make_faults(text, half="train")
        held = held_out(name)
        for fault in sorted(faults, key=lambda f: hashlib.sha256((f.text + f.template).encode()).hexdigest())[:2]:
            yield Example("faults", (text,), fault.text, labels[fault.label], held, title=title, weight=0.5)
        for change in rewrites(text, half="train")[:1]:
            yield Example("faults", (text,), change.text, "supported", held, title=title, weight=0.5)
        made += bool(faults)
        if made >= most:
            return


def _plain(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(s for s in found if 7 <= len(s.split()) <= 35 and s.endswith(".") and "\n" not in s and s[0].isupper())


def _coin(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] < 128


def _place(source: str, data: Path) -> tuple[str, str, str, str]:
    """The sentence a claim was written for, with what stands before and after it and the title."""
    if "#" in source:
        name, _, number = source.partition("#")
        passage = passages()[name]
        texts = [passage.text[s.start : s.end] for s in passage.sentences]
        at, title = int(number), passage.title
    else:
        name, _, span = source.partition("@")
        title, text = documents(data)[name]
        start, end = map(int, span.split("-"))
        found = sentences(text)
        texts, at = list(found), found.index(text[start:end])
    return texts[at - 1] if at else "", texts[at], texts[at + 1] if at + 1 < len(texts) else "", title


def neighbour_examples(data: Path, most: int) -> Iterator[Example]:
    """A sentence against the nearest other sentences of its own document: same topic, not said there."""
    ordered = sorted(
        ((n, d) for n, d in documents(data).items() if d[0]),
        key=lambda item: hashlib.sha256(item[0].encode()).hexdigest(),
    )
    made = 0
    for name, (title, text) in ordered:
        found = tuple(s for s in sentences(text) if 6 <= len(s.split()) <= 40 and s.endswith("."))
        if len(found) < 6:
            continue
        at = int(hashlib.sha256(name.encode()).hexdigest(), 16) % (len(found) - 1)
        claim = found[at]
        others = tuple(s for place, s in enumerate(found) if abs(place - at) > 1 and s != claim)
        if len(others) < 3:
            continue
        held = held_out(name)
        yield Example("reading", nearest(others, claim), claim, "not_enough", held, title=title, weight=0.5)
        yield Example("reading", found[max(0, at - 1) : at + 2], claim, "supported", held, title=title, weight=0.3)
        made += 1
        if made >= most:
            return
