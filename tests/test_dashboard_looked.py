"""Who is shown scores on a page stands in the log, once; what nobody looked at is never told as good news."""

import dataclasses
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evals.records import Finding
from evals.review import Store, open_store
from evals.review.sampling import Plan
from evals.store import read_run
from tests.dashboard_run import RUN, fever_item, hostile_item, write
from tests.review_browser import PEOPLE
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)
from tests.test_dashboard import DASHBOARDS, show, words


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture(name="reports")
def _reports(tmp_path) -> Path:
    return tmp_path / "reports"


def opened(monkeypatch, reports: Path, page: str, who: str | None, **address: str) -> AppTest:
    """A page as a person sees it; `overview` comes along, where AppTest begins."""
    monkeypatch.setenv("EVALS_REPORTS", str(reports / "nothing"))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60).run()
    monkeypatch.setenv("EVALS_REPORTS", str(reports))
    if who:
        app.session_state["who"] = who
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def looked(store: Store) -> list[tuple[str, str, list[str]]]:
    """Who was shown scores on which page, of which questions."""
    rows = [row for row in store.audit_rows() if row.action == "scores shown"]
    return [(row.who, row.new["page"], [name for name, _, _ in row.new["answers"]]) for row in rows]


def staffed(reports: Path) -> Store:
    """A store beside a run, with people and nothing given out."""
    write(reports, RUN, items=(fever_item(),))
    store = open_store(reports=reports)
    for person in PEOPLE:
        store.add_reviewer(person, by="lea")
    return store


@pytest.mark.parametrize(("page", "name"), [("answer", "Answer"), ("answers", "Answers"), ("overview", "Overview")])
def test_whoever_is_shown_scores_stands_in_the_log_once(monkeypatch, reports, page, name):
    store = staffed(reports)
    app = opened(monkeypatch, reports, page, "bea", run=RUN, question="Q10")
    app.run()
    assert looked(store) == [("bea", name, ["Q10"])]
    assert store.verify_audit().whole


def test_what_somebody_saw_before_they_said_who_they_are_counts_as_well(monkeypatch, reports):
    store = staffed(reports)
    app = opened(monkeypatch, reports, "answer", None, run=RUN, question="Q10")
    assert looked(store) == []
    app.session_state["who"] = "lea"
    app.run()
    assert looked(store) == [("lea", "Answer", ["Q10"])]


def test_an_answer_that_is_hidden_from_its_reviewer_counts_as_not_seen(monkeypatch, reports):
    store = staffed(reports)
    store.assign(read_run(reports / "runs" / RUN), Plan(count=1, seed=1, double_share=1.0), by="lea")
    for page in ("answer", "answers"):
        opened(monkeypatch, reports, page, "bea", run=RUN, question="Q10")
    assert looked(store) == []
    opened(monkeypatch, reports, "answer", "vic", run=RUN, question="Q10")
    assert looked(store) == [("vic", "Answer", ["Q10"])]


# --- no good news from nobody looking --------------------------------------------------------------------------------


def test_a_run_whose_judge_failed_tells_no_claim_as_uncontradicted(monkeypatch, reports):
    item = fever_item()
    failed = tuple(dataclasses.replace(v, status="error", label=None, reason="down") for v in item.verdicts)  # type: ignore[arg-type]
    outcomes = (dataclasses.replace(item.outcomes[0], status="error", value=None, findings=()), item.outcomes[1])
    write(reports, RUN, items=(dataclasses.replace(item, verdicts=failed, outcomes=outcomes),))
    told = " ".join(words(show(monkeypatch, reports, run=RUN)).split())
    assert "not known claims contradicted: none was judged" in told
    assert "6 of 6 claims without a verdict" in told
    assert "Not everything was looked at: 6 of 6 claims have no verdict and scorers broke on 1 answer" in told
    table = show(monkeypatch, reports, "answers", run=RUN).dataframe[0].value
    assert list(table["worst"]) == ["not known"]
    assert [*table["contradicted"].isna()] == [True]
    assert "These scorers broke: faithfulness" in words(show(monkeypatch, reports, "answer", run=RUN))


def test_a_grave_finding_outweighs_any_number_of_light_ones(monkeypatch, reports):
    item, other = fever_item(), hostile_item()
    light = tuple(Finding(rule="O3", severity="moderate", message=str(n)) for n in range(40))
    many = dataclasses.replace(item, outcomes=(dataclasses.replace(item.outcomes[0], findings=light),))
    write(reports, RUN, items=(many, other))
    table = show(monkeypatch, reports, "answers", run=RUN).dataframe[0].value
    assert list(table["worst"]) == ["critical", "moderate"]
    assert list(table.columns[:3]) == ["id", "worst", "grave"]


def test_what_findings_without_words_are_about_is_told_by_what_looked(monkeypatch, reports):
    item = fever_item()
    notices = tuple(Finding(rule=f"D{n}", severity="severe", message="missing") for n in (1, 3, 4))
    left = Finding(rule="E12", severity="critical", message="Left out: x")
    outcomes = (
        dataclasses.replace(item.outcomes[0], scorer="disclaimer", findings=notices),
        dataclasses.replace(item.outcomes[0], scorer="completeness", findings=(left,)),
    )
    write(reports, RUN, items=(dataclasses.replace(item, outcomes=outcomes),))
    told = words(show(monkeypatch, reports, "answer", run=RUN))
    assert "3 about its notices as a whole, 1 about what it leaves out" in told
    assert "marked in the text" not in told
