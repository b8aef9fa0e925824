"""The gate: a run, its baseline and a policy -> PASS, FAIL or UNDECIDED, with the answers that decided it.

Too little evidence is UNDECIDED, never a pass. The gate knows scores, findings and endings, and no scorer by name: what
matters to a service stands in its policy (`datasets/policies/`).
"""

from evals.gate.decide import decide
from evals.gate.policy import Policy, load_policy
from evals.gate.records import EXIT_CODES, Gate, Override, Place, RuleResult, Verdict

__all__ = [
    "EXIT_CODES",
    "Gate",
    "Override",
    "Place",
    "Policy",
    "RuleResult",
    "Verdict",
    "decide",
    "load_policy",
]
