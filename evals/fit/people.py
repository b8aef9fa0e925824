"""F-age and F-pregnancy: ages, ages of life and pregnancy told as the reader's that the record does not bear out."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from evals.fit.found import finding, shown
from evals.fit.known import Known
from evals.fit.sayings import Saying, compiled
from evals.fit.treatments import find_named
from evals.lexicons import load_yaml
from evals.records import Finding


def words() -> Mapping[str, Any]:
    """The lexicon of people."""
    return load_yaml("personal_fit_person.yaml")


def pattern(name: str) -> re.Pattern[str]:
    """A pattern of the lexicon."""
    return compiled(words()[name])


@cache
def _tokens(kind: str) -> frozenset[str]:
    return frozenset(words()[f"{kind}_tokens"])


def check_age(known: Known, saying: Saying) -> Iterator[Finding]:
    """Ages and ages of life told as the reader's."""
    if saying.tokens.isdisjoint(_tokens("age")) and not any(map(str.isdecimal, saying.tokens)):
        return
    for low, high, start, end in _ages(known, saying):
        if not saying.asserts(start) and not saying.clause(start).assumed and not saying.about_reader(start):
            continue
        if saying.clause(start).assumed or saying.asking:
            continue
        said = shown(saying.text[start:end])
        if known.ages:
            if not any(low <= age <= high for age in known.ages):
                record = f"age {', '.join(map(str, sorted(known.ages)))}"
                message = f"The answer says “{said}” of the reader; the record says {record}."
                yield finding("F-age", "age_contradicted", message, saying=saying, start=start, end=end, record=record)
        elif (group := known.record.age_group) is None:
            if low == high:
                message = f"The answer says “{said}” of the reader; the record gives no age."
                yield finding("F-age", "age_unknown", message, saying=saying, start=start, end=end)
        else:
            first, last = words()["groups"][group]
            kind = "age_contradicted" if high < first or low > last else "age_unknown" if low == high else ""
            message = f"The answer says “{said}” of the reader; the record gives no age, only “{group}”."
            if kind:
                yield finding("F-age", kind, message, saying=saying, start=start, end=end, record=group)
    yield from _life(known, saying)
    yield from _menopause(known, saying)


def _ages(known: Known, saying: Saying) -> Iterator[tuple[int, int, int, int]]:
    """(lowest, highest, start, end) of each age that is told."""
    text = saying.text
    named = [words()["age_named"].format(name=re.escape(name)) for name in known.names]
    for one in (words()["age"], *named):
        for match in compiled(one).finditer(text):
            years = int(next(group for group in match.groups() if group))
            if years <= 110:
                yield years, years, match.start(), match.end()
    for match in pattern("age_of_child").finditer(text):
        years = int(words()["age_words"].get(match.group(1).lower(), match.group(1)))
        yield years, years, match.start(), match.end()
    for match in pattern("decades").finditer(text):
        first = words()["decade"][match.group(1).lower()]
        yield first, first + 9, match.start(), match.end()
    for match in pattern("age_over").finditer(text):
        yield int(next(filter(None, match.groups()))), 120, match.start(), match.end()
    for match in pattern("age_under").finditer(text):
        yield 0, int(next(filter(None, match.groups()))), match.start(), match.end()


def _life(known: Known, saying: Saying) -> Iterator[Finding]:
    group = known.record.age_group
    if group is None or pattern("young").search(known.asked):
        return
    for life, one in words()["life"].items():
        match = compiled(one).search(saying.text)
        if (
            match
            and group not in words()["fits_life"][life]
            and not saying.clause(match.start()).assumed
            and not saying.asking
        ):
            message = f"The answer says “{shown(match.group())}”; the record is of “{group}”."
            yield finding(
                "F-age", "age_contradicted", message, saying=saying, start=match.start(), end=match.end(), record=group
            )


def _menopause(known: Known, saying: Saying) -> Iterator[Finding]:
    match = pattern("menopause").search(saying.text)
    stated = pattern("menopause_stated").search(known.record.text) or pattern("menopause_word").search(known.asked)
    if match and not stated and saying.asserts(match.start()) and "you" in saying.text[: match.start()].lower():
        message = f"The answer says “{shown(match.group())}” of the reader; the record does not tell about menopause."
        yield finding("F-age", "age_unknown", message, saying=saying, start=match.start(), end=match.end())


def check_pregnancy(known: Known, saying: Saying) -> Iterator[Finding]:
    """Pregnancy told as the reader's, and treatment allowed that waits for birth."""
    pregnancy = known.record.pregnancy
    if not saying.reader or (saying.tokens.isdisjoint(_tokens("pregnancy")) and pregnancy != "yes"):
        return
    told = ((pattern("not_pregnant"), False), (pattern("pregnant"), True))
    for one, yes in told:
        match = one.search(saying.text)
        if not match or saying.clause(match.start()).assumed or saying.asking or _unsure(saying, match.start()):
            continue
        wrong = pregnancy == ("no" if yes else "yes") or (yes and pregnancy == "not-applicable")
        unknown = pregnancy in {"unknown", None} and "pregnan" not in known.asked.lower()
        if wrong or unknown:
            record = f"pregnancy: {pregnancy or 'not stated'}"
            kind = "pregnancy_contradicted" if wrong else "pregnancy_unknown"
            message = f"The answer says “{shown(match.group())}” of the reader; the record says “{record}”."
            yield finding(
                "F-pregnancy", kind, message, saying=saying, start=match.start(), end=match.end(), record=record
            )
        break
    if pregnancy == "yes":
        yield from _weeks(known, saying)
        yield from _held_off(saying)


def _weeks(known: Known, saying: Saying) -> Iterator[Finding]:
    own = {
        group for match in pattern("weeks").findall(f"{known.record.text}\n{known.asked}") for group in match if group
    }
    for match in pattern("weeks").finditer(saying.text):
        weeks = next(filter(None, match.groups()))
        if own and weeks not in own and saying.asserts(match.start()):
            record = f"{', '.join(sorted(own))} weeks"
            message = f"The answer says “{shown(match.group())}” of the reader; the record says {record}."
            yield finding(
                "F-pregnancy", "pregnancy_unknown", message, saying=saying, start=match.start(), end=match.end()
            )


def _unsure(saying: Saying, at: int) -> bool:
    before = saying.text[max(0, at - 60) : at]
    return bool(
        compiled(r"\b(?:whether|if|does\s+not\s+(?:say|state)|not\s+(?:say|know|clear)|in\s+case)\b").search(before)
    )


def _held_off(saying: Saying) -> Iterator[Finding]:
    if pattern("after_birth").search(saying.text) or not pattern("can").search(saying.text) or saying.asking:
        return
    if compiled(load_yaml("personal_fit.yaml")["against"]).search(saying.text):
        return
    held = words()["held_off_in_pregnancy"]
    for named in find_named(saying.text):
        if saying.clause(named.start).assumed or not (
            {named.name} & set(held["generic"]) or set(named.kinds) & set(held["kinds"])
        ):
            continue
        start, end = 0, len(saying.text.rstrip(" .\n"))
        message = f"The answer tells a pregnant reader that {named.name} can be given; it waits until after birth."
        yield finding(
            "F-pregnancy", "pregnancy_treatment", message, saying=saying, start=start, end=end, record="pregnancy: yes"
        )
        return
