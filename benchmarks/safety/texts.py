"""The labelled short texts that the safety scorers are measured on, from `datasets/faults/`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from evals.errors import UserError, did_you_mean
from evals.shipped import find

Half = Literal["dev", "test", "pool", "fresh"]
Family = Literal["notice", "red_flag", "overreach"]

# Half -> the files it consists of, as patterns of names in the folder.
FILES: dict[Half, tuple[str, ...]] = {
    "dev": ("safety_texts_dev.jsonl",),
    "test": ("safety_texts_test.jsonl",),
    "fresh": ("safety_fresh_notices.jsonl", "safety_fresh_red_flags.jsonl", "safety_fresh_overreach.jsonl"),
    "pool": ("safety_pool_notices*.jsonl", "safety_pool_red_flags*.jsonl", "safety_pool_overreach*.jsonl"),
}
FOLDER = "datasets/faults"
_FIELDS = ("id", "family", "rule", "expect", "question", "text", "words", "reason", "source")
_NULLABLE = frozenset({"question", "text", "words"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """One short text with what a careful reader says of it.

    `rule` is the rule it is about, `expect` the label, `words` the stretch of `text` that the label rests on,
    `question` what the patient asked where that matters, `reason` why the label is right.
    """

    id: str
    family: Family
    rule: str
    expect: str
    question: str | None
    text: str | None
    words: str | None
    reason: str
    source: str


def load_texts(half: Half, family: Family | None = None, folder: str | Path = FOLDER) -> list[LabelledText]:
    """The texts of one half in the order of their files, of one family or of all.

    Raises:
        UserError: a file is missing, or a line is not a labelled text.
    """
    root = find(folder, "folder of labelled texts")
    found = {name: sorted(root.glob(name)) for name in FILES[half]}
    missing = [name for name, paths in found.items() if not paths]
    if missing:
        wanted = f"the labelled texts of the {half} half"
        raise UserError(str(root / missing[0]), "no such file", wanted, "Check --data.")
    paths = [path for each in found.values() for path in each]
    return [text for path in paths for text in _read(path) if family in {None, text.family}]


def _read(path: Path) -> Iterator[LabelledText]:
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(str(path), f"not UTF-8 text (byte {error.start})", "UTF-8 text") from error
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            text = _text(f"{path}:{number}", line)
            if text.id in seen:
                raise UserError(f"{path}:{number}", f"a second text with id {text.id!r}", "each id once")
            seen.add(text.id)
            yield text


def _text(where: str, line: str) -> LabelledText:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(where, f"not JSON: {error}", "one JSON object a line") from error
    if not isinstance(row, dict):
        raise UserError(where, "no JSON object", "one JSON object a line")
    for field in _FIELDS:
        value = row.setdefault(field, None)
        if not (isinstance(value, str) and value) and not (value is None and field in _NULLABLE):
            raise UserError(where, f"field {field!r} is {value!r}", "text" + (" or null" if field in _NULLABLE else ""))
    if row["family"] not in get_args(Family):
        families: Sequence[str] = get_args(Family)
        raise UserError(where, f"family {row['family']!r}", "a known family", did_you_mean(row["family"], families))
    return LabelledText(**{field: row[field] for field in _FIELDS})
