"""Paragraphs with source markers -> plain text, and what the markers say of each sentence.

A marker stands after the full stop of its sentence: "Call your team. {cdc,V}" says that the source `cdc` was seen for
this sentence, and that the fact may soon change.
"""

import re
from collections.abc import Iterator, Sequence

from evals.errors import UserError, did_you_mean
from evals.records import Sentence, Source
from evals.sentences import split_sentences

VOLATILE = "V"
_MARKER = re.compile(r"\s*\{([^{}]{0,200})\}")
# A file that lists no sources can only mark what may change; any other brace in it is the author's own text.
_ONLY_VOLATILE = re.compile(r"\s*\{(V)\}")
_FULL_STOP = re.compile(r"[.!?…][\"'”’)\]]*\Z")


class MarkedText:
    """The text of a passage as it grows, paragraph by paragraph."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(source.id for source in sources)
        self._pieces: list[str] = []
        self._length = 0
        self._sentences: list[Sentence] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(self._sentences)

    def add(self, paragraph: str, where: str) -> None:
        """Add a paragraph; `where` is its place in the file.

        Raises:
            UserError: a marker names an unknown source, or follows no full stop.
        """
        glue = "\n\n" if self._pieces else ""
        for segment, marker in self._segments(paragraph):
            if segment:
                self._append(glue, segment)
                glue = " "
            if marker is not None:
                self._mark(marker, where)

    def _segments(self, text: str) -> Iterator[tuple[str, str | None]]:
        """Stretches of text, each with the marker that ends it; None for the text after the last marker."""
        position = 0
        for match in (_MARKER if self._sources else _ONLY_VOLATILE).finditer(text):
            yield text[position : match.start()].strip(), match.group(1)
            position = match.end()
        if rest := text[position:].strip():
            yield rest, None

    def _append(self, glue: str, segment: str) -> None:
        self._pieces.append(glue + segment)
        start = self._length + len(glue)
        self._length = start + len(segment)
        self._sentences += [Sentence(start=start + s.start, end=start + s.end) for s in split_sentences(segment)]

    def _mark(self, marker: str, where: str) -> None:
        if not self._sentences or not _FULL_STOP.search(self._pieces[-1]):
            found = f"marker {{{marker}}} does not follow a full stop"
            raise UserError(where, found, "the marker after the sentence it is about")
        names = [name.strip() for name in marker.split(",")]
        for name in names:
            if name not in {*self._sources, VOLATILE}:
                found = f"marker names the source {name!r}, which the file does not list"
                raise UserError(where, found, "", did_you_mean(name, [*self._sources, VOLATILE]))
        last = self._sentences[-1]
        cited = [name for name in names if name != VOLATILE]
        self._sentences[-1] = Sentence(
            start=last.start,
            end=last.end,
            sources=tuple(dict.fromkeys((*last.sources, *cited))),
            volatile=last.volatile or VOLATILE in names,
        )
