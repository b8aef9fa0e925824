"""The run that the page shows, or a plain message why it cannot be shown."""

import datetime
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import address
import frames
import marked
import pandas as pd
import streamlit as st

from evals import store
from evals.errors import UserError

# What a folder that someone has edited, cut short or copied half can make a reader of JSON and Parquet raise.
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError)
TREND = 12
"""So many runs at most are read for the trend."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A run with its tables for the screen, each built once."""

    run: store.Run
    answers: pd.DataFrame
    findings: pd.DataFrame
    places: Mapping[tuple[str, int], int]


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


def manifest(folder: Path) -> Mapping[str, Any]:
    """A run's manifest.

    Raises:
        UserError: it cannot be read.
    """
    return _manifest(str(folder), _stamp(folder))


def run_label(name: str, folder: Path) -> str:
    """A run in words for the picker: when, with which prompt, and whether it is done."""
    try:
        told = manifest(folder)
    except UserError:
        return f"{name} (cannot be read)"
    prompt, started = told.get("prompt"), str(told.get("started", ""))[:16].replace("T", " ")
    named = f"{prompt.get('name')} v{prompt.get('version')}" if isinstance(prompt, Mapping) else "unknown prompt"
    status = "" if told.get("status") == "finished" else " (not finished)"
    return f"{started or name} · {named}{status}"


def shown() -> Opened:
    """The run named in the address; stops the page with a message when there is nothing to show."""
    folders = runs()
    if not folders:
        _stop("There are no runs here yet.", f"Looked in: {reports().absolute()}", "Make one with: evals run")
    name = address.get("run")
    if name not in folders:
        _stop("This run is not here.", f"The link asks for: {name}", "Choose another run above.")
    folder = folders[name]
    try:
        if manifest(folder).get("status") != "finished":
            _stop(
                "This run is not finished.", "Its numbers appear once it is.",
                f"If it was interrupted, go on with: evals run --resume {folder}", kind="info",
            )  # fmt: skip
        return _open(str(folder), _stamp(folder))
    except UserError as error:
        _stop("This run cannot be read.", str(error), "Choose another run above, or make this one again.")


def summaries(newest: Path) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Name, manifest and summary of the finished runs up to `newest`, oldest first; unreadable ones are left out."""
    found: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []
    for name, folder in runs().items():
        if folder.name > newest.name or len(found) == TREND:
            continue
        try:
            if manifest(folder).get("status") == "finished":
                found.append((name, manifest(folder), _summary(str(folder), _stamp(folder))))
        except UserError:
            continue  # the picker shows it as one that cannot be read
    return found[::-1]


def today() -> datetime.date:
    """The day on the reader's calendar: whether a passage is overdue depends on when one looks."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date()


def _stop(title: str, detail: str, todo: str, kind: str = "warning") -> NoReturn:
    # The title is ours and may be Markdown; what comes from a folder or a link is data.
    (st.info if kind == "info" else st.warning)(f"**{title}**")
    st.html(f"<p>{marked.plain(detail)}</p><p><strong>{marked.plain(todo)}</strong></p>")
    st.stop()


def _stamp(folder: Path) -> float:
    # A cache entry is good for as long as the manifest, written last of all, is the same file.
    try:
        return (folder / "manifest.json").stat().st_mtime
    except OSError:
        return 0.0


@st.cache_data(max_entries=2000, show_spinner=False)
def _manifest(folder: str, stamp: float) -> Mapping[str, Any]:  # noqa: ARG001  (the stamp is there to key the cache)
    found = store.read_manifest(Path(folder))
    if not isinstance(found, dict):
        raise UserError(folder, "its manifest is not a JSON object", "the manifest of a run")
    return found


@st.cache_resource(max_entries=3, show_spinner="Reading the run …")
def _open(folder: str, stamp: float) -> Opened:  # noqa: ARG001
    run = _read(Path(folder))
    answers = frames.answers(run)
    places = {(item.answer.question_id, item.answer.repeat): place for place, item in enumerate(run.items)}
    return Opened(run, answers, frames.findings(run), places)


@st.cache_data(max_entries=200, show_spinner="Reading earlier runs …")
def _summary(folder: str, stamp: float) -> Mapping[str, Any]:  # noqa: ARG001
    return dict(_read(Path(folder)).summary)


def _read(folder: Path) -> store.Run:
    try:
        return store.read_run(folder)
    except _BROKEN as error:
        raise UserError(str(folder), f"damaged ({type(error).__name__}: {error})", "the files of a finished run") from error
