"""Whether a finding rests on a passage: told from the evidence that it shows."""


def rests_on(evidence: str, stretch: str) -> bool:
    """Whether the evidence of a finding is (part of) the stretch of a passage that its claim was held against."""
    return bool(evidence) and (evidence.strip() in stretch or stretch in evidence)
