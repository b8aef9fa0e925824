"""Markdown files -> passages: front matter checked, source markers taken out of the text and kept by sentence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.corpus.blocks import Block, parts, slug
from evals.corpus.fields import passage_fields
from evals.corpus.front_matter import FrontMatter, split_front_matter
from evals.corpus.markers import MarkedText
from evals.corpus.read_markdown import markdown_blocks
from evals.errors import UserError
from evals.records import Passage
from evals.tables import read_text


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
    builder = MarkedText(fields.get("sources", ()))
    for block in blocks:
        builder.add(block.text, f"{path}:{block.line}")
    return Passage(text=builder.text, sentences=builder.sentences, **{"scope": {}, **fields})
