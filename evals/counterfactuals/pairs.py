"""A question with a record -> the same question with one field of the record changed, relevant or irrelevant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evals.cancers import ancestors, cancers
from evals.counterfactuals.record_text import with_line, with_marker, with_name, without
from evals.fit.markers import canonical
from evals.lexicons import load_yaml
from evals.records import Biomarker, Question, Record, Stage, Treatment


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its twin whose record differs in one field. `relevant`: the answer must change, or must not."""

    question: Question
    twin: Question
    field: str
    relevant: bool
    was: str
    now: str

    @property
    def id(self) -> str:
        """The twin's id."""
        return self.twin.id


@dataclass(frozen=True, slots=True)
class _Flip:
    field: str
    relevant: bool
    was: str
    now: str
    record: Record


def flips() -> Mapping[str, Any]:
    """The lexicon of changes."""
    return load_yaml("personal_fit_flips.yaml")


def build_pairs(questions: Sequence[Question]) -> tuple[Pair, ...]:
    """Every pair that can be made of the questions that have a record, in their order.

    A record of another person than the account's must not be explained at all: there, changing a result is irrelevant,
    and changing the name so that it matches is relevant.
    """
    return tuple(_pair(question, flip) for question in questions if question.record for flip in _flips(question.record))


def _pair(question: Question, flip: _Flip) -> Pair:
    slug = re.sub(r"[^a-z0-9]+", "-", flip.field.lower()).strip("-")
    # What the question set says a good answer says was written for the record as it was.
    twin = replace(
        question, id=f"{question.id}~{slug}", record=flip.record, twin_of=question.cluster, paraphrase_of=None,
        must_say=(), must_not_say=(), passages=(),
    )  # fmt: skip
    return Pair(question, twin, flip.field, flip.relevant, flip.was, flip.now)


def _flips(record: Record) -> Iterator[_Flip]:
    other = _is_other(record)
    for flip in (*_markers(record), *_stage(record), *_treatments(record), *_age(record), *_pregnancy(record)):
        yield replace(flip, relevant=not other)
    yield from _names(record, other=other)
    yield from _irrelevant(record)


def _is_other(record: Record) -> bool:
    name, account = record.name_on_record, record.account_name
    return bool(name and account) and name.casefold().split() != account.casefold().split()  # type: ignore[union-attr]


# --- what must change the answer -------------------------------------------------------------------------------------


def _markers(record: Record) -> Iterator[_Flip]:
    deciding = flips()["relevant"].get(record.cancer or "", ())
    for index, field in enumerate(record.biomarkers):
        now = flipped_result(field.name, field.result)
        if canonical(field.name) not in deciding or now is None:
            continue
        text = with_marker(record.text, field.name, now)
        if text is None:
            continue
        changed = (*record.biomarkers[:index], Biomarker(name=field.name, result=now), *record.biomarkers[index + 1 :])
        yield _Flip(f"biomarker {field.name}", True, field.result, now, replace(record, biomarkers=changed, text=text))


def flipped_result(name: str, result: str) -> str | None:
    """The result on the other side, or None when the lexicon has none."""
    numbers = flips()["numbers"].get(canonical(name))
    if numbers and (found := re.search(r"\d+", result)):
        low = int(found.group()) < numbers["cut"] or "<" in result
        return str(numbers["below"] if low else numbers["from"])
    for row in flips()["results"]:
        if re.search(row["when"], result, re.IGNORECASE):
            return str(row["now"])
    return None


def _stage(record: Record) -> Iterator[_Flip]:
    if record.stage is None or not record.stage.group:
        return
    late = record.stage.group.upper().startswith("IV") or record.stage.group.startswith("4")
    blood = record.cancer in cancers() and "blood" in ancestors(record.cancer or "")
    parts = flips()["stage"][("blood_" if blood else "to_") + ("early" if late else "late")]
    stage = replace(record.stage, **{key: str(value) for key, value in parts.items()})
    words = _stage_words(stage)
    text = (
        with_line(without(record.text, flips()["stage_lines"]), f"{words[0].upper()}{words[1:]}.")
        if record.text
        else ""
    )
    yield _Flip("stage", True, _stage_words(record.stage), words, replace(record, stage=stage, text=text))


def _stage_words(stage: Stage) -> str:
    tnm = " ".join(part for part in (stage.t, stage.n, stage.m) if part)
    return f"stage {stage.group} ({tnm})" if tnm else f"stage {stage.group}"


def _treatments(record: Record) -> Iterator[_Flip]:
    was = "; ".join(one.name for one in record.treatments) or "none"
    if record.treatments:
        names = "|".join(
            re.escape(word) for one in record.treatments for word in re.findall(r"[A-Za-z-]{6,}", one.name)
        )
        text = with_line(without(record.text, names or r"(?!)"), "No treatment started.")
        yield _Flip("treatments", True, was, "none", replace(record, treatments=(), text=text))
        return
    by_cancer = flips()["treatments"]
    name = by_cancer.get(record.cancer or "", by_cancer["other"])
    dates = flips()["treatment_dates"]
    given = Treatment(name=name, line=1, start=dates["start"], end=dates["end"])
    text = with_line(
        without(record.text, r"\bno\s+treatment\b"), f"Treatment: {name}, {dates['start']} to {dates['end']}."
    )
    yield _Flip("treatments", True, was, name, replace(record, treatments=(given,), text=text))


def _age(record: Record) -> Iterator[_Flip]:
    if record.age_group is None or (record.cancer or "general") not in flips()["any_age"] or record.pregnancy == "yes":
        return
    now = flips()["ages"][record.age_group]
    text = without(record.text, r"\byears?[- ]old\b|\bage[d:]?\s*\d")
    text = with_line(text, f"Age: {flips()['age_words'][now]}.")
    yield _Flip("age group", True, record.age_group, now, replace(record, age_group=now, text=text))


def _pregnancy(record: Record) -> Iterator[_Flip]:
    if record.pregnancy not in {"yes", "no"} or record.age_group in {"child", "older-adult"}:
        return
    now = "no" if record.pregnancy == "yes" else "yes"
    text = with_line(without(record.text, r"pregnan"), "Pregnant, 14 weeks." if now == "yes" else "Not pregnant.")
    yield _Flip("pregnancy", True, record.pregnancy, now, replace(record, pregnancy=now, text=text))


def _names(record: Record, *, other: bool) -> Iterator[_Flip]:
    if not record.name_on_record or not record.account_name:
        return
    new = record.name_on_record if other else _new_name(record)
    yield _Flip("account name", True, record.account_name, new, replace(record, account_name=new))


def _new_name(record: Record) -> str:
    own = {record.name_on_record, record.account_name}
    return next(name for name in flips()["names"] if name not in own)


# --- what must not ---------------------------------------------------------------------------------------------------


def _irrelevant(record: Record) -> Iterator[_Flip]:
    if record.name_on_record and record.account_name and not _is_other(record):
        new = _new_name(record)
        text = with_name(record.text, record.name_on_record, new)
        both = replace(record, name_on_record=new, account_name=new, text=text)
        yield _Flip("name on record and account", False, record.name_on_record, new, both)
    if len(record.biomarkers) > 1:
        turned = replace(record, biomarkers=tuple(reversed(record.biomarkers)))
        yield _Flip(
            "order of biomarkers",
            False,
            record.biomarkers[0].name + " first",
            record.biomarkers[-1].name + " first",
            turned,
        )
    line = flips()["laboratory"]
    yield _Flip("laboratory line", False, "none", line, replace(record, text=with_line(record.text, line)))
