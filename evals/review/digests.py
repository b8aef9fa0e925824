"""Values as text that is the same on every machine, and digests of them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys, ASCII only: databases that refuse NUL or half characters still hold it."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def text_digest(text: str) -> str:
    """64 hex digits that change whenever the text does."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parsed(text: str) -> Any:
    """JSON text as values; text that is none stays text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the log keeps it: what was said as values, not as text in text."""
    return {name: parsed(value) if name == "content" else value for name, value in row.items()}
