"""What changed between two runs, as far as a screen shows it: read from their scores alone, whatever their size."""

from dataclasses import dataclass
from pathlib import Path

import opened
import rows
import streamlit as st

from evals.compare import Change, Missing, Moved, PartChange, change_of, find_missing, pair_up, read_scores
from evals.compare import subject_changes as parts_changed
from evals.compare.pairs import moved

_MOVED = 30
"""So many questions are listed for each measure, those that changed most."""
_BESIDE = ("readability.grade_masked", "faithfulness.contradicted")
"""Measures told beside the scorers' own numbers, where both runs have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs: what was run, and each measure over the questions that both runs asked alike.

    `alike` is False where the runs were scored in different ways: then no numbers are compared.
    """

    alike: bool
    subject: tuple[PartChange, ...]
    missing: Missing
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]


def between(before: Path, after: Path) -> Difference:
    """What changed from one run to the other.

    Raises:
        UserError: a run cannot be read.
    """
    return _between(str(before), opened.stamp(before), str(after), opened.stamp(after))


@st.cache_resource(max_entries=8, show_spinner="Comparing the runs …")
def _between(before: str, before_stamp: int, after: str, after_stamp: int) -> Difference:  # noqa: ARG001  (keys)
    with opened.damage(after):
        one, other = read_scores(Path(before)), read_scores(Path(after))
        missing, subject = find_missing(one, other), parts_changed(one.manifest, other.manifest)
        if rows.scoring(one.manifest) != rows.scoring(other.manifest):
            return Difference(alike=False, subject=subject, missing=missing, changes=(), moved=())
        shared = {name for name in one.questions if name in other.questions} - set(missing.asked_differently)
        names = [name for name in one.scorers if name in other.scorers]
        names += [name for name in _BESIDE if name.partition(".")[0] in names]
        pairs = [pair_up(one, other, name, shared) for name in names]
        pairs = [found for found in pairs if found.means or found.one_sided]
        return Difference(
            alike=True, subject=subject, missing=missing,
            changes=tuple(change_of(found, one.questions) for found in pairs),
            moved=tuple(row for found in pairs for row in moved(found, _MOVED)),
        )  # fmt: skip
