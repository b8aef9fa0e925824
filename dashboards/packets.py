"""Packets for meetings: one self-contained HTML file of a run or of a few answers, offered for download."""

import os
from collections.abc import Sequence

import decision
import looked
import opened
import streamlit as st
import who
from rows import Key

from evals.errors import UserError
from evals.report.packet import Decided, PacketRule, packet

MOST = 25
"""So many answers at most are in one packet: a meeting reads no more."""
_HELP = (
    "One file that opens without a network and prints well. Its last line of the audit log proves what was on record."
)


def of_run(shown: opened.Opened) -> None:
    """The packet of a run: the decision, the scores, and the answers with the gravest findings."""
    sheet = shown.sheet
    nothing = sheet.rank < -1
    places = sheet.ordered(~nothing, "", nothing)[:MOST]
    keys = [shown.run.keys[place] for place in places.tolist()]
    title = f"Run {shown.run_id}: is this prompt safe to show?"
    _offer(shown, keys, title, f"Packet of this run: the {len(keys)} gravest answers", whole=True)


def of_answers(shown: opened.Opened, keys: Sequence[Key], label: str) -> None:
    """The packet of these answers, of the first ones where there are too many."""
    named = f"Answer {keys[0][0]}" if len(keys) == 1 else f"{min(len(keys), MOST)} answers"
    _offer(shown, keys[:MOST], f"{named} of run {shown.run_id}", label)


def _offer(shown: opened.Opened, keys: Sequence[Key], title: str, label: str, *, whole: bool = False) -> None:
    if not keys:
        return
    made, decided, head = opened.made(shown), _decided(shown) if whole else None, _head()
    left_out = len(shown.sheet) - len(keys) if whole else 0
    note = looked.copying(shown, keys, "packet")

    def page() -> bytes:
        note()
        # Made when someone asks for it, beside the page: half a second for a run is too long to wait for each time.
        made_of = shown.run.part(keys)
        text = packet(made_of, title, made=made, head=head, decided=decided, whole=whole, left_out=left_out)
        return text.encode("utf-8", "replace")

    # Not the id of a question: a name of a file is no place for what someone else wrote.
    name = f"packet-{shown.run.folder.name}{'' if whole else f'-{shown.run.place_of[keys[0]] + 1}'}.html"
    st.download_button(
        label, page, file_name=name, mime="text/html", on_click="ignore", icon=":material/print:", help=_HELP
    )


def _decided(shown: opened.Opened) -> Decided:
    try:
        told = decision.read(shown.run.folder)
    except UserError:
        told = None
    if told is None:
        return Decided(headline="Not decided: nobody has held this run against the rules.")
    rules = [
        PacketRule(outcome=decision.SIGNS[rule["verdict"]], name=rule["id"], seen=rule["said"], why=rule["because"])
        for rule in (*decision.open_rules(told), *(one for one in told["rules"] if one["verdict"] == "PASS"))
    ]
    return Decided(headline=decision.HEADLINES[told["verdict"]], rules=tuple(rules))


def _head() -> tuple[int, str] | None:
    # The store is not made for who only looks at runs.
    if who.person() is None and not os.environ.get("EVALS_DATABASE_URL"):
        return None
    return who.store().audit_head()
