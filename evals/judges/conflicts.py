"""Guidelines that differ: one body's position told as the rule is only half the truth (E16)."""

import re
from functools import cache

from evals.judges.slots.quantities import agree, find_quantities
from evals.judges.verifier import verify
from evals.lexicons import load_yaml
from evals.records import Answer, Claim, Conflict, Passage
from evals.words import stems


def hidden_conflict(claim: Claim, answer: Answer, passage: Passage) -> str | None:
    """Why a claim borne out by a passage still hides that bodies differ, or None.

    Nothing is hidden when the sentence names the body it follows, or the answer names two of the bodies or says that
    they differ.
    """
    for conflict in passage.conflicts:
        told = _told(claim.claim_text, conflict)
        if told is None:
            continue
        sentence = answer.text[max(0, claim.start - 60) : claim.end]
        named = [body for body in conflict.positions if _names(answer.text, body)]
        if _names(sentence, told) or len(named) > 1 or _differ().search(answer.text):
            continue
        sides = "; ".join(f"{body}: {says}" for body, says in conflict.positions.items())
        return f"Guidelines differ on this ({conflict.topic}). {sides}"
    return None


def _told(claim: str, conflict: Conflict) -> str | None:
    """The one body whose position a claim tells: by a number that only it gives, or by meaning; None when unclear."""
    if not set(stems(claim)) & set(stems(conflict.topic)):
        return None
    said = find_quantities(claim)
    by_number = [
        body
        for body, says in conflict.positions.items()
        if any(agree(one, other) for one in said for other in find_quantities(says) if one.kind == other.kind)
    ]
    if len(by_number) == 1:
        return by_number[0]
    shares = {b: verify([f"{conflict.topic}. {b}: {s}"], claim).supported for b, s in conflict.positions.items()}
    first, second = sorted(shares.values(), reverse=True)[:2]
    margin = load_yaml("judge_local.yaml")["conflict_margin"]
    return max(shares, key=lambda body: shares[body]) if first - second >= float(margin) else None


def _names(text: str, body: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(body)}(?!\w)", text) is not None


@cache
def _differ() -> re.Pattern[str]:
    return re.compile("|".join(load_yaml("judge_local.yaml")["differ"]), re.IGNORECASE)
