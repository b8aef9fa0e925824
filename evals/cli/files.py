"""Files that commands write beside a run."""

from pathlib import Path

from evals.errors import UserError


def write_file(path: Path, text: str) -> None:
    """Write a text file whole or not at all, with the folders above it.

    Raises:
        UserError: it cannot be written.
    """
    from evals.store import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise UserError(str(path), f"cannot be written ({error.strerror})", "a file to write") from error
