"""Values on their way to a worker process and back: pickled, with records as JSON.

The records that travel hold dozens of small ones each; pydantic writes and reads them in a tenth of the time that
pickle takes, which would be the event loop's time.
"""

import io
import pickle
from typing import Any

from pydantic import TypeAdapter

from evals.records import Outcome, Question
from evals.run.made import Judged, Made

_AS_JSON: dict[type, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (Made, Judged, Outcome, Question)}


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:
        """How one object travels; pickle's own way for all but the records named above."""
        kind = type(obj)
        adapter = _AS_JSON.get(kind)
        return (_read, (kind, adapter.dump_json(obj))) if adapter else NotImplemented


def packed(value: object) -> bytes:
    """A value as bytes for a process of ours."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpacked(data: bytes) -> Any:
    """The value again. For bytes of our own processes only."""
    return pickle.loads(data)  # noqa: S301  (from our own process)


def _read(kind: type, data: bytes) -> Any:
    return _AS_JSON[kind].validate_json(data)
