"""Where the data and the dashboard lie: in a checkout beside this package, in a wheel inside it."""

from pathlib import Path

from evals.errors import UserError, did_you_mean

_PACKAGE = Path(__file__).resolve().parent


def shipped_root() -> Path:
    """The folder that holds `datasets/` and `dashboards/`: the checkout's root, or the wheel's `_shipped` folder."""
    inside = _PACKAGE / "_shipped"
    return inside if inside.is_dir() else _PACKAGE.parent


def find(path: str | Path, what: str) -> Path:
    """A file or folder named by a person: as typed, else the shipped one of that relative name.

    Raises:
        UserError: neither exists.
    """
    typed = Path(path).expanduser()
    if typed.exists():
        return typed
    if not typed.is_absolute() and (shipped := shipped_root() / typed).exists():
        return shipped
    raise UserError(str(path), f"no such {what}", fix="Check the path; relative paths start at the current folder.")


def find_named(name: str, folder: str, suffix: str, what: str) -> Path:
    """A suite, prompt or policy by bare name (`datasets/<folder>/<name><suffix>`) or by path.

    Raises:
        UserError: nothing of that name here or among the shipped ones.
    """
    if name.endswith(suffix) or "/" in name:
        return find(name, what)
    relative = Path("datasets") / folder / f"{name}{suffix}"
    for root in (Path(), shipped_root()):
        if (root / relative).is_file():
            return root / relative
    known = {p.stem for root in (Path(), shipped_root()) for p in (root / "datasets" / folder).glob(f"*{suffix}")}
    raise UserError(f"{what} {name!r}", "not found", fix=did_you_mean(name, known - {"README"}))
