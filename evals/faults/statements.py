"""E05 and E15: a whole sentence gives way to one that was right once, or that nothing bears out."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from evals.errors import UserError
from evals.faults.fault import Edit, Half, half_of, pick
from evals.faults.names import disease_names, drug_names
from evals.faults.tables import fault_file, lowered, outdated_rows
from evals.records import Severity

_ASKS = re.compile(r"^(?:ask|tell|talk)\b|\?\s*$", re.I)
_PLURAL = re.compile(r"(cancer|tumou?r|lymphoma|leukemia|melanoma)s\Z", re.I)
_MARK = re.compile(r"[.!]?[\"”)\]]*\Z")


def outdated_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """What used to be right in place of what is: the whole sentence, or the words that changed."""
    del seed
    swaps = fault_file("swaps.yaml")
    for row_id, rule in swaps["outdated"].items():
        if half_of(f"outdated:{row_id}") == half and _all_match(rule["when"], sentence):
            row = _outdated(row_id)
            if row["outdated"] != sentence:
                yield _outdated_edit(0, len(sentence), _ended(row["outdated"], sentence), row)
    for rule in swaps["outdated_words"]:
        if half_of(f"outdated:{rule['id']}") != half or not _all_match(rule["when"], sentence):
            continue
        for match in _compiled(rule["find"]).finditer(sentence):
            put = rule["put"].replace("\\1", (match.group(1) or "") if match.re.groups else "")
            yield _outdated_edit(match.start(), match.end(), put, _outdated(rule["id"]))


def unsupported_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """A plausible statement about the same drug or disease that no passage bears out."""
    if _ASKS.search(sentence):
        return
    names = _named(sentence)
    options = [
        (row["id"], text)
        for row in fault_file("swaps.yaml")["unsupported"]
        if half_of(f"unsupported:{row['id']}") == half and (text := _filled(row, names, sentence))
    ]
    if options:
        template, text = pick(options, seed, "E15-unsupported", sentence)
        yield Edit(
            start=0,
            end=len(sentence),
            replacement=_ended(text, sentence),
            operator="E15-unsupported",
            template=f"unsupported:{template}",
            code="E15",
            label="not_found",
        )


def _named(sentence: str) -> dict[str, str]:
    drug = next(iter(drug_names().find(sentence)), None)
    disease = next(iter(disease_names().find(sentence)), None)
    found = {"drug": drug, "disease": disease}
    named = {kind: lowered(sentence[m.start : m.end]) for kind, m in found.items() if m is not None}
    return {kind: _PLURAL.sub(r"\1", name) for kind, name in named.items()}


def _filled(row: Mapping[str, Any], names: Mapping[str, str], sentence: str) -> str:
    """The template with the sentence's names, or nothing when it does not fit."""
    text: str = row["text"]
    if "needs" in row:
        return text if names and _compiled(row["needs"]).search(sentence) else ""
    kind = "drug" if "{drug}" in text else "disease"
    if kind not in names:
        return ""
    filled = text.replace(f"{{{kind}}}", names[kind])
    return filled[0].upper() + filled[1:]


def _ended(text: str, sentence: str) -> str:
    """A list item without a full stop gets a replacement without one."""
    mark = _MARK.search(sentence)
    return text.rstrip(".") + (mark.group() if mark else "")


def _outdated_edit(start: int, end: int, put: str, row: Mapping[str, Any]) -> Edit:
    return Edit(
        start=start,
        end=end,
        replacement=put,
        operator="E05-outdated",
        template=f"outdated:{row['id']}",
        code="E05",
        severity=cast(Severity, row["severity"]),
    )


@cache
def _outdated(row_id: str) -> Mapping[str, Any]:
    for row in outdated_rows():
        if row["id"] == row_id:
            return row
    raise UserError("datasets/faults/swaps.yaml", f"outdated row {row_id!r}", "an id of outdated.jsonl", "Mend the id.")


def _all_match(patterns: tuple[str, ...], sentence: str) -> bool:
    return all(_compiled(pattern).search(sentence) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)
