"""The run that the page shows, or a plain message why it cannot be shown."""

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import address
import marked
import rows
import streamlit as st

from evals import store
from evals.errors import UserError
from evals.report.facts import how_made
from evals.report.inert import visible

TREND = 12
"""So many runs at most are read for the trend."""
# What a folder that someone has edited, cut short or copied half can make a reader of JSON and Parquet raise.
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError, RecursionError)
_MANIFEST = {"run_id": str, "suite": dict, "prompt": dict, "generator": dict, "signatures": dict, "corpus": dict}
_SUMMARY = {"scorers": dict, "verdicts": dict, "answers": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A run with its rows for the screen, each built once; `places` says where an answer stands among its items."""

    run: store.Run
    answers: Sequence[rows.Row]
    findings: Sequence[rows.Row]
    places: Mapping[rows.Key, int]

    @property
    def scorers(self) -> list[str]:
        """The scorers in the order of the suite."""
        return list(self.run.summary["scorers"])


def reports() -> Path:
    """The folder that holds the runs."""
    return Path(os.environ.get("EVALS_REPORTS") or "reports")


def runs() -> dict[str, Path]:
    """The run folders by the name that the address uses, newest first."""
    found: dict[str, Path] = {}
    for folder in reversed(store.list_runs(reports())):
        name = folder.relative_to(reports()).as_posix()
        short = name.removeprefix("runs/")
        found[name if short in found else short] = folder
    return found


def first_choice(folders: Mapping[str, Path]) -> str:
    """The run to show when nobody asked for one: the newest finished one, else the newest."""
    for name, folder in folders.items():
        try:
            if _manifest(str(folder), _stamp(folder)).get("status") == "finished":
                return name
        except UserError:
            continue
    return next(iter(folders))


def run_label(name: str, folder: Path) -> str:
    """A run in words for the picker: when, with which prompt, and whether it is done."""
    try:
        told = _manifest(str(folder), _stamp(folder))
    except UserError:
        return f"{name} (cannot be read)"
    prompt = rows.prompt_name(told) if isinstance(told.get("prompt"), dict) else "unknown prompt"
    done = "" if told.get("status") == "finished" else " (not finished)"
    return visible(f"{str(told.get('started') or name)[:16].replace('T', ' ')} · {prompt}{done}")


def shown() -> Opened:
    """The run named in the address; stops the page with a message when there is nothing to show."""
    folders = runs()
    if not folders:
        _stop("There are no runs here yet.", f"Looked in: {reports().absolute()}", "Make one with: evals run")
    name = address.get("run") or first_choice(folders)
    if name not in folders:
        _stop("This run is not here.", f"The link asks for: {name}", "Choose another run above.")
    folder = folders[name]
    try:
        if _manifest(str(folder), _stamp(folder)).get("status") != "finished":
            resume = f"If it was interrupted, go on with: evals run --resume {folder}"
            _stop("This run is not finished.", "Its numbers appear once it is.", resume)
        return _open(str(folder), _stamp(folder))
    except UserError as error:
        _stop("This run cannot be read.", str(error), "Choose another run above, or make this one again.")


def filtered(opened: Opened) -> list[rows.Row]:
    """The answers that the filters in the address leave, in its order."""
    wanted = {name: address.get_all(name) for name in rows.CHOICES}
    return rows.chosen(opened.answers, wanted, address.get("find") or "", address.get("sort") or rows.ORDERS[0])


def up_to(shown: store.Run) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Name, manifest and summary of the last finished runs up to the shown one, oldest first.

    Runs that cannot be read are left out: the picker shows them as such.
    """
    found: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []
    for name, folder in runs().items():
        if folder.name > shown.folder.name or len(found) == TREND:
            continue
        try:
            if folder == shown.folder:
                found.append((name, shown.manifest, shown.summary))
            elif _manifest(str(folder), _stamp(folder)).get("status") == "finished":
                found.append((name, *_numbers(str(folder), _stamp(folder))))
        except UserError:
            continue
    return found[::-1]


def today() -> datetime.date:
    """The day on the reader's calendar: whether a passage is overdue depends on when one looks."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date()


def _stop(title: str, detail: str, todo: str) -> NoReturn:
    # The title is ours and may be Markdown; what comes from a folder or a link is data.
    st.warning(f"**{title}**")
    st.html(f"<p>{marked.plain(detail)}</p><p><strong>{marked.plain(todo)}</strong></p>")
    st.stop()


# --- reading, once for each version of a folder ----------------------------------------------------------------------


def _stamp(folder: Path) -> int:
    # The manifest is written last of all: while it is the same file, so is the run.
    try:
        return (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_data(max_entries=2000, show_spinner=False)
def _manifest(folder: str, stamp: int) -> dict[str, Any]:  # noqa: ARG001  (the stamp is there to key the cache)
    try:
        found: object = store.read_manifest(Path(folder))
    except RecursionError as error:
        raise UserError(folder, "its manifest is nested too deeply", "the manifest of a run") from error
    if not isinstance(found, dict):
        raise UserError(folder, "its manifest is not a JSON object", "the manifest of a run")
    return found


@st.cache_resource(max_entries=3, show_spinner="Reading the run …")
def _open(folder: str, stamp: int) -> Opened:  # noqa: ARG001
    run = _read(Path(folder))
    places = {(item.answer.question_id, item.answer.repeat): place for place, item in enumerate(run.items)}
    return Opened(run=run, answers=rows.answers(run), findings=rows.findings(run), places=places)


@st.cache_data(max_entries=200, show_spinner="Reading earlier runs …")
def _numbers(folder: str, stamp: int) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG001
    run = _read(Path(folder))
    return dict(run.manifest), dict(run.summary)


def _read(folder: Path) -> store.Run:
    try:
        run = store.read_run(folder)
        _check(run)
    except _BROKEN as error:
        found = f"damaged ({type(error).__name__}: {error})"
        raise UserError(str(folder), found, "the files of a finished run") from error
    return run


def _check(run: store.Run) -> None:
    # Tables are checked where they are read; these two files are plain JSON that anybody may have edited.
    for name, told, parts in (("manifest.json", run.manifest, _MANIFEST), ("summary.json", run.summary, _SUMMARY)):
        wrong = [part for part, kind in parts.items() if not isinstance(told.get(part), kind)]
        if wrong:
            raise UserError(str(run.folder / name), f"no usable {', '.join(wrong)}", "the file of a finished run")
    how_made(run)  # reads what is left of the manifest
