"""Runs in which a given share of the answers has a fault: what a gate is to fail."""

import hashlib
from dataclasses import dataclass, field

from evals.detection.measure import borne_claims
from evals.detection.scoring import Bench, Untouched, bench_of_run
from evals.errors import UserError
from evals.faults.answer_fault import AnswerFault
from evals.faults.answers import answer_faults
from evals.faults.fault import Half
from evals.records import Item
from evals.store import Run


@dataclass
class Faulty:
    """The answers of one run, each with at most one fault of one kind, scored when first asked for.

    `items` are those of the run, scored with today's judge and scorers.
    """

    bench: Bench
    half: Half = "measure"
    _before: dict[str, Item] = field(default_factory=dict[str, Item])
    _after: dict[tuple[str, str, int], Item | None] = field(default_factory=dict[tuple[str, str, int], Item | None])

    def before(self, untouched: Untouched) -> Item:
        """The answer as it stands, scored."""
        if untouched.id not in self._before:
            self._before[untouched.id] = self.bench.score(untouched)
        return self._before[untouched.id]

    def faults(self, untouched: Untouched, kind: str, seed: int) -> tuple[AnswerFault, ...]:
        """The faults of this kind that fit the answer."""
        item = self.before(untouched)
        return answer_faults(
            item.answer, untouched.question, item.claims, half=self.half, kinds=[kind], seed=seed,
            borne=borne_claims(untouched, item),
        )  # fmt: skip

    def after(self, untouched: Untouched, kind: str, seed: int) -> Item | None:
        """The answer with a fault of this kind, scored; None where no such fault fits it."""
        key = (untouched.id, kind, seed)
        if key not in self._after:
            found = self.faults(untouched, kind, seed)
            self._after[key] = self.bench.score(untouched, found[0].raw) if found else None
        return self._after[key]


def faulty_run(run: Run | Faulty, kind: str, rate: float, seed: int = 0) -> tuple[Item, ...]:
    """The scored items of a run in which a share `rate` of the answers that can have it has a fault of this kind.

    Which answers have it is drawn by SHA-256 of seed, kind and answer: at twice the rate the same answers and more have
    it. Rate 0 gives the run without a change. Give a `Faulty` to ask several times without scoring again.

    Raises:
        UserError: the rate is no share, or the kind is not known or fits no answer.
    """
    if not 0.0 <= rate <= 1.0:
        raise UserError("rate", f"{rate}", "a share from 0 to 1")
    held = run if isinstance(run, Faulty) else Faulty(bench_of_run(run))
    drawn = sorted(held.bench.answers, key=lambda one: _drawn(seed, kind, one.id))
    chosen: dict[str, Item] = {}
    if rate:
        able = [one for one in drawn if _fits(held, one, kind, seed)]
        if not able:
            raise UserError(f"kind {kind}", "fits no answer of this run", "a kind that does", "See evals faults.")
        for one in able[: max(1, round(rate * len(able)))]:
            if item := held.after(one, kind, seed):
                chosen[one.id] = item
    return tuple(chosen.get(one.id) or held.before(one) for one in held.bench.answers)


def _fits(held: Faulty, one: Untouched, kind: str, seed: int) -> bool:
    return bool(held.faults(one, kind, seed))


def _drawn(*key: object) -> bytes:
    return hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "surrogatepass")).digest()
