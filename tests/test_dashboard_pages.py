"""What the pages of a run say: the decision and its reasons, comparisons, panels, packets; and what a reviewer may not see."""

import dataclasses
import importlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.records import Answer, Finding, Item, Outcome, Verdict
from evals.report.packet import packet
from evals.store import LightRun, Run, read_run, write_json, write_run
from tests.dashboard_run import HOSTILE, OLDER, RUN, fever_item, hostile_item, write
from tests.review_browser import MARKERS, handed_out, marked_run
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)
from tests.test_dashboard import DASHBOARDS, html, listed, show, words

PAGES = ("overview", "answers", "answer", "compare")


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture(name="reports")
def _reports(tmp_path) -> Path:
    folder = tmp_path / "reports"
    write(folder, OLDER, prompt="patient-answer-v0")
    write(folder, RUN)
    return folder


def flat(app) -> str:
    """The words of a page on one line."""
    return " ".join(words(app).split())


# --- the decision ----------------------------------------------------------------------------------------------------


def rule(verdict: str = "FAIL", **changes) -> dict:
    """A rule of a decision."""
    places = [{"question_id": "Q10", "repeat": 0, "claim_id": "c1"}] if verdict == "FAIL" else []
    told = {
        "id": "no grave contradiction", "kind": "never", "about": "severe findings of faithfulness",
        "because": "It may be acted on.", "verdict": verdict, "said": f"{len(places)} findings (E08)", "decides": True,
        "settle": "" if verdict != "UNDECIDED" else "Three hundred questions.", "high": 0.05, "answers": 60,
        "places": places, "places_in_all": len(places), "warnings": [],
    }  # fmt: skip
    return told | changes


def decide(reports: Path, verdict: str, *rules: dict, **changes) -> None:
    """Put a decision into the run's folder."""
    told = {
        "verdict": verdict, "run": RUN, "baseline": OLDER, "policy": {"name": "default"}, "rules": list(rules),
        "subject": [{"part": "prompt.reading_level", "before": "8", "after": "6", "read": True}], "notes": [],
    }  # fmt: skip
    write_json(reports / "runs" / RUN / "gate.json", told | changes)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("FAIL", ["No: the gate failed", "✗ fails", "no grave contradiction", "It may be acted on.", "E08: "]),
        ("UNDECIDED", ["Not known: the gate is undecided", "? too little evidence", "Three hundred questions."]),
        ("PASS", ["The gate passed", "no proof of safety", "Read every answer", "All 1 rules that hold"]),
    ],
)
def test_the_overview_tells_the_verdict_and_its_reasons(monkeypatch, reports, verdict, said):
    decide(reports, verdict, rule(verdict))
    app = show(monkeypatch, reports, run=RUN)
    told = " ".join([flat(app), *(part.label for part in app.expander), *(part.value for part in app.success)])
    assert [text for text in said if text not in told] == []
    assert "prompt: reading level 8 → 6" in told
    assert "Not decided" not in told


def test_what_decided_a_rule_is_linked_with_its_claim(monkeypatch, reports):
    decide(reports, "FAIL", rule())
    links = [link.proto for link in show(monkeypatch, reports, run=RUN).get("page_link")]
    found = next(link for link in links if link.label == "Look at Q10")
    assert "question=Q10" in found.query_string
    assert "claim=c1" in found.query_string


def test_what_must_never_happen_says_how_often_it_still_could(monkeypatch, reports):
    decide(reports, "PASS", rule("PASS"))
    tables = [one.value for one in show(monkeypatch, reports, run=RUN).dataframe]
    never = next(table for table in tables if "could be" in table)
    assert never[["outcome", "found", "looked at", "could be"]].to_numpy().tolist() == [
        ["✓ holds", 0, 60, "5.0 in 100"]
    ]


def test_a_missing_notice_is_told_by_its_words_and_as_missing(monkeypatch, reports):
    decide(reports, "FAIL", rule(id="notices: disclaimer.D1", kind="every", about="disclaimer.D1"))
    app = show(monkeypatch, reports, run=RUN)
    never = next(one.value for one in app.dataframe if "could be" in one.value)
    assert list(never["what"]) == ["notices: disclaimer.D1: answers without “made by AI”"]
    assert "answers without “made by AI”" in flat(app)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [("patient-answer-v0", "0", "patient-answer-v0"), ("patient-answer", "1", "patient-answer v1"),
     ("patient-answer-v1", "10", "patient-answer-v1 v10")],
)  # fmt: skip
def test_a_prompt_whose_name_ends_in_its_version_says_it_once(name, version, said):
    manifest = {"prompt": {"name": name, "version": version}}
    assert importlib.import_module("rows").prompt_name(manifest) == said


BROKEN_GATES = {
    "text": "no", "a list": "[]", "no verdict": "{}", "deep": "[" * 100_000, "rules that are none": json.dumps(
        {"verdict": "FAIL", "policy": {}, "subject": [], "rules": [{"verdict": "FAIL"}]}
    ), "places that are none": json.dumps(
        {"verdict": "FAIL", "policy": {}, "subject": [], "rules": [rule(places=[3])]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN_GATES.values(), ids=BROKEN_GATES)
def test_a_decision_that_cannot_be_read_is_said_to_be_one(monkeypatch, reports, text):
    (reports / "runs" / RUN / "gate.json").write_text(text)
    told = flat(show(monkeypatch, reports, run=RUN))
    assert "The decision on this run cannot be read" in told
    assert "Look at these first" in told


def test_hostile_words_in_a_decision_are_inert(monkeypatch, reports):
    bad = rule(id=HOSTILE, about=HOSTILE, because=HOSTILE, said=HOSTILE, warnings=[HOSTILE])
    bad["places"] = [{"question_id": HOSTILE, "repeat": 0}]
    parts = [{"part": HOSTILE, "before": HOSTILE, "after": HOSTILE, "read": False}]
    decide(
        reports, "FAIL", *([bad] * 6), subject=parts, notes=[HOSTILE], baseline=HOSTILE, override={"reason": HOSTILE}
    )
    app = show(monkeypatch, reports, run=RUN)
    assert not BeautifulSoup(html(app), "html.parser").find_all(["script", "img", "a"])
    labels = [*(link.proto.label for link in app.get("page_link")), *(part.label for part in app.expander)]
    assert not [label for label in labels if re.search(r"(?<!\\)(?:<script|!\[x|:red)|\u202e", label)]


# --- a list of thousands ---------------------------------------------------------------------------------------------


@pytest.fixture(name="many")
def _many(tmp_path) -> Path:
    item = fever_item()
    items = tuple(
        dataclasses.replace(
            item,
            answer=dataclasses.replace(item.answer, repeat=n),
            outcomes=tuple(dataclasses.replace(one, repeat=n) for one in item.outcomes),
        )
        for n in range(230)
    )
    write(tmp_path / "reports", RUN, items=items)
    return tmp_path / "reports"


@pytest.mark.parametrize(
    ("page", "first", "rows"),
    [(None, 0, 100), ("2", 100, 100), ("3", 200, 30), ("99", 200, 30), ("0", 0, 100), ("-1", 0, 100), ("x", 0, 100),
     ("9" * 5000, 0, 100)],
)  # fmt: skip
def test_a_long_list_is_shown_a_page_at_a_time_and_the_address_says_which(monkeypatch, many, page, first, rows):
    app = show(monkeypatch, many, "answers", run=RUN, **({"at": page} if page else {}))
    assert "230 of 230 answers" in words(app)
    table = app.dataframe[0].value
    assert (next(iter(table["repeat"])), len(table)) == (first, rows)


def test_the_next_page_is_one_press_away_and_a_filter_begins_at_the_first(monkeypatch, many):
    app = show(monkeypatch, many, "answers", run=RUN)
    next(button for button in app.button if button.label == "Next page").click().run()
    assert app.query_params["at"] == "2"
    app.text_input(key="widget-find").set_value("fever").run()
    assert "at" not in app.query_params


# --- two judges ------------------------------------------------------------------------------------------------------


def test_answers_on_which_judges_differ_can_be_found(monkeypatch, tmp_path):
    item = fever_item()
    other = Verdict(claim_id="c2", judge="second", label="contradicted", reason="Says otherwise.")
    item = dataclasses.replace(item, verdicts=(*item.verdicts, other))
    write(tmp_path, RUN, items=(item, hostile_item()))
    app = show(monkeypatch, tmp_path, "answers", run=RUN, disagreement="judges differ")
    assert listed(app) == ["Q10"]
    assert list(app.dataframe[0].value["differ"]) == [1]


# --- what stands beside an answer ------------------------------------------------------------------------------------


def scored(scorer: str, *findings: Finding, **measures: float | None) -> Outcome:
    """How a scorer ended on the fever answer."""
    return Outcome(
        question_id="Q10", repeat=0, scorer=scorer, version="1", status="scored", value=0.5, reason="as told",
        measures=measures, findings=findings,
    )  # fmt: skip


@pytest.fixture(name="told")
def _told(tmp_path) -> Path:
    item = fever_item()
    start = item.answer.text.index("Watch for:")
    outcomes = (
        scored("completeness", Finding(rule="E12", severity="critical", message="Left out: Call your cancer team right now."),
               Finding(rule="E11", severity="critical", message="Said, though it must not be: Wait until morning.")),
        scored("readability", Finding(rule="R-grade", severity="info", message="Hard to read.", start=start, end=start + 10),
               Finding(rule="R-jargon", severity="minor", message="“chills” is not explained.", start=0, end=5),
               grade_masked=9.25, grade=10.0, sentence_max=24),
        scored("disclaimer", Finding(rule="D1", severity="severe", message="No notice says that AI made it."),
               D1=0.0, D2=0.5, D3=1.0, D11=None),
    )  # fmt: skip
    write(tmp_path, RUN, items=(dataclasses.replace(item, outcomes=outcomes),))
    return tmp_path


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ("Left out", ["✗ left out Call your cancer team right now.", "✗ said Wait until morning."]),
        ("Reading", ["9.2 with drug and gene names set aside; 10 with them", "24 words", "Hardest sentences Watch for: R-grade",
                     "Words to explain R-jargon “chills” is not explained."]),
        ("Notices", ["D1 ✗ missing made by AI", "D2 ≈ not where it belongs", "D3 ✓ in place", "D11 – not needed here",
                     "No notice says that AI made it."]),
    ],
)  # fmt: skip
def test_omissions_reading_level_and_notices_stand_beside_an_answer(monkeypatch, told, panel, said):
    text = flat(show(monkeypatch, told, "answer", run=RUN, question="Q10", panel=panel))
    assert [one for one in said if one not in text] == []


@pytest.mark.parametrize("panel", ["Reading", "Notices", "Left out"])
def test_a_panel_whose_scorer_did_not_run_says_so(monkeypatch, reports, panel):
    text = flat(show(monkeypatch, reports, "answer", run=RUN, question="Q11", panel=panel))
    assert "was not looked at in this run" in text or "error" in text


# --- two runs --------------------------------------------------------------------------------------------------------


@pytest.fixture(name="pair")
def _pair(tmp_path) -> Path:
    """Two runs of one question: the later answer says less and scores lower."""
    item = fever_item()
    text = item.answer.text.replace("Call your care team right away.", "Wait until morning.")
    worse = dataclasses.replace(
        item, claims=(), verdicts=(), answer=dataclasses.replace(item.answer, text=text, blocks=(), links=(), hidden=()),
        outcomes=tuple(dataclasses.replace(one, value=0.1, findings=()) for one in item.outcomes),
    )  # fmt: skip
    for name, one in ((OLDER, item), (RUN, worse)):
        run = write(tmp_path, name, items=(one,), prompt="patient-answer-v0" if name == OLDER else "patient-answer")
        subject = {"prompt": {"name": run.manifest["prompt"]["name"]}, "digest": name}
        signatures = {"scoring": {"digest": "aaaa"}, "subject": subject}
        write_json(run.folder / "manifest.json", {**run.manifest, "signatures": signatures})
    return tmp_path


def test_two_runs_are_compared_question_by_question(monkeypatch, pair):
    app = show(monkeypatch, pair, "compare", run=RUN, question="Q10")
    measures, moved = app.dataframe[0].value, app.dataframe[1].value
    assert measures[["measure", "before", "after", "worse"]].to_numpy().tolist() == [
        ["faithfulness", 0.333, 0.1, 1], ["readability", 0.996, 0.1, 1],
    ]  # fmt: skip
    assert moved[["way", "id"]].to_numpy().tolist() == [["▼ worse", "Q10"]]
    told = flat(app)
    assert "prompt: name patient-answer-v0 → patient-answer" in told
    page = BeautifulSoup(html(app), "html.parser")
    assert "Wait until morning." in " ".join(one.get_text() for one in page.select(".added"))
    assert all(one.get_text().startswith(("− ", "+ ")) for one in page.select(".removed, .added"))


def test_a_moved_question_is_chosen_by_its_line(monkeypatch, pair):
    app = show(monkeypatch, pair, "compare", run=RUN)
    app.session_state["moved-0"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert app.query_params["question"] == "Q10"
    assert "How the answer changed" in words(app)


@pytest.mark.parametrize(
    ("address", "said"),
    [({"with": "gone"}, "This run is not here"), ({"question": "Q99"}, "was not asked in both runs"),
     ({"question": "Q10", "repeat": "9" * 400}, "How the answer changed")],
)  # fmt: skip
def test_a_link_to_a_comparison_that_cannot_be_made_says_so(monkeypatch, pair, address, said):
    assert said in words(show(monkeypatch, pair, "compare", run=RUN, **address))


def test_runs_that_were_scored_in_different_ways_are_not_compared_in_numbers(monkeypatch, pair):
    manifest = json.loads((pair / "runs" / OLDER / "manifest.json").read_text())
    manifest["signatures"]["scoring"]["digest"] = "other"
    write_json(pair / "runs" / OLDER / "manifest.json", manifest)
    app = show(monkeypatch, pair, "compare", run=RUN)
    assert "scored in different ways" in words(app)
    assert f"evals compare {pair / 'runs' / OLDER}" in words(app)
    assert len(app.dataframe) == 0


def test_a_run_alone_has_nothing_to_be_compared_with(monkeypatch, tmp_path):
    write(tmp_path, RUN)
    assert "no other finished run" in words(show(monkeypatch, tmp_path, "compare", run=RUN))


# --- blind -----------------------------------------------------------------------------------------------------------


def twice(reports: Path) -> Run:
    """A run full of what the machine says, and an older one with the same answers."""
    run = marked_run(reports)
    prompt = {**run.manifest["prompt"], "read_by_generator": []}
    generator = {**run.manifest["generator"], "version": "1"}
    other = dataclasses.replace(run, folder=reports / "runs" / OLDER)
    other.folder.mkdir()
    write_run(other)
    for name in (RUN, OLDER):
        manifest = {**run.manifest, "run_id": name, "prompt": prompt, "generator": generator}
        write_json(reports / "runs" / name / "manifest.json", manifest)
    return run


def looked_at(monkeypatch, reports: Path, page: str, who: str | None, **address):
    """A page as a reviewer sees it, with everything that goes to the browser."""
    from streamlit.testing.v1 import AppTest

    # AppTest knows the pages only after a run of the first one.
    monkeypatch.setenv("EVALS_REPORTS", str(reports / "nothing"))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60)
    app.run()
    monkeypatch.setenv("EVALS_REPORTS", str(reports))
    app.session_state["who"] = who
    for name, value in address.items():
        app.query_params[name] = value
    app.run() if page == "overview" else app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    tables = "".join(one.value.to_csv() for one in app.dataframe)
    options = "".join(str(getattr(one, "options", "")) for one in [*app.selectbox, *app.multiselect])
    links = "".join(f"{one.proto.label} {one.proto.query_string}" for one in app.get("page_link"))
    return words(app) + html(app) + tables + options + links


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("panel", ["Claims", "How made"])
def test_no_page_tells_a_reviewer_anything_of_an_answer_that_they_still_owe(monkeypatch, tmp_path, page, panel):
    reports = tmp_path / "reports"
    run = twice(reports)
    store = handed_out(reports, run)
    address = {"run": RUN, "question": "Q10", "panel": panel, "verdict": "contradicted", "with": OLDER}
    told = looked_at(monkeypatch, reports, page, "bea", **address)
    assert [marker for marker in MARKERS if marker in told] == []
    assert "still owe" in told
    # A viewer owes nothing; nobody is blind to a run that was never given out.
    assert [marker for marker in MARKERS if marker in looked_at(monkeypatch, reports, page, "vic", **address)]
    store.close()


def test_the_same_answer_in_another_run_stays_hidden_too(monkeypatch, tmp_path):
    reports = tmp_path / "reports"
    handed_out(reports, twice(reports)).close()
    told = looked_at(monkeypatch, reports, "answer", "bea", run=OLDER, question="Q10")
    assert [marker for marker in MARKERS if marker in told] == []


# --- packets ---------------------------------------------------------------------------------------------------------


def test_a_packet_is_one_inert_file_with_the_head_of_the_audit_log(tmp_path):
    run = write(tmp_path, RUN)
    text = packet(LightRun(run.folder).part([("Q10", 0), (HOSTILE, 0)]), f"A title {HOSTILE}", made=[("Run", HOSTILE)],
                  head=(7, "abc123"))  # fmt: skip
    page = BeautifulSoup(text, "html.parser")
    assert not page.find_all(["script", "img", "iframe", "link"])
    assert {tag["href"][0] for tag in page.select("a[href]")} <= {"#", "h"}
    assert not [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")]
    assert "default-src 'none'" in page.select_one("meta[http-equiv]")["content"]
    assert "row 7, abc123" in page.get_text()
    assert "A fever of 104 °F" in page.get_text()
    assert "<script>alert('data')</script>" in page.get_text()
    assert "Q11" not in page.select_one("#answers").parent.get_text()


def test_packets_are_offered_for_a_run_a_list_and_an_answer(monkeypatch, reports):
    for page, said in (
        ("overview", "Packet of this run"),
        ("answers", "Packet of the first 4"),
        ("answer", "Packet of this"),
    ):
        app = show(monkeypatch, reports, page, run=RUN)
        assert [one for one in app.get("download_button") if one.proto.label.startswith(said)]


# --- the columns say what the records say ----------------------------------------------------------------------------


def test_a_run_opened_lightly_is_the_run(tmp_path):
    full = read_run(write(tmp_path, RUN).folder)
    light = LightRun(full.folder)
    assert light.keys == [(item.answer.question_id, item.answer.repeat) for item in full.items]
    assert [light.item(key) for key in light.keys] == list(full.items)
    assert dict(light.questions) == dict(full.questions)
    assert dict(light.passages) == dict(full.passages)
    assert light.part(light.keys[:2]).items == full.items[:2]
    with pytest.raises(KeyError):
        light.item(("Q10", 7))


SEVERITIES = st.sampled_from(["info", "minor", "moderate", "severe", "critical"])
ITEMS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.integers(0, 2), st.none() | st.floats(0, 1), st.lists(SEVERITIES, max_size=3)),
    max_size=8, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(ITEMS, st.sampled_from(["", "lowest readability", "question id"]))
def test_the_columns_find_and_order_answers_as_their_records_do(tmp_path_factory, rows, order):
    folder = tmp_path_factory.mktemp("run")
    run = write(folder, RUN, items=(fever_item(),))
    asked = {name: dataclasses.replace(run.questions["Q10"], id=name) for name in "ABCD"}
    items = tuple(_made(*row) for row in rows)
    write_run(dataclasses.replace(run, items=items, questions=asked))
    sheet = importlib.import_module("sheet").Sheet(LightRun(run.folder))
    nothing = np.zeros(len(items), dtype=bool)
    ranks = ["info", "minor", "moderate", "severe", "critical"]

    def place(item: Item) -> tuple:
        key, found = (item.answer.question_id, item.answer.repeat), item.outcomes[0].findings
        value = item.outcomes[0].value
        counts = tuple(-sum(one.severity == name for one in found) for name in reversed(ranks))
        first = {"": counts, "question id": ()}.get(order, (2.0 if value is None else round(value, 3),))
        return (*first, *key)

    expected = [(one.answer.question_id, one.answer.repeat) for one in sorted(items, key=place)]
    assert [sheet.run.keys[n] for n in sheet.ordered(~nothing, order, nothing)] == expected
    hit = sheet.matching({"rule": ["severe"]}, "")
    assert [bool(one) for one in hit] == [any(f.severity == "severe" for f in i.outcomes[0].findings) for i in items]


def _made(name: str, repeat: int, value: float | None, severities: list[str]) -> Item:
    found = tuple(Finding(rule=one, severity=one, message="m") for one in severities)  # type: ignore[arg-type]
    rounded = None if value is None else round(value, 3)
    outcome = Outcome(
        question_id=name, repeat=repeat, scorer="readability", version="1", value=rounded, reason="r", measures={},
        status="unscored" if value is None else "scored", findings=found,
    )  # fmt: skip
    answer = Answer(question_id=name, repeat=repeat, question="?", raw="text", text="text", generator="composer")
    return Item(answer=answer, claims=(), verdicts=(), outcomes=(outcome,))


@pytest.mark.parametrize("table", ["scores", "findings"])
def test_a_row_that_belongs_to_no_answer_is_told_by_its_table(tmp_path, table):
    folder = tmp_path / "run"
    shutil.copytree("reports/baseline", folder)
    path = folder / f"{table}.parquet"
    rows = pq.read_table(path)
    numbers = rows["repeat"].to_pylist()
    numbers[0] = None
    field = rows.schema.field("repeat")
    pq.write_table(rows.set_column(rows.schema.get_field_index("repeat"), field, pa.array(numbers, field.type)), path)
    with pytest.raises(UserError, match=rf"{table}\.parquet: 1 rows without a repeat number"):
        LightRun(folder).places("findings")
