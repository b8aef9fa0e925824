"""Two runs -> a comparison."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from evals.compare.pairs import Pairs, base_name, change_of, find_missing, moved, pair_up
from evals.compare.records import Change, Comparison, Moved, TextChange
from evals.compare.scores import Scores, read_scores
from evals.compare.subject import subject_changes
from evals.compare.texts import text_change
from evals.records import Answer
from evals.store import Run
from evals.trade_offs import find_trade_offs

MOST_MOVED = 5
MOST_TEXTS = 20
_BESIDE = ("readability.grade_masked",)
"""Measures that are compared unasked, beside each scorer's value."""
_OVER_ANSWERS = ("premises.correction", "premises.over_correction")


def compare(
    before: Run, after: Run, *, measures: Sequence[str] = (), notes: Sequence[str] = (), confidence: float = 0.95
) -> Comparison:
    """What changed from one run to the other; their scoring signatures are taken to be equal.

    `measures` are compared beside those of every comparison: each scorer, the masked grade, and corrections and
    paraphrases where the runs have such questions.

    Raises:
        UserError: a measure is not known, or a run lacks its scorer.
    """
    one, other = read_scores(before.folder), read_scores(after.folder)
    missing = find_missing(one, other)
    shared = [k for k in one.questions if k in other.questions and k not in set(missing.asked_differently)]
    pairs = [pair_up(one, other, name, set(shared)) for name in _measures(one, other, measures)]
    pairs = [p for p in pairs if p.means or p.one_sided or p.described.name in measures]
    largest = [
        found for p in pairs if not p.described.name.startswith("consistency.") for found in moved(p, MOST_MOVED)
    ]
    texts, identical, compared = _texts(before, after, set(shared), largest)
    return Comparison(
        before=one.name, after=other.name, notes=tuple(notes), subject=subject_changes(one.manifest, other.manifest),
        missing=missing, changes=tuple(change_of(p, one.questions, confidence=confidence) for p in pairs),
        slices=_slices(pairs, one, shared, confidence), moved=tuple(largest), identical=identical,
        texts_compared=compared, texts=texts, trade_offs=find_trade_offs(_only(before, shared), _only(after, shared)),
    )  # fmt: skip


def _measures(one: Scores, other: Scores, asked: Iterable[str]) -> list[str]:
    names = [name for name in one.scorers if name in other.scorers]
    names += [name for name in _BESIDE if base_name(name) in names]
    if "completeness" in names:
        names += _OVER_ANSWERS
    if any(question.paraphrase_of for question in one.questions.values()):
        names += [f"{kind}.{scorer}" for kind in ("worst", "consistency") for scorer in names if scorer in one.scorers]
    return list(dict.fromkeys([*names, *asked]))


def _slices(pairs: Sequence[Pairs], scores: Scores, shared: Sequence[str], confidence: float) -> tuple[Change, ...]:
    fields = scores.manifest.get("suite", {}).get("slices", ())
    plain = [p for p in pairs if p.described.name in scores.scorers]
    return tuple(
        change
        for field in fields
        for value in sorted({str(getattr(scores.questions[key], field)) for key in shared})
        for p in plain
        for change in (change_of(p, scores.questions, field=field, value=value, confidence=confidence),)
        if change.clusters or change.one_sided
    )


def _only(run: Run, shared: Sequence[str]) -> Run:
    """The run without the questions that were not asked alike."""
    kept = set(shared)
    return Run(
        folder=run.folder, manifest=run.manifest, summary=run.summary,
        items=tuple(item for item in run.items if item.answer.question_id in kept), questions=run.questions,
        passages=run.passages,
    )  # fmt: skip


def _texts(
    before: Run, after: Run, shared: set[str], largest: Sequence[Moved]
) -> tuple[tuple[TextChange, ...], int, int]:
    """The wording of the answers that moved most, how many are identical, and how many were compared."""
    old = {(item.answer.question_id, item.answer.repeat): item.answer for item in before.items}
    new = {(item.answer.question_id, item.answer.repeat): item.answer for item in after.items}
    both = [key for key in old if key in new and key[0] in shared and _ok(old[key]) and _ok(new[key])]
    changed = [key for key in both if old[key].text != new[key].text]
    rank: dict[str, int] = {}
    for one in sorted(largest, key=lambda found: (found.gain, found.question_id)):
        rank.setdefault(one.question_id, len(rank))
    first = sorted(changed, key=lambda key: (rank.get(key[0], len(rank)), key))
    # One repeat of each question: the others tell the same.
    chosen = [next(group) for _, group in groupby(first, key=lambda key: key[0])][:MOST_TEXTS]
    return tuple(text_change(old[key], new[key]) for key in chosen), len(both) - len(changed), len(both)


def _ok(answer: Answer) -> bool:
    return answer.status == "ok"
