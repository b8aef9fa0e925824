"""Tables that people bring: JSONL, CSV or Parquet in, plain rows out, each with the place it came from."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import UserError

SUFFIXES = (".jsonl", ".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Row:
    """One row and where it stands ("answers.jsonl:14"), for error messages."""

    where: str
    values: Mapping[str, Any]


def read_rows(path: Path) -> Iterator[Row | UserError]:
    """The rows of a JSONL, CSV or Parquet file in order; a row that cannot be read comes as the error that says why.

    Raises:
        UserError: the file is missing, is a folder, has an unknown suffix, or is not what its suffix says.
    """
    if not path.exists():
        raise UserError(str(path), "no such file", fix="Check the path; relative paths start at the current folder.")
    if path.is_dir():
        raise UserError(str(path), "a folder", f"a {', '.join(SUFFIXES)} file")
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    if path.suffix.lower() not in readers:
        raise UserError(str(path), f"suffix {path.suffix!r}", f"one of {', '.join(SUFFIXES)}")
    return readers[path.suffix.lower()](path)


def read_text(path: Path) -> str:
    """The file as UTF-8 text, byte order mark dropped.

    Raises:
        UserError: the file is missing, a folder, or holds bytes that are not UTF-8 text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(str(path), f"cannot be read ({error.strerror})") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(
            f"{path}:{line}", f"byte 0x{data[error.start]:02x} is not UTF-8 text", "a UTF-8 text file",
            "If it is a text file, save it as UTF-8.",
        ) from error  # fmt: skip
    if "\x00" in text:
        raise UserError(str(path), "NUL bytes: this is a binary file", "a UTF-8 text file")
    return text


def _jsonl(path: Path) -> Iterator[Row | UserError]:
    # Only "\n" ends a JSON line: splitlines() would also cut at U+2028, which JSON strings may hold.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            value = json.loads(line, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            yield UserError(where, f"not valid JSON ({error})", "one JSON object a line")
            continue
        if isinstance(value, dict):
            yield Row(where, _without_lone_surrogates(value) if "\\ud" in line.lower() else value)
        else:
            yield UserError(where, f"a JSON {type(value).__name__}", "a JSON object ({...})")


def _without_lone_surrogates(value: Any) -> Any:
    # JSON can spell half of a character ("\\ud83d"), which no file or screen can hold.
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(item) for key, item in value.items()}
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _csv(path: Path) -> Iterator[Row | UserError]:
    csv.field_size_limit(64 * 1024 * 1024)
    # splitlines() would also cut at U+2028 and U+0085, which fields may hold.
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        if len(set(header)) != len(header) or not all(header):
            raise UserError(f"{path}:1", "a header with empty or repeated column names", "one name for each column")
        for values in reader:
            where = f"{path}:{reader.line_num}"
            if len(values) == len(header):
                yield Row(where, {name: value for name, value in zip(header, values, strict=True) if value != ""})
            elif values:
                yield UserError(where, f"{len(values)} fields", f"{len(header)}, as in the header")
    except csv.Error as error:
        raise UserError(
            f"{path}:{reader.line_num}", f"not valid CSV ({error})", "quoted, comma-separated rows"
        ) from error


def _parquet(path: Path) -> Iterator[Row | UserError]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        first_line = str(error).splitlines()[0]
        raise UserError(str(path), f"not a Parquet file ({first_line})", "an Apache Parquet file") from error
    for number, values in enumerate(table.to_pylist()):
        yield Row(f"{path}: row {number}", {name: value for name, value in values.items() if value is not None})
