"""What is said of a biomarker at a place in a text: positive, negative or pending, its variant, its number."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from evals.fit.sayings import compiled
from evals.lexicons import load_jsonl, load_yaml

State = Literal["positive", "negative", "pending"]

_LISTED = re.compile(r"(?:\s*(?:,|/|and|or|,\s+and)\s*)\Z")
_TOKEN = re.compile(r"[A-Za-zΑ-ω0-9]+")


@dataclass(frozen=True, slots=True)
class Result:
    """What is said of one marker; all null when it is only named. `level`: "high" or "low"."""

    state: State | None = None
    variants: frozenset[str] = frozenset()
    number: int | None = None
    level: str | None = None

    def __bool__(self) -> bool:
        return bool(self.state or self.variants or self.number is not None or self.level)


@dataclass(frozen=True, slots=True)
class Mention:
    """A marker named at `text[start:end]`, and the result the text gives it."""

    marker: str
    start: int
    end: int
    result: Result


def words() -> Mapping[str, Any]:
    """The lexicon of results."""
    return load_yaml("personal_fit_markers.yaml")


def find_mentions(text: str, start: int = 0, end: int | None = None, own: tuple[str, ...] = ()) -> Iterator[Mention]:
    """The markers named in a stretch of text, with what that stretch says of each.

    `own` are names of a record's markers, which no lexicon may know.
    """
    end = len(text) if end is None else end
    found = list(_named(text, start, end, own))
    for index, (marker, begin, stop) in enumerate(found):
        # "ER, PR and HER2 were negative": the result stands after the last of them.
        last = index
        while last + 1 < len(found) and _LISTED.fullmatch(text, found[last][2], found[last + 1][1]):
            last += 1
        following = found[last + 1][1] if last + 1 < len(found) else end
        yield Mention(
            marker,
            begin,
            stop,
            _result(
                marker, text[start:begin], text[stop : begin + 0] + text[found[last][2] : following], text[begin:stop]
            ),
        )


def may_name(tokens: frozenset[str], own: tuple[str, ...] = ()) -> bool:
    """Whether a text with these words (in small letters) can name a marker at all."""
    return not tokens.isdisjoint(_with_own(own))


def read_result(marker: str, result: str) -> Result:
    """A record's own wording of a result."""
    plain = _result(marker, "", f" {result}", "")
    if plain.state is None and marker in words()["levels"] and plain.number is not None:
        below = plain.number < words()["levels"][marker]["negative"] or "<1" in result.replace(" ", "")
        plain = Result(
            "negative" if below else "positive",
            plain.variants,
            0 if below else plain.number,
            _level(marker, plain.number),
        )
    if plain.state is None and (scored := re.search(r"\bCPS\s*(?:of\s*)?(\d+)", result)):
        return Result("positive" if int(scored.group(1)) else "negative")
    if plain.state is None and plain.variants:
        return Result("positive", plain.variants, plain.number, plain.level)
    return plain


def canonical(name: str) -> str:
    """The marker that a record's field names, or the name itself when the lexicon does not know it."""
    for marker, _, _ in _named(name, 0, len(name)):
        return marker
    return " ".join(name.split())


def _result(marker: str, before: str, after: str, name: str) -> Result:
    lexicon = words()
    after = after[: lexicon["reach"] + 20]
    if marker == "TNBC":
        state: State | None = "negative" if _denied(before) else "positive"
        return Result(state)
    variants = frozenset(
        _variant(match.group(1))
        for match in _compiled("variant").finditer(f"{before[-30:]} {after[: lexicon['reach']]}")
    )
    number = _number(marker, before, after)
    state = _state(marker, before, after, name)
    level = "high" if _after("high", after) else "low" if _after("low", after) else None
    if marker not in lexicon["levels"]:
        level = None
    elif level and state == "positive" and not re.search(r"positive", after):
        state = None  # "PD-L1 is high" says how much, and that is compared
    if number is not None and marker in lexicon["levels"]:
        state = None if state == "positive" else state
    return Result(state, variants, number, level)


def _state(marker: str, before: str, after: str, name: str) -> State | None:
    lexicon = words()
    if compiled(lexicon["after"]["pending"]).search(after):
        return "pending"
    folded = name.casefold()
    if marker == "MSI":
        # The name itself may be the result; "intact" and "all present" are good repair.
        if folded in {"mss", "pmmr"}:
            return "positive" if _denied(before) else "negative"
        if folded in {"dmmr", "msi-h"}:
            return "negative" if _denied(before) else "positive"
    negative = compiled(lexicon["after"]["negative"]).search(after)
    positive = compiled(lexicon["after"]["positive"]).search(after)
    denied = bool(compiled(lexicon["before"]["negative"]).search(before[-90:]))
    if negative and (not positive or negative.end() <= positive.end()):
        return (
            "positive"
            if denied and "no" not in negative.group().split()[:1] and _single(negative.group())
            else "negative"
        )
    if positive:
        return "negative" if denied else "positive"
    if denied:
        return "negative"
    return "positive" if compiled(lexicon["before"]["positive"]).search(before[-60:]) else None


def _single(found: str) -> bool:
    # "not negative" is positive; "no mutation was not found" is nobody's sentence.
    return " not " not in found and "n't" not in found


def _denied(before: str) -> bool:
    return bool(_compiled("denial").search(before[-40:]))


def _after(name: str, after: str) -> bool:
    match = _compiled(name).search(after[:40])
    return bool(match) and not _compiled("denial").search(after[: match.start()] if match else "")


def _number(marker: str, before: str, after: str) -> int | None:
    pattern = words()["number"].get(marker)
    if not pattern:
        return None
    match = compiled(pattern).search(after[:40])
    if not match:
        return None
    around = f"{before[-15:]} {after[: match.end() + 18]}"
    if "<" not in match.group() and _compiled("compared").search(around):
        return 0 if re.search(r"(?:less\s+than|under|below)\s+1\s?(?:%|percent)", around, re.IGNORECASE) else None
    return 0 if "<" in match.group() else int(match.group(1))


def _level(marker: str, number: int) -> str:
    return "high" if number >= words()["levels"][marker]["high"] else "low"


def _variant(found: str) -> str:
    plain = re.sub(r"\s+", " ", found.lower()).rstrip("s")
    return re.sub(r"exon(\d)", r"exon \1", plain)


@cache
def _compiled(name: str) -> re.Pattern[str]:
    return compiled(words()[name]) if name != "variant" else re.compile(words()[name], re.IGNORECASE)


# --- names -----------------------------------------------------------------------------------------------------------


def _named(text: str, start: int, end: int, own: tuple[str, ...] = ()) -> Iterator[tuple[str, int, int]]:
    table = _with_own(own) if own else _names()
    at = start
    for token in _TOKEN.finditer(text, start, end):
        if token.start() < at:
            continue
        for name, marker, exact in table.get(token.group().lower(), ()):
            stop = token.start() + len(name)
            shown = text[token.start() : stop]
            if stop > end or (shown != name if exact else shown.lower() != name.lower()):
                continue
            if stop < len(text) and (text[stop].isalnum() and name[-1].isalnum()):
                continue
            yield marker, token.start(), stop
            at = stop
            break


@cache
def _names() -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    """First word of a name, in small letters -> (name, marker, found only as spelled), longest first."""
    lexicon = words()
    barred, capitals = set(lexicon["not_names"]), set(lexicon["capitals"])
    owners: dict[str, str] = {name: marker for marker, names in lexicon["names"].items() for name in (marker, *names)}
    for row in load_jsonl("genes.jsonl"):
        symbol = row["symbol"]
        home: str = owners.get(symbol) or str(symbol)
        for name in (symbol, *row["aliases"]):
            if name not in barred:
                owners.setdefault(name, home)
    for name in capitals:
        owners.setdefault(name, name)
    table: dict[str, list[tuple[str, str, bool]]] = {}
    for name, marker in owners.items():
        first = _TOKEN.search(name)
        if first and first.start() == 0:
            table.setdefault(first.group().lower(), []).append((name, marker, name in capitals))
    return {first: tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0]))) for first, rows in table.items()}


@lru_cache(maxsize=64)
def _with_own(own: tuple[str, ...]) -> Mapping[str, tuple[tuple[str, str, bool], ...]]:
    table = dict(_names())
    for name in own:
        first = _TOKEN.match(name)
        rows = table.get(first.group().lower(), ()) if first else ()
        if first and not any(name.lower() == known.lower() for known, _, _ in rows):
            table[first.group().lower()] = ((name, name, name.isupper() and len(name) < 5), *rows)
    return table
