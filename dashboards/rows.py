"""A run as rows for the screen. Nothing is scored or summed up here that a decision rests on."""

import datetime
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evals.records import SEVERITIES, STATUSES, Item, Passage, Severity
from evals.report.inert import one_line, visible
from evals.store import decide
from evals.store.light import LightRun

if TYPE_CHECKING:
    from sheet import Sheet

Key = tuple[str, int]
Row = dict[str, Any]

VERDICTS = ("contradicted", "partly", "not_found", "supported", "not_checkable", "no_verdict")
DECIDED = VERDICTS[:4]
"""What a judge says who looked at a claim that can be checked."""
UNSIGNED = "no one"
SERIOUS: tuple[Severity, ...] = ("severe", "critical")


def labels(item: Item) -> dict[str, str]:
    """The decided verdict's label of each claim by claim id, `no_verdict` where no judge gave one."""
    decided = {verdict.claim_id: verdict.label for verdict in decide(item.verdicts)}
    return {claim.claim_id: decided.get(claim.claim_id) or "no_verdict" for claim in item.claims}


def cell(text: str) -> str:
    """Data as a cell of a table: one line, and nothing in it that hides or reorders what is read."""
    return visible(one_line(text))


# --- scores ----------------------------------------------------------------------------------------------------------


def scores(summary: Mapping[str, Any]) -> list[Row]:
    """One row for each scorer as the run's own summary has it: mean, interval and the counts of all four endings."""
    names = ("mean", "low", "high", "clusters", "planned", *STATUSES)
    return [{"scorer": scorer} | {name: row.get(name) for name in names} for scorer, row in summary["scorers"].items()]


def trend(runs: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]], like: Mapping[str, Any]) -> list[Row]:
    """The scores of those runs (name, manifest, summary) that were scored exactly as `like` (a manifest) was."""
    return [
        {"run": name, "made": f"{prompt_name(told)}, {told['generator'].get('name', 'unknown')}", **row}
        for name, told, summary in runs
        if scoring(told) == scoring(like)
        for row in scores(summary)
    ]


def scoring(manifest: Mapping[str, Any]) -> object:
    """What a run's scoring depended on: runs compare where this is equal."""
    return (manifest["signatures"].get("scoring") or {}).get("digest")


def prompt_name(manifest: Mapping[str, Any]) -> str:
    """The prompt's name and version as one phrase; a name that ends in its version says it once."""
    prompt = manifest["prompt"]
    name, version = prompt.get("name", "unknown"), prompt.get("version", "?")
    if version and str(name).endswith(f"-v{version}"):
        return name
    return f"{name} v{version}" if version else f"{name} ({manifest['generator']['name']} answers)"


# --- answers ---------------------------------------------------------------------------------------------------------


def answer(sheet: "Sheet", place: int, *, hidden: bool = False) -> Row:
    """An answer as a line of a table; a hidden one without anything that the machine says."""
    question_id, repeat = sheet.run.keys[place]
    about = {}
    for name in ("topic", "cancer", "risk"):
        codes, values = sheet.about(name)
        about[name] = cell(values[codes[place]]) if codes[place] >= 0 else ""
    row: Row = {
        "id": cell(question_id), "repeat": repeat, "question": cell(sheet.question(place)), **about,
        "question_id": question_id,
    }  # fmt: skip
    return row | ({"worst": "you owe a review"} if hidden else _told(sheet, place))


def _told(sheet: "Sheet", place: int) -> Row:
    """What the machine says of an answer."""
    rank, looked = int(sheet.rank[place]), "scored" in sheet.endings and sheet.endings["scored"][place] > 0
    return {
        **{f"score:{name}": None if column[place] != column[place] else float(column[place])
           for name, column in sheet.values.items()},
        "worst": SEVERITIES[rank] if rank >= 0 else "none found" if looked and not sheet.failed[place] else "not known",
        "grave": int(sheet.counts[place, SEVERITIES.index(SERIOUS[0]) :].sum()),
        "findings": int(sheet.counts[place].sum()),
        # Where no judge looked at a claim, none is known to be contradicted, and none not to be.
        "contradicted": int(sheet.labelled("contradicted")[place]) if sheet.judged[place] else None,
        "differ": int(sheet.judges_differ[place]),
        "ended": ", ".join(f"{column[place]} {name}" for name, column in sheet.endings.items() if column[place]),
    }  # fmt: skip


# --- guidelines ------------------------------------------------------------------------------------------------------


def uses(run: LightRun) -> dict[str, dict[str, list[Key]]]:
    """Where each passage was used: `given` to an answer, `cited` by it, `evidence` for a verdict on its claims."""
    found: dict[str, dict[str, list[Key]]] = defaultdict(lambda: {"given": [], "cited": [], "evidence": []})
    at = {table: run.places(table).tolist() for table in ("answers", "claims")}
    for how, name in (("given", "passages"), ("cited", "attributions")):
        codes, texts = run.codes("answers", name)
        ids = [_named(text, how) for text in texts]
        for place, code in zip(at["answers"], codes.tolist(), strict=True):
            for passage_id in ids[code] if code >= 0 <= place else ():
                found[passage_id][how].append(run.keys[place])
    codes, names = run.codes("claims", "passage_id")
    pairs = dict.fromkeys(zip(at["claims"], codes.tolist(), strict=True))
    for place, code in sorted(pair for pair in pairs if min(pair) >= 0):
        found[names[code]]["evidence"].append(run.keys[place])
    return dict(found)


def _named(text: str, how: str) -> tuple[str, ...]:
    told = json.loads(text) or ()
    ids = told if how == "given" else (row.get("passage_id") for row in told)
    return tuple(dict.fromkeys(passage_id for passage_id in ids if passage_id))


def guidelines(run: LightRun, today: datetime.date) -> list[Row]:
    """One row for each guideline passage, those that need a person first.

    Texts that an answer was given from elsewhere are stored beside the passages and are not guidelines.
    """
    used = uses(run)
    given = {f"{question_id}#{repeat}/given" for question_id, repeat in run.keys}
    replaced = {old: passage.id for passage in run.passages.values() for old in passage.supersedes}
    rows = [
        _passage_row(passage, replaced.get(passage.id, ""), used.get(passage.id, {}), today)
        for passage in run.passages.values()
        if passage.id.rpartition("-")[0] not in given
    ]
    return sorted(rows, key=lambda row: (not row["overdue"], not row["replaced_by"], row["passage_id"]))


def _passage_row(passage: Passage, replaced_by: str, used: Mapping[str, Sequence[Key]], today: datetime.date) -> Row:
    return {
        "passage_id": passage.id,
        "id": cell(passage.id),
        "title": cell(passage.title),
        "cancer": cell(", ".join(passage.cancer)),
        "sources": cell("; ".join(dict.fromkeys(source.organisation for source in passage.sources))),
        "as_of": passage.as_of or "",
        "review_by": passage.review_by or "",
        "overdue": "overdue" if overdue(passage, today) else "",
        "replaced_by": cell(replaced_by),
        "signed": cell(", ".join(part for part in (passage.signed_by, passage.signed_on) if part)) or UNSIGNED,
        **{how: len(used.get(how, ())) for how in ("given", "cited", "evidence")},
    }


def overdue(passage: Passage, today: datetime.date) -> bool:
    """Whether the day to look at this passage again has passed."""
    return passage.review_by is not None and passage.review_by < today.isoformat()
