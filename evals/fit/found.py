"""A mistake of fit as a finding: rule, gravity and source from the lexicon, the words of both sides in the message."""

from evals.fit.sayings import Saying
from evals.lexicons import load_yaml
from evals.records import Finding

_LONGEST = 160


def finding(
    rule: str, kind: str, message: str, *, saying: Saying | None = None, start: int = 0, end: int = 0, record: str = ""
) -> Finding:
    """A finding at `saying.text[start:end]`; without a saying it is about something left out. `record`: its wording."""
    lexicon = load_yaml("personal_fit.yaml")
    return Finding(
        rule=rule,
        severity=lexicon["severity"][kind],
        message=f"{message} (Source: the reader's record; {lexicon['sources'][rule]}.)",
        start=saying.start + start if saying else None,
        end=saying.start + end if saying else None,
        evidence=shown(record),
    )


def shown(text: str) -> str:
    """A record's words on one line, cut to what a message can hold."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
