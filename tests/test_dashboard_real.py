"""The pages on what `evals run` makes: a blind review by keyboard, colours that everybody can read, drafts in two tabs."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.review import Content, Store, open_store
from evals.review.sampling import Plan
from evals.store import Run
from tests.dashboard_run import real
from tests.review_browser import PEOPLE, Tab, browsing, handed_out, marked_run
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)
from tests.review_run import review
from tests.test_dashboard import served

_SAYS_MUCH = 12
"""A text of so many characters stands nowhere by chance."""


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory) -> Run:
    return real(tmp_path_factory.mktemp("real") / "reports")


@pytest.fixture(name="reports")
def _reports(tmp_path) -> Path:
    return tmp_path / "reports"


def asked(run: Run) -> Store:
    """The store beside a run, each answer of it given to two physicians."""
    store = open_store(reports=run.folder.parents[1])
    if not store.reviewers():
        for person in PEOPLE:
            store.add_reviewer(person, by="lea")
        store.assign(run, Plan(count=len(run.items), seed=1, double_share=1.0, any_reviewer=True), by="lea")
    return store


@pytest.fixture(name="running", scope="module")
def _running(made, tmp_path_factory) -> Iterator[tuple[Run, Store, int]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALS_AUDIT_KEY_FILE", str(tmp_path_factory.mktemp("key") / "audit.key"))
        patch.delenv("EVALS_DATABASE_URL", raising=False)
        store, reports = asked(made), made.folder.parents[1]
        shutil.copytree(made.folder, reports / "baseline")
        for entry in store.queue("sol"):
            item = store.blind_item(entry.assignment_id, "sol")
            store.submit(entry.assignment_id, "sol", 0, review(item, would_show="no", harm="severe"))
        with served(reports) as (url, _):
            yield made, store, port_of(url)


def port_of(url: str) -> int:
    """The port of a server's address."""
    return int(url.rpartition(":")[2])


# --- a review on a real run ------------------------------------------------------------------------------------------


def told_of(run: Run) -> list[str]:
    """What a run's files say of how its answers were made and judged, in words that say it."""
    manifest = run.manifest
    names = [manifest["run_id"], manifest["prompt"]["name"], manifest["generator"]["name"], str(manifest["judge"])]
    words = [outcome.reason for item in run.items for outcome in item.outcomes]
    words += [finding.message for item in run.items for outcome in item.outcomes for finding in outcome.findings]
    words += [verdict.reason for item in run.items for verdict in item.verdicts]
    return [*names[:3], *(text for text in {*words, names[3]} if len(text) >= _SAYS_MUCH)]


def test_a_review_of_a_real_run_goes_from_queue_to_record_by_keyboard_and_tells_nothing_of_the_machine(
    running, chromium
):
    run, store, port = running
    first = store.queue("bea")[0].assignment_id
    shown = store.blind_item(first, "bea").shown
    with browsing(chromium) as browser:
        tab = Tab(browser, port)
        tab.enter("review", "Bea")
        tab.begin()
        tab.press("s", "w", "=as the passage has it", "Escape")
        tab.answer_all()
        tab.saved()
        everything = tab.source() + "\n".join(tab.frames)
        assert shown.question.split("\n")[0][:30] in everything
        assert [text for text in told_of(run) if text in everything] == []
        if not all(claim.asked for claim in shown.claims):
            assert "What the machine thinks of them plays no part" in everything
        tab.submit()
        assert tab.heard == []
    (one,) = [one for one in store.reviews() if one.reviewer == "bea"]
    assert (one.assignment_id, one.content.unblinded) == (first, False)
    assert set(one.content.claims) >= {claim.claim_id for claim in shown.claims if claim.asked}
    assert store.verify_audit().whole


# --- drafts in two tabs, and a copy of the log -----------------------------------------------------------------------


def test_what_two_tabs_typed_can_be_kept_taken_and_brought_back_and_a_copy_of_the_log_is_on_record(reports, chromium):
    store = handed_out(reports, marked_run(reports, hostile=False))

    def draft() -> Content:
        return store.blind_item(store.queue("bea")[0].assignment_id, "bea").draft.content

    def labels() -> dict[str, str]:
        return {name: mark.label for name, mark in draft().claims.items()}

    with served(reports) as (url, _), browsing(chromium) as browser:
        one, two = Tab(browser, port_of(url)), Tab(browser, port_of(url))
        for tab in (one, two):
            tab.enter("review", "Bea")
            tab.begin()
        one.press("s")
        one.saved()
        two.press("x")
        two.desk.get_by_text("Go on with what I have here").click()
        two.saved()
        assert labels() == {"c1": "contradicted"}
        one.press("p")
        one.desk.get_by_text("Take what the other tab saved").click()
        one.desk.locator("#notice > div").wait_for(state="detached")
        assert labels() == {"c1": "contradicted"}
        one.press("q")
        one.page.get_by_text("Go on with item 1").wait_for(timeout=30_000)
        one.settled()
        one.begin()
        one.desk.get_by_text("Bring it back").last.click()
        one.saved()
        assert labels() == {"c1": "partly"}
        one.desk.locator(".step.now .head").focus()
        one.press("u")
        one.desk.locator("#said", has_text="One step back").wait_for(state="attached")
        assert labels() == {"c1": "contradicted"}
        assert one.heard + two.heard == []
        _take_a_copy_of_the_log(one)
    (row,) = [row for row in store.audit_rows() if row.action == "copy taken"]
    assert row.who.startswith("operator:")


def _take_a_copy_of_the_log(tab: Tab) -> None:
    tab.page.get_by_role("link", name="Audit", exact=True).first.click()
    tab.page.get_by_text("Check the log").wait_for(timeout=30_000)
    tab.settled()
    # Who still owes a review gets no copy; somebody at this machine who has chosen no name does.
    assert tab.page.get_by_role("button", name="Export as CSV").count() == 0
    tab.page.get_by_role("button", name="Not you?").click()
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Export as CSV").click()
    assert waiting.value.path().read_text(encoding="utf-8-sig").startswith("row,time (UTC),who")


# --- what everybody can read -----------------------------------------------------------------------------------------

PAGES = {
    "": "Look at these first", "answers": "Click a line", "answer": "as a patient sees it", "compare": "Compare",
    "agreement": "Do clinicians agree", "guidelines": "not signed", "review": "Who are you?",
    "adjudicate": "Who are you?", "audit": "Check the log",
}  # fmt: skip

# Every text that is seen, its colour against what lies behind it, as WCAG 2.2 (1.4.3) counts. A canvas turns any way of
# writing a colour into bytes; texts of controls that are switched off are exempt there too.
_CONTRAST = r"""() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true }), known = new Map();
  const rgba = (told) => {
    if (!known.has(told)) {
      pen.clearRect(0, 0, 1, 1); pen.fillStyle = told; pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data; known.set(told, [r, g, b, a / 255]);
    }
    return known.get(told);
  };
  const over = (top, below, alpha) => below.map((part, n) => top[n] * alpha + part * (1 - alpha));
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const chain = (node) => { const found = []; for (; node; node = node.parentElement) found.unshift(node); return found; };
  const dark = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  const faults = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.parentElement, text = node.data.trim();
    if (!text || !at.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (at.closest("canvas, svg, script, style, .unseen, :disabled, [aria-disabled=true], [disabled]")) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    let behind = dark ? [0, 0, 0] : [255, 255, 255], alpha = 1;
    for (const one of chain(at)) {
      const style = getComputedStyle(one), [r, g, b, a] = rgba(style.backgroundColor);
      alpha *= Number(style.opacity);
      behind = over([r, g, b], behind, a * alpha);
    }
    const style = getComputedStyle(at), [r, g, b, a] = rgba(style.color);
    const lights = [light(over([r, g, b], behind, a * alpha)), light(behind)].sort((x, y) => y - x);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05), size = parseFloat(style.fontSize);
    const icon = at.closest("[data-testid=stIconMaterial]") !== null;
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    seen += 1;
    if (ratio < (icon || large ? 3 : 4.5) - 0.005)
      faults.add(`${ratio.toFixed(2)} ${style.color} on ${behind.map(Math.round)} “${text.slice(0, 40)}” ${at.className}`);
  }
  return [seen, [...faults]];
}"""

# Every mark in colour that has no words or sign of its own beside it.
_WORDLESS = r"""() => {
  const all = (name, root = document) => [...root.querySelectorAll(name)], faults = [];
  for (const article of all("article.answer")) {
    const numbers = new Set(all(".claim", article).map((one) => / n-(\d+)/.exec(one.className)?.[1]).filter(Boolean));
    const tags = all(".claim-tag", article).filter((one) => one.textContent.trim().length > 1);
    if (tags.length !== numbers.size) faults.push(`${numbers.size} claims, ${tags.length} tags`);
    for (const severity of ["info", "minor", "moderate", "severe", "critical"])
      if (all(`.finding.${severity}`, article).length && !all(".finding-tag", article).some((one) => one.textContent.includes(severity)))
        faults.push(`${severity} findings without a tag`);
  }
  const signs = { ".added": /^\+ /, ".removed": /^− /, ".step .sign": /[✓○·]/, "li > .claim, dd > .claim, .rule .claim": /^[✓✗≈?–!]/ };
  for (const [name, sign] of Object.entries(signs))
    for (const one of all(name)) if (!sign.test(one.textContent)) faults.push(`${name}: ${one.textContent.slice(0, 40)}`);
  for (const one of all("mark.evidence")) if (!one.nextElementSibling?.matches(".evidence-tag")) faults.push("evidence without a tag");
  return faults;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_every_page_has_contrast_and_every_mark_has_words(running, chromium, scheme):
    _, _, port = running
    faults: dict[str, Any] = {}
    with browsing(chromium) as browser:
        tab = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900}).new_page()
        for path, said in PAGES.items():
            tab.goto(f"http://127.0.0.1:{port}/{path}")
            tab.get_by_text(said).first.wait_for(timeout=60_000)
            tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
            faults[path] = _faults(tab)
        for page, name in (("review", "Bea Breast"), ("adjudicate", "Ada Adjudicator")):
            tab.goto(f"http://127.0.0.1:{port}/{page}")
            _choose(tab, name)
            faults[f"{page}: queue"] = _faults(tab)
            if tab.get_by_role("button", name="Begin").count():
                tab.get_by_role("button", name="Begin").click()
                tab.frame_locator("iframe").locator(".step.now").first.wait_for(timeout=60_000)
                faults[f"{page}: desk"] = _faults(next(one for one in tab.frames if "/component/" in one.url))
    assert {where: found for where, found in faults.items() if found} == {}


def _faults(frame: Any) -> list[str]:
    # A page may say that it is done before its texts stand there.
    frame.wait_for_function(f"() => ({_CONTRAST})()[0] > 5", timeout=60_000)
    _, found = frame.evaluate(_CONTRAST)
    return [*found, *frame.evaluate(_WORDLESS)]


def _choose(tab: Any, name: str) -> None:
    tab.get_by_role("combobox", name="Your name").click()
    tab.get_by_role("option", name=name).click()
    tab.get_by_text("Not you?").first.wait_for(timeout=60_000)
    tab.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
