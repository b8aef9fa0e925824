"""One answer: as a patient sees it, and beside it each claim with the passage that bears it out or contradicts it."""

import address
import frames
import marked
import opened
import pandas as pd
import panels
import streamlit as st

from evals.records import Item, Verdict
from evals.report.facts import LABELS, all_findings, ending, gravest, how_made
from evals.store import decide

_NAMES = address.FILTERS
_RAW = 50_000
"""So many characters of a raw answer are shown: a page of 1 MB freezes a browser."""
_MARKS = ("Claims and findings", "Findings", "None")


def listed(shown: opened.Opened) -> list[frames.Key]:
    """The answers that previous and next walk through: those that the filters in the address leave, in their order."""
    wanted = {name: address.get_all(name) for name in ("topic", "cancer", "risk", "scorer", "rule", "verdict")}
    table = frames.chosen(shown.answers, wanted, address.get("find") or "", address.get("sort") or frames.ORDERS[0])
    return [(str(row.question_id), int(str(row.repeat))) for row in table.itertuples()]


def wanted(shown: opened.Opened, keys: list[frames.Key]) -> frames.Key | None:
    """The answer that the address names, else the first of the list; None when the address names one that is not here."""
    question = address.get("question")
    if question is None:
        return keys[0] if keys else next(iter(shown.places), None)
    repeat = address.get("repeat") or "0"
    key = (question, int(repeat) if repeat.isdecimal() else -1)
    return key if key in shown.places else None


def walk(keys: list[frames.Key], key: frames.Key) -> None:
    """Previous, next, and where we are."""
    place = keys.index(key) if key in keys else None
    with st.container(horizontal=True, vertical_alignment="center", key="walk"):
        _step("Previous", ":material/arrow_back:", keys[place - 1] if place else None)
        _step("Next", ":material/arrow_forward:", keys[place + 1] if place is not None and place + 1 < len(keys) else None)
        st.page_link("views/answers.py", label="Back to the list", icon=":material/list:", query_params=address.carry("run", *_NAMES))
        where = "Not among the filtered answers" if place is None else f"Answer {place + 1} of {len(keys)}"
        st.caption(f"{where}, {address.get('sort') or frames.ORDERS[0]}" if place is not None else where)


def _step(label: str, icon: str, key: frames.Key | None) -> None:
    values = {"question": key[0], "repeat": str(key[1])} if key else {}
    link = address.carry("run", *_NAMES, **values)
    st.page_link("views/answer.py", label=label, icon=icon, query_params=link, disabled=key is None)


def head(shown: opened.Opened, item: Item) -> None:
    """The question, what it is about, and the gravest things first."""
    question = shown.run.questions.get(item.answer.question_id)
    text = item.answer.question or (question.text if question else "")
    about = [("id", item.answer.question_id), ("repeat", item.answer.repeat)]
    if question:
        about += [("topic", question.topic), ("cancer", question.cancer), ("risk", question.risk)]
    chips = "".join(f"<span class='chip'>{name}: {marked.plain(value)}</span>" for name, value in about)
    st.html(f"<h2 class='question' dir='auto'>{marked.plain(text)}</h2><p>{chips}</p>")
    serious = [finding for finding in all_findings(item) if finding.severity in ("severe", "critical")]
    if serious:
        st.error(f"**{len(serious)} severe or critical {'finding' if len(serious) == 1 else 'findings'}**", icon=":material/flag:")
        st.html(panels.findings(gravest(serious, 5), item.answer.text))


def text(item: Item, chosen: str | None) -> None:
    """The answer with its marks."""
    marks = address.choose_one("marks", "Show marks for", _MARKS, st.segmented_control, required=True)
    claims, findings = marks == _MARKS[0], marks in _MARKS[:2]
    if claims:
        st.html(marked.legend(list(frames.labels(item).values())))
    st.html(marked.answer(item, chosen=chosen if claims else None, claims=claims, findings=findings))
    if item.answer.hidden:
        st.caption("This answer holds hidden text that a reader does not see. It is shown under How it was made.")


def chosen_claim(item: Item) -> str | None:
    """The claim that the address names, else the one that most needs a look."""
    ids = [claim.claim_id for claim in item.claims]
    if (asked := address.get("claim")) in ids or not ids:
        return asked if ids else None
    labels = frames.labels(item)
    return min(ids, key=lambda claim_id: frames.VERDICTS.index(labels[claim_id]))


def claims(shown: opened.Opened, item: Item, chosen: str | None) -> None:
    """The claims to choose from, and the chosen one beside its passage."""
    if chosen is None:
        st.info("No checkable claims were found in this answer.")
        return
    labels = frames.labels(item)
    if not address.get("claim"):
        address.put(claim=chosen)
    address.choose_one(
        "claim", "Choose a claim (its number stands behind it in the answer)", list(labels), st.pills, required=True,
        format_func=lambda claim_id: marked.label(f"{claim_id} {marked.SIGNS[labels[claim_id]]}"),
    )  # fmt: skip
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
    st.html(panels.passage_facts(passage, frames.overdue(passage, opened.today())))
    st.page_link("views/guidelines.py", label="Open this passage", query_params=address.carry("run", passage=passage.id))


def others(item: Item, claim_id: str) -> None:
    """Every verdict on the claim, of every judge and scope."""
    columns = ["judge", "judge_repeat", "scope", "status", "label", "confidence", "passage_id", "reason"]
    rows = [{name: getattr(verdict, name) for name in columns} for verdict in item.verdicts if verdict.claim_id == claim_id]
    if len(rows) > 1:
        with st.expander(f"All {len(rows)} verdicts on this claim"):
            st.dataframe(pd.DataFrame(rows), hide_index=True)


def findings(item: Item) -> None:
    """All findings, the gravest first, what was left out among them."""
    found = all_findings(item)
    if found:
        st.html(panels.findings(gravest(found, len(found)), item.answer.text))
    else:
        st.info("No scorer found anything. Scorers miss things.")


def scores(item: Item) -> None:
    """Each scorer's number, or why there is none."""
    st.html(panels.outcomes(item.outcomes))


def made(shown: opened.Opened, item: Item) -> None:
    """What this answer and its numbers rest on."""
    answer = item.answer
    own = {
        "Generator": answer.generator, "Model": answer.model, "Prompt": answer.prompt, "Seed": answer.seed, "Channel": answer.channel,
        "Language": answer.language, "Passages given": ", ".join(answer.passages) or "none", "Tokens in": answer.tokens_in,
        "Tokens out": answer.tokens_out, "Cost": answer.cost,
    }  # fmt: skip
    st.html(panels.facts((name, value) for name, value in own.items() if value is not None))
    for span in answer.hidden:
        st.html(f"<p><strong>Hidden text</strong></p><div class='text raw'>{marked.plain(answer.text[span.start : span.end])}</div>")
    with st.expander("The answer as it came"):
        st.html(f"<div class='text raw' dir='auto'>{marked.plain(answer.raw[:_RAW]) or 'empty'}</div>")
        if len(answer.raw) > _RAW:
            st.caption(f"The first {_RAW:,} of {len(answer.raw):,} characters.")
    with st.expander("The run"):
        st.html(panels.facts(how_made(shown.run)))


def beside(shown: opened.Opened, item: Item, chosen: str | None) -> None:
    """The panels at the right."""
    question = shown.run.questions.get(item.answer.question_id)
    tabs = st.tabs(["Claims", "Findings", "Scores", "Should say", "Record", "How it was made"])
    with tabs[0]:
        claims(shown, item, chosen)
    with tabs[1]:
        findings(item)
    with tabs[2]:
        scores(item)
    with tabs[3]:
        st.html(panels.question(question) if question else "<p>The question is not stored in this run.</p>")
    with tabs[4]:
        st.html(panels.record(item.answer.record) if item.answer.record else "<p>No record was given with this question.</p>")
    with tabs[5]:
        made(shown, item)


def page(shown: opened.Opened) -> None:
    keys = listed(shown)
    key = wanted(shown, keys)
    if key is None:
        st.warning("**This answer is not in this run.** Choose one on the Answers page.")
        st.page_link("views/answers.py", label="To the answers", query_params=address.carry("run"))
        return
    if address.get("question") is None:
        address.put(question=key[0], repeat=str(key[1]))
    item = shown.run.items[shown.places[key]]
    walk(keys, key)
    head(shown, item)
    if why := ending(item):
        st.warning("**There is no answer to read.**")
        st.html(f"<p>{marked.plain(why)}</p>")
    chosen = chosen_claim(item)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.subheader("The answer, as a patient sees it")
        text(item, chosen)
    with right, st.container(key="beside"):
        beside(shown, item, chosen)


page(opened.shown())
