"""What a gate makes of runs with faults in them: how many fail at each share of faulty answers, and without any."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.compare import read_scores
from evals.detection.runs import Faulty, faulty_run
from evals.errors import UserError
from evals.gate import Gate, Policy, decide
from evals.records import Item
from evals.store import Run, write_json, write_run

Tell = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the gate made of the runs of one kind of fault at one rate; `failed` of `runs` ended FAIL.

    `rules` are those that failed, most often first. Rate 0 (`kind` empty) is the run held against itself.
    """

    kind: str
    rate: float
    runs: int
    failed: int
    undecided: int
    rules: tuple[str, ...]


def gate_matrix(
    run: Run, policy: Policy, *, kinds: Sequence[str], rates: Sequence[float], seeds: Sequence[int] = (0, 1, 2),
    tell: Tell = lambda *_: None,
) -> Iterator[Decided]:  # fmt: skip
    """For each kind and rate the decisions on one run a seed, held against the run as it stands.

    Both sides are scored with today's judge and scorers. A kind that fits no answer of the run is passed over.

    Raises:
        UserError: the policy names a scorer or measure that the run does not have, or a kind is not known.
    """
    from evals.detection.scoring import bench_of_run

    held = Faulty(bench_of_run(run))
    with TemporaryDirectory(prefix="evals-faults-") as folder:
        base = _written(run, faulty_run(held, "", 0.0), Path(folder) / "before", "before")
        plans = [("", 0.0), *((kind, rate) for kind in kinds for rate in rates)]
        for number, (kind, rate) in enumerate(plans, 1):
            tell("gate", number, len(plans))
            try:
                # One seed is enough for what does not change.
                drawn = [_gate(run, held, kind, rate, seed, base, policy) for seed in (seeds if kind else seeds[:1])]
            except UserError:
                if not kind or rate == 0.0 or any(map(_able(held, kind), seeds)):
                    raise
                continue
            yield _decided(kind, rate, drawn)


def _able(held: Faulty, kind: str) -> Callable[[int], bool]:
    return lambda seed: any(held.after(one, kind, seed) is not None for one in held.bench.answers)


def _gate(run: Run, held: Faulty, kind: str, rate: float, seed: int, base: Path, policy: Policy) -> Gate:
    items = faulty_run(held, kind, rate, seed)
    after = _written(run, items, base.parent / "after", "after")
    return decide(read_scores(after), read_scores(base), policy)


def _written(run: Run, items: tuple[Item, ...], folder: Path, name: str) -> Path:
    """A run folder with these items; written over what stood there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_run(replace(run, folder=folder, items=items))
    write_json(folder / "manifest.json", {**run.manifest, "run_id": f"{run.manifest['run_id']}-{name}"})
    return folder


def _decided(kind: str, rate: float, drawn: Sequence[Gate]) -> Decided:
    failing = [result.id for gate in drawn for result in gate.results if result.decides and result.verdict == "FAIL"]
    return Decided(
        kind=kind, rate=rate, runs=len(drawn), failed=sum(gate.verdict == "FAIL" for gate in drawn),
        undecided=sum(gate.verdict == "UNDECIDED" for gate in drawn),
        rules=tuple(sorted(set(failing), key=lambda rule: (-failing.count(rule), rule))),
    )  # fmt: skip
