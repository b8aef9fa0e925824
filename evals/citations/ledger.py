"""What is noted while citations are gone through: each source, what was checked, and findings told once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evals.cancers import cancers
from evals.citations.coverage import Citation
from evals.citations.standing import Standing
from evals.lexicons import load_yaml
from evals.records import Finding, Severity


@dataclass(frozen=True, slots=True)
class Assessed:
    """How the citations of an answer fare.

    `checked` has 1, 0.5 or 0 for each citation of a claim that could be checked, `sourced` for each claim that needs a
    source and whose source, if any, could be checked; `unsourced` counts the claims that need one and have none,
    `unchecked` the citations of which nothing could be checked.
    """

    citations: int
    checked: tuple[float, ...]
    sourced: tuple[float, ...]
    unsourced: int
    unchecked: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One named source with what is known of it."""

    citation: Citation
    standing: Standing

    @property
    def shown(self) -> str:
        """The name in quotation marks."""
        return f"“{self.citation.attribution.name}”"


@dataclass(slots=True)
class Ledger:
    checked: list[float] = field(default_factory=list[float])
    unchecked: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    told: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def tell(self, key: str, finding: Finding) -> None:
        """Note a finding once for each claim or name."""
        if (finding.rule, key) not in self.told:
            self.told.add((finding.rule, key))
            self.findings.append(finding)


def severity_of(name: str) -> Severity:
    """The severity that the lexicon gives to a kind of finding."""
    return load_yaml("citations.yaml")["severities"][name]


def key_of(name: str) -> str:
    """A name by which it is told only once."""
    return " ".join(name.lower().split())


def names_of(diseases: Sequence[str]) -> str:
    """Diseases in words."""
    return " and ".join(cancers()[disease].name for disease in diseases) or "another disease"
