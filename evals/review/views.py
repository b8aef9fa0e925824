"""Who was shown what the machine says of which answers: kept in the audit log, so that no review passes for blind.

A review is blind only if its author had not seen the scores, findings or verdicts of that answer before. Whoever was
shown them is asked last; if they review it all the same, the review says so and is left out of every comparison.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from evals.review.tables import audit
from evals.review.work import Work, visible_name

SHOWN = "scores shown"
"""The act in the audit log; its subject is the run."""
_DIGITS = 32
Place = tuple[str, int]
ItemKey = tuple[str, str, int, str]
"""Run, question, repeat, and the digest of the answer's text."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The answers of which a person was shown what the machine says: by run, question and repeat, and by text."""

    keys: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])
    digests: set[str] = field(default_factory=set[str])

    def covers(self, run_id: str, question_id: str, repeat: int, digest: str) -> bool:
        """Whether it is among them; `digest` is `text_digest` of the answer's text, the same in every run."""
        return (run_id, question_id, repeat) in self.keys or digest[:_DIGITS] in self.digests


def note_shown(work: Work, who: str, run_id: str, answers: Mapping[Place, str], where: str) -> None:
    """Put on record that a person is shown the scores of these answers; `answers` maps each to its text's digest.

    The digest may be empty where the text is not at hand: then only this run's answer counts as seen.

    Raises:
        RefusedError: unknown or inactive.
    """
    work.permit(who, "look")
    rows = [[visible_name(name), repeat, digest[:_DIGITS]] for (name, repeat), digest in sorted(answers.items())]
    work.log(who, SHOWN, visible_name(run_id)[:320], new={"page": where, "answers": rows})


def seen(connection: Connection, who: str | None = None) -> Mapping[str, Seen]:
    """What each person, or one of them, was shown."""
    query = select(audit.c.who, audit.c.subject, audit.c.new).where(audit.c.action == SHOWN)
    found: defaultdict[str, Seen] = defaultdict(Seen)
    for row in connection.execute(query.where(audit.c.who == who) if who else query):
        told = found[row.who]
        for name, repeat, digest in json.loads(row.new)["answers"]:
            told.keys.add((row.subject, name, repeat))
            if digest:
                told.digests.add(digest)
    return found
