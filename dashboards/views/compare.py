"""Two runs: what was changed, what that did to each measure, which questions moved, and how their answers now read."""

import address
import changes
import charts
import looked
import marked
import opened
import panels
import rows
import streamlit as st
import veil
import worded

from evals.compare import Change, Moved
from evals.compare.texts import text_change
from evals.records import Item
from evals.report.inert import one_line

_COLUMNS = {
    "measure": st.column_config.TextColumn("measure", width=260),
    "before": st.column_config.NumberColumn(format="%.3f", width=80),
    "after": st.column_config.NumberColumn(format="%.3f", width=80),
    "gain": st.column_config.NumberColumn(format="%+.3f", width=80, help="Above zero is better."),
    "interval": st.column_config.TextColumn("95% interval of the gain", width=180),
    "pairs": st.column_config.NumberColumn(
        "questions", width=80, help="Scored in both runs; the means are over these."
    ),
    "worse": st.column_config.NumberColumn("worse", width=65),
    "same": st.column_config.NumberColumn("same", width=70),
    "improved": st.column_config.NumberColumn("better", width=70),
    "detectable": st.column_config.NumberColumn(
        "smallest loss it could see", format="%.3f", width=160, help="Would have been called a loss 4 times of 5."
    ),
}


def other_run(shown: opened.Opened) -> opened.Opened | None:
    """The run to compare with: the one that the address names, else the baseline, else the one before."""
    folders = {name: folder for name, folder in opened.runs().items() if folder != shown.run.folder}
    done = [name for name, folder in folders.items() if opened.is_finished(folder)]
    if asked := address.get("with"):
        done = list(dict.fromkeys([*done, asked]))
    if not done:
        return None
    blind = veil.owes_any()
    words = {
        name: opened.run_label(name, folders[name], blind=blind) if name in folders else f"{name} (not here)"
        for name in done
    }
    name = address.choose_one(
        "with", "Compare with", done, default=_default(done, shown), format_func=words.__getitem__
    )
    if name not in folders:
        opened.stop("This run is not here.", f"The link asks for: {name}", "Choose another run to compare with.")
    return opened.open_folder(folders[name])


def _default(names: list[str], shown: opened.Opened) -> str:
    if "baseline" in names:
        return "baseline"
    return next((name for name in names if name < shown.run.folder.name), names[0])


def subject(found: changes.Difference) -> None:
    """What was changed."""
    st.header("What was changed")
    if not found.subject:
        st.info("Nothing: prompt, generator, settings and code are the same.")
        return
    parts = [{"part": p.part, "before": p.before, "after": p.after, "read": p.read} for p in found.subject]
    st.html(panels.parts_changed(parts))


def measures(found: changes.Difference) -> None:
    """What that did to each measure, over the questions asked in both runs."""
    st.header("What that did")
    table = [_row(change) for change in found.changes]
    if not table:
        st.info("No question was scored in both runs.")
        return
    listed = [{name: row.get(name) for name in _COLUMNS} for row in table]
    st.dataframe(listed, hide_index=True, placeholder="–", column_config=_COLUMNS)
    st.caption(
        f"Means are over the questions that both runs asked alike and scored: {_over(table)}. They can differ from the "
        "means of each run alone, which are over all that this run scored. Each question is held against itself. A "
        "gain above zero is better; where the interval holds zero, the difference may be chance. Below 20 questions no "
        "interval is given."
    )
    if drawn := [row for row in table if row["gain"] is not None and row["unit"] == "share"]:
        st.html(charts.gain_bars(drawn))
    for text in _unpaired(found):
        st.caption(text)


def _over(table: list[rows.Row]) -> str:
    counts = sorted({row["pairs"] for row in table if row["pairs"] is not None})
    if not counts:
        return "none"
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}, as the column “questions” tells"


def _row(change: Change) -> rows.Row:
    told = change.difference
    down = "" if change.better == "up" else " (down is better)"
    row: rows.Row = {
        "measure": rows.cell(change.measure + down), "worse": change.worse, "same": change.same,
        "improved": change.improved, "detectable": change.detectable, "gain": None, "interval": None,
        "pairs": None, "unit": "share" if "." not in change.measure else change.unit,
    }  # fmt: skip
    if told is not None:
        row |= {"before": told.before, "after": told.after, "gain": told.gain, "low": told.low, "high": told.high}
        row["pairs"] = told.pairs
        if told.low is not None and told.high is not None:
            row["interval"] = f"{told.low:+.3f} to {told.high:+.3f}"
    return row


def _unpaired(found: changes.Difference) -> list[str]:
    missing = found.missing
    told = (
        (len(missing.only_before), "asked in the earlier run only"),
        (len(missing.only_after), "asked in this run only"),
        (len(missing.asked_differently), "asked or expected differently in the two runs, and not compared"),
    )
    return [f"{count:,} questions {words}." for count, words in told if count]


def moved(found: changes.Difference, before: opened.Opened, shown: opened.Opened) -> None:
    """The questions that changed most by a measure; a row shows how their answers changed."""
    st.header("Questions that moved")
    names = list(dict.fromkeys(row.measure for row in found.moved))
    if not names:
        st.info("No question's score changed.")
        return
    measure = address.choose_one("measure", "By", names, format_func=rows.cell)
    listed = sorted((row for row in found.moved if row.measure == measure), key=lambda row: row.gain)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    columns = {
        "way": text("", width=90),
        "id": text("id", width=60),
        "question": text("question", width=520),
        **{name: number(name, format="%.3f", width=80) for name in ("before", "after")},
        "gain": number("gain", format="%+.3f", width=80),
    }
    st.caption("Those that lost most stand first. Click a line to see how the answer changed.")
    table = [_moved_row(row, shown) for row in listed]
    for run in (before, shown):
        looked.note(run, _answered(run, [row.question_id for row in listed]), "Compare")
    place = address.table("moved", table, columns, height=min(36 * (len(table) + 1), 400))
    if place is not None and listed[place].question_id != address.get("question"):
        address.put(question=listed[place].question_id, repeat=None)
        st.rerun()


def _answered(shown: opened.Opened, questions: list[str]) -> list[rows.Key]:
    wanted = set(questions)
    return [key for key in shown.run.keys if key[0] in wanted]


def _moved_row(row: Moved, shown: opened.Opened) -> rows.Row:
    question = shown.run.questions.get(row.question_id)
    return {
        "way": "▲ better" if row.gain > 0 else "▼ worse", "id": rows.cell(row.question_id),
        "question": rows.cell(question.text if question else ""), "before": row.before, "after": row.after,
        "gain": row.gain,
    }  # fmt: skip


def texts(before: opened.Opened, shown: opened.Opened) -> None:
    """One question's two answers, side by side."""
    question = address.get("question")
    if question is None:
        return
    key = (question, int(repeat) if (repeat := address.get("repeat") or "0").isdecimal() and len(repeat) < 9 else 0)
    st.header("How the answer changed")
    if key not in before.run.place_of or key not in shown.run.place_of:
        st.warning("**This question was not asked in both runs.**")
        return
    old, new = before.run.item(key), shown.run.item(key)
    st.html(f"<p class='said-question' dir='auto'>{marked.plain(one_line(new.answer.question or question))}</p>")
    change = text_change(old.answer, new.answer)
    if old.answer.text == new.answer.text:
        st.info("The two answers read the same, word for word.")
    else:
        st.caption(f"{change.likeness:.0%} of the sentences stayed. − taken out, + added.")
        left, right = st.columns(2)
        left.markdown("**Before**")
        right.markdown("**Now (this run)**")
        st.html(worded.changes(change))
    with st.expander("Both answers whole"):
        for column, item in zip(st.columns(2), (old, new), strict=True):
            with column:
                _whole(item)
    query = address.carry("run", question=key[0], repeat=str(key[1]))
    st.page_link("views/answer.py", label="Open this answer", icon=":material/article:", query_params=query)


def _whole(item: Item) -> None:
    st.html(marked.answer(item, chosen=None, claims=False, findings=False))


def page(shown: opened.Opened) -> None:
    """The whole page."""
    st.title("Compare two runs")
    before = other_run(shown)
    if before is None:
        st.info("There is no other finished run here to compare with. Make one with: evals run")
        return
    owed = int(veil.hidden(shown).sum()) + int(veil.hidden(before).sum())
    if owed:
        veil.notice(owed)
        return
    found = changes.between(before.run.folder, shown.run.folder)
    subject(found)
    if found.alike:
        measures(found)
        moved(found, before, shown)
    else:
        st.warning(
            "**These runs were scored in different ways**, so their numbers are not compared here. Scorers, judge, "
            "claims or guidelines differ. The earlier answers can be scored again as today's are:"
        )
        command = f"evals compare {before.run.folder} {shown.run.folder}"
        st.html(f"<p><code>{marked.plain(command)}</code></p>")
    texts(before, shown)


page(opened.shown())
