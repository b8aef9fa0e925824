"""What a gate decides, and why. Frozen, and plain enough to be written as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from evals.compare.records import Missing, PartChange
from evals.stats import Decision as Verdict

EXIT_CODES: Mapping[Verdict, int] = {"PASS": 0, "FAIL": 1, "UNDECIDED": 3}
MOST_PLACES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An answer that decided a rule: what is wrong there, and where it stands in the report.

    `claim_id` when it is about one claim; `number` counts the findings of the answer, as the report does. `unsigned`:
    the finding rests on a passage that no clinician has signed. `quote` is the stretch of the answer.
    """

    question_id: str
    repeat: int | None = None
    said: str = ""
    rule: str | None = None
    severity: str | None = None
    claim_id: str | None = None
    number: int | None = None
    passage_id: str | None = None
    unsigned: bool = False
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """How one rule came out.

    `observed` is what was seen, with the limits `low` and `high` of its interval; `bound` says which of them was held
    against `threshold`. For a comparison these are gains (above zero is better) in the measure's own unit, and
    `detectable` is the smallest true loss that would have failed four times of five. `clusters` counts questions with
    their variants together, `answers` the answers looked at. `not_scored` counts answers without a number by how they
    ended; "lost" are those that had one in the baseline. `needed` is how many question clusters would settle it.
    """

    id: str
    kind: str
    about: str
    because: str
    verdict: Verdict
    said: str
    decides: bool = True
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    bound: str | None = None
    before: float | None = None
    after: float | None = None
    unit: str = ""
    answers: int = 0
    clusters: int = 0
    not_scored: Mapping[str, int] = field(default_factory=dict[str, int])
    detectable: float | None = None
    p_worse: float | None = None
    p_adjusted: float | None = None
    settle: str = ""
    needed: int | None = None
    warnings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def question_ids(self) -> tuple[str, ...]:
        """The questions that decided it, in order, each once."""
        return tuple(dict.fromkeys(place.question_id for place in self.places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A recorded wish to go on in spite of an undecided gate. It never turns a failure."""

    reason: str
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The decision on a run. `unread` are changed parts of the prompt that the generator does not read."""

    verdict: Verdict
    run: str
    baseline: str | None
    policy: str
    policy_digest: str
    prompt: str | None
    results: tuple[RuleResult, ...]
    notes: tuple[str, ...] = ()
    subject: tuple[PartChange, ...] = ()
    missing: Missing = field(default_factory=Missing)
    override: Override | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        """The changed parts of the prompt that the generator does not read."""
        return tuple(part.part for part in self.subject if not part.read)

    @property
    def exit_code(self) -> int:
        """0 passed, 1 failed, 3 undecided; an override lets an undecided gate, and no other, end with 0."""
        return 0 if self.override and self.override.applied else EXIT_CODES[self.verdict]

    def figures(self) -> dict[str, Any]:
        """Everything, for machines and for the run's folder; of many places the first only, and how many there are."""
        return {
            "verdict": self.verdict, "exit_code": self.exit_code, "run": self.run, "baseline": self.baseline,
            "policy": {"name": self.policy, "digest": self.policy_digest}, "prompt": self.prompt,
            "override": asdict(self.override) if self.override else None, "notes": list(self.notes),
            "unread_prompt_parts": list(self.unread), "subject": [asdict(part) for part in self.subject],
            "missing": {name: list(ids) for name, ids in asdict(self.missing).items()},
            "rules": [_figures(result) for result in self.results],
        }  # fmt: skip


def _figures(result: RuleResult) -> dict[str, Any]:
    plain = asdict(result)
    plain["not_scored"] = dict(result.not_scored)
    plain["questions"] = list(result.question_ids)
    plain["places"] = plain["places"][:MOST_PLACES]
    plain["places_in_all"] = len(result.places)
    return plain
