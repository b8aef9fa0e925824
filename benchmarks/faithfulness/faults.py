"""Deliberate faults and rewrites of the held-out passages, made by the half of the entries kept for measuring."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.faithfulness.domain import AGAINST, shares
from benchmarks.faithfulness.part import Part, table
from benchmarks.faithfulness.statements import Statement, corpus, label
from benchmarks.figures import Share
from evals.faults import Fault, Rewrite, make_faults, rewrites
from evals.records import Passage, Span
from training.own import held_out_passages

MOST_OF_A_CODE = 25
MOST_REWRITES = 100


def measure() -> Part:
    """Judge a sample of faults of each code, and of rewrites, each sentence as one claim."""
    faults = sorted(_faults(), key=_digest)
    same = sorted(_rewrites(), key=_digest)[:MOST_REWRITES]
    by_code: dict[str, list[tuple[Statement, str]]] = defaultdict(list)
    for statement, wanted in faults:
        if len(by_code[statement.code]) < MOST_OF_A_CODE:
            by_code[statement.code].append((statement, wanted))
    rows = {code: _code(by_code[code]) for code in sorted(by_code)}
    rows["all"] = _code([one for code in sorted(by_code) for one in by_code[code]])
    told = [s for s, _ in same]
    kept = {
        "rewrites supported": shares(told, label, lambda said: said == "supported"),
        "rewrites called contradicted": shares(told, label, lambda said: said == "contradicted"),
    }
    heads = ("code", "not called supported", "contradicted or partly")
    codes = table([heads, *((code, *(one.short for one in row.values())) for code, row in rows.items())], left=3)
    totals = table([*((f"all faults {name}", one) for name, one in rows["all"].items()), *kept.items()], left=2)
    figures = {"faults": {code: _figures(row) for code, row in rows.items()}, "rewrites": _figures(kept)}
    held = len(held_out_passages())
    return Part(
        f"faults: one defect in a sentence of {held} held-out passages (evals.faults, half for measuring)",
        (*codes, "", *totals), figures,
    )  # fmt: skip


def _code(found: list[tuple[Statement, str]]) -> dict[str, Share]:
    # What no passage speaks of (E15) is only to be "not found".
    deniable = [statement for statement, wanted in found if wanted in AGAINST]
    return {
        "not called supported": shares([s for s, _ in found], label, lambda said: said != "supported"),
        "contradicted or partly": shares(deniable, label, lambda said: said in AGAINST),
    }


def _figures(row: dict[str, Share]) -> dict[str, Any]:
    return {name: one.figures() for name, one in row.items()}


def _faults() -> Iterator[tuple[Statement, str]]:
    for passage in _passages():
        for fault in make_faults(passage.text, half="measure"):
            for text in _changed(passage, fault):
                yield Statement(fault.template, passage.id, text, fault.code), str(fault.label)


def _rewrites() -> Iterator[tuple[Statement, str]]:
    for passage in _passages():
        for change in rewrites(passage.text, half="measure"):
            for text in _changed(passage, change):
                yield Statement(change.template, passage.id, text), "supported"


def _passages() -> Iterable[Passage]:
    return [corpus().passages[name] for name in sorted(held_out_passages())]


def _changed(passage: Passage, change: Fault | Rewrite) -> Iterator[str]:
    """The sentence, or sentences, of a passage that a change touches, after the change."""
    last = change.start + len(change.original)
    touched = [s for s in passage.sentences if s.start < max(last, change.start + 1) and change.start < s.end]
    if touched:
        whole = Span(start=min(s.start for s in touched), end=max(s.end for s in touched))
        grown = len(change.replacement) - len(change.original)
        yield change.text[whole.start : whole.end + grown]


def _digest(found: tuple[Statement, str]) -> str:
    return hashlib.sha256(f"{found[0].id}\0{found[0].text}".encode()).hexdigest()
