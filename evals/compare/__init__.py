"""Two runs over the same questions: what got better and worse, where, by how much, and how sure that is.

Runs are paired question by question, repeats averaged first. Only runs of equal scoring signature are compared;
`alike.make_alike` scores stored answers again where they are not.
"""

from evals.compare.build import compare
from evals.compare.measures import Described, describe, ends_of, values_of
from evals.compare.pairs import Pairs, change_of, find_missing, pair_up
from evals.compare.records import Change, Comparison, Edit, Missing, Moved, PartChange, TextChange
from evals.compare.scores import Asked, Scores, read_scores
from evals.compare.subject import subject_changes

__all__ = [
    "Asked",
    "Change",
    "Comparison",
    "Described",
    "Edit",
    "Missing",
    "Moved",
    "Pairs",
    "PartChange",
    "Scores",
    "TextChange",
    "change_of",
    "compare",
    "describe",
    "ends_of",
    "find_missing",
    "pair_up",
    "read_scores",
    "subject_changes",
    "values_of",
]
