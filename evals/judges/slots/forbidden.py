"""Orders turned round: the passage says to do a thing, the claim says not to do it, in as few words."""

import re
from collections.abc import Iterator

from evals.judges.slots.against import speaks_against
from evals.judges.slots.reading import Reading

_FULL = 0.9
"""Weight from which a word is a thing spoken of, and no little word."""
_VERB = re.compile(r"\s+([a-z]+)\b", re.IGNORECASE)
_FIRST = re.compile(r"\W*(?P<word>[a-z]+)\b", re.IGNORECASE)


def forbidden_order(claim: Reading, evidence: Reading) -> tuple[str, str] | None:
    """What the claim forbids and the word with which the evidence orders it, or None: "Do not go to the ER"."""
    for denial in claim.denials.found:
        order = _VERB.match(claim.text, denial.end)
        things = {t.key for t in claim.tokens if denial.end <= t.start < denial.last and t.weight >= _FULL}
        if denial.condition or not order or not things or claim.denials.only_supposed(denial.start):
            continue
        for number, stated in _orders(evidence):
            own = [t for t in evidence.tokens if t.sentence == number and not evidence.denials.only_supposed(t.start)]
            if stated["word"].lower() == order[1].lower() and things <= {t.key for t in own}:
                return " ".join(claim.text[denial.start : order.end()].split()), stated["word"]
    return None


def _orders(evidence: Reading) -> Iterator[tuple[int, re.Match[str]]]:
    """The sentences of the evidence that deny nothing in earnest, with their first word."""
    starts = (0, *evidence.sentence_ends[:-1])
    for number, start in enumerate(starts):
        first = _FIRST.match(evidence.text, start)
        if first and not speaks_against(evidence, number, first.start("word")):
            yield number, first
