"""The way to ragas: imported late, in the one version this was checked with, and without its telemetry.

Nothing here imports ragas at import time: that takes seconds and 200 MB. `warm_up` starts it in a thread, so that it
happens while the first answers are being generated.
"""

import ast
import asyncio
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from evals.errors import UserError

RAGAS = "0.4.3"
"""The adapter calls two private methods of ragas, which another version may rename."""

_NO_METRICS = frozenset({"BaseMetric", "DistanceMeasure"})
_QUIET = {
    "RAGAS_DO_NOT_TRACK": "true",  # read once, at its import; without it, metric names, model and row counts are sent
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # ragas imports Hugging Face's library, which reports too
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def check_ragas() -> None:
    """Refuse, before anything is asked of a model, a ragas that this was not checked with.

    Raises:
        UserError: ragas, or what it needs, is absent or of another version.
    """
    fix = f'Run: pip install "ragas=={RAGAS}" "langchain-community<0.4.2"'
    found = _version("ragas")
    if found != RAGAS:
        raise UserError("ragas", f"version {found}" if found else "not installed", f"exactly version {RAGAS}", fix)
    community = _version("langchain-community")
    parts = tuple(int(part) for part in (community or "0").split(".")[:3] if part.isdigit())
    if parts >= (0, 4, 2):
        # ragas 0.4.3 imports a module that 0.4.2 no longer has.
        raise UserError("langchain-community", f"version {community}", "a version before 0.4.2, which ragas needs", fix)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def metric_names() -> tuple[str, ...]:
    """The metrics of `ragas.metrics.collections`, from its list, without importing it; none where ragas is absent."""
    found = find_spec("ragas")
    if found is None or not found.submodule_search_locations:
        return ()
    source = Path(found.submodule_search_locations[0]) / "metrics" / "collections" / "__init__.py"
    lists = [node for node in ast.parse(source.read_text("utf-8")).body if isinstance(node, ast.Assign)]
    names = next(ast.literal_eval(node.value) for node in lists if ast.unparse(node.targets[0]) == "__all__")
    return tuple(name for name in names if name not in _NO_METRICS)


def load() -> ModuleType:
    """The module `evals.ragas_link.models`, and with it ragas, imported; waits when a thread is at it already.

    Raises:
        UserError: ragas is not the version this was checked with, or cannot be imported.
    """
    check_ragas()
    os.environ.update(_QUIET)
    try:
        with _left_alone():
            return import_module("evals.ragas_link.models")
    except ImportError as error:
        fix = "Install what requirements.lock names."
        raise UserError("ragas", f"cannot be imported ({error})", fix=fix) from error


@contextmanager
def _left_alone() -> Iterator[None]:
    """An import without the garbage collector, which then leaves what was imported alone.

    ragas brings hundreds of thousands of objects that stay; one look through them takes as long as 100 requests.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if enabled:
            gc.enable()


_models: ModuleType | None = None


async def loaded() -> ModuleType:
    """The same without holding up the event loop."""
    global _models
    if _models is None:
        _models = await asyncio.to_thread(load)
    return _models


_warming = threading.Lock()
_warm: threading.Thread | None = None


def warm_up() -> None:
    """Start importing ragas in a thread and return at once; a failure shows when ragas is used.

    Start worker processes first: a process forked in the middle of an import can wait for it for ever.
    """
    global _warm
    with _warming:
        if _warm is None:
            _warm = threading.Thread(target=_load_quietly, name="import ragas", daemon=True)
            _warm.start()


def _load_quietly() -> None:
    try:
        load()
    except UserError:
        return  # raised again, and told, by whoever needs ragas
