"""The two signatures every number carries: how it was scored, and what was scored.

Runs compare when their scoring signatures are equal; the subject is what a comparison is about.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evals import claims
from evals.corpus import Corpus
from evals.judges import Judge
from evals.prompt import Prompt
from evals.records import Question
from evals.shipped import shipped_root
from evals.suite import Part, Suite


def digest(value: object) -> str:
    """16 hex digits that change whenever the value does."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def scoring_signature(
    suite: Suite, versions: Mapping[str, str], judge: Judge, questions: Sequence[Question], corpus: Corpus
) -> dict[str, Any]:
    """Everything a score depends on besides the answer; `digest` over all of it."""
    parts = {
        "scorers": {
            part.name: {"version": versions[part.name], "settings": dict(part.settings)} for part in suite.scorers
        },
        "claims": claims.VERSION,
        "judge": judge.signature,
        "questions": digest([asdict(question) for question in questions]),
        "corpus": corpus.digest,
        "lexicons": folder_digest(shipped_root() / "datasets" / "lexicons"),
    }
    return {**parts, "digest": digest(parts)}


def subject_signature(suite: Suite, generator: Part, generator_version: str, prompt: Prompt) -> dict[str, Any]:
    """What was scored: generator, prompt, seed and the code that ran."""
    parts = {
        "generator": {"name": generator.name, "version": generator_version, "settings": dict(generator.settings)},
        "prompt": {"name": prompt.name, "version": prompt.version, "parts": dict(prompt.parts)},
        "seed": suite.seed,
        "code": {"version": version("navis-evals"), "source": folder_digest(Path(__file__).resolve().parent)},
    }
    return {**parts, "digest": digest(parts)}


@cache
def folder_digest(folder: Path) -> str:
    """One digest over all code and data files of a folder, by relative name; documentation does not count."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        counts = path.is_file() and path.suffix not in {".md", ".pyc"}
        if counts and "__pycache__" not in path.parts and "_shipped" not in path.parts:
            total.update(
                path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            )
    return total.hexdigest()[:16]
