"""Comparing two runs: pairs by question, directions, slices, what moved, what is missing, and what nobody reads."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from evals.cli import decisions
from evals.compare import compare, describe, ends_of, find_missing, pair_up, read_scores, values_of
from evals.compare.alike import differing, make_alike
from evals.compare.markdown import comparison_markdown
from evals.compare.terminal import render_comparison
from evals.compare.texts import MOST_SENTENCES, text_change
from evals.errors import UserError
from evals.records import Answer, Finding, Item, Outcome, Question
from evals.store import Run, read_run, write_json, write_run

SUBJECT = {
    "generator": {"name": "composer", "version": "1", "settings": {}},
    "prompt": {"name": "p", "version": "1", "parts": {"wording": "aa", "instruction": "bb"}},
    "seed": 0,
    "code": {"version": "0.1.0", "source": "cc"},
    "digest": "dd",
}
SCORING = {
    "scorers": {},
    "claims": "2",
    "judge": "local",
    "questions": "q",
    "corpus": "c",
    "lexicons": "l",
    "digest": "x",
}


def _manifest(run_id, subject=SUBJECT, scoring=SCORING):
    return {
        "run_id": run_id, "status": "finished", "suite": {"name": "s", "slices": ["risk", "cancer"]}, "judge": "local",
        "generator": {"name": "composer", "version": "1"}, "counts": {}, "planned": [],
        "prompt": {"name": "p", "version": "1", "read_by_generator": ["wording"]},
        "signatures": {"scoring": scoring, "subject": subject},
    }  # fmt: skip


def _outcome(question, repeat, scorer, value, measures=None, findings=()):
    status = "unscored" if value is None else "scored"
    return Outcome(
        question_id=question, repeat=repeat, scorer=scorer, version="1", status=status, value=value, reason="r",
        measures=measures or {}, findings=tuple(findings),
    )  # fmt: skip


def _item(question, outcomes, repeat=0, text="Call us."):
    answer = Answer(question_id=question, repeat=repeat, question="?", raw=text, text=text, generator="composer")
    return Item(answer=answer, claims=(), verdicts=(), outcomes=tuple(outcomes))


def _simple(values, scorer="completeness", measures=None):
    """Items of {question id: value or list of repeats}."""
    return [
        _item(key, [_outcome(key, n, scorer, value, measures)], n)
        for key, own in values.items()
        for n, value in enumerate(own if isinstance(own, list) else [own])
    ]


def _write(folder: Path, items, questions=None, **manifest) -> Run:
    folder.mkdir(parents=True)
    asked = questions or [Question(id=key, text=f"{key}?") for key in {item.answer.question_id: 0 for item in items}]
    run = Run(
        folder=folder, manifest=_manifest(folder.name, **manifest), summary={}, items=tuple(items),
        questions={question.id: question for question in asked}, passages={},
    )  # fmt: skip
    write_run(run)
    write_json(folder / "manifest.json", run.manifest)
    return read_run(folder)


def _two(tmp_path, before, after, **kwargs):
    return _write(tmp_path / "before", before, **kwargs), _write(tmp_path / "after", after, **kwargs)


def _change(comparison, measure):
    return next(change for change in comparison.changes if change.measure == measure)


def test_runs_are_paired_by_question_and_repeats_are_averaged_first(tmp_path):
    before = _simple({"Q1": [0.2, 0.4], "Q2": 0.5})
    after = _simple({"Q2": [0.5, 0.5, 0.5], "Q1": 0.9})
    found = _change(compare(*_two(tmp_path, before, after)), "completeness")
    assert found.difference.gain == pytest.approx(((0.9 - 0.3) + (0.5 - 0.5)) / 2)
    assert (found.worse, found.same, found.improved) == (0, 1, 1)


def test_a_measure_that_should_be_low_gains_by_falling(tmp_path):
    before = _simple({"Q1": 0.5}, "readability", {"grade_masked": 9.0})
    after = _simple({"Q1": 0.5}, "readability", {"grade_masked": 7.5})
    found = _change(compare(*_two(tmp_path, before, after)), "readability.grade_masked")
    assert (found.better, found.improved, found.difference.gain) == ("down", 1, pytest.approx(9.0 - 7.5))


def test_a_question_without_a_score_in_one_run_is_named_and_not_averaged_away(tmp_path):
    before = _simple({"Q1": 0.5, "Q2": [0.5, None], "Q3": None})
    after = _simple({"Q1": 0.5, "Q2": 0.9, "Q3": None})
    found = _change(compare(*_two(tmp_path, before, after)), "completeness")
    assert found.one_sided == ("Q2",)
    assert found.difference.pairs == 1


def test_questions_in_one_run_only_or_worded_otherwise_are_reported_and_left_out(tmp_path):
    one = _write(tmp_path / "a", _simple({"Q1": 0.5, "Q2": 0.1, "Q3": 0.9}))
    asked = [Question(id="Q1", text="Q1?"), Question(id="Q2", text="other words"), Question(id="Q4", text="Q4?")]
    other = _write(tmp_path / "b", _simple({"Q1": 0.6, "Q2": 0.9, "Q4": 0.9}), questions=asked)
    found = compare(one, other)
    assert found.missing.only_before == ("Q3",)
    assert found.missing.only_after == ("Q4",)
    assert found.missing.asked_differently == ("Q2",)
    assert _change(found, "completeness").difference.pairs == 1


def test_slices_below_twenty_clusters_have_counts_only(tmp_path):
    asked = [Question(id=f"Q{i}", text="?", risk="high" if i < 25 else "critical", cancer="lung") for i in range(35)]
    values = {q.id: i / 40 for i, q in enumerate(asked)}
    before, after = _simple(values), _simple({key: value + 0.1 for key, value in values.items()})
    found = compare(*_two(tmp_path, before, after, questions=asked))
    slices = {(c.field, c.value): c for c in found.slices if c.measure == "completeness"}
    assert slices["risk", "high"].difference.low is not None
    assert slices["risk", "critical"].difference is None
    assert (slices["risk", "critical"].improved, slices["risk", "critical"].clusters) == (10, 10)
    assert ("cancer", "lung") in slices


def test_the_questions_that_moved_most_come_first_and_losses_before_gains(tmp_path):
    before = _simple({"Q1": 0.5, "Q2": 0.9, "Q3": 0.5, "Q4": 0.5})
    after = _simple({"Q1": 0.6, "Q2": 0.4, "Q3": 1.0, "Q4": 0.5})
    found = compare(*_two(tmp_path, before, after))
    assert [(m.question_id, m.gain) for m in found.moved] == [("Q2", -0.5), ("Q3", 0.5), ("Q1", 0.1)]


def test_changed_parts_of_the_subject_are_listed_and_unread_ones_named(tmp_path):
    changed = {
        **SUBJECT, "seed": 3, "digest": "other",
        "prompt": {"name": "p2", "version": "1", "parts": {"wording": "zz", "instruction": "yy"}},
    }  # fmt: skip
    one = _write(tmp_path / "a", _simple({"Q1": 0.5}))
    other = _write(tmp_path / "b", _simple({"Q1": 0.5}), subject=changed)
    found = compare(one, other)
    parts = {part.part: (part.before, part.after) for part in found.subject}
    assert parts == {
        "prompt.name": ("p", "p2"), "prompt.wording": ("aa", "zz"), "prompt.instruction": ("bb", "yy"), "seed": ("0", "3"),
    }  # fmt: skip
    assert found.unread == ("prompt.instruction",)


# --- over several answers --------------------------------------------------------------------------------------------

VARIANTS = [
    Question(id="Q1", text="?"),
    Question(id="Q1-plain", text="plain?", paraphrase_of="Q1"),
    Question(id="Q1-low", text="low?", paraphrase_of="Q1"),
    Question(id="Q2", text="?"),
]


def test_paraphrases_give_the_worst_case_and_how_alike_the_answers_are(tmp_path):
    run = _write(tmp_path / "a", _simple({"Q1": 0.9, "Q1-plain": 0.5, "Q1-low": [0.6, 0.8], "Q2": 0.1}), VARIANTS)
    scores = read_scores(run.folder)
    assert values_of(scores, "worst.completeness") == {"Q1": [0.5]}
    assert values_of(scores, "consistency.completeness")["Q1"] == [pytest.approx(1 - (0.9 - 0.5))]


def test_a_paraphrase_without_a_score_leaves_its_question_without_a_worst_case(tmp_path):
    run = _write(tmp_path / "a", _simple({"Q1": 0.9, "Q1-plain": None, "Q1-low": 0.8}), VARIANTS)
    assert values_of(read_scores(run.folder), "worst.completeness") == {"Q1": [None]}


def test_the_worst_of_a_measure_that_should_be_low_is_the_highest(tmp_path):
    items = [
        _item(key, [_outcome(key, 0, "readability", 0.5, {"grade_masked": grade})])
        for key, grade in (("Q1", 7.0), ("Q1-plain", 9.0), ("Q1-low", 8.0))
    ]
    run = _write(tmp_path / "a", items, VARIANTS)
    assert values_of(read_scores(run.folder), "worst.readability.grade_masked") == {"Q1": [9.0]}


def test_false_premises_are_corrected_or_not_and_twins_overcorrected_or_not(tmp_path):
    asked = [
        Question(id="F1", text="?", tags=("false-premise",)), Question(id="F2", text="?", tags=("false-premise",)),
        Question(id="F1-twin", text="?", twin_of="F1"), Question(id="F2-twin", text="?", twin_of="F2"),
        Question(id="R1-twin", text="?", twin_of="R1"), Question(id="Q1", text="?"),
    ]  # fmt: skip
    e17 = Finding(rule="E17", severity="severe", message="Left out: it does not")
    items = [
        _item("F1", [_outcome("F1", 0, "completeness", 1.0, {"must_not_say": 0})]),
        _item("F2", [_outcome("F2", 0, "completeness", 0.5, {"must_not_say": 0}, [e17])]),
        _item("F1-twin", [_outcome("F1-twin", 0, "completeness", 1.0, {"must_not_say": 1})]),
        _item("F2-twin", [_outcome("F2-twin", 0, "completeness", 1.0, {"must_not_say": 0})]),
        _item("R1-twin", [_outcome("R1-twin", 0, "completeness", 1.0, {"must_not_say": 0}),
                          _outcome("R1-twin", 0, "urgency", None, {"false_alarm": 1})]),
        _item("Q1", [_outcome("Q1", 0, "completeness", 0.1, {"must_not_say": 4}, [e17])]),
    ]  # fmt: skip
    scores = read_scores(_write(tmp_path / "a", items, asked).folder)
    assert values_of(scores, "premises.correction") == {"F1": [1.0], "F2": [0.0]}
    assert values_of(scores, "premises.over_correction") == {"F1-twin": [1.0], "F2-twin": [0.0], "R1-twin": [1.0]}
    assert describe("premises.over_correction").better == "down"


UNKNOWN = ["complete", "completeness.must_sya", "premises.corection", "worst.nothing", "consistency.readability.words"]


@pytest.mark.parametrize("measure", UNKNOWN)
def test_an_unknown_measure_is_refused_with_a_hint(measure):
    with pytest.raises(UserError):
        describe(measure)


def test_counts_range_from_nothing_to_the_most_seen_and_grades_have_no_ends():
    counts = {"Q1": [0.0, 3.0], "Q2": [None]}
    assert ends_of(describe("completeness.must_not_say"), counts) == (0.0, 3.0)
    assert ends_of(describe("completeness.must_not_say"), {"Q1": [0.0]}) == (0.0, 1.0)
    assert ends_of(describe("completeness.must_say"), counts) == (0.0, 1.0)
    assert ends_of(describe("readability.grade_masked"), {"Q1": [7.3]}) is None


def test_yes_no_measures_of_independent_questions_get_mcnemars_p_value(tmp_path):
    values = {f"Q{i}": 1.0 for i in range(30)}
    after = {**values, **{f"Q{i}": 0.0 for i in range(8)}}
    found = _change(compare(*_two(tmp_path, _simple(values), _simple(after))), "completeness")
    assert found.p_mcnemar == pytest.approx(2 * 0.5**8)
    assert found.detectable > 0


# --- texts -----------------------------------------------------------------------------------------------------------


def _answer(text):
    return Answer(question_id="Q1", question="?", raw=text, text=text)


def test_a_replaced_sentence_is_told_word_by_word():
    found = text_change(_answer("Rest well. Call us at once. Eat."), _answer("Rest well. Call us tomorrow. Eat."))
    assert found.likeness == pytest.approx(2 / 3, abs=0.001)
    (edit,) = found.edits
    assert (edit.before, edit.after) == (("Call us at once.",), ("Call us tomorrow.",))
    assert edit.words == (("same", "Call us"), ("removed", "at once."), ("added", "tomorrow."))


def test_texts_of_any_length_are_compared_without_order_beyond_the_limit():
    long = "\n\n".join(f"Sentence number {i}." for i in range(MOST_SENTENCES + 100))
    found = text_change(_answer(long), _answer(long.replace("number 7.", "seven.")))
    assert [edit.before or edit.after for edit in found.edits] == [("Sentence number 7.",), ("Sentence seven.",)]
    assert text_change(_answer("x" * 1_000_000), _answer("y " * 500_000)).likeness == 0.0


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_comparison_and_a_text_is_like_itself(one, other):
    assert 0.0 <= text_change(_answer(one), _answer(other)).likeness <= 1.0
    assert text_change(_answer(one), _answer(one)).edits == ()


def test_identical_answers_are_counted_and_changed_ones_shown(tmp_path):
    before = [_item(k, [_outcome(k, 0, "completeness", 0.5)], text="Call us. Rest.") for k in ("Q1", "Q2")]
    after = [before[0], _item("Q2", [_outcome("Q2", 0, "completeness", 0.5)], text="Call us.")]
    found = compare(*_two(tmp_path, before, after))
    assert (found.identical, found.texts_compared) == (1, 2)
    assert [text.question_id for text in found.texts] == ["Q2"]


# --- comparable or not -----------------------------------------------------------------------------------------------


def test_question_sets_do_not_make_runs_incomparable_and_judges_do():
    assert differing(SCORING, {**SCORING, "questions": "other", "digest": "y"}) == ()
    assert differing(SCORING, {**SCORING, "judge": "llm", "lexicons": "m"}) == ("judge", "lexicons")


def test_runs_of_equal_scoring_signature_are_compared_as_they_are(tmp_path):
    one, other = _two(tmp_path, _simple({"Q1": 0.5}), _simple({"Q1": 0.5}))
    again = make_alike(one.folder, other.folder, tmp_path / "out", None, None)
    assert again == (one, other, ())
    assert not (tmp_path / "out").exists()


# --- what people see -------------------------------------------------------------------------------------------------

HOSTILE = "=HYPERLINK(1) [red]x[/red] <script>alert(1)</script> \u202eevil"


def _hostile(tmp_path):
    asked = [Question(id=f"Q{i}", text=HOSTILE, cancer="<b>lung</b>") for i in range(3)]
    before = [_item(q.id, [_outcome(q.id, 0, "completeness", 0.9)], text=f"{HOSTILE}. One.") for q in asked]
    after = [_item(q.id, [_outcome(q.id, 0, "completeness", 0.1)], text=f"{HOSTILE} two.") for q in asked]
    return compare(*_two(tmp_path, before, after, questions=asked), notes=["scored again first"])


def test_terminal_and_markdown_show_everything_and_render_nothing(tmp_path):
    comparison = _hostile(tmp_path)
    output = io.StringIO()
    render_comparison(comparison, Console(file=output, width=120))
    shown, written = output.getvalue(), comparison_markdown(comparison)
    for text in (shown, written):
        assert "scored again first" in text
        assert "completeness" in text
        assert "\u202e" not in text
    assert "[red]x[/red]" in shown
    assert "<script>" not in written
    assert comparison_markdown(_hostile(tmp_path / "again")) == written


def test_figures_are_plain_json(tmp_path):
    figures = json.loads(json.dumps(_hostile(tmp_path).figures()))
    assert figures["changes"][0]["difference"]["pairs"] == 3
    assert {"unread", "missing", "trade_offs", "notes"} <= set(figures)


def _app():
    app = typer.Typer()
    decisions.register(app)
    return app


def test_the_command_prints_a_table_json_and_writes_markdown(tmp_path):
    _two(tmp_path, _simple({"Q1": 0.5}), _simple({"Q1": 0.7}))
    folders = [str(tmp_path / "before"), str(tmp_path / "after")]
    shown = CliRunner().invoke(_app(), ["compare", *folders, "--markdown", str(tmp_path / "x/diff.md")])
    assert shown.exit_code == 0, shown.output
    assert "+0.200" in shown.output
    assert "+0.200" in (tmp_path / "x/diff.md").read_text()
    figures = CliRunner().invoke(_app(), ["compare", *folders, "--json"])
    assert json.loads(figures.stdout)["after"] == "after"


def test_what_is_no_finished_run_is_refused(tmp_path):
    run = _write(tmp_path / "a", _simple({"Q1": 0.5}))
    write_json(tmp_path / "a" / "manifest.json", {**run.manifest, "status": "started"})
    for folder in (tmp_path / "a", tmp_path):
        with pytest.raises(UserError):
            read_scores(folder)
    assert isinstance(CliRunner().invoke(_app(), ["compare", str(tmp_path), str(tmp_path)]).exception, UserError)


def test_pairs_follow_the_first_runs_order_and_findings_of_missing_are_symmetric(tmp_path):
    one, other = _two(tmp_path, _simple({"Q2": 0.5, "Q1": 0.5}), _simple({"Q1": 0.5, "Q2": 0.4}))
    scores = [read_scores(run.folder) for run in (one, other)]
    assert list(pair_up(*scores, "completeness", {"Q1", "Q2"}).means) == ["Q2", "Q1"]
    assert find_missing(*scores) == replace(find_missing(*scores[::-1]))
