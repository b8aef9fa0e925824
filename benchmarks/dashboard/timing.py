"""How long a reader waits for the first view and for each step, on a run of ten thousand answers.

A reader looks before the next step: half a second passes between a page that has come and the click that follows.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.dashboard.large import NAMES
from benchmarks.dashboard.serving import browser, served, settled

FIRST, STEP = 2.5, 0.7
"""Seconds asked: for the first view, and for the median of each step."""
_LOOK = 0.5
"""Seconds that a reader looks before a step."""
_RUN = f"run={NAMES[0]}"


def main(reports: Path, times: int = 5) -> int:
    """Print the seconds of each view and step; 0 when all are within what was asked, else 1."""
    found: dict[str, list[float]] = {}
    with browser() as chromium:
        for _ in range(min(2, times)):
            # A fresh server each time: nobody has looked at the run before.
            with served(reports) as url:
                found.setdefault("first view, run not read before", []).append(_first(chromium, url))
        with served(reports) as url:
            _first(chromium, url)
            for _ in range(times):
                found.setdefault("first view, another reader", []).append(_first(chromium, url))
                tab = chromium.new_page(viewport={"width": 1280, "height": 900})
                for name, seconds in _steps(tab, url):
                    found.setdefault(name, []).append(seconds)
                tab.close()
    late = 0
    for name, seconds in found.items():
        middle, asked = statistics.median(seconds), FIRST if name.startswith("first view") else STEP
        late += middle > asked
        print(f"{name:40} median {middle:5.2f} s, longest {max(seconds):5.2f} s, asked {asked} s")
    steps = [statistics.median(seconds) for name, seconds in found.items() if not name.startswith("first view")]
    print(f"{'median of the steps':40} {statistics.median(steps):5.2f} s; {late} of {len(found)} later than asked")
    return int(late > 0)


def _first(chromium: Any, url: str) -> float:
    tab = chromium.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    tab.goto(f"{url}/?{_RUN}", wait_until="commit")
    settled(tab, "Look at these first")
    seconds = time.perf_counter() - began
    tab.close()
    return seconds


def _timed(tab: Any, act: Callable[[], object], said: str, address: str = "") -> float:
    """Seconds until the page says this; `address` is what its address holds then, where the words were there before."""
    tab.wait_for_timeout(1000 * _LOOK)
    began = time.perf_counter()
    act()
    tab.wait_for_function("address => decodeURIComponent(location.href).includes(address)", arg=address)
    settled(tab, said)
    return time.perf_counter() - began


def _steps(tab: Any, url: str) -> Iterator[tuple[str, float]]:
    tab.goto(f"{url}/?{_RUN}")
    settled(tab, "Look at these first")

    def link(name: str) -> None:
        tab.get_by_role("link", name=name, exact=True).first.click()

    def choose(label: str, value: str) -> Callable[[], None]:
        tab.get_by_role("combobox", name=label).click()
        return tab.get_by_role("option", name=value, exact=True).click

    yield "to the list of answers", _timed(tab, lambda: link("Answers"), "page 1 of")
    total = f"of {_count(tab)} answers"
    yield "filter by risk", _timed(tab, choose("Risk", "critical"), "page 1 of 2")
    tab.keyboard.press("Escape")
    search = tab.get_by_role("textbox", name="Search in questions and answers")
    search.fill("emergency room")
    yield "search for two words", _timed(tab, lambda: search.press("Enter"), total, "find=")
    clear, every = tab.get_by_role("button", name="Clear", exact=True), f"{_count(tab)} {total}"
    yield "take all filters away", _timed(tab, clear.click, every)
    yield "sort by a scorer", _timed(tab, choose("Sort by", "lowest readability"), "page 1 of", "sort=")
    yield "next page of the list", _timed(tab, tab.get_by_role("button", name="Next page").click, "page 2 of")
    tab.get_by_role("combobox", name="Open an answer").fill("Q")
    first = tab.get_by_role("option").first
    yield "open an answer", _timed(tab, first.click, "as a patient sees it")
    pill = tab.get_by_test_id("stButtonGroup").last.get_by_role("radio").nth(2)
    yield "choose a claim", _timed(tab, pill.click, "Confidence", "claim=")
    yield "another panel", _timed(tab, tab.get_by_role("radio", name="Reading").click, "Hardest sentences")
    place = int(tab.get_by_text("lowest readability.").inner_text().split()[1].replace(",", ""))
    following = tab.get_by_role("button", name="Next").click
    yield "next answer", _timed(tab, following, f"Answer {place + 1:,} of")
    yield "back to the list", _timed(tab, lambda: link("Back to the list"), "page 2 of")


def _count(tab: Any) -> str:
    # "10,020 of 10,020 answers, page 1 of 101." stands above the table.
    return tab.get_by_text(" answers, page ").first.inner_text().split(" of ")[1].split()[0]
