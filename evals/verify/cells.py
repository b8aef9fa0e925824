"""Values of people's tables as JSON and as cells of a CSV that no spreadsheet runs."""

import base64
import json
import math
import re
from typing import Any

from evals.report.inert import cell

# "-5" and "+3.2e4" are numbers to a spreadsheet too.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|\.\d+)(?:[eE][+-]?\d+)?%?")


def as_json(value: Any) -> str:
    """A value on one line of JSON; not-a-number is null, dates are ISO dates, bytes are base64."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_spelled)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_spelled)


def as_text(value: Any) -> str:
    """A value as the text of a cell: text as it is, nothing as nothing, lists and objects as JSON."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    spelled = value if isinstance(value, (str, bool, int, float, list, dict)) else _spelled(value)
    return spelled if isinstance(spelled, str) else as_json(spelled)


def harmless(text: str) -> str:
    """The text, changed where a spreadsheet would run it or hide a part of it."""
    return text if _NUMBER.fullmatch(text) else str(cell(text))


def _spelled(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
