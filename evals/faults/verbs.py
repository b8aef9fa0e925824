"""E09 where English needs "do": "doctors recommend X" -> "doctors do not recommend X"."""

import re
from collections.abc import Iterator
from functools import cache

from evals.faults.fault import Edit, Half, half_of
from evals.faults.tables import fault_file

_WORD_BEFORE = re.compile(r"([\w'’+-]+)[)\"”]?,?\s+\Z")
_NOUN_AFTER = re.compile(r"\s+(?:of|only|a bit|are|is|was|were|that|which|can|may|will|should)\b|\s*[(]")


# A condition denied is another condition, not the opposite.
_CONDITION = re.compile(r"\b(?:before|after|if) you\s+\Z", re.I)


def denied_verbs(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Main verbs denied; nothing where a quantifier would leave both true, or where the verb may be a noun."""
    del seed
    content = fault_file("operators.yaml")["guards"]
    if any(re.search(content[name], sentence, re.I) for name in ("quantified", "denied", "asking", "asked")):
        return
    for match in _verbs().finditer(sentence):
        found = match.group().lower()
        base, third = _forms()[found]
        template = f"verb:{base}"
        if half_of(template) == half and _is_verb(sentence, match, third):
            yield Edit(
                start=match.start(),
                end=match.end(),
                replacement=f"{'does' if third else 'do'} not {base}",
                operator="E09-denied-verb",
                template=template,
                code="E09",
                severity="severe",
            )


def _is_verb(sentence: str, match: re.Match[str], third: bool) -> bool:
    before = _WORD_BEFORE.search(sentence, max(0, match.start() - 40), match.start())
    if before is None or _CONDITION.search(sentence, 0, match.start()) or _NOUN_AFTER.match(sentence, match.end()):
        return False
    previous, rules = before.group(1), fault_file("swaps.yaml")["verbs"]
    if previous.lower() in rules["not_after"]:
        return False
    plural = re.search(rules["plural_before"], previous, re.I) is not None
    if not third:
        return plural
    # After a small-letter noun the s-form may be a plural ("side effects", "gene changes").
    return not plural and (previous[0].isupper() or len(previous) > 3 or previous.lower() in {"it", "he", "she"})


@cache
def _forms() -> dict[str, tuple[str, bool]]:
    rules = fault_file("swaps.yaml")["verbs"]
    forms: dict[str, tuple[str, bool]] = {}
    for base in rules["bases"]:
        forms[base] = (base, False)
        forms[rules["third"].get(base, f"{base}s")] = (base, True)
    return forms


@cache
def _verbs() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_forms(), key=len, reverse=True))})(?![\w-])", re.I)
