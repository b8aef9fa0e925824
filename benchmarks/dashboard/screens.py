"""Screenshots of every page, light and dark, into docs/screens: `python -m benchmarks.dashboard screens`."""

import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.dashboard.serving import PATIENCE, browser, served, settled
from evals.review import BlindItem, ClaimMark, Content, Reviewer, open_store, rubric
from evals.review.sampling import Plan
from evals.store import read_run

WIDTH, HEIGHT, MOST = 1280, 900, 80_000
"""Pixels of a view, and the bytes that a file may have."""
PEOPLE = (
    Reviewer(id="lead", name="Lea Lead", role="lead", profession="other"),
    Reviewer(id="adjudicator", name="Ada Adjudicator", role="adjudicator", profession="other"),
    Reviewer(id="first", name="Bea Breast", expertise=("breast", "general")),
    Reviewer(id="second", name="Sol Solid", expertise=("solid-tumor", "general")),
)
_COLOURS = (128, 64, 48, 32, 24, 16)
_SETTLE = 1_500
"""Milliseconds in which tables and charts are drawn."""


def main(run: Path, baseline: Path, to: Path) -> int:
    """Take them of a run held against a baseline, and of reviews by made-up people that are thrown away afterwards."""
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        reports, name = Path(temporary) / "reports", "2026-01-01-000000000-000001"
        shutil.copytree(run, reports / "runs" / name)
        os.environ["EVALS_AUDIT_KEY_FILE"] = str(Path(temporary) / "audit.key")
        shutil.copytree(baseline, reports / "baseline")
        _hand_out(reports, reports / "runs" / name)
        with served(reports) as url, browser() as chromium:
            for scheme in ("light", "dark"):
                view = {"width": WIDTH, "height": HEIGHT}
                tab = chromium.new_context(color_scheme=scheme, viewport=view).new_page()
                tab.set_default_timeout(PATIENCE)
                for page, show in _pages(url, name).items():
                    show(tab)
                    tab.wait_for_timeout(_SETTLE)
                    path = to / f"{page}-{scheme}.png"
                    path.write_bytes(_small(tab.screenshot()))
                    print(f"{path} {path.stat().st_size / 1000:.0f} kB")
                tab.close()
    return 0


def _hand_out(reports: Path, run: Path) -> None:
    store = open_store(reports=reports)
    for person in PEOPLE:
        store.add_reviewer(person, by="lead")
    store.assign(read_run(run), Plan(count=8, seed=1, double_share=1.0), by="lead")
    for person, place in (("first", 0), ("second", -1)):
        for entry in store.queue(person)[:-2]:
            item = store.blind_item(entry.assignment_id, person)
            store.submit(entry.assignment_id, person, item.draft.version, _judged(item, place))
    store.close()


def _judged(item: BlindItem, place: int) -> Content:
    """A review with the first, or the last, level of each scale."""
    ratings = {scale: rubric().scales[scale].ids[place] for scale in item.scales}
    if ratings.get("red_flag"):
        ratings["red_flag"] = "correct"
    claims = {c.claim_id: ClaimMark(label="supported") for c in item.shown.claims} if "accuracy" in item.scales else {}
    whys = dict.fromkeys(ratings, "Made up for a picture.")
    return Content(ratings=ratings, rationales=whys, claims=claims, seconds=150)


def _pages(url: str, run: str) -> dict[str, Callable[[Any], None]]:
    def at(path: str, said: str) -> Callable[[Any], None]:
        def show(tab: Any) -> None:
            tab.goto(f"{url}/{path}")
            settled(tab, said)

        return show

    def desk(path: str, name: str) -> Callable[[Any], None]:
        def show(tab: Any) -> None:
            at(path, "Who are you?")(tab)
            tab.get_by_role("combobox", name="Your name").click()
            tab.get_by_role("option", name=name).click()
            tab.get_by_text("Not you?").first.wait_for()
            settled(tab, "Not you?")
            tab.get_by_role("button", name=re.compile("Begin|Go on")).first.click()
            tab.frame_locator("iframe").locator(".step").first.wait_for()

        return show

    return {
        "overview": at(f"?run={run}", "Look at these first"),
        "answers": at(f"answers?run={run}", "Click a line"),
        "answer": at(f"answer?run={run}&question=Q10", "as a patient sees it"),
        "compare": at(f"compare?run={run}&question=Q10", "How the answer changed"),
        "review": desk("review", PEOPLE[2].name),
        "adjudicate": desk("adjudicate", PEOPLE[1].name),
        "agreement": at(f"agreement?run={run}", "Do clinicians agree"),
        "guidelines": at(f"guidelines?run={run}&passage=P19", "not signed"),
        "audit": at("audit", "Check the log"),
    }


def _small(picture: bytes) -> bytes:
    """The picture with as few colours as it takes to stay below what a file may have."""
    from PIL import Image

    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    found = picture
    for colours in _COLOURS:
        made = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
        found = made.getvalue()
        if len(found) <= MOST:
            break
    return found
