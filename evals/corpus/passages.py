"""Markdown files -> passages: front matter checked, source markers taken out of the text and kept by sentence."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.corpus.blocks import Block, parts, slug
from evals.corpus.fields import passage_fields
from evals.corpus.front_matter import FrontMatter, split_front_matter
from evals.corpus.read_markdown import markdown_blocks
from evals.errors import UserError, did_you_mean
from evals.records import Passage, Sentence, Source
from evals.sentences import split_sentences
from evals.tables import read_text

_MARKER = re.compile(r"\s*\{([^{}]{0,200})\}")
_VOLATILE = "V"
# A file without declared sources can only mark what may change; any other brace in it is the author's own text.
_VOLATILE_MARKER = re.compile(r"\s*\{(V)\}")
_FULL_STOP = re.compile(r"[.!?…][\"'”’)\]]*\Z")


def read_passage_file(path: Path) -> tuple[Passage, ...]:
    """The passages of one Markdown file.

    With one `# ` heading, or none, the file is one passage; a longer document gives one for each heading that has text,
    with ids made of the file's id or name and a number.

    Raises:
        UserError: a field is unknown, missing or wrong; a marker names no source of the file; there is no text.
    """
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    front, body, skipped = split_front_matter(text, str(path))
    fields = passage_fields(front or FrontMatter({}, {}), str(path))
    blocks = tuple(_moved(block, skipped) for block in markdown_blocks(body))
    if not any(block.kind == "text" for block in blocks):
        raise UserError(str(path), "no text", "a heading and at least one sentence under it")
    headings = [block for block in blocks if block.kind == "heading"]
    main = [block for block in headings if block.level == 1]
    if len(headings) < 2 or ("id" in fields and len(main) == 1):
        return (_one(path, fields, front is not None, blocks, main or headings),)
    return _many(path, fields, blocks)


def _moved(block: Block, lines: int) -> Block:
    return Block(kind=block.kind, text=block.text, level=block.level, line=block.line + lines)


def _one(path: Path, fields: dict[str, Any], has_front: bool, blocks: Sequence[Block], titles: list[Block]) -> Passage:
    if "id" not in fields:
        if has_front and "sources" in fields:
            raise UserError(f"{path}:1", "field 'id' is missing", "a short unique id, such as P19")
        fields = {**fields, "id": slug(path.stem) or "passage"}
    title = fields.get("title") or (titles[0].text if titles else None)
    if not title:
        if has_front:
            raise UserError(f"{path}:1", "field 'title' is missing", "a title here or as a # heading")
        title = path.stem.replace("-", " ").replace("_", " ").strip()
    # Further headings stay in the text, as lines of their own; the one that is the title does not.
    body = [block for block in blocks if not (titles and block is titles[0])]
    return _passage(path, {**fields, "title": title}, body)


def _many(path: Path, fields: dict[str, Any], blocks: Sequence[Block]) -> tuple[Passage, ...]:
    found = parts(blocks)
    base = fields.get("id") or slug(path.stem) or "passage"
    default = fields.get("title") or path.stem.replace("-", " ").replace("_", " ").strip()
    width = max(2, len(str(len(found))))
    return tuple(
        _passage(path, {**fields, "id": f"{base}-{number:0{width}d}", "title": part.title or default}, part.blocks)
        for number, part in enumerate(found, start=1)
    )


def _passage(path: Path, fields: dict[str, Any], blocks: Sequence[Block]) -> Passage:
    text, sentences = _text(path, blocks, fields.get("sources", ()))
    return Passage(text=text, sentences=sentences, **{"scope": {}, **fields})


def _text(path: Path, blocks: Sequence[Block], sources: tuple[Source, ...]) -> tuple[str, tuple[Sentence, ...]]:
    """The text without markers, and its sentences with what the markers said of them."""
    pieces: list[str] = []
    sentences: list[Sentence] = []
    length = 0
    for block in blocks:
        before = "\n\n" if pieces else ""
        offset = length + len(before)
        for segment, marks in _segments(block.text, bool(sources)):
            where = f"{path}:{block.line}"
            cited, volatile = _marks(marks, sources, where)
            if segment:
                glue = before if length + len(before) == offset else " "
                pieces.append(glue + segment)
                start = length + len(glue)
                length = start + len(segment)
                sentences += [Sentence(start=start + s.start, end=start + s.end) for s in split_sentences(segment)]
            if marks is not None:
                if not sentences or not _FULL_STOP.search("".join(pieces[-1:])):
                    raise UserError(where, f"marker {{{marks}}} does not follow a full stop", "the marker after its sentence")
                last = sentences[-1]
                sentences[-1] = Sentence(
                    start=last.start, end=last.end, volatile=last.volatile or volatile,
                    sources=tuple(dict.fromkeys((*last.sources, *cited))),
                )  # fmt: skip
    return "".join(pieces), tuple(sentences)


def _segments(text: str, has_sources: bool) -> list[tuple[str, str | None]]:
    """Stretches of text, each with the marker that ends it; None for text after the last marker."""
    found: list[tuple[str, str | None]] = []
    position = 0
    for match in (_MARKER if has_sources else _VOLATILE_MARKER).finditer(text):
        found.append((text[position : match.start()].strip(), match.group(1)))
        position = match.end()
    if rest := text[position:].strip():
        found.append((rest, None))
    return found


def _marks(marks: str | None, sources: tuple[Source, ...], where: str) -> tuple[tuple[str, ...], bool]:
    if marks is None:
        return (), False
    names = [name.strip() for name in marks.split(",")]
    known = [source.id for source in sources]
    for name in names:
        if name != _VOLATILE and name not in known:
            raise UserError(where, f"marker names the source {name!r}, which the file does not list", "", did_you_mean(name, [*known, _VOLATILE]))
    return tuple(name for name in names if name != _VOLATILE), _VOLATILE in names
