"""Do clinicians judge alike, and does the machine judge like them?"""

from collections.abc import Mapping, Sequence
from typing import Any

import address
import agreeing
import opened
import panels
import streamlit as st
import who

from evals.review import Reviewer, Store
from evals.review.tables_of_agreement import AgreementTables

_COUNT = ("All runs", "Only this run")


@st.cache_resource(max_entries=8, show_spinner="Comparing reviews …")
def _tables(end: tuple[int, str], run_id: str | None, _store: Store) -> AgreementTables:  # noqa: ARG001  (the log's end keys it)
    return _store.agreement_tables(run_id)


def explained(words: Mapping[str, str]) -> None:
    """What the numbers of a table mean, one plain sentence or two each."""
    with st.expander("What these numbers mean", expanded=False):
        st.html(panels.facts(words.items()))


def head() -> None:
    """The title and what is compared."""
    st.title("Do clinicians agree, and does the machine agree with them?")
    st.html(
        "<p>Only reviews made blind and apart from each other are compared. Practice rounds are left out; hidden "
        "repeats and gold answers count only for each reviewer's own row.</p>"
    )


def counts(found: AgreementTables) -> None:
    """How much there is to go by."""
    twice = max((row.raw.units for row in found.scales if row.scale != "claims"), default=0)
    st.html(
        panels.cards(
            [
                (f"{found.reviews:,}", "reviews on record that count"),
                (f"{twice:,}", "answers with two reviews or more, on the scale that has most"),
                (
                    f"{found.unblinded:,}",
                    "reviews left out: their authors had seen what the machine says of the answer",
                ),
                (f"{found.local:,}", "of the reviews made in local mode, where nothing keeps scores from a reviewer"),
            ]
        )
    )


def clinicians(found: AgreementTables) -> None:
    """The table of scales, the chart, and how often each level was chosen."""
    st.header("Clinicians among themselves")
    told = [agreeing.enough(row) for row in found.scales if row.safety]
    say = st.warning if False in told else st.success if True in told else st.info
    say(f"**{agreeing.in_short(found)}**")
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        agreeing.scales(found.scales),
        hide_index=True,
        height="content",
        column_config={
            "scale": text("scale", width=170),
            "kind": text("kind", width=60),
            "units": number("compared", width=80, help="Answers, or claims, with two reviews or more."),
            "raw": text("same choice", width=150),
            "gwet": text("AC1 / AC2", width=150),
            "kappa": text("weighted kappa", width=150),
            "alpha": text("alpha", width=150),
            "enough": text("good enough?", width=150),
        },
    )
    explained(agreeing.CLINICIANS)
    if any(row.gwet.value is not None for row in found.scales):
        with st.expander("The same as a chart"):
            st.altair_chart(agreeing.chart(found.scales), alt="Agreement less chance on each scale, with intervals")
            st.caption("Dashed line: 0.80, which safety scales should reach. No line: too few questions to tell.")
    with st.expander("How often each level was chosen"):
        st.caption("Where nearly every answer gets the same level, agreement says little about the rare bad ones.")
        st.dataframe(agreeing.levels(found.scales), hide_index=True)


def machine(found: AgreementTables) -> None:
    """Each scorer against clinicians, then one of them topic by topic, then labels of claims."""
    st.header("The machine against clinicians")
    overall = [row for row in found.machine if not row.topic]
    if not any(row.compared for row in overall):
        st.info(f"{agreeing.TOO_FEW.capitalize()}: no answer has both a machine's score and a settled judgement.")
        return
    st.caption("Does either call an answer faulty? Where two clinicians differ, the adjudicator's word counts.")
    st.dataframe(
        agreeing.machine(overall, "scorer"), hide_index=True, height="content", column_config=_machine("scorer")
    )
    explained(agreeing.MACHINE)
    names = [row.scorer for row in overall if row.compared]
    name = address.choose_one("of", "Topic by topic for", names, width=300)
    topics = [row for row in found.machine if row.scorer == name and row.topic]
    topics.sort(key=lambda row: (-row.clinicians_only, -row.machine_only, row.topic))
    st.dataframe(agreeing.machine(topics, "topic"), hide_index=True, height="content", column_config=_machine("topic"))
    if found.claim_labels:
        st.subheader("Claims")
        st.caption("Down: what the machine says of a claim. Across: what clinicians say of the same claim.")
        st.dataframe(agreeing.labels(found.claim_labels), hide_index=True, height="content")


def _machine(name: str) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "name": text(name, width=140),
        "compared": number("compared", width=80),
        "clinicians_only": number("missed", width=70),
        "machine_only": number("false alarm", width=85),
        "both": number("both: faulty", width=85),
        "neither": number("both: fine", width=80),
        "found": text("faults found", width=90),
        "right": text("alarms right", width=90),
        "gwet": text("AC1", width=140),
        "kappa": text("kappa", width=140),
        "left_out": number("left out", width=70),
    }


def reviewers(found: AgreementTables, person: Reviewer | None, names: Mapping[str, str]) -> None:
    """One row a reviewer; who is not a lead sees the own one."""
    st.header("Each reviewer")
    own = None if person is None or person.role == "lead" else person.id
    listed = [row for row in found.reviewers if own in (None, row.reviewer)]
    if own:
        st.caption("You see your own row; leads see everybody's.")
    if not listed:
        st.info("You have submitted no review yet." if own else f"{agreeing.TOO_FEW.capitalize()}.")
        return
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        agreeing.reviewers(listed, names),
        hide_index=True,
        placeholder="–",
        height="content",
        column_config={
            "reviewer": text("reviewer", width=150),
            "reviews": number("reviews", width=70),
            "minutes": number("minutes each", width=95, help="The middle value of all their reviews."),
            "severity": text("stricter or milder", width=190),
            "drift": text("drift", width=190),
            "gold": text("gold", width=130),
            "repeat": text("own repeats", width=130),
            "outside": number("outside expertise", width=115),
        },
    )
    explained(agreeing.REVIEWERS)
    if not own and found.pairs:
        _pairs(found, names)


def _pairs(found: AgreementTables, names: Mapping[str, str]) -> None:
    with st.expander("Two by two"):
        scales = {row.scale: row.name for row in found.scales if any(pair.scale == row.scale for pair in found.pairs)}
        scale = address.choose_one(
            "scale", "Scale", [*scales], width=300, format_func=lambda name: scales.get(name, name)
        )
        text, number = st.column_config.TextColumn, st.column_config.NumberColumn
        st.dataframe(
            agreeing.pairs(found.pairs, names, scale),
            hide_index=True,
            column_config={"items": number("answers both judged"), "same": text("same choice")},
        )


def _run_id(folders: Sequence[str]) -> str | None:
    """The id of the run to keep to, None for all of them."""
    name = address.get("run")
    if not name or name not in folders:
        return None
    only = address.choose_one("count", "Reviews of", _COUNT, st.segmented_control, required=True)
    return opened.runs()[name].name if only == _COUNT[1] else None


def page() -> None:
    """The whole page."""
    person = who.enter()
    head()
    if not who.has_store():
        st.info("There are no reviews yet. A lead gives out answers with: `evals review assign`")
        return
    store = who.store()
    owed = store.owed(person.id) if person else None
    if owed and (owed.keys or owed.digests):
        st.info(
            f"**You still have reviews to do ({len(owed.keys)} answers).** What colleagues and the machine said "
            "appears here after that, so that nothing sways your judgement."
        )
        return
    found = _tables(store.audit_head(), _run_id([*opened.runs()]), store)
    if not found.reviews and not found.reviewers:
        st.info("**There are no reviews yet.** Agreement can be told once two people have reviewed the same answers.")
        return
    counts(found)
    clinicians(found)
    machine(found)
    reviewers(found, person, {one.id: one.name for one in store.reviewers()})
    st.caption(f"The log of reviews ended at row {store.audit_head()[0]} when this was made.")


with who.reached():
    page()
