"""What stands beside an answer: its claims with their passages, and each of the other panels."""

import address
import marked
import opened
import panels
import quality
import rows
import streamlit as st

from evals.records import Item, Verdict
from evals.report.facts import all_findings, gravest
from evals.report.tallies import LABELS
from evals.store import decide

PANELS = ("Claims", "Left out", "Reading", "Notices", "Findings", "Scores", "Record", "How made")
_RAW = 50_000
"""So many characters of a raw answer are shown: a page of 1 MB freezes a browser."""


def chosen_claim(item: Item) -> str | None:
    """The claim that the address names, else the one that most needs a look."""
    ids = [claim.claim_id for claim in item.claims]
    if (asked := address.get("claim")) in ids or not ids:
        return asked if ids else None
    labels = rows.labels(item)
    return min(ids, key=lambda claim_id: rows.VERDICTS.index(labels[claim_id]))


def show(shown: opened.Opened, item: Item, chosen: str | None, *, blind: bool) -> None:
    """The panel that the address names; `blind` hides which prompt and model made the run."""
    panel = address.choose_one(
        "panel", "Beside the answer", PANELS, st.segmented_control, required=True, label_visibility="collapsed"
    )
    question = shown.run.questions.get(item.answer.question_id)
    record = item.answer.record or (question.record if question else None)
    if panel == "Claims":
        claims(shown, item, chosen)
    elif panel == "Left out":
        st.html(quality.expected(item, question))
    elif panel == "Reading":
        st.html(quality.reading(item))
    elif panel == "Notices":
        st.html(quality.notices(item))
    elif panel == "Findings":
        findings(item)
    elif panel == "Scores":
        st.html(panels.outcomes(item.outcomes))
    elif panel == "Record":
        st.html(panels.record(record) if record else "<p>No record was given with this question.</p>")
    elif blind:
        st.info("Hidden until you have submitted the reviews that you owe of this run.")
    else:
        made(shown, item)


# --- claims ----------------------------------------------------------------------------------------------------------


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
    query = address.carry("run", passage=passage.id)
    st.page_link("views/guidelines.py", label="Open this passage", query_params=query)


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


# --- the other panels ------------------------------------------------------------------------------------------------


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
        st.html(panels.facts(opened.made(shown)))
