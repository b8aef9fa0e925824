"""F-person: another name, another sex, another cancer, another person's record; and what an answer passes over."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from evals.cancers import ancestors, cancers, find_cancers
from evals.fit.found import finding, shown
from evals.fit.known import Known
from evals.fit.people import pattern, words
from evals.fit.sayings import Saying
from evals.records import Finding


def check_ignored(known: Known, text: str) -> Iterator[Finding]:
    """Pregnancy or youth that the record states and an answer about treatment never speaks of."""
    young = known.record.age_group in {"child", "adolescent"}
    if known.other_person or not (young or known.record.pregnancy == "yes"):
        return
    owed = words()["ignored"]
    if len(text.split()) < owed["words"] or len(pattern("treatment_word").findall(text)) < owed["treatments"]:
        return
    if known.record.pregnancy == "yes" and not pattern("pregnancy_word").search(text):
        message = "The record says that the reader is pregnant; the answer explains treatment and never speaks of it."
        yield finding("F-pregnancy", "pregnancy_ignored", message, record="pregnancy: yes")
    if young and not pattern("young").search(text) and not any(name in text for name in known.names):
        said = f"The record says “{known.record.age_group}”"
        message = f"{said}; the answer explains treatment and never speaks of young people."
        yield finding("F-age", "age_ignored", message, record=str(known.record.age_group))


def check_sex(known: Known, saying: Saying) -> Iterator[Finding]:
    """A sex that the record does not bear out."""
    if known.sex is None or saying.tokens.isdisjoint(_sex_tokens()):
        return
    other = "male" if known.sex == "female" else "female"
    match = re.search(words()["as_sex"][other], saying.text, re.IGNORECASE)
    if match and not saying.clause(match.start()).assumed and not saying.asking:
        record = "a woman" if known.sex == "female" else "a man"
        message = f"The answer says “{shown(match.group())}”; the record is of {record}."
        yield finding(
            "F-person", "person_sex", message, saying=saying, start=match.start(), end=match.end(), record=known.sex
        )


def check_cancer(known: Known, saying: Saying) -> Iterator[Finding]:
    """A cancer told as the reader's that is not the record's."""
    own = known.record.cancer
    if not (saying.tells and saying.reader):
        return
    if own is None or own not in cancers() or ("your" not in saying.text.lower() and "you " not in saying.text.lower()):
        return
    for name in ("your_cancer", "have_cancer", "records_cancer"):
        for match in pattern(name).finditer(saying.text):
            end = _cancer_end(saying.text, match.end())
            found = find_cancers(saying.text[match.end() : end])
            if not found or not saying.asserts(match.start()) or known.other_person:
                continue
            if (
                pattern("may_be_spread").search(saying.text[match.end() : end])
                or _same(found[0], own)
                or _named_in(known, found[0])
            ):
                continue
            said = shown(saying.text[match.start() : end])
            message = f"The answer says “{said}”; the record is of {cancers()[own].name}."
            yield finding(
                "F-person",
                "person_cancer",
                message,
                saying=saying,
                start=match.start(),
                end=end,
                record=cancers()[own].name,
            )
            return


def _cancer_end(text: str, start: int) -> int:
    """Where the name of a disease that begins here may end: three words on, or at a comma."""
    match = re.compile(r"[\w-]+(?:[ -][\w-]+){0,2}").match(text, start)
    return match.end() if match else start


def _same(found: str, own: str) -> bool:
    return found == own or found in ancestors(own) or own in ancestors(found)


def _named_in(known: Known, found: str) -> bool:
    asked = find_cancers(f"{known.record.histology or ''}. {known.record.text}. {known.asked}")
    return any(_same(found, one) for one in asked)


def check_names(known: Known, text: str) -> Iterator[Finding]:
    """Someone else's name: a greeting, a title, "Patient: ...". Offsets are of the whole text."""
    name = known.record.name_on_record
    if not name or known.other_person:
        return
    own = {part.casefold() for part in name.replace("-", " ").split()}
    for match in _greeting().finditer(text):
        group = next(number for number in range(1, 4) if match.group(number))
        parts = re.sub(r"^(?:Mrs?|Ms|Miss|Dr)\.?\s+", "", match.group(group)).casefold().split()
        if not parts or parts[0].strip("'’-") in words()["not_names"] or match.group(group).isupper():
            continue
        if parts[0].rstrip(".,") not in own and parts[-1] not in own:
            message = f"The answer speaks to “{match.group(group)}”; the record is {name}'s."
            made = finding("F-person", "person_name", message, record=name)
            yield replace(made, start=match.start(group), end=match.end(group))
            return


def check_other_record(known: Known, text: str, told: bool) -> Iterator[Finding]:
    """A record that bears another name than the account: to be told, and not to be explained."""
    if not known.other_person:
        return
    mismatch = pattern("mismatch_told").search(text)
    if mismatch and not told:
        return
    lack = "explains it all the same" if mismatch else "does not say so and treats it as the reader's"
    names = f"{known.record.name_on_record}, not {known.record.account_name}"
    message = f"The record bears the name {names}; the answer {lack}."
    yield finding("F-person", "person_record", message, record=str(known.record.name_on_record))


@cache
def _sex_tokens() -> frozenset[str]:
    return frozenset(words()["sex_tokens"])


@cache
def _greeting() -> re.Pattern[str]:
    # A name begins with a capital: this one pattern minds case.
    return re.compile(words()["greeting"])
