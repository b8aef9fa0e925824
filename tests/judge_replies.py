"""What a model that is asked to judge replies, for the tests' model server: the same for the same claims and passages.

`reply` understands our claim judge's prompt and ragas' two. Labels are drawn from a claim's words alone; quotes are real.
"""

import hashlib
import json
import re
from typing import Any

LABELS = ("supported", "supported", "supported", "contradicted", "partly", "not_found")


def reply(body: dict[str, Any]) -> str:
    """The reply to any judging request."""
    said = "\n".join(str(message["content"]) for message in body["messages"])
    if "<<<CLAIMS" in said:
        return json.dumps({"verdicts": rows(body)}, ensure_ascii=False)
    given = json.JSONDecoder().raw_decode(said[said.rindex("\ninput: ") + 8 :])[0]
    if "judge the faithfulness of a series of statements" in said:
        return json.dumps({"statements": [ragas_row(claim) for claim in given["statements"]]})
    return json.dumps({"statements": [part.strip() + "." for part in given["answer"].split(".") if part.strip()]})


def claims(body: dict[str, Any]) -> list[str]:
    """The claims of a request of our claim judge, as the model reads them."""
    said = _asked(body)
    inside = said.split("<<<CLAIMS\n")[1].split("\nCLAIMS>>>")[0]
    return [line.partition(". ")[2] for line in inside.split("\n")]


def _asked(body: dict[str, Any]) -> str:
    # A request to repair a reply goes on from the first one.
    return next(str(one["content"]) for one in body["messages"] if "<<<CLAIMS" in str(one["content"]))


def passages(body: dict[str, Any]) -> dict[str, str]:
    """Letter -> text of the passages in a request of our claim judge."""
    said = _asked(body)
    return dict(re.findall(r"^<<<PASSAGE ([A-Z]+) [^\n]*\n(.*?)\nPASSAGE \1>>>$", said, re.DOTALL | re.MULTILINE))


def rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """One right-shaped verdict for each claim."""
    shown = passages(body)
    return [row(number, claim, shown) for number, claim in enumerate(claims(body), start=1)]


def row(number: int, claim: str, shown: dict[str, str]) -> dict[str, Any]:
    """The verdict on one claim."""
    label = LABELS[drawn(claim) % len(LABELS)] if shown else "not_found"
    if label == "not_found":
        none = {"passage": None, "quote": None, "other": []}
        return {"claim": number, **none, "reason": "No passage speaks of it.", "label": label}
    letter = sorted(shown)[drawn(claim + "?") % len(shown)]
    quote = shown[letter].strip()[:40].strip()
    return {"claim": number, "passage": letter, "quote": quote, "reason": "It says so.", "label": label, "other": []}


def ragas_row(claim: str) -> dict[str, Any]:
    """ragas' verdict on one claim."""
    supported = LABELS[drawn(claim) % len(LABELS)] == "supported"
    return {
        "statement": claim,
        "reason": "It can be inferred." if supported else "It cannot.",
        "verdict": int(supported),
    }


def drawn(text: str) -> int:
    """A number that depends on the text alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
