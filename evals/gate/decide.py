"""A run, its baseline and a policy -> a decision: every rule by itself, and what follows for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evals.compare import Scores, subject_changes
from evals.gate.absolute import decide_bound, decide_every
from evals.gate.effort import decide_cost, decide_coverage
from evals.gate.evidence import Evidence, Slice, gather
from evals.gate.never import decide_never
from evals.gate.policy import AtLeast, AtMost, Cost, Coverage, Every, Never, NoWorse, Policy, Rule
from evals.gate.records import Gate, Override, RuleResult, Verdict
from evals.gate.regression import Compared, compare_rule, decide_all
from evals.signature import digest

PROMPT_RULE = "prompt is read"


def decide(
    after: Scores, before: Scores | None, policy: Policy, *, notes: Sequence[str] = (), override: str = ""
) -> Gate:  # fmt: skip
    """The decision on a run; both runs must have been scored alike.

    `override` is the recorded reason to go on in spite of an undecided gate; empty for none.

    Raises:
        UserError: a rule names a scorer or measure that the run does not have.
    """
    evidence = gather(after, before)
    found = [one for rule in policy.rules for one in _decided(rule, policy, evidence)]
    regressions = iter(decide_all([one for one in found if isinstance(one, Compared)]))
    results = [one if isinstance(one, RuleResult) else next(regressions) for one in found]
    subject = subject_changes(before.manifest, after.manifest) if before else ()
    unread = tuple(part.part for part in subject if not part.read)
    if unread:
        results.insert(0, _unread(unread, str(after.manifest.get("generator", {}).get("name", "?"))))
    verdict = _verdict([one.verdict for one in results if one.decides])
    return Gate(
        verdict=verdict, run=after.name, baseline=before.name if before else None, policy=policy.name,
        policy_digest=digest(policy), prompt=after.manifest.get("prompt", {}).get("name"), results=tuple(results),
        notes=tuple(notes), subject=subject, missing=evidence.missing,
        override=Override(reason=override, applied=verdict == "UNDECIDED") if override else None,
    )  # fmt: skip


def _verdict(verdicts: Sequence[Verdict]) -> Verdict:
    if "FAIL" in verdicts:
        return "FAIL"
    return "UNDECIDED" if "UNDECIDED" in verdicts else "PASS"


def _decided(rule: Rule, policy: Policy, evidence: Evidence) -> Iterator[RuleResult | Compared]:
    for part in _slices(rule, evidence):
        named = replace(rule, id=f"{rule.id} ({part})") if part.where else rule
        yield from _one(named, policy, evidence, part)


def _slices(rule: Rule, evidence: Evidence) -> Iterator[Slice]:
    where = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in rule.where.items()}
    whole = Slice(where=where)
    if rule.by is None:
        yield whole
        return
    for value in sorted({str(getattr(question, rule.by)) for question in evidence.asked(whole).values()}):
        yield Slice(where={**where, rule.by: (value,)})


def _one(rule: Rule, policy: Policy, evidence: Evidence, part: Slice) -> Iterator[RuleResult | Compared]:
    match rule:
        case Every():
            yield from decide_every(rule, policy, evidence, part)
        case Never():
            yield decide_never(rule, policy, evidence, part)
        case NoWorse():
            yield compare_rule(rule, policy, evidence, part)
        case AtLeast() | AtMost():
            yield decide_bound(rule, policy, evidence, part)
        case Coverage():
            yield decide_coverage(rule, evidence, part)
        case Cost():
            yield decide_cost(rule, evidence)


def _unread(parts: Sequence[str], generator: str) -> RuleResult:
    named = ", ".join(parts)
    return RuleResult(
        id=PROMPT_RULE, kind="prompt", about="changed parts of the prompt that the generator reads",
        because="Answers cannot show what a change does that their generator never sees.", verdict="UNDECIDED",
        said=f"this generator ({generator}) cannot see this change: {named}",
        settle=f"Two runs of a generator that reads {named}, such as chat: evals run --generator chat.",
    )  # fmt: skip
