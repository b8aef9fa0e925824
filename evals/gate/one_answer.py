"""Rules on single answers, held against one answer by itself: the `never` and `every` rules of a policy.

What `decide_never` and `decide_every` say of a whole run, they say of its answers: a run fails such a rule when one of
its answers does. Rules on means, measures over several answers, coverage and cost need the whole run and are not here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evals.compare.pairs import base_name
from evals.errors import UserError, did_you_mean
from evals.gate.evidence import Slice
from evals.gate.policy import Every, Never, Policy
from evals.gate.records import Verdict
from evals.gate.signed import rests_on
from evals.gate.wording import number
from evals.records import SEVERITIES, Finding, Item, Outcome, Passage, Question
from evals.store import decide

_SEVERAL = ("worst", "consistency", "premises")
Had = Sequence[tuple[int, str, str, str]]
"""The findings of the baseline's answers to one question: repeat, scorer, rule, severity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One thing in an answer that breaks a rule, or that only warns.

    `passage` is what the finding rests on, where that is known; `unsigned` says that no clinician has signed it. A
    measure that is too low may have no finding.
    """

    said: str
    scorer: str
    finding: Finding | None = None
    passage: Passage | None = None
    unsigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How one answer stands to one rule. `unchecked` says why the rule could not be held against it, or in part."""

    rule: Never | Every
    verdict: Verdict
    broken: tuple[Broken, ...] = ()
    unchecked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer with everything a rule may ask of it; `had` is null, for a reason, without a baseline."""

    question: Question
    item: Item
    passages: Mapping[str, Passage]
    had: Had | None = None
    why_no_baseline: str = "there is no baseline to tell what is new"
    _scorers: dict[str, Outcome] = field(default_factory=dict[str, Outcome], repr=False, compare=False)

    def outcome(self, scorer: str) -> Outcome:
        """How the scorer ended on it."""
        if not self._scorers:
            self._scorers.update({outcome.scorer: outcome for outcome in self.item.outcomes})
        return self._scorers[scorer]


def rules_on_answers(policy: Policy, scorers: Sequence[str]) -> tuple[Never | Every, ...]:
    """The rules that one answer can be held against.

    Raises:
        UserError: a rule rests on a scorer that is not among these.
    """
    found = tuple(rule for rule in policy.rules if isinstance(rule, Never) or (isinstance(rule, Every) and _own(rule)))
    for rule in found:
        for scorer in _scorers_of(rule):
            if scorer not in scorers:
                fix = f"{did_you_mean(scorer, scorers)} Use a policy that fits the suite."
                raise UserError(f"policy {policy.name!r}, rule {rule.id!r}", f"the suite has no {scorer!r}", "", fix)
    return found


def _own(rule: Every) -> tuple[str, ...]:
    """The rule's measures that one answer has by itself."""
    names = (rule.every,) if isinstance(rule.every, str) else rule.every
    return tuple(name for name in names if name.partition(".")[0] not in _SEVERAL)


def _scorers_of(rule: Never | Every) -> tuple[str, ...]:
    return (rule.never.scorer,) if isinstance(rule, Never) else tuple(map(base_name, _own(rule)))


def hold(rules: Sequence[Never | Every], policy: Policy, seen: Seen) -> tuple[Held, ...]:
    """How an answer stands to each rule that is about its question, in order."""
    return tuple(one for rule in rules if _is_about(rule, seen.question) for one in (_hold(rule, policy, seen),))


def _is_about(rule: Never | Every, question: Question) -> bool:
    where = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in rule.where.items()}
    return Slice(where=where).holds(question)


def _hold(rule: Never | Every, policy: Policy, seen: Seen) -> Held:
    broken = tuple(_found(rule, seen) if isinstance(rule, Never) else _fallen(rule, seen))
    decisive = [one for one in broken if policy.unsigned == "fail" or not one.unsigned]
    outcomes = [seen.outcome(scorer) for scorer in dict.fromkeys(_scorers_of(rule))]
    without = [one for one in outcomes if one.status != "scored"]
    unchecked = "; ".join(f"{one.scorer}: {one.reason}" for one in without)
    if isinstance(rule, Never) and rule.new_only and seen.had is None:
        return Held(rule=rule, verdict="PASS", unchecked=seen.why_no_baseline)
    if decisive:
        return Held(rule=rule, verdict="FAIL", broken=broken, unchecked=unchecked)
    undecided = bool(broken) and policy.unsigned == "undecided"
    if without and (policy.unscored == "undecided" or any(one.status == "error" for one in without)):
        undecided = True
    return Held(rule=rule, verdict="UNDECIDED" if undecided else "PASS", broken=broken, unchecked=unchecked)


# --- never -----------------------------------------------------------------------------------------------------------


def _found(rule: Never, seen: Seen) -> Iterator[Broken]:
    wanted = rule.never
    grave = SEVERITIES[SEVERITIES.index(wanted.severity) :]
    left = _forgiven(seen.had or (), wanted.scorer, grave) if rule.new_only else Counter[str]()
    for finding in seen.outcome(wanted.scorer).findings:
        if finding.severity not in grave or (wanted.rules and finding.rule not in wanted.rules):
            continue
        if left[finding.rule] > 0:
            left[finding.rule] -= 1
            continue
        passage = _passage(finding, seen)
        unsigned = passage is not None and not passage.signed_by
        yield Broken(
            said=finding.message, scorer=wanted.scorer, finding=finding, passage=passage, unsigned=unsigned
        )  # fmt: skip


def _forgiven(had: Had, scorer: str, grave: Sequence[str]) -> Counter[str]:
    """How many findings of each rule the baseline's answer had, the answer with the most where there are several."""
    each = Counter((repeat, rule) for repeat, by, rule, severity in had if by == scorer and severity in grave)
    most: Counter[str] = Counter()
    for (_, rule), amount in each.items():
        most[rule] = max(most[rule], amount)
    return most


def _passage(finding: Finding, seen: Seen) -> Passage | None:
    if finding.start is None:
        return None
    spans = ((claim.claim_id, claim.start, claim.end) for claim in seen.item.claims)
    claim_id = next((key for key, start, end in spans if (start, end) == (finding.start, finding.end)), None)
    verdict = next((one for one in decide(seen.item.verdicts) if one.claim_id == claim_id), None)
    passage = seen.passages.get(verdict.passage_id or "") if verdict else None
    if verdict is None or passage is None:
        return None
    stretch = passage.text[verdict.evidence_start or 0 : verdict.evidence_end]
    return passage if rests_on(finding.evidence, stretch) else None


# --- every -----------------------------------------------------------------------------------------------------------


def _fallen(rule: Every, seen: Seen) -> Iterator[Broken]:
    for measure in _own(rule):
        scorer, _, name = measure.partition(".")
        outcome = seen.outcome(scorer)
        value = outcome.measures.get(name) if name else outcome.value
        if value is None or _reaches(rule, float(value)):
            continue
        wanted = f"at least {number(rule.at_least)}" if rule.at_least is not None else f"at most {number(rule.at_most)}"
        said = f"{measure} is {number(float(value))}, and should be {wanted}"
        found = [finding for finding in outcome.findings if finding.rule == name]
        if not found:
            yield Broken(said=f"{said}. {outcome.reason}", scorer=scorer)
        for finding in found:
            yield Broken(said=f"{finding.message} ({said})", scorer=scorer, finding=finding)


def _reaches(rule: Every, value: float) -> bool:
    return value >= rule.at_least if rule.at_least is not None else value <= (rule.at_most or 0.0)
