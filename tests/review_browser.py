"""The dashboard's review pages as people meet them: a run to review, the app as a process, a browser that listens."""

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.dashboard import command
from evals.records import Item
from evals.review import Reviewer, Store, open_store
from evals.review.sampling import Plan
from evals.store import Run, write_json, write_run
from evals.summary import summarise
from tests.dashboard_run import HOSTILE, PASSAGES, QUESTIONS, RUN, fever_item, hostile_item

MARKERS = ("zz-model-77", "zz-prompt-77", "zz-generator-77", "zz-judge-77", "zz-machine-says", "0.717273", "E98")
"""What the machine and the run say of the answers, in words that stand nowhere else."""
PEOPLE = (
    Reviewer(id="lea", name="Lea Lead", role="lead", profession="other"),
    Reviewer(id="ada", name="Ada Adjudicator", role="adjudicator", profession="other"),
    Reviewer(id="bea", name="Bea Breast", expertise=("general", "breast")),
    Reviewer(id="sol", name="Sol Solid", expertise=("general", "breast")),
    Reviewer(id="vic", name="Vic Viewer", role="viewer"),
)


def marked_run(reports: Path, *, hostile: bool = True) -> Run:
    """A run on disk of an answer to a fever question and a hostile one, the machine's part full of markers."""
    items = (_marked(fever_item()), *((_renamed(_marked(hostile_item())),) if hostile else ()))
    asked = {"Q10": QUESTIONS["Q10"], "Q99": dataclasses.replace(QUESTIONS[HOSTILE], id="Q99")}
    asked = {item.answer.question_id: asked[item.answer.question_id] for item in items}
    run = Run(
        folder=reports / "runs" / RUN,
        manifest={
            "run_id": RUN, "status": "finished", "started": "2026-11-23T12:00:00+00:00", "suite": {"name": "zz-suite"},
            "prompt": {"name": "zz-prompt-77", "version": "1"}, "generator": {"name": "zz-generator-77"},
            "judge": "zz-judge-77", "signatures": {"scoring": {"digest": "aaaa"}, "subject": {"digest": "bbbb"}},
            "corpus": {"passages": 2, "unsigned": 1, "overdue": [], "superseded": []},
        },
        summary=summarise(items, tuple(asked.values()), (), seed=0), items=items, questions=asked, passages=PASSAGES,
    )  # fmt: skip
    run.folder.mkdir(parents=True)
    write_run(run)
    write_json(run.folder / "manifest.json", run.manifest)
    return run


def _renamed(item: Item) -> Item:
    # The store takes no id that holds what cannot be seen; such a run cannot be given out at all.
    outcomes = tuple(dataclasses.replace(one, question_id="Q99") for one in item.outcomes)
    # What a browser counts as two characters and the store as one comes before the claim.
    text = f"😀{item.answer.text}"
    answer = dataclasses.replace(item.answer, question_id="Q99", text=text)
    claims = tuple(dataclasses.replace(one, start=one.start + 1, end=one.end + 1) for one in item.claims)
    return dataclasses.replace(item, answer=answer, claims=claims, outcomes=outcomes)


def _marked(item: Item) -> Item:
    answer = dataclasses.replace(item.answer, model="zz-model-77", prompt="zz-prompt-77", generator="zz-generator-77")
    verdicts = tuple(
        dataclasses.replace(one, judge="zz-judge-77", reason="zz-machine-says") for one in item.verdicts if one.label
    )
    outcomes = tuple(
        dataclasses.replace(
            one,
            value=None if one.value is None else 0.717273,
            reason="zz-machine-says",
            findings=tuple(dataclasses.replace(f, rule="E98", message="zz-machine-says") for f in one.findings),
        )
        for one in item.outcomes
    )
    return dataclasses.replace(item, answer=answer, verdicts=verdicts, outcomes=outcomes)


def handed_out(reports: Path, run: Run, url: str | None = None) -> Store:
    """The store of a reports folder, or at a URL, with people in it; both physicians are given every answer."""
    store = open_store(url, reports=reports)
    for person in PEOPLE:
        store.add_reviewer(person, by="lea")
    store.assign(run, Plan(count=len(run.items), seed=1, double_share=1.0), by="lea")
    return store


# --- the app ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(reports: Path, port: int, url: str | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """The real app as a process; `url` is that of the review store."""
    surroundings = {**os.environ, "EVALS_REPORTS": str(reports), **({"EVALS_DATABASE_URL": url} if url else {})}
    process = subprocess.Popen(command(port), env=surroundings, cwd=reports.parent, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "the dashboard ended by itself"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    pytest.fail("the dashboard did not start within a minute")


# --- the browser -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def browsing(chromium: str) -> Iterator[Any]:
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


# The step that is open, its first key if nothing is chosen there, and whether any is left.
_NOW = """() => {
  const now = document.querySelector(".step.now");
  const key = now.classList.contains("left") ? now.querySelector(".level kbd").textContent : null;
  return [now.querySelector(".head b").textContent, key, document.querySelector(".step.left") !== null];
}"""


class Tab:
    """A browser tab: `heard` are errors, dialogs and requests elsewhere, `frames` what the server sent."""

    def __init__(self, browser: Any, port: int) -> None:
        self.url, self.heard, self.frames = f"http://127.0.0.1:{port}", [], []
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        # For a moment the frame of the item before stands beside that of the next.
        self.desk = self.page.frame_locator("iframe").first
        self._listen()

    def _listen(self) -> None:
        page = self.page
        page.on("pageerror", lambda error: self.heard.append(f"error {error}"))
        page.on("dialog", lambda dialog: (self.heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("websocket", lambda socket: socket.on("framereceived", self._frame))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.heard.append(f"request {request.url}")

    def _console(self, message: Any) -> None:
        # Opened at a page's own address, Streamlit asks there for its server first, hears 404, then asks at the root.
        if message.type == "error" and not re.search(r"/\w+/_stcore/", message.location["url"]):
            self.heard.append(f"console {message.text} {message.location['url']}")

    def _frame(self, payload: str | bytes) -> None:
        self.frames.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload)

    def enter(self, page: str, name: str) -> None:
        """Open a page and choose a name, by keyboard."""
        self.page.goto(f"{self.url}/{page}")
        self.choose(name)

    def choose(self, name: str) -> None:
        """Choose a name by keyboard where the page asks for one."""
        self.page.get_by_text("Who are you?").wait_for(timeout=60_000)
        self.settled()
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.getAttribute('role') === 'combobox'"):
                break
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        self.page.get_by_text("Not you?").first.wait_for(timeout=30_000)
        self.settled()

    def settled(self) -> None:
        """Wait until the script has run."""
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=30_000)

    def begin(self) -> None:
        """Open the first item from the queue, by keyboard."""
        self.page.keyboard.press("n")
        self.at_desk()

    def at_desk(self) -> None:
        """Wait until the item is drawn and holds the focus."""
        self.desk.locator(".step.now .head:focus").wait_for(timeout=30_000)

    def press(self, *keys: str) -> None:
        """Press keys one after the other; what begins with "=" is typed."""
        for key in keys:
            if key.startswith("="):
                self.page.keyboard.type(key[1:])
            else:
                self.page.keyboard.press(key)

    def saved(self) -> None:
        """Wait until everything is saved."""
        self.desk.locator("#saved[data-state=saved]").wait_for(timeout=30_000)

    def answer_all(self, **levels: str) -> None:
        """Answer every open step with its first key ("5" or "1"), or with the key given for the scale, by keyboard."""
        self.page.wait_for_function("document.querySelectorAll('iframe').length === 1")
        frame = next(one for one in self.page.frames if "/component/" in one.url)
        for _ in range(60):
            name, key, left = frame.evaluate(_NOW)
            if not left:
                return
            chosen = levels.get(name.replace(" ", "_")) or str(key)
            self.press(chosen if key else "o")
        pytest.fail("the form never came to an end")

    def submit(self) -> None:
        """Submit, by keyboard; waits until the page has gone on."""
        before = self.page.url
        self.press("Control+Enter")
        self.desk.locator("#submit-now:focus").wait_for()
        self.press("Enter")
        self.page.wait_for_url(lambda now: now != before, timeout=60_000)

    def source(self) -> str:
        """The source of the page and of every frame in it."""
        return "\n".join(frame.content() for frame in self.page.frames)


def markers_in(text: str) -> list[str]:
    """The markers that stand in a text."""
    return [marker for marker in MARKERS if marker in text]
