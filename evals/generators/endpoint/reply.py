"""A service's reply -> a draft: dotted paths into JSON, or into the events of a stream."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evals.errors import UserError
from evals.generators import Draft
from evals.llm import Fetched
from evals.records import TextFormat

_STREAM = "text/event-stream"
_LINES = re.compile(r"\r\n|\r|\n")
_CLOSED = "[DONE]"


class ReplyError(Exception):
    """What is wrong with a reply, in a few words."""


class Event(NamedTuple):
    """One server-sent event; `value` is its data as JSON, or the text itself where it is none."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value is: steps into mappings and lists, `*` for every element; in a stream, of which events."""

    steps: tuple[str, ...]
    event: str | None = None

    def values(self, reply: Any) -> Iterator[Any]:
        """What stands there, in order; nothing where the reply has no such place."""
        found = [reply]
        for step in self.steps:
            found = [inner for value in found for inner in _inside(value, step)]
        yield from found

    def of(self, events: tuple[Event, ...]) -> list[Any]:
        """What stands there in the events that it reads, leaving out null."""
        read = (event.value for event in events if self.event in (None, event.name))
        return [value for reply in read for value in self.values(reply) if value is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the parts of an answer are in a reply."""

    paths: Mapping[str, Path] = field(default_factory=dict[str, Path])
    end: str | None = None
    format: TextFormat | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any], where: str) -> "Places":
        """From a suite's settings; `answer` is at "answer" unless they say otherwise.

        Raises:
            UserError: one of them is no path, or an unknown format.
        """
        made = {"answer": "answer", **settings}
        end, fmt = made.pop("end", None), made.pop("format", None)
        if fmt not in (None, "markdown", "html", "text"):
            raise UserError(f"{where}.format", repr(fmt), "markdown, html or text")
        if end is not None and not isinstance(end, str):
            raise UserError(f"{where}.end", repr(end), 'a text such as "[DONE]"')
        return cls(paths={name: _path(path, f"{where}.{name}") for name, path in made.items()}, end=end, format=fmt)

    def draft(self, fetched: Fetched) -> Draft:
        """The draft that a reply holds.

        Raises:
            ReplyError: it holds none.
        """
        streamed = fetched.media_type == _STREAM
        events = self._events(fetched.text) if streamed else (Event("", _json(fetched.text)),)
        if not streamed and self.paths["answer"].event is not None:
            raise ReplyError(f"the reply is {fetched.media_type or 'of no type'}, not a stream of events")
        answer = self.paths["answer"].of(events)
        if not answer or not all(isinstance(part, str) for part in answer):
            raise ReplyError(f"the reply has no text at {'.'.join(self.paths['answer'].steps) or 'its top'}")
        return Draft(
            raw="".join(answer),
            format=self.format,
            passages=tuple(dict.fromkeys(self._texts("passages", events))),
            contexts=tuple(self._texts("contexts", events)),
            model=next(iter(self._texts("model", events)), None),
            tokens_in=self._number("tokens_in", events, int),
            tokens_out=self._number("tokens_out", events, int),
            cost=self._number("cost", events, float),
        )

    def _events(self, text: str) -> tuple[Event, ...]:
        closing = self.end or _CLOSED
        events: list[Event] = []
        for name, data in _stream(text):
            if data == closing:
                return tuple(events)
            events.append(Event(name, _loose(data)))
        if self.end is not None:
            raise ReplyError(f"the stream broke off before {self.end}")
        return tuple(events)

    def _texts(self, name: str, events: tuple[Event, ...]) -> list[str]:
        found = self.paths[name].of(events) if name in self.paths else []
        flat = [inner for value in found for inner in (value if isinstance(value, list) else [value])]
        if odd := [value for value in flat if not isinstance(value, str)]:
            raise ReplyError(f"{name} holds a {type(odd[0]).__name__}, not texts")
        return flat

    def _number(self, name: str, events: tuple[Event, ...], kind: type) -> Any:
        found = self.paths[name].of(events) if name in self.paths else []
        if not found:
            return None
        # A stream tells its totals last.
        value = found[-1]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
            raise ReplyError(f"{name} is not a number")
        return kind(value)


def _path(path: object, where: str) -> Path:
    event = None
    if isinstance(path, Mapping) and len(path) == 1:
        event, path = next(iter(path.items()))
    if not isinstance(path, str) or (event is not None and not isinstance(event, str)):
        wanted = "a dotted path such as choices.0.message.content, or {event: path} for a stream"
        raise UserError(where, f"{path!r}"[:80], wanted)
    return Path(tuple(path.split(".")) if path else (), event)


def _inside(value: Any, step: str) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values()) if step == "*" else [value[step]] if step in value else []
    if isinstance(value, list):
        if step == "*":
            return value
        return [value[int(step)]] if step.isdecimal() and int(step) < len(value) else []
    return []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ReplyError("the reply is nested too deeply") from error
    except ValueError as error:
        raise ReplyError(f"the reply is not JSON ({error})") from error


def _loose(data: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data


def _stream(text: str) -> Iterator[tuple[str, str]]:
    """The events of a stream: name and data (HTML Living Standard, 9.2.6); one that is not closed is not sent."""
    name, data = "", list[str]()
    for line in _LINES.split(text.removeprefix("\ufeff")):
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "", list[str]()
            continue
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if key == "data":
            data.append(value)
        elif key == "event":
            name = value
