"""The same in other words: patterns, synonyms, names of drugs, numbers in another form, two sentences as one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from evals.faults.fault import Edit, Half, Rewrite, half_of, pick
from evals.faults.names import drug_names
from evals.faults.numbers import WORDS, quantities, value_of
from evals.faults.tables import fault_file, lowered, reword_patterns
from evals.lexicons import load_jsonl
from evals.records import Span

_BOTH_SCALES = re.compile(r"(?P<f>\d{2,3}(?:\.\d)?) ?°F \((?P<c>\d{2}(?:\.\d)?) ?°C\)")
_FAHRENHEIT = re.compile(r"(?<![\w.])(\d{2,3}(?:\.\d)?) ?(?:°|degrees) ?F\b(?! \()")
_CELSIUS = re.compile(r"(?<![\w.(])(\d{2}(?:\.\d)?) ?(?:°|degrees) ?C\b(?! \()")
_COUNTED = r"(?= (?:or more )?(?:hours|days|weeks|months|years|times)\b)"
_NUMERAL = re.compile(rf"(?<=\s)(?P<n>[2-9]|1[0-2]){_COUNTED}")
_WORD = re.compile(rf"\b(?P<n>{'|'.join(WORDS[2:])}){_COUNTED}", re.I)
_MERGED_LIMIT = 160
_JOINS_BADLY = re.compile(
    r"(?:if|when|after|before|for|in|on|at|with|because|since|do|call|ask|tell|go|take|this|these|it|they)\b", re.I
)


def rewordings(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Every rewrite of one sentence that the entries of a half make."""
    for pattern in reword_patterns(half):
        yield from pattern.edits(sentence)
    yield from _synonyms(sentence, half, seed)
    yield from _drug_names(sentence, half)
    yield from _temperatures(sentence, half)
    yield from _numbers(sentence, half)


def merged(text: str, spans: Sequence[Span], half: Half) -> Iterator[Rewrite]:
    """Neighbouring sentences of one paragraph as one."""
    rows = [row for row in fault_file("rewrites.yaml")["merges"] if half_of(f"merge:{row['id']}") == half]
    for first, second in pairwise(spans):
        a, b = text[first.start : first.end], text[second.start : second.end]
        if "\n" in text[first.end : second.start] or max(len(a), len(b)) > _MERGED_LIMIT:
            continue
        if not rows or not a.endswith(".") or not b.endswith(".") or _JOINS_BADLY.match(b) or _JOINS_BADLY.match(a):
            continue
        row = pick(rows, "merge", a, b)
        yield Rewrite(
            operator="merge",
            start=first.start,
            original=text[first.start : second.end],
            replacement=row["text"].replace("{b}", lowered(b)).replace("{a}", a[:-1]),
            template=f"merge:{row['id']}",
            before=text,
        )


def _edit(start: int, end: int, put: str, operator: str, template: str) -> Edit:
    return Edit(start=start, end=end, replacement=put, operator=operator, template=template)


def _synonyms(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    find, rows = _synonym_table()
    for match in find.finditer(sentence):
        row = rows[match.group(1).lower()]
        template = f"synonym:{row['terms'][0]}"
        others = [
            term
            for term in row["terms"]
            if _exchangeable(match.group(1), term, bool(match.group(2))) and term.lower() not in sentence.lower()
        ]
        if others and half_of(template) == half:
            put = pick(others, seed, "synonym", sentence, match.start()) + match.group(2)
            yield _edit(match.start(), match.end(), put, "synonym", template)


def _exchangeable(found: str, term: str, plural: bool) -> bool:
    """Whether a term can take the place: not the same, and its plural is made with a plain s."""
    if term.lower() == found.lower() or not term.isascii():
        return False
    return not plural or (term[-1] not in "syhg" and " of " not in term and " from " not in term and " in " not in term)


@cache
def _synonym_table() -> tuple[re.Pattern[str], dict[str, Mapping[str, Any]]]:
    barred = set(fault_file("rewrites.yaml")["not_exchanged"])
    rows: dict[str, Mapping[str, Any]] = {}
    for row in load_jsonl("synonyms.jsonl"):
        if row["terms"][0] not in barred:
            for term in row["terms"]:
                rows.setdefault(term.lower(), row)
    longest_first = sorted(rows, key=lambda term: (-len(term), term))
    find = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(s?)(?![\w-]|\))", re.I)
    return find, rows


def _drug_names(sentence: str, half: Half) -> Iterator[Edit]:
    """Brand for generic name and the other way round."""
    brands = _brands()
    for mention in drug_names().find(sentence):
        found = sentence[mention.start : mention.end]
        names = brands.get(mention.value)
        if not names or half_of(f"drug:{mention.value}") != half:
            continue
        if found.lower() == mention.value:
            yield _edit(mention.start, mention.end, names[0], "drug-name", f"drug:{mention.value}")
        elif found in names:
            yield _edit(mention.start, mention.end, mention.value, "drug-name", f"drug:{mention.value}")


@cache
def _brands() -> dict[str, tuple[str, ...]]:
    return {row["generic"]: tuple(row["brands"]) for row in load_jsonl("drugs.jsonl") if row["brands"]}


def _temperatures(sentence: str, half: Half) -> Iterator[Edit]:
    for match in _BOTH_SCALES.finditer(sentence):
        for way, put in (("f-only", f"{match['f']} °F"), ("c-only", f"{match['c']} °C")):
            yield from _kept(half, match, put, f"number:{way}")
    for match in _FAHRENHEIT.finditer(sentence):
        yield from _kept(half, match, f"{(float(match[1]) - 32) / 1.8:.1f} °C", "number:f-to-c")
        yield from _kept(half, match, f"{match[1]} degrees Fahrenheit", "number:degrees-f")
    for match in _CELSIUS.finditer(sentence):
        yield from _kept(half, match, f"{float(match[1]) * 1.8 + 32:.1f} °F", "number:c-to-f")
        yield from _kept(half, match, f"{match[1]} degrees Celsius", "number:degrees-c")


def _kept(half: Half, match: re.Match[str], put: str, template: str) -> Iterator[Edit]:
    if half_of(f"rewrite-{template}") == half:
        yield _edit(match.start(), match.end(), put, "number-form", f"rewrite-{template}")


def _numbers(sentence: str, half: Half) -> Iterator[Edit]:
    content = fault_file("rewrites.yaml")
    for quantity in quantities(sentence):
        if quantity.kind != "time" or quantity.second or quantity.other or quantity.unit.startswith("-"):
            continue
        for row in content["equal_times"]:
            value, unit = row["from"]
            same = value_of(quantity.first) == value and quantity.unit.strip().rstrip("s").lower() == unit
            if same and half_of(f"rewrite-number:{row['id']}") == half:
                yield _edit(quantity.start, quantity.end, row["to"], "number-form", f"rewrite-number:{row['id']}")
    for row in content["equal_shares"]:
        for match in re.finditer(row["find"], sentence, re.I):
            yield from _kept(half, match, match.expand(row["put"]), f"number:{row['id']}")
    for match in _NUMERAL.finditer(sentence):
        yield from _kept(half, match, WORDS[int(match["n"])], "number:in-words")
    for match in _WORD.finditer(sentence):
        yield from _kept(half, match, str(WORDS.index(match["n"].lower())), "number:in-numerals")
