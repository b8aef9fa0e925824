"""The data files of the operators, read once: patterns, swaps, templates, and who is in which half."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from evals.errors import UserError
from evals.faults.fault import Edit, Half, half_of
from evals.lexicons import load_jsonl, load_yaml
from evals.records import Label, Severity
from evals.shipped import shipped_root

_FOLDER = "datasets/faults"
_GROUP = re.compile(r"\\(l?)(\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One entry of an operator: what to find in a sentence, what to put there, and when to leave it alone.

    In `put`, `\\1` is a group and `\\l1` the same with a small first letter.
    """

    id: str
    code: str
    operator: str
    find: re.Pattern[str]
    put: str
    label: Label
    severity: Severity
    only: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def edits(self, sentence: str) -> Iterator[Edit]:
        """Its changes of one sentence, in order."""
        first = self.find.search(sentence)
        # The guards come second: few patterns find anything in a sentence.
        if first is None or not self._may(sentence):
            return
        for match in self.find.finditer(sentence, first.start()):
            yield Edit(
                start=match.start(),
                end=match.end(),
                replacement=_expanded(self.put, match),
                operator=self.operator,
                template=self.id,
                code=self.code,
                severity=self.severity,
                label=self.label,
            )

    def _may(self, sentence: str) -> bool:
        return all(guard.search(sentence) for guard in self.only) and not any(
            guard.search(sentence) for guard in self.unless
        )


@cache
def fault_file(name: str) -> Mapping[str, Any]:
    """A YAML file of `datasets/faults`: always the shipped one, since a stray file would change the halves."""
    return load_yaml(str(shipped_root() / _FOLDER / name))


@cache
def outdated_rows() -> tuple[Mapping[str, Any], ...]:
    """The outdated -> current pairs. The caller uses only those that `operators.yaml` names."""
    return load_jsonl(str(shipped_root() / _FOLDER / "outdated.jsonl"))


@cache
def patterns(half: Half) -> tuple[Pattern, ...]:
    """The fault patterns of one half, in file order."""
    return tuple(entry for entry in all_patterns("operators.yaml") if half_of(entry.id) == half)


@cache
def reword_patterns(half: Half) -> tuple[Pattern, ...]:
    """The patterns of one half that keep the meaning."""
    return tuple(entry for entry in all_patterns("rewrites.yaml") if half_of(entry.id) == half)


@cache
def all_patterns(name: str) -> tuple[Pattern, ...]:
    """Every pattern of a file, in order.

    Raises:
        UserError: an id stands twice, or a pattern is not a regular expression.
    """
    content = fault_file(name)
    guards = content.get("guards", {})
    found = tuple(
        _pattern(f"{_FOLDER}/{name}", operator, group, entry, guards)
        for operator, group in content["operators"].items()
        for entry in group["entries"]
    )
    ids = [entry.id for entry in found]
    if doubled := sorted({entry for entry in ids if ids.count(entry) > 1}):
        raise UserError(f"{_FOLDER}/{name}", f"id {doubled[0]!r} stands twice", "each id once", "Rename one.")
    return found


def _pattern(
    where: str, operator: str, group: Mapping[str, Any], entry: Mapping[str, Any], guards: Mapping[str, str]
) -> Pattern:
    identity = f"{operator}:{entry['id']}"
    try:
        return Pattern(
            id=identity,
            code=operator.partition("-")[0],
            operator=operator,
            find=_compiled(entry["find"], entry.get("case", False)),
            put=entry["put"],
            label=cast(Label, entry.get("label", group.get("label", "contradicted"))),
            severity=cast(Severity, entry.get("severity", group.get("severity", "moderate"))),
            only=_guards((*group.get("only", ()), *entry.get("only", ())), guards),
            unless=_guards((*group.get("unless", ()), *entry.get("unless", ())), guards),
        )
    except re.error as error:
        raise UserError(f"{where}: {identity}", str(error), "a regular expression", "Mend the pattern.") from error


def _guards(names: tuple[str, ...], known: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """Guards by name (`@quantified`) or as they stand."""
    return tuple(_compiled(known[name[1:]] if name.startswith("@") else name, False) for name in names)


@cache
def _compiled(pattern: str, case: bool) -> re.Pattern[str]:
    return re.compile(pattern, 0 if case else re.IGNORECASE)


def _expanded(put: str, match: re.Match[str]) -> str:
    def group(found: re.Match[str]) -> str:
        value = match.group(int(found.group(2))) or ""
        return lowered(value) if found.group(1) else value

    return _GROUP.sub(group, put)


def lowered(text: str) -> str:
    """With a small first letter, unless the first word is a name, a short form or "I"."""
    first = re.match(r"[^\s,.;:)]+", text)
    word = first.group() if first else ""
    if not word or word == "I" or (not word[1:].islower() and len(word) > 1) or word.split("-")[0] in _names():
        return text
    return text[0].lower() + text[1:]


@cache
def _names() -> frozenset[str]:
    """First words that keep their capital: brand names, months and the names listed in `swaps.yaml`."""
    brands = (brand.split()[0] for row in load_jsonl("drugs.jsonl") for brand in row["brands"])
    return frozenset((*brands, *fault_file("swaps.yaml")["capitalised"]))
