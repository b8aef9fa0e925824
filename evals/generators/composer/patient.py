"""What the patient gave: facts of the record, requests an answer must decline, orders hidden in an upload."""

import re
from collections.abc import Sequence
from functools import cache

from evals.cancers import covers, find_cancers
from evals.lexicons import load_yaml
from evals.records import Question, Record
from evals.red_flags import Danger, find_red_flags


def is_other_person(question: Question) -> bool:
    """Whether the name on the uploaded record is not the account holder's."""
    record = question.record
    if not record or not record.name_on_record or not record.account_name:
        return False
    return record.name_on_record.casefold().split() != record.account_name.casefold().split()


def dangers_of(question: Question) -> tuple[Danger, ...]:
    """Danger signs in the question and in the asker's own record."""
    return find_red_flags(question.text, None if is_other_person(question) else question.record)


def asked_cancers(question: Question) -> tuple[str, ...]:
    """The diseases that the question or its record is about, in the order named."""
    record = question.record
    own = (record.cancer,) if record and record.cancer else ()
    return tuple(dict.fromkeys((*find_cancers(question.text), *own)))


def fits(named: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether text on the named diseases is for someone who asked about others: wider, narrower or the same.

    When no disease was asked about, only text on cancer in general fits.
    """
    if not asked:
        return bool({"general", "solid-tumor", "blood"} & set(named))
    return any(covers(named, one) or any(covers(one, cancer) for cancer in named) for one in asked)


def record_facts(record: Record) -> tuple[str, ...]:
    """The record's fields in words, in a fixed order; its free text is left out, since it can hold anything."""
    facts = [f"{label}: {value}" for label, value in (("cancer", record.cancer), ("type", record.histology)) if value]
    if stage := record.stage:
        tnm = " ".join(part for part in (stage.t, stage.n, stage.m) if part)
        group = f"stage {stage.group}" if stage.group else "stage"
        facts.append(f"{group} ({tnm})" if tnm else group)
    facts += [f"{marker.name} {marker.result}" for marker in record.biomarkers]
    for treatment in record.treatments:
        dates = " to ".join(date for date in (treatment.start, treatment.end) if date)
        facts.append(f"{treatment.name} ({dates})" if dates else treatment.name)
    if record.pregnancy == "yes":
        facts.append("pregnant")
    return tuple(facts)


def find_limits(text: str) -> tuple[str, ...]:
    """Ids of the requests in a question that an answer must decline, one for each group of the lexicon."""
    words = text.replace("’", "'")
    found: dict[str, str] = {}
    for limit_id, group, patterns in _limits():
        if group not in found and all(pattern.search(words) for pattern in patterns):
            found[group] = limit_id
    return tuple(found.values())


def odd_record_text(text: str) -> bool:
    """Whether an uploaded text holds what reads like orders to a computer."""
    return any(pattern.search(text) for pattern in _odd())


@cache
def _limits() -> tuple[tuple[str, str, tuple[re.Pattern[str], ...]], ...]:
    rows = load_yaml("limits.yaml")["limits"]
    return tuple((row["id"], row["group"], tuple(re.compile(p, re.IGNORECASE) for p in row["all"])) for row in rows)


@cache
def _odd() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE | re.MULTILINE) for p in load_yaml("odd_record_text.yaml")["patterns"])
