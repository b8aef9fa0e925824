"""What a run has asked of models, over all the sessions it took: calls, replies out of the cache, tokens, money."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.llm import Usage

_COUNTS = ("calls", "cached", "retries", "tokens_in", "tokens_out", "known_cost")


def as_json(usage: "Usage") -> str:
    """A session's use as JSON text."""
    return json.dumps(asdict(usage), sort_keys=True)


def together(sessions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of several sessions' use; `cost` is null as soon as one of them does not know its own."""
    total: dict[str, Any] = {**dict.fromkeys(_COUNTS, 0), "cost": 0.0, "failures": {}, "faults": {}, "endpoints": {}}
    by_endpoint: dict[str, list[Mapping[str, Any]]] = {}
    for session in sessions:
        for name in _COUNTS:
            total[name] += session[name]
        total["cost"] = _sum(total["cost"], session["cost"])
        for name in ("failures", "faults"):
            for kind, count in session[name].items():
                total[name][kind] = total[name].get(kind, 0) + count
        for endpoint, used in session["endpoints"].items():
            by_endpoint.setdefault(endpoint, []).append(used)
    total["endpoints"] = {endpoint: together(used) for endpoint, used in sorted(by_endpoint.items())}
    return total


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
