"""One answer: as a patient sees it, and beside it each claim with the passage that bears it out or contradicts it."""

from collections.abc import Iterable

import address
import marked
import opened
import panels
import rows
import streamlit as st

from evals.records import Item, Verdict
from evals.report.facts import all_findings, ending, gravest, how_made
from evals.report.tallies import LABELS
from evals.store import decide

_RAW = 50_000
"""So many characters of a raw answer are shown: a page of 1 MB freezes a browser."""
_PANELS = ("Claims", "Findings", "Scores", "Should say", "Record", "Origin")
_MARKS = ("Claims and findings", "Findings", "None")


def wanted(shown: opened.Opened, keys: list[rows.Key]) -> rows.Key | None:
    """The answer that the address names, else the first of the list; None when it names one that is not here."""
    question, repeat = address.get("question"), address.get("repeat") or "0"
    if question is None:
        return next(iter([*keys, *shown.places]), None)
    return next((key for key in shown.places if key[0] == question and str(key[1]) == repeat), None)


def walk(keys: list[rows.Key], key: rows.Key, scorers: Iterable[str]) -> None:
    """Previous, next, and where we are."""
    place = keys.index(key) if key in keys else None
    with st.container(horizontal=True, vertical_alignment="center", key="walk"):
        _step("Previous", "P", keys[place - 1] if place else None)
        _step("Next", "N", keys[place + 1] if place is not None and place + 1 < len(keys) else None)
        back = address.carry("run", *address.FILTERS)
        st.page_link("views/answers.py", label="Back to the list", icon=":material/list:", query_params=back)
        order = address.get("sort") or rows.ORDERS[0]
        if place is None:
            st.caption("Not among the filtered answers.")
        elif order in rows.orders(scorers):
            st.caption(f"Answer {place + 1} of {len(keys)}, {marked.label(order)}.")


def _step(label: str, shortcut: str, key: rows.Key | None) -> None:
    values = {"question": key[0], "repeat": str(key[1]), "claim": None} if key else {}
    st.button(label, shortcut=shortcut, disabled=key is None, on_click=address.put, kwargs=values)


def head(shown: opened.Opened, item: Item) -> None:
    """The question, what it is about, and what is gravely wrong."""
    question = shown.run.questions.get(item.answer.question_id)
    text = item.answer.question or (question.text if question else "")
    about = [item.answer.question_id, f"repeat {item.answer.repeat}"]
    if question:
        about += [f"topic: {question.topic}", f"cancer: {question.cancer}", f"risk: {question.risk}"]
    chips = "".join(f"<span class='chip'>{marked.plain(words)}</span>" for words in about)
    st.html(f"<h1 class='question' dir='auto'>{marked.plain(text)}</h1><p>{chips}</p>")
    serious = [finding for finding in all_findings(item) if finding.severity in rows.SERIOUS]
    left_out = [finding for finding in serious if finding.start is None]
    if serious:
        words = "severe or critical finding" if len(serious) == 1 else "severe or critical findings"
        st.error(
            f"**{len(serious)} {words}**: {len(serious) - len(left_out)} marked in the text with ⚑, "
            f"{len(left_out)} about what was left out. All are listed under Findings.",
            icon=":material/flag:",
        )
    if left_out:
        st.html(panels.findings(gravest(left_out, len(left_out)), item.answer.text))


def text(item: Item, chosen: str | None) -> None:
    """The answer with its marks."""
    marks = address.choose_one("marks", "Show marks for", _MARKS, st.segmented_control, required=True)
    claims, findings = marks == _MARKS[0], marks in _MARKS[:2]
    if claims:
        st.html(marked.legend(list(rows.labels(item).values())))
    st.html(marked.answer(item, chosen=chosen if claims else None, claims=claims, findings=findings))
    if item.answer.hidden:
        st.caption("This answer holds hidden text that a reader does not see. It is shown under Origin.")


def chosen_claim(item: Item) -> str | None:
    """The claim that the address names, else the one that most needs a look."""
    ids = [claim.claim_id for claim in item.claims]
    if (asked := address.get("claim")) in ids or not ids:
        return asked if ids else None
    labels = rows.labels(item)
    return min(ids, key=lambda claim_id: rows.VERDICTS.index(labels[claim_id]))


def claims(shown: opened.Opened, item: Item, chosen: str | None) -> None:
    """The claims to choose from, and the chosen one beside its passage."""
    if chosen is None:
        st.info("No checkable claims were found in this answer.")
        return
    labels = rows.labels(item)
    address.choose_one(
        "claim",
        "Choose a claim (its number stands behind it in the answer)",
        list(labels),
        st.pills,
        default=chosen,
        required=True,
        format_func=lambda claim_id: marked.label(f"{claim_id} {marked.SIGNS[labels[claim_id]]}"),
    )
    claim = next(claim for claim in item.claims if claim.claim_id == chosen)
    source = item.answer.text[claim.start : claim.end]
    decided = next((verdict for verdict in decide(item.verdicts) if verdict.claim_id == chosen), None)
    st.html(panels.claim(claim, source, labels[chosen]))
    st.html(panels.verdict(decided))
    evidence(shown, decided)
    others(item, chosen)


def evidence(shown: opened.Opened, verdict: Verdict | None) -> None:
    """The passage that a verdict rests on, its evidence marked."""
    if verdict is None or verdict.passage_id is None:
        st.html("<p>No passage stands behind this verdict.</p>")
        return
    passage = shown.run.passages.get(verdict.passage_id)
    if passage is None:
        st.html(f"<p>The passage {marked.plain(verdict.passage_id)} is not stored in this run.</p>")
        return
    st.html(panels.passage(passage, verdict.evidence_start, verdict.evidence_end))
    st.html(panels.passage_facts(passage, rows.overdue(passage, opened.today())))
    st.page_link(
        "views/guidelines.py", label="Open this passage", query_params=address.carry("run", passage=passage.id)
    )


def others(item: Item, claim_id: str) -> None:
    """Every verdict on the claim, of every judge and scope."""
    listed = [_verdict_row(verdict) for verdict in item.verdicts if verdict.claim_id == claim_id]
    if len(listed) > 1:
        with st.expander(f"All {len(listed)} verdicts on this claim"):
            st.dataframe(listed, hide_index=True, placeholder="–")


def _verdict_row(verdict: Verdict) -> rows.Row:
    return {
        "judge": rows.cell(verdict.judge),
        "judge repeat": verdict.judge_repeat,
        "scope": verdict.scope,
        "status": verdict.status,
        "verdict": LABELS[verdict.label or "no_verdict"],
        "confidence": verdict.confidence,
        "passage": rows.cell(verdict.passage_id or ""),
        "reason": rows.cell(verdict.reason),
    }


def findings(item: Item) -> None:
    """All findings, the gravest first, what was left out among them."""
    found = all_findings(item)
    if found:
        st.html(panels.findings(gravest(found, len(found)), item.answer.text))
    else:
        st.info("No scorer found anything. Scorers miss things.")


def made(shown: opened.Opened, item: Item) -> None:
    """What this answer and its numbers rest on."""
    answer = item.answer
    own = {
        "Generator": answer.generator,
        "Model": answer.model,
        "Prompt": answer.prompt,
        "Seed": answer.seed,
        "Channel": answer.channel,
        "Language": answer.language,
        "Passages given": ", ".join(answer.passages) or "none",
        "Tokens in": answer.tokens_in,
        "Tokens out": answer.tokens_out,
        "Cost": answer.cost,
    }
    st.html(panels.facts((name, value) for name, value in own.items() if value is not None))
    if answer.hidden:
        st.html(panels.hidden(answer))
    with st.expander("The answer as it came"):
        st.html(f"<div class='text raw' dir='auto'>{marked.plain(answer.raw[:_RAW]) or 'empty'}</div>")
        if len(answer.raw) > _RAW:
            st.caption(f"The first {_RAW:,} of {len(answer.raw):,} characters.")
    with st.expander("The run"):
        st.html(panels.facts(how_made(shown.run)))


def beside(shown: opened.Opened, item: Item, chosen: str | None) -> None:
    """The panel at the right."""
    panel = address.choose_one(
        "panel", "Beside the answer", _PANELS, st.segmented_control, required=True, label_visibility="collapsed"
    )
    question = shown.run.questions.get(item.answer.question_id)
    record = item.answer.record or (question.record if question else None)
    if panel == "Claims":
        claims(shown, item, chosen)
    elif panel == "Findings":
        findings(item)
    elif panel == "Scores":
        st.html(panels.outcomes(item.outcomes))
    elif panel == "Should say":
        st.html(panels.question(question) if question else "<p>The question is not stored in this run.</p>")
    elif panel == "Record":
        st.html(panels.record(record) if record else "<p>No record was given with this question.</p>")
    else:
        made(shown, item)


def page(shown: opened.Opened) -> None:
    """The whole page."""
    keys = [(row["question_id"], row["repeat"]) for row in opened.filtered(shown)]
    key = wanted(shown, keys)
    if key is None:
        st.warning("**This answer is not in this run.** Choose one on the Answers page.")
        st.page_link("views/answers.py", label="To the answers", query_params=address.carry("run"))
        return
    item = shown.run.items[shown.places[key]]
    chosen = chosen_claim(item)
    if address.get("question") is None:
        address.put(question=key[0], repeat=str(key[1]))
    walk(keys, key, shown.scorers)
    head(shown, item)
    if why := ending(item):
        st.warning("**There is no answer to read.**")
        st.html(f"<p>{marked.plain(why)}</p>")
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.subheader("The answer, as a patient sees it")
        text(item, chosen)
    with right, st.container(key="beside"):
        beside(shown, item, chosen)


page(opened.shown())
