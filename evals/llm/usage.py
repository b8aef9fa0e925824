"""What a session has used: counted as it happens, read as a frozen snapshot."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.llm.errors import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Counts since the session began, in total or of one endpoint.

    `calls`: requests that got a reply (and are paid). `cached`: replies that needed no request. `retries`: requests
    repeated after a fault. `lost`: requests that may have been paid although their reply never came whole. `cost`: US
    dollars of the calls, null as soon as one's is not known; `known_cost` is what is known of it. `failures`: asks that
    ended as a `ModelError`, by kind; `faults`: requests that failed, by kind, repeated or not. `endpoints`: the same
    for each endpoint, by its shown name; empty inside those.
    """

    calls: int = 0
    cached: int = 0
    retries: int = 0
    lost: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    known_cost: float = 0.0
    failures: Mapping[Kind, int] = field(default_factory=dict[Kind, int])
    faults: Mapping[Kind, int] = field(default_factory=dict[Kind, int])
    endpoints: Mapping[str, "Usage"] = field(default_factory=dict[str, "Usage"])


@dataclass(slots=True)
class Tally:
    """The running counts of one endpoint."""

    calls: int = 0
    cached: int = 0
    retries: int = 0
    lost: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    known_cost: float = 0.0
    unpriced: int = 0
    failures: Counter[Kind] = field(default_factory=Counter[Kind])
    faults: Counter[Kind] = field(default_factory=Counter[Kind])

    def add(self, tokens_in: int | None, tokens_out: int | None, cost: float | None) -> None:
        """Count one paid reply."""
        self.calls += 1
        self.tokens_in += tokens_in or 0
        self.tokens_out += tokens_out or 0
        self.known_cost += cost or 0.0
        self.unpriced += cost is None

    def usage(self, endpoints: Mapping[str, Usage] | None = None) -> Usage:
        """The counts as they stand."""
        return Usage(
            calls=self.calls,
            cached=self.cached,
            retries=self.retries,
            lost=self.lost,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            cost=None if self.unpriced else self.known_cost,
            known_cost=self.known_cost,
            failures=dict(sorted(self.failures.items())),
            faults=dict(sorted(self.faults.items())),
            endpoints=endpoints or {},
        )


def total(tallies: Mapping[str, Tally]) -> Usage:
    """All endpoints together, each listed by name."""
    whole = Tally()
    for tally in tallies.values():
        for name in ("calls", "cached", "retries", "lost", "tokens_in", "tokens_out", "known_cost", "unpriced"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.failures.update(tally.failures)
        whole.faults.update(tally.faults)
    return whole.usage({name: tallies[name].usage() for name in sorted(tallies)})
