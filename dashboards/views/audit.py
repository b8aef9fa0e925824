"""Who did what, when, to what, and why; and whether the log of it is whole."""

import datetime
from collections.abc import Callable, Mapping, Sequence

import address
import logged
import marked
import naming
import panels
import streamlit as st
import who

from evals.review import AuditFilter, AuditReport, AuditRow, Reviewer

_MOST = 1000
_FILTERS = ("by", "did", "about", "since", "until")


def allowed(person: Reviewer | None) -> bool:
    """Whether this person may read the log: it names who judged what, which adjudicators must not know."""
    return who.mode() == "local" or (person is not None and person.role == "lead")


def head(count: int) -> None:
    """The title and what the log is."""
    st.title("Audit")
    st.html(
        f"<p>Everything that was put on record here, {count:,} rows. Nothing in it can be changed or removed on any "
        "page, by any role. Each row is sealed together with the one before, so a change made elsewhere shows.</p>"
    )


# --- is it whole? ----------------------------------------------------------------------------------------------------


def verify() -> None:
    """The button that checks the log, and the result of the last check in this tab."""
    if st.button("Check the log", type="primary", icon=":material/verified:", key="audit-verify"):
        with st.spinner("Checking every row …"):
            st.session_state["audit-report"] = (who.store().verify_audit(), datetime.datetime.now(tz=datetime.UTC))
    if told := st.session_state.get("audit-report"):
        _told(*told)


def _told(report: AuditReport, at: datetime.datetime) -> None:
    (st.success if report.whole else st.error)(
        f"**{logged.verdict(report)}**", icon=":material/check:" if report.whole else ":material/warning:"
    )
    if report.problems:
        listed = "".join(f"<li>{marked.plain(problem)}</li>" for problem in report.problems[:50])
        more = f"<p>and {len(report.problems) - 50:,} more</p>" if len(report.problems) > 50 else ""
        st.html(
            f"<ul>{listed}</ul>{more}<p><strong>What to do:</strong> stop reviewing, keep a copy of the database as it "
            "is, and tell whoever runs this server. Compare with the last back-up and the last export.</p>"
        )
    words = f"Checked at {at:%Y-%m-%d %H:%M} UTC. Last row {report.rows}, sealed {report.head[:16]}…"
    st.caption(f"{words} The same check on the server: evals audit verify")


# --- the rows --------------------------------------------------------------------------------------------------------


@st.cache_resource(max_entries=6, show_spinner="Reading the log …")
def _rows(end: tuple[int, str], wanted: AuditFilter) -> tuple[AuditRow, ...]:  # noqa: ARG001  (the log's end keys the cache)
    return who.store().audit_rows(wanted)


def filters(everything: Sequence[AuditRow], names: Mapping[str, str]) -> AuditFilter:
    """Who, what, about what, and from when to when; kept in the address."""
    people, acts = logged.options(everything)
    words = {name: logged.who(name, names) for name in people}
    # Side by side where there is room, and one below the other on a tablet.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = address.choose_one(
            "by", "Who", ["anybody", *people], width=260, format_func=lambda name: words.get(name, name)
        )
        did = address.choose_one("did", "Did what", ["anything", *acts], width=220)
        address.write("about", "About (id of a person, item or passage)", width=290)
        since, until = _day("since", "From day (UTC)"), _day("until", "To day (UTC)")
    return AuditFilter(
        who=None if by == "anybody" else by,
        action=None if did == "anything" else did,
        subject=(address.get("about") or "").strip() or None,
        since=since.isoformat() if since else None,
        until=(until + datetime.timedelta(days=1)).isoformat() if until else None,
    )


def _day(name: str, label: str) -> datetime.date | None:
    try:
        value = datetime.date.fromisoformat(address.get(name) or "")
    except ValueError:
        value = None
    key = f"widget-{name}"
    st.session_state[key] = value
    st.date_input(label, value=None, key=key, format="YYYY-MM-DD", width=165, on_change=_use_day, args=(name, key))
    return value


def _use_day(name: str, key: str) -> None:
    told = st.session_state[key]
    address.put(**{name: told.isoformat() if told else None})


def table(found: Sequence[AuditRow], names: Mapping[str, str], *, blind: bool) -> None:
    """The rows, newest first, and the export of all of them."""
    newest = [*reversed(found)][:_MOST]
    with st.container(horizontal=True, vertical_alignment="center"):
        cut = f" The newest {_MOST:,} are listed; the export holds all of them." if len(found) > _MOST else ""
        st.caption(f"{len(found):,} rows, newest first; times are UTC. Click a line for old and new value.{cut}")
        if not blind:
            st.download_button(
                "Export as CSV", data=_copy(found), mime="text/csv", key="audit-export", on_click="ignore",
                file_name=f"audit-{found[-1].seq if found else 0}.csv", icon=":material/download:",
            )  # fmt: skip
    if not newest:
        st.info("No row is like that.")
        return
    shown = logged.table(newest, names, blind=blind)
    place = address.table("audit", shown, columns(), height=min(36 * (len(shown) + 1), 420))
    if place is not None and shown[place]["seq"] != st.session_state.get("audit-chosen"):
        st.session_state["audit-chosen"] = shown[place]["seq"]
        address.put(row=str(shown[place]["seq"]))


def _copy(found: Sequence[AuditRow]) -> Callable[[], bytes]:
    """The rows as a spreadsheet; that somebody took it goes on record before they get it."""
    store, person, shared = who.store(), who.person(), who.mode() == "shared"
    # In local mode anybody at this machine may read the log, somebody who has chosen no name included.
    by, act = (person.id if person else naming.operator()), "lead" if shared else "look"

    def copy() -> bytes:
        store.note_export(f"audit log, {len(found)} rows, csv", by=by, act=act)
        return logged.spreadsheet(found)

    return copy


def columns() -> dict[str, object]:
    """The columns of the table."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "seq": number("row", width=55),
        "at": text("when (UTC)", width=145),
        "who": text("who", width=190),
        "action": text("did what", width=130),
        "subject": text("about", width=110),
        "change": text("old → new", width=290),
        "why": text("why", width=130),
        "mode": text("mode", width=60),
    }


def one(found: Sequence[AuditRow], names: Mapping[str, str], *, blind: bool) -> None:
    """The row in the address, with its values in full."""
    wanted = address.get("row")
    row = next((row for row in found if str(row.seq) == wanted), None)
    if row is None:
        if wanted:
            st.warning("**This row is not in the log.**")
        return
    st.header(f"Row {row.seq}")
    about = {"Who": logged.who(row.who, names), "When": f"{logged.when(row.at)} UTC", "Did what": row.action,
             "About": row.subject, "Mode": row.mode}  # fmt: skip
    if logged.hidden(row, blind):
        st.html(panels.facts([*about.items(), ("Values", logged.WITHHELD)]))
        return
    st.html(panels.facts([*about.items(), ("Why", row.why or "nothing given"), ("Seal", row.mac)]))
    for column, title, value in zip(st.columns(2), ("Old value", "New value"), (row.old, row.new), strict=True):
        with column:
            st.subheader(title)
            st.html(f"<div class='text raw' dir='auto'>{marked.plain(logged.whole(value))}</div>")


def page() -> None:
    """The whole page."""
    person = who.enter()
    if not allowed(person):
        st.title("Audit")
        st.info("The log names who judged which answer. Only a lead may read it, so that reviews stay blind.")
        return
    if not who.has_store():
        head(0)
        st.info("Nothing is on record yet. The log begins when the first person is added.")
        return
    store = who.store()
    owed = store.owed(person.id) if person else None
    blind = bool(owed and (owed.keys or owed.digests))
    end = store.audit_head()
    everything = _rows(end, AuditFilter())
    names = {one.id: one.name for one in store.reviewers()}
    head(len(everything))
    verify()
    if blind:
        st.info("You still have reviews to do: until then, what colleagues and the machine said is left out here.")
    wanted = filters(everything, names)
    table(_rows(end, wanted), names, blind=blind)
    one(everything, names, blind=blind)


with who.reached():
    page()
