"""The findings of a run as columns: the gravest, and how many of each rule."""

from functools import cached_property

import numpy as np
from rows import SERIOUS, Row, cell
from sheet import Places, Sheet

from evals.records import SEVERITIES


class Findings:
    """The findings of a run; hidden answers, where some are, bring none."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._run = sheet, sheet.run

    def serious(self, hidden: Places) -> Places:
        """The rows of the severe and critical findings, the gravest first."""
        at = self._run.places("findings")
        least = min(SEVERITIES.index(name) for name in SERIOUS)
        chosen = np.flatnonzero((self._sheet.severities >= least) & (at >= 0) & ~np.append(hidden, False)[at])
        codes, names = self._run.codes("findings", "rule")
        by_name = np.argsort(np.argsort(np.array(names, dtype=object))) if names else np.zeros(0, dtype=np.int64)
        keys = (self._sheet.by_id[at[chosen]], by_name[codes[chosen]], -self._sheet.severities[chosen])
        return chosen[np.lexsort(keys)]

    def finding(self, number: int) -> Row:
        """A finding as a line of a table."""
        place = int(self._run.places("findings")[number])
        told = {name: self._finding(name, number) for name in ("rule", "message", "scorer")}
        return self._key(place) | told | {
            "severity": SEVERITIES[self._sheet.severities[number]], "message": cell(told["message"]), "place": place,
        }  # fmt: skip

    def _finding(self, name: str, number: int) -> str:
        codes, values = self._run.codes("findings", name)
        return values[codes[number]]

    def _key(self, place: int) -> Row:
        question_id, repeat = self._run.keys[place]
        names = {"question_id": question_id, "repeat": repeat, "id": cell(question_id)}
        return names | {"question": cell(self._sheet.question(place))}

    def by_rule(self, hidden: Places) -> list[Row]:
        """Findings by severity, rule and scorer: how many, in how many answers, and one for example; gravest first."""
        if hidden.any():
            return self._by_rule(hidden)
        return self._every_rule

    @cached_property
    def _every_rule(self) -> list[Row]:
        return self._by_rule(np.zeros(len(self._sheet), dtype=bool))

    def _by_rule(self, hidden: Places) -> list[Row]:
        at = self._run.places("findings")
        seen = np.flatnonzero((at >= 0) & ~np.append(hidden, False)[at])
        (rules, _), (scorers, _) = (
            self._run.codes("findings", "rule"),
            self._run.codes("findings", "scorer"),
        )
        wide, ranks = int(scorers.max(initial=0)) + 1, len(SEVERITIES)
        group = ((rules * wide + scorers) * ranks + self._sheet.severities)[seen]
        groups, first, counts = np.unique(group, return_index=True, return_counts=True)
        answers = np.unique(np.searchsorted(groups, group) * len(self._sheet) + at[seen]) // max(1, len(self._sheet))
        in_answers = np.bincount(answers, minlength=len(groups))
        found: list[Row] = []
        for n, number in enumerate(seen[first].tolist()):
            told = self.finding(number)
            found.append(told | {"findings": int(counts[n]), "answers": int(in_answers[n]), "example": told["message"]})
        order = {name: -rank for rank, name in enumerate(SEVERITIES)}
        return sorted(found, key=lambda row: (order[row["severity"]], -row["answers"], row["rule"], row["scorer"]))
