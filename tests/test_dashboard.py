"""The clinicians' dashboard: every page on real run folders, good and broken, and in a real browser."""

import contextlib
import dataclasses
import importlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evals.records import Attribution, Item, Passage
from evals.store import write_json
from tests.dashboard_run import EVIDENCE, HOSTILE, OLDER, PASSAGES, RUN, fever_item, write
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)

ROOT = Path(__file__).resolve().parents[1]
DASHBOARDS = ROOT / "dashboards"
PAGES = ("overview", "answers", "answer", "compare", "guidelines")
"""The pages that show a run; those of the reviews have tests of their own."""


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture
def reports(tmp_path) -> Path:
    """A reports folder with two runs: the older one with another prompt."""
    folder = tmp_path / "reports"
    for name in (OLDER, RUN):
        write(folder, name, prompt="patient-answer-v0" if name == OLDER else "patient-answer")
    return folder


def show(monkeypatch, reports: Path, page: str = "overview", **address: str | list[str]) -> AppTest:
    """A page of the dashboard at an address."""
    # AppTest knows the pages only after a run of the first one, which is quick where there is nothing to show.
    monkeypatch.setenv("EVALS_REPORTS", str(reports if page == "overview" else reports / "nothing"))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    if page != "overview":
        monkeypatch.setenv("EVALS_REPORTS", str(reports))
        app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


OURS = re.compile(
    r"<style.*|<script>document\.querySelector\('\[data-testid=stMain\]'\)\?\.scrollTo\(0, 0\) /\* \d+ \*/</script>|"
    + re.escape(f"<script>{(DASHBOARDS / 'clicks.js').read_text(encoding='utf-8')}</script>"),
    re.DOTALL,
)
"""The style sheet and the two scripts: one is a file of ours, the other holds a number and nothing else that varies."""


def html(app: AppTest) -> str:
    """All HTML of a page that holds data."""
    return "\n".join(part for element in app.get("html") if not OURS.fullmatch(part := element.proto.body))


def words(app: AppTest) -> str:
    """Everything that a page says, tables and widgets left out."""
    told = [*app.title, *app.header, *app.subheader, *app.caption, *app.warning, *app.info, *app.error, *app.markdown]
    return "\n".join([*(str(element.value) for element in told), BeautifulSoup(html(app), "html.parser").get_text(" ")])


# --- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_finished_run_opens(monkeypatch, reports, page):
    app = show(monkeypatch, reports, page, run=RUN)
    assert app.query_params["run"] == RUN
    assert len(words(app)) > 60


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("there", [True, False])
def test_a_reports_folder_without_runs_is_said_to_be_one(monkeypatch, tmp_path, page, there):
    folder = tmp_path / "reports"
    if there:
        folder.mkdir()
    app = show(monkeypatch, folder, page)
    assert "There are no runs here yet" in words(app)
    assert str(folder) in words(app)
    assert "evals run" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_an_unfinished_run_is_said_to_be_one_and_how_to_go_on(monkeypatch, reports, page):
    folder = reports / "runs" / "2026-11-24-120000000-abc123"
    folder.mkdir()
    write_json(folder / "manifest.json", {"status": "started", "run_id": folder.name})
    app = show(monkeypatch, reports, page, run=folder.name)
    assert "This run is not finished" in words(app)
    assert f"evals run --resume {folder}" in words(app)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def _drop(path: Path, name: str) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    del told[name]
    write_json(path, told)


BROKEN = {
    "a table is missing": lambda folder: (folder / "claims.parquet").unlink(),
    "a table is cut short": lambda folder: _cut(folder / "answers.parquet"),
    "a table is another one": lambda folder: (folder / "passages.parquet").replace(folder / "scores.parquet"),
    "a table is text": lambda folder: (folder / "verdicts.parquet").write_text("not a table"),
    "the summary is missing": lambda folder: (folder / "summary.json").unlink(),
    "the summary is cut short": lambda folder: _cut(folder / "summary.json"),
    "the summary is a list": lambda folder: (folder / "summary.json").write_text("[]"),
    "the summary is empty": lambda folder: (folder / "summary.json").write_text("{}"),
    "the manifest is cut short": lambda folder: _cut(folder / "manifest.json"),
    "the manifest is a list": lambda folder: (folder / "manifest.json").write_text("[1]"),
    "the manifest is nested too deeply": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "the manifest is binary": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\x00\xfe"),
    "the manifest lacks its judge": lambda folder: _drop(folder / "manifest.json", "judge"),
    "the manifest says nothing else": lambda folder: (folder / "manifest.json").write_text('{"status": "finished"}'),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_broken_run_folder_is_said_to_be_one_and_another_run_can_be_chosen(monkeypatch, reports, damage):
    damage(reports / "runs" / RUN)
    app = show(monkeypatch, reports, run=RUN)
    assert "This run cannot be read" in words(app)
    assert RUN in words(app)
    app.selectbox(key="widget-run").set_value(OLDER).run()
    assert not app.exception
    assert "patient-answer-v0" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_a_broken_run_folder_fails(monkeypatch, reports, page):
    _cut(reports / "runs" / RUN / "findings.parquet")
    assert "This run cannot be read" in words(show(monkeypatch, reports, page, run=RUN))


def test_a_link_to_a_run_that_is_gone_shows_no_other_run(monkeypatch, reports):
    app = show(monkeypatch, reports, run="2020-01-01-000000000-<b>gone</b>")
    assert "This run is not here" in words(app)
    assert "<b>" not in html(app)
    assert "Is this prompt safe" not in words(app)


def test_the_newest_finished_run_is_shown_first_and_written_into_the_address(monkeypatch, reports):
    for name in ("2026-11-24-120000000-abc123", "2026-11-25-120000000-abc123"):
        (reports / "runs" / name).mkdir()
        (reports / "runs" / name / "manifest.json").write_text(
            '{"status": "started", "run_id": "x"}' if "24" in name else "broken"
        )
    app = show(monkeypatch, reports)
    assert app.query_params["run"] == RUN
    options = app.selectbox(key="widget-run").options
    assert "cannot be read" in options[0]
    assert "not finished" in options[1]
    assert options[2] == "Run: 2026-11-23 12:00 · patient-answer v1"


# --- overview --------------------------------------------------------------------------------------------------------


def test_the_overview_says_that_nothing_was_decided(monkeypatch, reports):
    told = words(show(monkeypatch, reports, run=RUN))
    assert "Not decided" in told
    assert "This is not a clinical validation" in told
    assert f"evals gate {reports / 'runs' / RUN}" in told
    assert "1 of 2 guideline passages that no clinician signed" in " ".join(told.split())


def test_the_overview_lists_the_gravest_findings_first(monkeypatch, reports):
    app = show(monkeypatch, reports)
    serious = app.dataframe[0].value
    assert list(serious["severity"]) == ["critical", "critical", "severe", "severe"]
    assert list(serious["rule"][:2]) == ["E11", "E18"]
    assert list(serious["rule"])[-1] == "E08"


def test_the_overview_counts_all_four_endings(monkeypatch, reports):
    table = next(one.value for one in show(monkeypatch, reports).dataframe if "unscored" in one.value)
    by_scorer = table.set_index("scorer")[["planned", "scored", "unscored", "error", "skipped"]].to_dict("index")
    assert by_scorer["faithfulness"] == {"planned": 4, "scored": 2, "unscored": 0, "error": 1, "skipped": 1}
    assert by_scorer["readability"] == {"planned": 4, "scored": 1, "unscored": 1, "error": 1, "skipped": 1}


def test_a_serious_finding_opens_its_answer(monkeypatch, reports):
    app = show(monkeypatch, reports, run=RUN)
    app.session_state["serious-0"] = {"selection": {"rows": [], "columns": [], "cells": [[1, "message"]]}}
    app.run()
    assert not app.exception
    assert app.query_params["question"] == "Q10"
    assert "A fever of 104 °F" in words(app)


def test_a_rule_leads_to_the_answers_with_it(monkeypatch, reports):
    app = show(monkeypatch, reports, run=RUN)
    place = next(n for n, rule in enumerate(app.dataframe[-1].value["named"]) if rule == "E18")
    app.session_state["rules-0"] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    app.run()
    assert app.query_params["rule"] == "E18"
    assert list(app.dataframe[0].value["id"]) == ["Q10"]


def test_the_trend_holds_only_runs_scored_in_the_same_way(monkeypatch, reports):
    assert "No earlier run" not in words(show(monkeypatch, reports, run=RUN))
    assert "No earlier run" in words(show(monkeypatch, reports, run=OLDER))
    write(reports, "2026-11-21-120000000-abc123", scoring="other")
    told = words(show(monkeypatch, reports, run=RUN))
    assert "1 earlier run was scored differently" in told


# --- answers ---------------------------------------------------------------------------------------------------------


def listed(app: AppTest) -> list[str]:
    """The ids in the table of answers, the hostile one under another name."""
    if not app.dataframe:
        return []
    return ["hostile" if "script" in name else name for name in app.dataframe[0].value["id"]]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({}, ["Q10", "hostile", "Q11", "Q12"]),
        ({"topic": "emergency"}, ["Q10", "Q11"]),
        ({"topic": ["emergency", "tests"]}, ["Q10", "Q11", "Q12"]),
        ({"cancer": "lymphoma"}, ["Q11"]),
        ({"risk": "critical"}, ["Q10"]),
        ({"topic": "emergency", "risk": "critical"}, ["Q10"]),
        ({"rule": "E18"}, ["Q10"]),
        ({"scorer": "readability"}, ["hostile", "Q11", "Q12"]),
        ({"verdict": "partly"}, ["Q10"]),
        ({"verdict": "no_verdict"}, ["Q10"]),
        ({"find": "TYLENOL fever"}, ["Q10"]),
        ({"find": "no such words"}, []),
        ({"topic": "not a topic"}, []),
        ({"sort": "question id"}, ["hostile", "Q10", "Q11", "Q12"]),
        ({"sort": "most contradicted claims first"}, ["hostile", "Q10", "Q11", "Q12"]),
        ({"sort": "lowest readability"}, ["Q10", "hostile", "Q11", "Q12"]),
        ({"sort": "nonsense"}, ["Q10", "hostile", "Q11", "Q12"]),
    ],
)
def test_a_link_restores_filters_search_and_order(monkeypatch, reports, address, expected):
    app = show(monkeypatch, reports, "answers", run=RUN, **address)
    assert listed(app) == expected
    if not expected:
        assert "No answer meets these filters" in words(app)


def test_a_filter_goes_into_the_address_and_clear_takes_it_out(monkeypatch, reports):
    app = show(monkeypatch, reports, "answers", run=RUN)
    app.multiselect(key="widget-topic").set_value(["emergency"]).run()
    app.text_input(key="widget-find").set_value("fever").run()
    assert app.query_params["topic"] == "emergency"
    assert app.query_params["find"] == "fever"
    assert listed(app) == ["Q10", "Q11"]
    next(button for button in app.button if button.label == "Clear").click().run()
    assert app.query_params == {"run": RUN}
    assert len(listed(app)) == 4


@pytest.mark.parametrize("how", ["row", "cell", "name"])
def test_choosing_an_answer_opens_it_and_keeps_the_filters(monkeypatch, reports, how):
    app = show(monkeypatch, reports, "answers", run=RUN, topic="emergency")
    if how == "name":
        app.selectbox(key="by-name-0").select_index(1)
    else:
        chosen = {"rows": [1], "cells": []} if how == "row" else {"rows": [], "cells": [[1, "question"]]}
        app.session_state["answers-0"] = {"selection": {**chosen, "columns": []}}
    app.run()
    assert not app.exception
    assert app.query_params == {"run": RUN, "topic": "emergency", "question": "Q11", "repeat": "0"}
    assert "the model server did not answer" in words(app)


# --- answer ----------------------------------------------------------------------------------------------------------


def test_an_answer_shows_the_claim_that_most_needs_a_look_beside_its_passage(monkeypatch, reports):
    app = show(monkeypatch, reports, "answer", run=RUN, question="Q10", repeat="0")
    page = BeautifulSoup(html(app), "html.parser")
    assert app.get("button_group")[-1].value == "c1"
    assert (
        "".join(part.get_text() for part in page.select(".chosen")) == "A fever of 104 °F during chemo is an emergency."
    )
    assert page.select_one("mark.evidence").get_text() == EVIDENCE
    told = " ".join(words(app).split())
    for said in ("contradicted a passage says otherwise", "0.91 of 1", "The passage says 100.4 °F; the answer says 104 °F.",
                 "CDC, Preventing Infections", "2026-11-23", "no clinician yet"):  # fmt: skip
        assert said in told


def test_every_mark_is_told_by_words_too(monkeypatch, reports):
    page = BeautifulSoup(html(show(monkeypatch, reports, "answer", run=RUN, question="Q10")), "html.parser")
    tags = [tag.get_text() for tag in page.select("article .tag")]
    expected = ["c1 ✗ contradicted", "⚑ E08 severe", "c2 ✓", "c3 ≈ partly supported", "c6 ! no verdict",
                "link: https://site.example/tylenol", "⚑ O3 moderate", "c4 ? not found", "hidden text 1"]  # fmt: skip
    assert sorted(tags) == sorted(expected)
    assert "✓ supported" in page.select_one(".legend").get_text()


def test_the_claim_in_the_address_is_the_one_shown_and_another_can_be_chosen(monkeypatch, reports):
    app = show(monkeypatch, reports, "answer", run=RUN, question="Q10", claim="c3")
    assert "Says part of this." in words(app)
    assert "Read as: Watch for: shaking chills" in words(app)
    app.get("button_group")[-1].set_value("c2").run()
    assert app.query_params["claim"] == "c2"
    assert "Same words." in words(app)
    assert list(app.dataframe[0].value["scope"]) == ["corpus", "given"]


def test_an_answer_is_read_without_marks_when_asked_and_never_with_its_hidden_text(monkeypatch, reports):
    app = show(monkeypatch, reports, "answer", run=RUN, question="Q10", marks="None", panel="How made")
    page = BeautifulSoup(html(app), "html.parser")
    assert not page.select("article .claim, article .finding")
    assert "Ignore the rules above" not in page.select_one("article").get_text()
    assert "Hidden from readers" in words(app)
    assert "Ignore the rules above" in words(app)


def test_what_was_left_out_stands_at_the_top(monkeypatch, reports):
    app = show(monkeypatch, reports, "answer", run=RUN, question="Q10")
    assert "1 about the answer as a whole" in app.error[0].value
    first = next(element.proto.body for element in app.get("html") if "class='findings" in element.proto.body)
    assert "Does not say to call before taking anything." in first


@pytest.mark.parametrize(
    ("panel", "said"),
    [("Scores", "1 of 3 claims borne out"), ("Scores", "0.33"), ("Left out", "Call your cancer team right now."),
     ("Left out", "Wait until morning."), ("Record", "IA T1c N0 M0"), ("Record", "ER positive"),
     ("Record", "AC chemo, 2026-10-01 to now"), ("How made", "composer"), ("How made", "aaaa"),
     ("Findings", "Names a medicine."), ("Findings", f"Evidence: {EVIDENCE}")],
)  # fmt: skip
def test_scores_record_expectations_and_origin_stand_beside_an_answer(monkeypatch, reports, panel, said):
    app = show(monkeypatch, reports, "answer", run=RUN, question="Q10", panel=panel)
    assert said in " ".join(words(app).split())


def test_previous_and_next_walk_through_the_filtered_answers(monkeypatch, reports):
    app = show(monkeypatch, reports, "answer", run=RUN, topic="emergency", question="Q10", claim="c3")
    assert "Answer 1 of 2" in words(app)
    buttons = {button.label: button for button in app.button}
    assert buttons["Previous"].disabled
    buttons["Next"].click().run()
    assert app.query_params["question"] == "Q11"
    assert "claim" not in app.query_params
    assert "Answer 2 of 2" in words(app)


@pytest.mark.parametrize(
    "address",
    [{"question": "Q99"}, {"question": "Q10", "repeat": "7"}, {"question": "Q10", "repeat": "9" * 5000},
     {"question": "Q10", "repeat": "-1"}, {"question": "Q10", "repeat": "<b>"}],
)  # fmt: skip
def test_a_link_to_an_answer_that_is_not_here_says_so(monkeypatch, reports, address):
    assert "This answer is not in this run" in words(show(monkeypatch, reports, "answer", run=RUN, **address))


@pytest.mark.parametrize(
    ("question", "why"), [("Q11", "the model server did not answer"), ("Q12", "no recorded answer")]
)
def test_a_missing_answer_says_why_it_is_missing(monkeypatch, reports, question, why):
    told = words(show(monkeypatch, reports, "answer", run=RUN, question=question))
    assert "There is no answer to read" in told
    assert why in told


# --- guidelines ------------------------------------------------------------------------------------------------------


@pytest.fixture
def corpus_run(tmp_path) -> Path:
    """A run with an overdue, a replaced and a signed passage, one of them used, and a text given from elsewhere."""
    old = Passage(id="P01", title="Old text", text="Old.", review_by="2020-01-01")
    new = Passage(id="P02", title="New text", text="New.", supersedes=("P01",), signed_by="Dr. A", signed_on="2026-11-01",
                  review_by="9999-01-01")  # fmt: skip
    given = Passage(id="Q10#0/given-1", title="Text the answer was given", text="Given.")
    item: Item = fever_item()
    tied = (Attribution(start=0, end=5, name="NCI", passage_id="P02"),)
    answer = dataclasses.replace(item.answer, passages=("P19", "P02", given.id), attributions=tied)
    passages = {passage.id: passage for passage in (PASSAGES["P19"], old, new, given)}
    write(tmp_path, RUN, items=(dataclasses.replace(item, answer=answer),), passages=passages)
    return tmp_path


def test_guidelines_are_listed_with_dates_signatures_and_uses_those_overdue_first(monkeypatch, corpus_run):
    app = show(monkeypatch, corpus_run, "guidelines", run=RUN)
    columns = ["id", "review_by", "overdue", "replaced_by", "signed", "given", "cited", "evidence"]
    assert app.dataframe[0].value[columns].to_numpy().tolist() == [
        ["P01", "2020-01-01", "overdue", "P02", "no one", 0, 0, 0],
        ["P02", "9999-01-01", "", "", "Dr. A, 2026-11-01", 1, 1, 0],
        ["P19", "", "", "", "no one", 1, 0, 1],
    ]
    assert "2 of 3 passages are not signed by a clinician" in words(app)


@pytest.mark.parametrize(
    ("show_only", "ids"), [("Overdue", ["P01"]), ("Not signed", ["P01", "P19"]), ("Used in this run", ["P02", "P19"])]
)
def test_guidelines_can_be_narrowed_down(monkeypatch, corpus_run, show_only, ids):
    app = show(monkeypatch, corpus_run, "guidelines", run=RUN, show=show_only)
    assert list(app.dataframe[0].value["id"]) == ids


def test_a_passage_is_shown_with_links_to_the_answers_it_had_a_part_in(monkeypatch, corpus_run):
    app = show(monkeypatch, corpus_run, "guidelines", run=RUN, passage="P19")
    assert "A fever of 100.4 °F (38.0 °C) or higher" in words(app)
    assert "Given to 1 answer" in words(app)
    links = [link.proto for link in app.get("page_link") if link.proto.label == "Q10"]
    assert len(links) == 2
    assert all("question=Q10" in link.query_string for link in links)


def test_choosing_a_passage_puts_it_into_the_address(monkeypatch, corpus_run):
    app = show(monkeypatch, corpus_run, "guidelines", run=RUN)
    app.session_state["passages-All-0"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()
    assert app.query_params["passage"] == "P19"


def test_a_link_to_a_passage_that_is_not_here_says_so(monkeypatch, corpus_run):
    app = show(monkeypatch, corpus_run, "guidelines", run=RUN, passage="P99")
    assert "This passage is not in this run" in words(app)


# --- data is inert ---------------------------------------------------------------------------------------------------

OUR_TAGS = {"article", "b", "blockquote", "code", "dd", "div", "dl", "dt", "h1", "h4", "i", "li", "mark", "p", "pre", "span", "strong", "ul"}  # fmt: skip
OUR_ATTRIBUTES = {"class", "dir", "lang", "role", "aria-label", "title", "style"}


VIEWS = [
    *((page, "Claims") for page in PAGES),
    *(("answer", panel) for panel in ("Findings", "Scores", "Left out", "Reading", "Notices", "Record", "How made")),
]


@pytest.mark.parametrize(("page", "panel"), VIEWS)
def test_data_is_neither_html_nor_markdown_anywhere(monkeypatch, reports, page, panel):
    app = show(monkeypatch, reports, page, run=RUN, question=HOSTILE, claim="c1", passage=HOSTILE, panel=panel)
    soup = BeautifulSoup(html(app), "html.parser")
    assert {tag.name for tag in soup.find_all()} <= OUR_TAGS
    assert {name for tag in soup.find_all() for name in tag.attrs} <= OUR_ATTRIBUTES
    # Charts place their points by numbers, and by nothing else.
    assert all(re.fullmatch(r"(?:[a-z-]+:-?[\d.]+%;?)+", tag["style"]) for tag in soup.select("[style]"))
    if page in ("answer", "guidelines"):
        assert "<script>alert('data')</script>" in soup.get_text()
    read = [*app.title, *app.header, *app.subheader, *app.caption, *app.warning, *app.info, *app.error, *app.markdown]
    texts = [*(str(element.value) for element in read), *(link.proto.label for link in app.get("page_link"))]
    assert not [text for text in texts if re.search(r"(?<!\\)(?:<script|!\[x|:red)|\u202e", text)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.integers(-5, 300), st.integers(-5, 300))
def test_a_passage_is_shown_whole_whatever_its_text_and_evidence(text, start, end):
    sys.path.insert(0, str(DASHBOARDS))
    try:
        panels, inert = importlib.import_module("panels"), importlib.import_module("evals.report.inert")
    finally:
        sys.path.remove(str(DASHBOARDS))
    soup = BeautifulSoup(panels.passage(Passage(id="P", title="T", text=text), start, end), "html.parser")
    for tag in soup.select(".tag"):
        tag.extract()
    assert soup.select_one(".text").get_text() == inert.visible(text)


@pytest.mark.parametrize(
    "text", ["![x](https://evil.example/a.png)", "*b* _i_ `c` $x$ :red[x] :smile: <b>", "a\\b", "Q10"]
)
def test_a_label_made_of_data_is_no_markdown(text):
    label = importlib.import_module("marked").label(text)
    assert re.sub(r"\\(.)", r"\1", label) == text
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`$:<\[!]", label)


def test_the_dashboard_keeps_to_its_house_rules():
    sources = {path: path.read_text(encoding="utf-8") for path in DASHBOARDS.rglob("*.py")}
    assert not {path.name for path in sources} & {"datasets.py", "evals.py"}
    for path, text in sources.items():
        assert not re.search(r"sys\.path|unsafe_allow_html|load_dataset|parquet", text), path
        found = re.findall(r"^from (evals[\w.]*) import (\w+)", text, re.MULTILINE)
        ours = {f"{module}.{name}" for module, name in found}
        allowed = ("evals.store", "evals.records", "evals.errors", "evals.report", "evals.compare", "evals.review",
                   "evals.dashboard", "evals.parse")  # fmt: skip
        assert all(name.startswith(allowed) for name in ours), (path, ours)
    assert "streamlit" not in sources[DASHBOARDS / "charts.py"]


# --- as a process, in a browser --------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(reports: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The real app on a free port, started as the command line starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import pathlib, signal, sys; from evals.dashboard import serve; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"sys.exit(serve(pathlib.Path({str(reports)!r}), {port}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=reports.parent, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the dashboard ended by itself"
        # Whatever keeps a page from coming, a slow machine included, is a reason to ask again.
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.2)
    pytest.fail("the dashboard did not start within a minute")


def test_the_dashboard_listens_on_this_machine_only_and_ends_with_ctrl_c(reports):
    with served(reports) as (url, process):
        port = int(url.rpartition(":")[2])
        assert _listening(port) == {"0100007F"}
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert _listening(port) == set()


def _listening(port: int) -> set[str]:
    # Addresses in the kernel's hexadecimal, 0A is the state "listening"; IPv6 has a table of its own.
    found: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                found.add(local.rpartition(":")[0])
    return found


def test_every_page_opens_in_a_browser_without_an_error(reports, chromium):
    from playwright.sync_api import sync_playwright

    with served(reports) as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=["--no-sandbox"])
        heard: list[str] = []
        for scheme, width in (("light", 1280), ("dark", 820)):
            tab = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
            _listen(tab, url, heard)
            tab.goto(f"{url}/?run={RUN}")
            _settled(tab, "Is this prompt safe to show?")
            for name, said in (
                ("Answers", "4 of 4 answers"),
                ("Answer", "as a patient sees it"),
                ("Compare", "Questions that moved"),
                ("Agreement", "Agreement"),
                ("Guidelines", "not signed"),
                ("Review", "Who are you?"),
                ("Adjudicate", "Who are you?"),
                ("Audit", "Check the log"),
            ):
                tab.get_by_role("link", name=name, exact=True).first.click()
                _settled(tab, said)
                # Of what a blind reviewer looks at, the address tells nothing.
                assert (f"run={RUN}" in tab.url) == (name not in ("Review", "Adjudicate", "Audit"))
                assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                    f"{name} is wider than {width} px"
                )
            tab.close()
        browser.close()
    assert heard == []


def test_the_way_from_the_worst_answer_to_a_passage_works_in_a_browser(reports, chromium):
    from playwright.sync_api import sync_playwright

    with served(reports) as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        heard: list[str] = []
        _listen(tab, url, heard)
        tab.goto(f"{url}/answers?run={RUN}&topic=emergency")
        _settled(tab, "2 of 4 answers")
        # The table is drawn on a canvas, which takes a click only where it has seen the mouse before.
        grid, row = tab.locator("[data-testid=stDataFrame] .dvn-scroller").first, {"x": 200, "y": 50}
        grid.hover(position=row)
        tab.wait_for_timeout(500)
        grid.click(position=row, delay=50)
        _settled(tab, "A fever of 104 °F")
        assert "question=Q10" in tab.url
        assert "topic=emergency" in tab.url
        # A click on the claim in the text, from whichever panel is open.
        tab.get_by_test_id("stButtonGroup").get_by_text("Scores").click()
        _settled(tab, "1 of 3 claims borne out")
        tab.get_by_text("Call your care team right away.").first.click()
        _settled(tab, "Same words.")
        assert "claim=c2" in tab.url
        link = tab.url
        tab.mouse.move(300, 600)
        tab.mouse.wheel(0, 300)
        tab.get_by_role("button", name="Next").press("n")
        _settled(tab, "the model server did not answer")
        tab.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 0")
        tab.go_back()
        _settled(tab, "Same words.")
        tab.get_by_role("link", name="Open this passage").click()
        _settled(tab, "Evidence for a verdict on")
        again = browser.new_page(viewport={"width": 1280, "height": 900})
        again.goto(link)
        _settled(again, "Same words.")
        browser.close()
    assert heard == []


def _listen(tab, url: str, heard: list[str]) -> None:
    tab.on("pageerror", lambda error: heard.append(f"error {error}"))
    tab.on("dialog", lambda dialog: (heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.on(
        "request",
        lambda request: request.url.startswith((url, "data:", "blob:")) or heard.append(f"request {request.url}"),
    )
    # Opened at a page's own address, Streamlit asks there for its server first, hears 404, and then asks at the root.
    tab.on(
        "console",
        lambda message: (
            message.type != "error"
            or re.search(r"/(?:answers?|guidelines)/_stcore/", message.location["url"])
            or heard.append(f"console {message.text} {message.location['url']}")
        ),
    )


def _settled(tab, said: str) -> None:
    tab.get_by_text(said).first.wait_for(timeout=30_000)
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=30_000)
    assert tab.locator("[data-testid=stException]").count() == 0
    assert "Traceback" not in tab.locator("body").inner_text()
