"""The run that the page shows, or a plain message why it cannot be shown."""

import contextlib
import datetime
import gc
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import address
import marked
import rows
import streamlit as st
from found import Findings
from sheet import Sheet

from evals import store
from evals.errors import UserError
from evals.report.facts import how_made
from evals.report.inert import visible
from evals.store import Run
from evals.store.light import LightRun

TREND = 12
"""So many runs at most are read for the trend."""
_UNHURRIED = 2.0
"""Seconds."""
# What a folder that someone has edited, cut short or copied half can make a reader of JSON and Parquet raise.
_BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError, RecursionError)
_MANIFEST = {"run_id": str, "suite": dict, "prompt": dict, "generator": dict, "signatures": dict, "corpus": dict}
_SUMMARY = {"scorers": dict, "verdicts": dict, "answers": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A run and its answers as columns, kept for as long as its folder stays the same."""

    run: LightRun
    sheet: Sheet
    findings: Findings

    @property
    def scorers(self) -> list[str]:
        """The scorers in the order of the suite."""
        return self.sheet.scorers

    @property
    def run_id(self) -> str:
        """The run's id, which a copy of its folder (a baseline) has too."""
        return str(self.run.manifest["run_id"])


def reports() -> Path:
    """The folder that holds the runs."""
    return Path(os.environ.get("EVALS_REPORTS") or "reports")


def runs() -> dict[str, Path]:
    """The run folders by the name that the address uses, newest first; those beside `runs/` (a baseline) last."""
    found: dict[str, Path] = {}
    newest = tuple(reversed(store.list_runs(reports())))
    for folder in sorted(newest, key=lambda folder: folder.parent == reports()):
        name = folder.relative_to(reports()).as_posix()
        short = name.removeprefix("runs/")
        found[name if short in found else short] = folder
    return found


def first_choice(folders: Mapping[str, Path]) -> str:
    """The run to show when nobody asked for one: the newest finished one, else the newest."""
    for name, folder in folders.items():
        if is_finished(folder):
            return name
    return next(iter(folders))


def is_finished(folder: Path) -> bool:
    """Whether a run is done, and its manifest can be read."""
    try:
        return _manifest(str(folder), stamp(folder)).get("status") == "finished"
    except UserError:
        return False


def run_label(name: str, folder: Path, *, blind: bool = False) -> str:
    """A run in words for the picker: when, with which prompt (for who is not blind), and whether it is done."""
    try:
        told = _manifest(str(folder), stamp(folder))
    except UserError:
        return f"{name} (cannot be read)"
    prompt = rows.prompt_name(told) if isinstance(told.get("prompt"), dict) else "unknown prompt"
    done = "" if told.get("status") == "finished" else " (not finished)"
    kind = "" if folder.parent != reports() else f"{folder.name}: "
    made = "" if blind else f" · {prompt}"
    return visible(f"{kind}{str(told.get('started') or name)[:16].replace('T', ' ')}{made}{done}")


def shown() -> Opened:
    """The run named in the address; stops the page with a message when there is nothing to show."""
    folders = runs()
    if not folders:
        stop("There are no runs here yet.", f"Looked in: {reports().absolute()}", "Make one with: evals run")
    name = address.get("run") or first_choice(folders)
    if name not in folders:
        stop("This run is not here.", f"The link asks for: {name}", "Choose another run above.")
    folder = folders[name]
    try:
        if _manifest(str(folder), stamp(folder)).get("status") != "finished":
            resume = f"If it was interrupted, go on with: evals run --resume {folder}"
            stop("This run is not finished.", "Its numbers appear once it is.", resume)
        return _open(str(folder), stamp(folder))
    except UserError as error:
        stop("This run cannot be read.", str(error), "Choose another run above, or make this one again.")


def up_to(shown: LightRun) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Name, manifest and summary of the last finished runs up to the shown one, oldest first, each run once.

    Runs that cannot be read are left out: the picker shows them as such.
    """
    found: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {}
    last = str(shown.manifest["run_id"])
    for name, folder in runs().items():
        try:
            told = _manifest(str(folder), stamp(folder))
            run_id = str(told.get("run_id"))
            if told.get("status") == "finished" and run_id <= last and run_id not in found:
                found[run_id] = (name, *_numbers(str(folder), stamp(folder)))
        except UserError:
            continue
        if len(found) == TREND:
            break
    return [found[run_id] for run_id in sorted(found)]


def open_folder(folder: Path) -> Opened:
    """The run in a folder.

    Raises:
        UserError: it cannot be read, or is not finished.
    """
    return _open(str(folder), stamp(folder))


def made(shown: Opened) -> tuple[tuple[str, str], ...]:
    """Label and value of everything a number of the run rests on."""
    run = shown.run
    told = dict(how_made(_empty(run.folder, run.manifest, run.summary)))
    told["Questions"] = (
        f"{len(run.questions):,} questions, {len(run.keys):,} planned answers, {run.summary['answers']:,} answered"
    )
    return tuple(told.items())


def today() -> datetime.date:
    """The day on the reader's calendar: whether a passage is overdue depends on when one looks."""
    return datetime.datetime.now(tz=datetime.UTC).astimezone().date()


def stop(title: str, detail: str, todo: str) -> NoReturn:
    """End the page with what is wrong and what to do."""
    # The title is ours and may be Markdown; what comes from a folder or a link is data.
    st.warning(f"**{title}**")
    st.html(f"<p>{marked.plain(detail)}</p><p><strong>{marked.plain(todo)}</strong></p>")
    st.stop()


# --- reading, once for each version of a folder ----------------------------------------------------------------------


def stamp(folder: Path) -> int:
    """A number that changes whenever the run in a folder does."""
    # The manifest is written last of all: while it is the same file, so is the run.
    try:
        return (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=2000, show_spinner=False)
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
    with damage(folder):
        run = LightRun(Path(folder))
        _check(run.folder, run.manifest, run.summary)
        len(run.keys)
    gc.freeze()  # Streamlit looks for garbage after every click: not among the names of ten thousand answers
    # What a single answer needs is read while somebody looks at the first page, and not before they see it.
    later = threading.Timer(_UNHURRIED, _warm, args=(run,))
    later.daemon = True
    later.start()
    sheet = Sheet(run)
    return Opened(run=run, sheet=sheet, findings=Findings(sheet))


def _warm(run: LightRun) -> None:
    # A table that cannot be read is told by the page that needs it.
    with contextlib.suppress(UserError):
        run.warm()


@st.cache_resource(max_entries=200, show_spinner="Reading earlier runs …")
def _numbers(folder: str, stamp: int) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG001
    with damage(folder):
        manifest, summary = store.read_manifest(Path(folder)), store.read_summary(Path(folder))
        _check(Path(folder), manifest, summary)
    return manifest, summary


@contextlib.contextmanager
def damage(folder: str) -> Iterator[None]:
    """Whatever a damaged folder makes a reader raise, as a UserError."""
    try:
        yield
    except _BROKEN as error:
        found = f"damaged ({type(error).__name__}: {error})"
        raise UserError(folder, found, "the files of a finished run") from error


def _check(folder: Path, manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> None:
    # Tables are checked where they are read; these two files are plain JSON that anybody may have edited.
    for name, told, parts in (("manifest.json", manifest, _MANIFEST), ("summary.json", summary, _SUMMARY)):
        wrong = [part for part, kind in parts.items() if not isinstance(told.get(part), kind)]
        if wrong:
            raise UserError(str(folder / name), f"no usable {', '.join(wrong)}", "the file of a finished run")
    how_made(_empty(folder, manifest, summary))  # reads what is left of the manifest


def _empty(folder: Path, manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> Run:
    return Run(folder=folder, manifest=manifest, summary=summary, items=(), questions={}, passages={})
