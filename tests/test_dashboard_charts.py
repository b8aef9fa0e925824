"""The dashboard's charts: the numbers in them, their words for who sees no picture, and data that stays data."""

import importlib
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag

from tests.dashboard_run import HOSTILE, OLDER, RUN
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)
from tests.test_dashboard import OUR_ATTRIBUTES, _importable, html, reports, served, show  # noqa: F401  (fixtures)

NONE = {"mean": None, "low": None, "high": None}
SCORES = [
    {"scorer": "readability", "mean": 0.4, "low": 0.25, "high": 0.5},
    {"scorer": "urgency", "mean": 0.997, "low": None, "high": None},
    {"scorer": "disclaimer", **NONE},
]
GAINS = [
    {"measure": "readability", "gain": -0.1, "low": -0.2, "high": 0.0},
    {"measure": "urgency", "gain": 0.04, "low": None, "high": None},
    {"measure": "disclaimer", "gain": None, "low": None, "high": None},
]
TREND = [
    {"run": "2026-11-20-a", "made": "p v0, composer", "scorer": "readability", "mean": 0.4, "low": 0.3, "high": 0.5},
    {"run": "2026-11-21-b", "made": "p v1, composer", "scorer": "readability", "mean": 0.6, "low": 0.5, "high": 0.65},
    {"run": "2026-11-22-c", "made": "p v1, composer", "scorer": "readability", **NONE},
    {"run": "2026-11-23-d", "made": "p v1, composer", "scorer": "readability", "mean": 0.8, "low": None, "high": None},
]


@pytest.fixture
def charts(_importable) -> Any:  # noqa: F811  (a fixture of another file)
    """The module that draws."""
    return importlib.import_module("charts")


def soup(text: str) -> BeautifulSoup:
    """A chart as a page holds it."""
    return BeautifulSoup(text, "html.parser")


def at(tag: Tag | None, name: str = "left") -> float:
    """Where a mark lies, in percent."""
    assert tag is not None
    (found,) = re.findall(rf"(?:^|;){name}:(-?[\d.]+)%", str(tag["style"]))
    return float(found)


# --- what they say ---------------------------------------------------------------------------------------------------


def test_a_score_lies_at_its_mean_with_its_interval_around_it(charts):
    first, second, third = soup(charts.score_bars(SCORES)).select(".track")
    assert at(first.select_one(".point")) == 40
    assert (at(first.select_one(".interval")), at(first.select_one(".interval"), "width")) == (25, 25)
    assert first.get_text() == "0.40"
    assert first["title"] == "readability: mean 0.400, 95% interval 0.250 to 0.500"
    # Nearly 1 is never told as 1, and too few questions have no interval.
    assert second.get_text() == "0.99+"
    assert second.select_one(".interval") is None
    assert second["title"] == "urgency: mean 0.997, too few questions for an interval"
    assert third.select_one(".point") is None
    assert third.get_text() == "no number"


def test_gains_lie_on_both_sides_of_zero(charts):
    page = soup(charts.gain_bars(GAINS))
    first, second, third = page.select(".track")
    ticks = [float(tag.get_text()) for tag in page.select(".axis span")]
    assert (ticks[0], ticks[-1]) == (-0.2, 0.05)
    assert at(first.select_one(".zero")) == pytest.approx(80)
    assert at(first.select_one(".point")) == pytest.approx(40)
    assert (at(first.select_one(".interval")), at(first.select_one(".interval"), "width")) == pytest.approx((0, 80))
    assert [first.get_text(), second.get_text(), third.get_text()] == ["-0.10", "+0.04", "no number"]
    assert at(second.select_one(".point")) == pytest.approx(96)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-1, 1), (0, 0.003), (-0.97, 0.08), (0.31, 0.32), (-1, -0.2)])
def test_an_axis_holds_all_its_numbers_and_not_too_many_ticks(charts, low, high):
    rows = [{"measure": str(value), "gain": value, "low": None, "high": None} for value in (low, high)]
    page = soup(charts.gain_bars(rows))
    assert all(0 <= at(tag) <= 100 for tag in page.select(".point"))
    assert 2 <= len(page.select(".axis span")) <= 8


def test_a_trend_goes_through_its_runs_in_order_and_stops_where_there_is_no_number(charts):
    page = soup(charts.trend_lines(TREND))
    runs = page.select(".run")
    assert [at(run) for run in runs] == [0, 25, 50, 75]
    assert [at(run.select_one(".point"), "bottom") for run in runs if run.select_one(".point")] == [40, 60, 80]
    assert [at(tag, "bottom") for tag in page.select(".interval")] == [30, 50]
    (line,) = page.select(".line")
    assert (at(line), at(line, "--from"), at(line, "--to")) == (12.5, 60, 40)
    assert runs[1]["title"] == "2026-11-21-b, p v1, composer: mean 0.600, 95% interval 0.500 to 0.650"
    assert [tag.get_text() for tag in page.select(".days span")] == ["2026-11-20", "2026-11-23"]


def test_how_a_run_was_made_is_told_by_the_shape_of_its_point_and_by_a_legend(charts):
    page = soup(charts.trend_lines(TREND))
    assert [tag["class"][-1] for tag in page.select(".run .point")] == ["shape-0", "shape-1", "shape-1"]
    assert [tag.get_text() for tag in page.select(".legend span")] == ["p v0, composer", "p v1, composer"]
    assert [tag["class"][-1] for tag in page.select(".legend .point")] == ["shape-0", "shape-1"]


def test_who_sees_no_picture_is_told_every_number(charts):
    (bars,) = soup(charts.score_bars(SCORES)).select("[role=img]")
    (trend,) = soup(charts.trend_lines(TREND)).select("[role=img]")
    for said in ("readability: mean 0.400, 95% interval 0.250", "urgency: mean 0.997", "disclaimer: no number"):
        assert said in bars["aria-label"]
    for said in ("readability, mean score over the runs", "mean 0.600, 95% interval 0.500 to 0.650", "2026-11-22-c"):
        assert said in trend["aria-label"]


def test_a_table_without_rows_is_said_to_have_nothing_to_draw(charts):
    for drawn in (charts.score_bars([]), charts.gain_bars([]), charts.trend_lines([])):
        assert soup(drawn).get_text() == "There is nothing to draw."


def test_a_run_or_a_scorer_named_as_a_page_stays_a_name(charts):
    row = {"run": HOSTILE, "made": HOSTILE, "scorer": HOSTILE, "measure": HOSTILE, **NONE, "gain": 0.1, "mean": 0.1}
    for drawn in (charts.score_bars([row]), charts.gain_bars([row]), charts.trend_lines([row, row])):
        page = soup(drawn)
        assert {tag.name for tag in page.find_all()} <= {"b", "div", "i", "p", "span"}
        assert {name for tag in page.find_all() for name in tag.attrs} <= OUR_ATTRIBUTES
        assert "<script>alert('data')</script>" in page.get_text()
        assert not re.search("<script|\u202e", drawn)


# --- on their page ---------------------------------------------------------------------------------------------------


def test_the_overview_draws_the_numbers_of_its_table(monkeypatch, reports):  # noqa: F811
    app = show(monkeypatch, reports, run=RUN)
    table = next(one.value for one in app.dataframe if "unscored" in one.value)
    page = soup(html(app))
    means = table.set_index("scorer")["mean"].to_dict()
    drawn = dict(str(tag["title"]).split(": mean ") for tag in page.select(".track"))
    assert {scorer: float(words.split(",")[0]) for scorer, words in drawn.items()} == pytest.approx(means, abs=5e-4)
    assert [run in str(page.select(".trends")) for run in (OLDER, RUN)] == [True, True]
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_puts_each_point_where_its_number_lies(reports, chromium, scheme):  # noqa: F811
    from playwright.sync_api import sync_playwright

    with served(reports) as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=["--no-sandbox"])
        tab = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900}).new_page()
        tab.goto(f"{url}/?run={RUN}")
        tab.locator(".trends").wait_for(timeout=60_000)
        bars, trend = tab.evaluate(_PLACES)
        asked = tab.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
        alt = tab.locator(".bars").get_attribute("aria-label")
        browser.close()
    # Means of faithfulness and readability, and of each over two runs.
    assert bars == pytest.approx([0.167, 0.996], abs=0.01)
    assert trend == pytest.approx([0.167, 0.167, 0.996, 0.996], abs=0.02)
    assert alt is not None
    assert "readability: mean 0.996" in alt
    # Once the largest part of the first view. Tables ask for the small file that would load it.
    assert not re.findall(r"/embed\.|vega-interpreter|VegaLite", "\n".join(asked))


_PLACES = """() => {
  const box = (node) => node.getBoundingClientRect();
  const across = (node, frame) => (box(node).left + box(node).width / 2 - box(frame).left) / box(frame).width;
  const up = (node, frame) => 1 - (box(node).top + box(node).height / 2 - box(frame).top) / box(frame).height;
  const all = (name) => [...document.querySelectorAll(name)];
  return [all(".track .point").map((one) => across(one, one.parentElement)),
    all(".run .point").map((one) => up(one, one.closest(".area")))];
}"""
