"""Where judges that stand side by side differ: the answers a person should look at first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.records import SEVERITIES, Claim, Item, Label, Scope, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One claim on which judges gave different labels; `labels` has (judge, label) in the order of judges' names."""

    question_id: str
    repeat: int
    claim: Claim
    labels: tuple[tuple[str, Label], ...]

    @property
    def reason(self) -> str:
        """Why this is in the review queue, in words."""
        said = ", ".join(f"{judge}: {label}" for judge, label in self.labels)
        return f"Judges differ on “{self.claim.claim_text}” ({said})."


def disagreements(items: Iterable[Item], scope: Scope = "corpus") -> tuple[Disagreement, ...]:
    """The claims on which judges differ, the gravest and the widest apart first, then in the order of the items.

    A judge that repeats itself counts with its commonest label. Failures, and what is not checkable, are no opinion.
    """
    found = [one for item in items for one in _of(item, scope)]
    return tuple(sorted(found, key=lambda one: (-SEVERITIES.index(one.claim.severity), -_apart(one))))


def answers_apart(
    items: Sequence[Item], scope: Scope = "corpus"
) -> tuple[tuple[str, int, tuple[Disagreement, ...]], ...]:
    """The answers (question id, repeat) that hold such claims, in the order of their gravest, each with its claims."""
    by_answer: dict[tuple[str, int], list[Disagreement]] = {}
    for one in disagreements(items, scope):
        by_answer.setdefault((one.question_id, one.repeat), []).append(one)
    return tuple((question_id, repeat, tuple(found)) for (question_id, repeat), found in by_answer.items())


def _of(item: Item, scope: Scope) -> Iterable[Disagreement]:
    by_claim: dict[str, dict[str, list[Label]]] = {}
    for verdict in item.verdicts:
        if verdict.scope == scope and verdict.status == "ok" and verdict.label and verdict.label != "not_checkable":
            by_claim.setdefault(verdict.claim_id, {}).setdefault(judge_of(verdict), []).append(verdict.label)
    for claim in item.claims:
        labels: dict[str, Label] = {
            judge: _commonest(said) for judge, said in sorted(by_claim.get(claim.claim_id, {}).items())
        }
        if len(set(labels.values())) > 1:
            question_id, repeat = item.answer.question_id, item.answer.repeat
            yield Disagreement(question_id=question_id, repeat=repeat, claim=claim, labels=tuple(labels.items()))


def judge_of(verdict: Verdict) -> str:
    """The judge that stands behind a verdict: "cascade" for "cascade/llm"."""
    return verdict.judge.partition("/")[0]


def _commonest(labels: Sequence[Label]) -> Label:
    return max(labels, key=lambda label: (labels.count(label), -labels.index(label)))


def _apart(one: Disagreement) -> int:
    # Supported against contradicted is the widest; anything beside "not found" is the least.
    labels = {label for _, label in one.labels}
    return 2 if {"supported", "contradicted"} <= labels else 1 if "not_found" not in labels else 0
