"""Every fault put into every answer it fits, and what each scorer said before and after."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.detection.readings import agrees, borne_out, readings
from evals.detection.scoring import Bench, Untouched, in_order
from evals.faults.answer_fault import AnswerFault, Kind, kinds
from evals.faults.answers import answer_faults
from evals.faults.fault import Half
from evals.records import SEVERITIES, Finding, Item

# The operators for single sentences.
_SENTENCE = re.compile(r"E\d\d")

_GRAVE = SEVERITIES[SEVERITIES.index("moderate") :]

Tell = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One fault in one answer: which scorers told of it, and whether one that answers for it did.

    `named`: one of the owners told of it under its own rule, and not only by marking its words. `remarked`: an owner
    marked the words of a fault in a remark ("info") only, which is no finding. `grounded`: for a fault of a sentence,
    whether the judge found that sentence borne out before; null for others. `told` are the owners' new findings.
    """

    answer: str
    fault: AnswerFault
    by: tuple[str, ...]
    owned: bool
    named: bool
    remarked: bool
    grounded: bool | None
    told: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One answer: what was found in it untouched, and each fault put into it. `scorers` are those that looked."""

    untouched: Untouched
    before: Item
    faults: tuple[Caught, ...]
    scorers: tuple[str, ...]

    @property
    def alarms(self) -> tuple[tuple[str, bool | None], ...]:
        """The findings of severity moderate or worse on it untouched: scorer, and whether the blind reader agrees."""
        return tuple(
            (outcome.scorer, agrees(self.untouched.id, self.before, finding))
            for outcome in self.before.outcomes
            for finding in outcome.findings
            if finding.severity in _GRAVE
        )


def detect(
    bench: Bench,
    *,
    half: Half = "measure",
    kinds_: Sequence[str] | None = None,
    seed: int = 0,
    each: int = 1,
    every_scorer: bool = True,
    tell: Tell = lambda *_: None,
) -> Iterator[Examined]:
    """Answer by answer: scored untouched, then with each fault that fits it.

    `every_scorer` False asks only the scorers that answer for a kind, and the judge only where one of them needs it.

    Raises:
        UserError: an unknown kind or half.
    """
    for number, untouched in enumerate(bench.answers, 1):
        before = in_order(bench, [(untouched, None, None)], lambda _: None)[0]
        faults = answer_faults(
            before.answer, untouched.question, before.claims, half=half, kinds=kinds_, seed=seed, each=each,
            borne=borne_claims(untouched, before),
        )  # fmt: skip
        done = [0]

        def one(_: Item, done: list[int] = done, of: int = len(faults), number: int = number) -> None:
            done[0] += 1
            tell(f"answer {number} of {len(bench.answers)}", done[0], of)

        works = [(untouched, fault.raw, None if every_scorer else kinds()[fault.kind].owners) for fault in faults]
        after = in_order(bench, works, one)
        caught = tuple(_caught(untouched, before, fault, item) for fault, item in zip(faults, after, strict=True))
        names = tuple(scorer.name for scorer in bench.plan.scorers)
        yield Examined(untouched=untouched, before=before, faults=caught, scorers=names)


def _caught(untouched: Untouched, before: Item, fault: AnswerFault, after: Item) -> Caught:
    kind = kinds()[fault.kind]
    told = {outcome.scorer: new_findings(before, after, outcome.scorer) for outcome in after.outcomes}
    by = {name: [one for one in found if tells(one, fault, kind)] for name, found in told.items()}
    owned = [one for name in kind.owners for one in by.get(name, ())]
    new = tuple(one for name in kind.owners for one in told.get(name, ()))
    return Caught(
        answer=untouched.id, fault=fault, by=tuple(name for name, found in by.items() if found), owned=bool(owned),
        named=any(kind.names(one.rule) for one in owned),
        remarked=not owned and any(_touches(one, fault) for one in new), grounded=_grounded(before, fault), told=new,
    )  # fmt: skip


def borne_claims(untouched: Untouched, before: Item) -> frozenset[str]:
    """The ids of the claims that a passage bears out: by the person who read the answer blind, else by the judge."""
    if (read := readings(untouched.id, before.answer.text)) is not None:
        return frozenset(one.claim_id for one in before.claims if borne_out(one, read))
    return frozenset(one.claim_id for one in before.verdicts if one.scope == "corpus" and one.label == "supported")


def _grounded(before: Item, fault: AnswerFault) -> bool | None:
    """Whether the judge bore out the sentence that a fault went into."""
    if not _SENTENCE.fullmatch(fault.kind):
        return None
    borne = {one.claim_id for one in before.verdicts if one.scope == "corpus" and one.label == "supported"}
    return any(one.claim_id in borne and one.start <= fault.at < one.end for one in before.claims)


def new_findings(before: Item, after: Item, scorer: str) -> tuple[Finding, ...]:
    """What a scorer finds after a fault that it did not find before: no finding of its rule on the same words."""
    known = {_key(before, one) for one in _of(before, scorer)}
    return tuple(one for one in _of(after, scorer) if _key(after, one) not in known)


def tells(finding: Finding, fault: AnswerFault, kind: Kind) -> bool:
    """Whether a new finding tells of a fault: it marks some of its words, or, where one marks none, has its rule.

    Under its own rule a finding may also name what was put in: a wrong source is told at the statements it leads.
    A remark ("info") on words is no finding, but for kinds of which no more may be said.
    """
    if kind.by_rule or finding.start is None or fault.start is None:
        return kind.names(finding.rule)
    named = kind.names(finding.rule) and fault.replacement in finding.message
    told = finding.severity != SEVERITIES[0] or (kind.remark and kind.names(finding.rule))
    return told and (named or _touches(finding, fault))


def _touches(finding: Finding, fault: AnswerFault) -> bool:
    if finding.start is None or finding.end is None or fault.start is None or fault.end is None:
        return False
    return finding.start < fault.end and fault.start < finding.end


def _of(item: Item, scorer: str) -> tuple[Finding, ...]:
    return tuple(one for outcome in item.outcomes if outcome.scorer == scorer for one in outcome.findings)


def _key(item: Item, finding: Finding) -> tuple[str, str, str]:
    if finding.start is None or finding.end is None:
        return finding.rule, "", finding.message
    return finding.rule, " ".join(item.answer.text[finding.start : finding.end].split()), ""


def alarms(item: Item) -> Mapping[str, int]:
    """Findings of severity moderate or worse in one answer, by scorer."""
    return {
        outcome.scorer: sum(finding.severity in _GRAVE for finding in outcome.findings) for outcome in item.outcomes
    }
