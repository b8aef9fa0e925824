"""The gate's decision on the screen: its verdict with the reasons, what must never happen, what was changed."""

from typing import Any

import address
import decision
import marked
import opened
import panels
import rows
import streamlit as st
import veil

from evals.compare import subject_changes
from evals.errors import UserError
from evals.report.facts import NOT_CLINICAL, READ_YOURSELF
from evals.report.inert import one_line

_FIRST = 4
"""So many rules that did not hold are told in full at once."""
_PLACES = 8
"""So many answers that decided a rule are linked; all are in the run's gate.json."""


def gate(shown: opened.Opened) -> None:
    """The gate's verdict with its reasons, or that nobody has decided, and how to."""
    try:
        told = decision.read(shown.run.folder)
    except UserError as error:
        st.warning("**The decision on this run cannot be read.**", icon=":material/gavel:")
        st.html(f"<p>{marked.plain(error)}</p>")
        return
    if told is None:
        st.warning(
            "**Not decided.** Nobody has held this run against the rules: nothing here says that this prompt is safe "
            f"to show to patients. {NOT_CLINICAL}",
            icon=":material/gavel:",
        )
        st.html(f"<p>To decide: <code>{marked.plain(decision.held_by(shown.run.folder))}</code></p>")
        return
    banner(told, len(decision.open_rules(told)))


def why(shown: opened.Opened) -> None:
    """The reasons of the decision, and what it was held against."""
    try:
        told = decision.read(shown.run.folder)
    except UserError:
        told = None
    if told is None:
        return
    st.header("Why")
    reasons(told)
    facts = {
        "Rules": f"{told['policy'].get('name', '?')} ({len(told['rules'])} rules)",
        "Held against": f"baseline {told['baseline']}" if told.get("baseline") else "no baseline",
        **({"Decided on": f"{told.get('run')}, the same answers scored again"} if decision.stale(told, shown) else {}),
        **{f"Note {n}": note for n, note in enumerate(told.get("notes") or (), 1)},
    }
    listed = "".join(f"<li><b>{name}</b> {marked.plain(value)}</li>" for name, value in facts.items())
    st.html(f"<ul class='facts'>{listed}</ul>")


def banner(told: decision.Rule, count: int) -> None:
    """The verdict in one box."""
    rules = "1 rule" if count == 1 else f"{count} rules"
    if told["verdict"] == "FAIL":
        failed = sum(rule["verdict"] == "FAIL" for rule in told["rules"])
        unsettled = f", {count - failed} could not be settled" if count > failed else ""
        broken = "1 rule does" if failed == 1 else f"{failed} rules do"
        st.error(
            f"**No: the gate failed.** {broken} not hold{unsettled}. The reasons stand below.", icon=":material/block:"
        )
    elif told["verdict"] == "UNDECIDED":
        st.warning(
            f"**Not known: the gate is undecided.** {rules} could not be settled: there is too little evidence, which "
            "is no pass. The reasons stand below.",
            icon=":material/help:",
        )
    else:
        st.info(
            f"**The gate passed. That is no proof of safety:** the {len(told['rules'])} rules hold, yet answers may "
            f"have severe findings, new or as in the baseline. The numbers below count them. {READ_YOURSELF}",
            icon=":material/info:",
        )
    if override := told.get("override"):
        st.html(f"<p><strong>Let through by a person:</strong> {marked.plain(override.get('reason', ''))}</p>")


def reasons(told: decision.Rule) -> None:
    """The rules that do not hold, each with the answers that decided it; then those that hold."""
    wrong = decision.open_rules(told)
    for rule in wrong[:_FIRST]:
        st.html(decision.rule(rule))
        links(rule)
    if len(wrong) > _FIRST:
        with st.expander(f"{len(wrong) - _FIRST} more rules that did not hold: {_named(wrong[_FIRST:])}"):
            for rule in wrong[_FIRST:]:
                st.html(decision.rule(rule))
                links(rule)
    warned = [rule for rule in told["rules"] if rule["verdict"] == "PASS" and rule["places"]]
    if warned:
        st.subheader("Rules that hold, with something to read")
        for rule in warned:
            st.html(decision.rule(rule))
            links(rule)
    if held := [rule for rule in told["rules"] if rule["verdict"] == "PASS"]:
        with st.expander(f"All {len(held)} rules that hold"):
            st.html("".join(decision.rule(rule) for rule in held))


def _named(rules: list[decision.Rule]) -> str:
    return marked.label(", ".join(dict.fromkeys(one_line(str(rule["id"]), 40) for rule in rules)))


def linked(shown: opened.Opened) -> list[rows.Key]:
    """The answers that the page names as those that decided a rule."""
    try:
        told = decision.read(shown.run.folder)
    except UserError:
        told = None
    places = [place for rule in (told["rules"] if told else ()) for place in rule["places"][:_PLACES]]
    keys = [(place["question_id"], place.get("repeat") or 0) for place in places]
    return [key for key in dict.fromkeys(keys) if key in shown.run.place_of]


def links(rule: decision.Rule) -> None:
    """The way to the answers that decided a rule."""
    places = list({(one["question_id"], one.get("repeat") or 0): one for one in rule["places"]}.items())
    if not places:
        return
    with st.container(horizontal=True):
        for (question_id, repeat), place in places[:_PLACES]:
            claim = {"claim": place["claim_id"]} if isinstance(place.get("claim_id"), str) else {}
            name = f"{question_id} repeat {repeat}" if repeat else question_id
            query = address.carry("run", question=question_id, repeat=str(repeat), **claim)
            st.page_link("views/answer.py", label=marked.label(f"Look at {name}"), query_params=query)
        if len(places) > _PLACES:
            st.caption(f"and {len(places) - _PLACES} more answers in gate.json")


def never(shown: opened.Opened) -> None:
    """What must never happen: how often it was found, among how many, and how often it could still happen."""
    st.header("What must never happen")
    try:
        told = decision.read(shown.run.folder)
    except UserError:
        told = None
    listed = [_never_row(rule) for rule in decision.never(told)] if told else []
    if not listed:
        found = [row for row in shown.findings.by_rule(veil.hidden(shown)) if row["severity"] == "critical"]
        listed = [
            {"outcome": "⚑ critical", "what": f"{row['rule']}: {row['message']}", "found": row["findings"]}
            for row in found
        ]
        st.caption("The gate has not been run: these are the critical findings, by rule.")
    if not listed:
        st.info("No critical finding.")
        return
    column = st.column_config.Column
    columns = {
        "outcome": column("outcome", width=150),
        "what": column("what is looked for", width=380),
        "found": column("found", width=80),
        "looked at": column("answers looked at", width=120),
        "could be": column("could still be, at most", width=160, help="95%: what so many answers cannot rule out."),
    }
    st.dataframe(
        [{name: row.get(name) for name in columns} for row in listed], hide_index=True, column_config=columns,
        placeholder="–", height=min(35 * (len(listed) + 1) + 3, 620),
    )  # fmt: skip


def _never_row(rule: decision.Rule) -> rows.Row:
    most = rule.get("high")
    return {
        "outcome": decision.SIGNS[rule["verdict"]],
        "what": rows.cell(f"{rule['id']}: {decision.what(rule)}"),
        "found": int(rule.get("places_in_all") or 0),
        "looked at": rule.get("answers"),
        "could be": f"{100 * most:.1f} in 100" if isinstance(most, float) and not rule["places"] else None,
    }


def changed(shown: opened.Opened) -> None:
    """What was changed since the baseline, and what that did, as the gate saw it."""
    st.header("Changed since the baseline")
    try:
        told = decision.read(shown.run.folder)
    except UserError:
        told = None
    subject = told["subject"] if told and told.get("baseline") else _subject(shown)
    if subject is None:
        st.info("There is no baseline here. Make this run one with: evals baseline accept RUN --why …")
        return
    if not subject:
        st.info("Nothing was changed since the baseline.")
    else:
        st.html(panels.parts_changed(subject))
    if told and (lost := decision.losses(told)):
        st.dataframe([_gain(rule) for rule in lost], hide_index=True, placeholder="–", column_config=_gain_columns())
        st.caption("A gain above zero is better. The interval holds the true gain 95 times of 100.")
    if "baseline" in opened.runs():
        query = address.carry("run", **{"with": "baseline"})
        st.page_link("views/compare.py", label="Compare in full", icon=":material/compare_arrows:", query_params=query)


def _subject(shown: opened.Opened) -> list[rows.Row] | None:
    folder = opened.runs().get("baseline")
    if folder is None:
        return None
    try:
        before = opened.open_folder(folder)
        if before.run_id == shown.run_id:
            return []
        found = subject_changes(before.run.manifest, shown.run.manifest)
    except (UserError, LookupError, TypeError, AttributeError):
        return None
    return [{"part": one.part, "before": one.before, "after": one.after, "read": one.read} for one in found]


def _gain(rule: decision.Rule) -> rows.Row:
    low, high = rule.get("low"), rule.get("high")
    interval = f"{low:+.3f} to {high:+.3f}" if isinstance(low, float) and isinstance(high, float) else None
    return {
        "outcome": decision.SIGNS[rule["verdict"]], "measure": rows.cell(rule["id"]), "before": rule["before"],
        "after": rule.get("after"), "gain": rule.get("observed"), "interval": interval,
    }  # fmt: skip


def _gain_columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        **{name: number(name, format="%.3f") for name in ("before", "after", "gain")},
        "interval": st.column_config.TextColumn("95% interval of the gain", width=190),
    }
