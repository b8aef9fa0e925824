"""Why a judge decided as it did, in plain words: the difference that explains a label best, or none."""

from collections.abc import Mapping

from evals.judges.slots import Kind, SlotFinding
from evals.judges.weighing import Look
from evals.records import Label

# For each label the differences that explain it, the most telling first.
_TELLING: Mapping[Label, tuple[Kind, ...]] = {
    "contradicted": ("clash", "inflated"),
    "partly": ("clash", "inflated", "dropped", "extra"),
    "not_found": ("extra",),
}
_OTHERWISE: Mapping[Label, tuple[str, str | None]] = {
    "supported": ("The passage says the same.", None),
    "contradicted": ("The passage says otherwise.", "E00"),
    "partly": ("The passage bears out only part of this.", "E15"),
    "not_found": ("The nearest passage does not say this.", "E15"),
}


def difference(label: Label, decisive: Look) -> SlotFinding | None:
    """The difference between claim and window that explains a label best, or None when no check names one."""
    kinds = _TELLING.get(label, ())
    return next((finding for kind in kinds for finding in decisive.slots if finding.kind == kind), None)


def why(label: Label, decisive: Look) -> tuple[str, str | None]:
    """The reason in plain words and the rule it comes under."""
    found = difference(label, decisive)
    if found is None:
        return _OTHERWISE[label]
    if label == "not_found":
        return f"Not found. {found.reason}", "E15"
    return found.reason, found.code
