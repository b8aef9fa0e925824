"""What kinds of treatment cannot do, whatever passages are at hand (E19): "chemo boosts the immune system"."""

import re
from functools import cache

from evals.judges.slots.finding import SlotFinding
from evals.judges.slots.reading import Reading
from evals.lexicons import load_yaml

# "Growth factors after chemotherapy support …": something else is the subject.
_NOT_SUBJECT = re.compile(
    r"\b(?:after|before|with|without|of|from|during|than|not|to|for|like|and|or|on|by)\s*$", re.IGNORECASE
)
_WITH_OTHERS = re.compile(r"\b(?:with|plus|and|or|after|before|that|which|while)\b|,", re.IGNORECASE)


def impossible(claim: Reading) -> SlotFinding | None:
    """A way of working that a kind of treatment does not have, or None."""
    for pattern, fact in _rules():
        match = pattern.search(claim.text)
        if match and _NOT_SUBJECT.search(claim.text[: match.start()]):
            continue
        if match and not claim.denials.denied(match.start("effect")) and not _WITH_OTHERS.search(match["between"]):
            said = match["effect"]
            reason = f"{fact} The answer says “{' '.join(match[0].split())}”."
            return SlotFinding(slot="mechanism", kind="clash", code="E19", said=said, stated=fact, reason=reason)
    return None


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (
            re.compile(
                rf"\b(?:{row['treatment']})(?P<between>(?:\s+[\w']+){{0,3}}?)\s+(?P<effect>{row['effect']})\b",
                re.IGNORECASE,
            ),
            row["fact"],
        )
        for row in load_yaml("mechanisms.yaml")["rows"]
    )
