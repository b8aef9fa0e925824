"""Whether two runs were scored in the same way, told from their manifests alone."""

from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.store import read_manifest


def same_scoring(before: Path, after: Path) -> bool:
    """Whether the scoring signatures are equal but for the question set: questions are paired one by one.

    Raises:
        UserError: a folder is no run folder, or its manifest lacks the signatures.
    """
    one, other = _scoring(before), _scoring(after)
    return {key for key in {*one, *other} if one.get(key) != other.get(key)} <= {"digest", "questions"}


def _scoring(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder)
    try:
        return manifest["signatures"]["scoring"]
    except (KeyError, TypeError) as error:
        raise UserError(f"{folder}/manifest.json", "it lacks its signatures", "the manifest of a run") from error
