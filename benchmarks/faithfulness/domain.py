"""Our own domain: false statements and reworded facts on the shipped passages, held-out passages apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from benchmarks.faithfulness.floors import SUPPORTED_SHARE, Floor, floors, written_facts
from benchmarks.faithfulness.part import Part, percent, table
from benchmarks.faithfulness.statements import (
    Statement,
    corpus,
    false_statements,
    label,
    label_in_an_answer,
    reworded_facts,
)
from benchmarks.figures import Share, share
from evals.records import Label
from training.own import held_out_passages

Rater = Callable[[str], Label]
AGAINST: tuple[Label, ...] = ("contradicted", "partly")


def measure() -> Part:
    """Judge every statement as one claim against the whole corpus."""
    false, facts, held = false_statements(), reworded_facts(), len(held_out_passages())
    groups = (
        ("held_out", f"{held} held-out passages", [s for s in false if s.held_out], [s for s in facts if s.held_out]),
        (
            "others",
            f"the other {len(corpus().passages) - held} passages",
            [s for s in false if not s.held_out],
            [s for s in facts if not s.held_out],
        ),
    )
    figures: dict[str, Any] = {"floor_cutoffs": {floor.name: floor.cutoff for floor in floors()}}
    lines = _cutoffs_told()
    for key, title, wrong, true in groups:
        found = measure_group(wrong, true)
        figures[key] = found
        figures[key]["by_code"] = by_code(wrong)
        lines += ["", title, *_told(found), *_codes_told(figures[key]["by_code"])]
    return Part(
        "domain: statements of datasets/faults, each judged as one claim against the whole shipped corpus",
        tuple(lines), _plain(figures),
    )  # fmt: skip


def measure_group(false: Sequence[Statement], facts: Sequence[Statement]) -> dict[str, Any]:
    """Name of the measure -> judge -> share, for the judge, the judge on whole answers, and the floors."""
    raters: dict[str, Rater] = {"local judge": label, "  as an answer of its own": label_in_an_answer}
    raters |= {floor.name: partial(_floor_label, floor) for floor in floors()}
    wanted: tuple[tuple[str, Sequence[Statement], Callable[[Label], bool]], ...] = (
        ("false statements not called supported (wanted: 90% or more)", false, lambda said: said != "supported"),
        ("false statements called contradicted or partly (wanted: 75% or more)", false, lambda said: said in AGAINST),
        ("reworded facts called contradicted (wanted: 5% or less)", facts, lambda said: said == "contradicted"),
        ("reworded facts supported (wanted: 85% or more)", facts, lambda said: said == "supported"),
    )
    return {
        name: {who: shares(statements, rater, counts) for who, rater in raters.items()}
        for name, statements, counts in wanted
        if statements
    }


def shares(statements: Iterable[Statement], rater: Rater, counts: Callable[[Label], bool]) -> Share:
    """The share of statements whose label counts, clustered by passage."""
    clusters: dict[str, list[bool]] = defaultdict(list)
    for statement in statements:
        clusters[statement.passage].append(counts(rater(statement.text)))
    return share(clusters)


def by_code(statements: Iterable[Statement]) -> dict[str, dict[str, int]]:
    """Code -> label -> how many statements got it."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for statement in statements:
        found[statement.code][label(statement.text)] += 1
    return {code: dict(found[code]) for code in sorted(found)}


def _cutoffs_told() -> list[str]:
    named, facts = {floor.name: floor.cutoff for floor in floors()}, len(written_facts())
    return [
        f"floors: cut-offs that call {SUPPORTED_SHARE:.0%} of {facts:,} true claims on the other passages supported:",
        f"  word overlap {named['word overlap']:.2f} or more, length {-named['length']:.0f} characters or fewer",
    ]


def _floor_label(floor: Floor, claim: str) -> Label:
    return "supported" if floor.supports(claim) else "not_found"


def _told(group: dict[str, dict[str, Share]]) -> list[str]:
    lines: list[str] = []
    for name, raters in group.items():
        if name != "by_code":
            lines += [f"  {name}", *(f"    {line}" for line in table(list(raters.items()), left=2))]
    return lines


def _codes_told(codes: dict[str, dict[str, int]]) -> tuple[str, ...]:
    if not codes:
        return ()
    heads = ("code", "n", "contradicted", "partly", "not found", "supported", "caught", "not passed")
    rows: list[Sequence[object]] = [heads]
    for code, counts in codes.items():
        total = sum(counts.values())
        each = [counts.get(name, 0) for name in ("contradicted", "partly", "not_found", "supported")]
        rows.append((code, total, *each, percent((each[0] + each[1]) / total), percent(1 - each[3] / total)))
    return ("  false statements by code (caught: contradicted or partly)", *(f"    {line}" for line in table(rows)))


def _plain(value: Any) -> Any:
    """Shares as mappings, all the way down."""
    if isinstance(value, Share):
        return value.figures()
    return {key.strip(): _plain(inner) for key, inner in value.items()} if isinstance(value, dict) else value
