"""E06: what holds for one disease is said of cancer as such. E21: one name taken for another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from evals.faults.fault import Edit, Half, half_of, pick
from evals.faults.names import disease_names, drug_names, drugs
from evals.faults.tables import fault_file
from evals.lexicons import load_yaml

# A definition, a denial or a stage of the disease itself is not widened: the result would be nonsense, not a fault.
_NOT_WIDENED = re.compile(
    r"\bmeans?\b|\b(?:is|are) (?:still )?(?:an? |the )?(?:kind |type )?(?:of )?(?:most common )?(?:childhood )?cancer\b"
    r"|^(?:ask|tell|talk)\b|\?\s*$|\b(?:has|have) spread\b(?! and)|\bchange called\b|\bcancer that starts\b"
    r"|\bstill in one part\b|\bmost common\b|\bhas not grown\b|\bcall\b|\bfever\b",
    re.I,
)
# "The leukemia" is one person's, and "the cancer" means the same; what is said of few, or denied, may hold of all.
_POINTED = re.compile(r"\b(?:the|this|that|your|my|his|her|their|our)\s\Z", re.I)
_FOR_FEW = re.compile(
    r"\b(?:not|never|no|neither|nor|none|without|few|rare(?:ly)?|small (?:share|number)|some)\b", re.I
)
_SHORT_FORM = re.compile(r" ?\((?:[A-Z][\w-]{1,9}|\d|pill\w*)\)")
# "breast and ovarian cancer": the name before leans on this one.
_ADDED = re.compile(r"\b(?:and|or)\s\Z", re.I)
_DISEASE = re.compile(r"cancer|leukemia|lymphoma|myeloma|carcinoma|syndrome|AML", re.I)
_DENIED = re.compile(r"\b(?:not|never|cannot)\b|n['’]t\b", re.I)
_BEFORE = re.compile(r"\b(?:for|with|of|in|treat|treats|cure|cures|against|have|has|if|when|get)\s\Z", re.I)


def widened_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """A disease's name becomes cancer in general: half true, since it holds for that one disease."""
    if _NOT_WIDENED.search(sentence) or _FOR_FEW.search(sentence):
        return
    # A short form in brackets names the disease before it once more.
    mentions = [m for m in disease_names().find(sentence) if sentence[max(0, m.start - 1) : m.start] != "("]
    if not mentions or len({mention.value for mention in mentions}) != 1:
        return
    mention = mentions[0]
    if _ADDED.search(sentence, max(0, mention.start - 5), mention.start):
        return
    adjective = _adjectives().search(sentence, 0, mention.start)
    start = adjective.start() if adjective else mention.start
    if _POINTED.search(sentence, 0, start):
        return
    form = _SHORT_FORM.match(sentence, mention.end)
    end = form.end() if form else mention.end
    options = _wide(sentence, start, half, plural=sentence[: mention.end].endswith("cancers"))
    if options:
        template, put = pick(options, seed, "E06-widened", sentence)
        yield Edit(
            start=start,
            end=end,
            replacement=put,
            operator="E06-widened",
            template=template,
            code="E06",
            label="partly",
        )


def _wide(sentence: str, start: int, half: Half, *, plural: bool) -> list[tuple[str, str]]:
    """The entries that fit the place: as a subject in the singular, or after a preposition."""
    swaps = fault_file("swaps.yaml")
    if plural:
        rows = [("wide:plural-cancers", "cancers"), ("wide:plural-tumors", "tumors")]
    elif start == 0:
        rows = [(f"wide:{row['id']}", row["text"]) for row in swaps["generalised_subject"]]
    elif _BEFORE.search(sentence, max(0, start - 12), start):
        rows = [(f"wide:{row['id']}", row["alone"]) for row in swaps["generalised"]]
    else:
        rows = [(f"wide:{row['id']}", row["bare"]) for row in swaps["generalised"]]
    return [row for row in rows if half_of(row[0]) == half]


@cache
def _adjectives() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=\s)|^){fault_file('swaps.yaml')['disease_adjectives']}{{1,4}}\Z", re.I)


# --- E21 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One direction of a pair: how its names are found, the look-alike's, and which form becomes which."""

    template: str
    case: bool
    find: re.Pattern[str]
    other: re.Pattern[str]
    table: Mapping[str, str]


def look_alike_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Every mention of a name becomes the look-alike's, short form and long form alike."""
    del seed  # a pair swaps one way only, so there is nothing to choose
    for pair in _pairs(half):
        mentions = list(pair.find.finditer(sentence))
        if not mentions or pair.other.search(sentence) or _stays_true(sentence, mentions, pair):
            continue
        start, end = mentions[0].start(), mentions[-1].end()
        parts = [sentence[a.end() : b.start()] for a, b in pairwise(mentions)]
        names = [pair.table[_key(mention.group(), pair.case)] for mention in mentions]
        yield Edit(
            start=start,
            end=end,
            replacement="".join(part for both in zip(names, (*parts, ""), strict=True) for part in both),
            operator="E21-look-alike",
            template=pair.template,
            code="E21",
            severity="severe",
        )


@cache
def _pairs(half: Half) -> tuple[_Pair, ...]:
    rows = load_yaml("look_alikes.yaml")["pairs"]
    return tuple(
        _pair(row, here, there)
        for row in rows
        if half_of(f"look-alike:{row['id']}") == half
        for here, there in ((row["left"], row["right"]), (row["right"], row["left"]))
    )


def _pair(row: Mapping[str, Any], here: Sequence[str], there: Sequence[str]) -> _Pair:
    case = bool(row.get("case"))
    return _Pair(
        template=f"look-alike:{row['id']}",
        case=case,
        find=_forms(here, case),
        other=_forms(there, case),
        table={_key(form, case): other for form, other in zip(here, there, strict=True)},
    )


def _key(form: str, case: bool) -> str:
    """A form as looked up: in any case, or with its first letter small where it is a word and not a short form."""
    return (form[0].lower() + form[1:] if form[1:2].islower() else form) if case else form.lower()


def _forms(names: Sequence[str], case: bool) -> re.Pattern[str]:
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    first = (f"(?i:{re.escape(n[0])}){re.escape(n[1:])}" if n[1:2].islower() else re.escape(n) for n in longest_first)
    # "non-small cell" holds no "small cell", "polatuzumab-R-CHP" no regimen of its own.
    return re.compile(rf"(?<![\w-])(?:{'|'.join(first)})(?![\w-])", 0 if case else re.I)


def _stays_true(sentence: str, mentions: Sequence[re.Match[str]], pair: _Pair) -> bool:
    """Whether the swap might say something true, or say one name twice over."""
    if len(mentions) > 1 and len(set(pair.table.values())) < len(pair.table):
        return True
    if any(_DISEASE.search(name) for name in pair.table):
        start = mentions[0].start()
        return "only within" in sentence or _ADDED.search(sentence, max(0, start - 5), start) is not None
    # What is not used in pregnancy, say: neither is its look-alike.
    return _DENIED.search(sentence) is not None or _among_many_drugs(sentence, mentions[0].group())


# From this many drugs on a sentence is a list, and a swap in it may still be true of the others' company.
_LIST = 4


def _among_many_drugs(sentence: str, name: str) -> bool:
    mentions = list(drug_names().find(sentence))
    return any(mention.value.lower() == name.lower() for mention in mentions) and (
        len({drugs()[mention.value].name for mention in mentions}) >= _LIST
    )
