"""A person's own document -> passages on their own machine."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from evals.corpus.blocks import Extract, slug
from evals.corpus.cut import Piece, cut
from evals.corpus.fields import check_cancers, check_date, check_url
from evals.corpus.own import FORMAT, Header, StoredPassage, read_header, write_document
from evals.errors import UserError
from evals.sentences import split_sentences

PRIVATE_FOLDER = Path("datasets/guidelines/private")
SUFFIXES = (".pdf", ".html", ".htm", ".docx", ".md", ".markdown", ".txt")
_LARGEST = 200 * 1024 * 1024
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedDocument:
    """What became of one document.

    `status`: "added", "replaced" (it was there, and the caller asked to replace it), "unchanged" (it was there, the
    same in all), or "refused" with the reason in `problem` (only from `add_documents` on a folder). `path` is the file
    that holds its passages.
    """

    source: Path
    status: Literal["added", "replaced", "unchanged", "refused"]
    path: Path | None = None
    title: str = ""
    passages: int = 0
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    problem: UserError | None = None


class Said(TypedDict, total=False):
    """What the person says of a document. `as_of` and `review_by` are ISO dates; without `title` it keeps its own."""

    title: str | None
    organisation: str
    version: str | None
    url: str | None
    cancer: Sequence[str]
    as_of: str | None
    review_by: str | None


def add_document(
    path: Path, into: Path = PRIVATE_FOLDER, *, replace: bool = False, **said: Unpack[Said]
) -> AddedDocument:
    """Read a PDF, HTML, DOCX, Markdown or text file and store it as `<slug>.jsonl` in `into`.

    Raises:
        UserError: the file cannot be read or holds no text; something said of it is wrong; or it, or another document
            of its name, is there already and `replace` is not set.
    """
    cancer = _checked(said)
    data = _bytes(path)
    extract = _extract(path, data)
    title = _title(path, said.get("title"), extract)
    digest = hashlib.sha256(data).hexdigest()
    header = Header(
        format=FORMAT, slug=slug(title) or f"document-{digest[:8]}", title=title, file=path.name, sha256=digest,
        organisation=said.get("organisation") or "", version=said.get("version"), url=said.get("url"), cancer=cancer,
        as_of=said.get("as_of"), review_by=said.get("review_by"), pages=extract.pages, warnings=extract.warnings,
    )  # fmt: skip
    return _store(path, into, header, _passages(header, cut(extract.blocks)), replace)


def add_documents(
    path: Path, into: Path = PRIVATE_FOLDER, *, replace: bool = False, **said: Unpack[Said]
) -> tuple[AddedDocument, ...]:
    """Add a file, or each file of a folder in the order of their names; a file that is refused does not stop the rest.

    Raises:
        UserError: the one file given is refused, the folder is empty, or a title is given for a whole folder.
    """
    if not path.is_dir():
        return (add_document(path, into, replace=replace, **said),)
    if said.get("title"):
        fix = "Leave it out: each document then has its own."
        raise UserError(str(path), "one title for a folder", "a title for one document", fix)
    _checked(said)
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    if not files:
        raise UserError(str(path), "a folder without files", f"files ending in {', '.join(SUFFIXES)}")
    results: list[AddedDocument] = []
    for file in files:
        try:
            results.append(add_document(file, into, replace=replace, **said))
        except UserError as problem:
            results.append(AddedDocument(source=file, status="refused", problem=problem))
    return tuple(results)


def _store(path: Path, into: Path, header: Header, passages: Sequence[StoredPassage], replace: bool) -> AddedDocument:
    target = into / f"{header.slug}.jsonl"
    old = _stored(into, header)
    added = AddedDocument(
        source=path, status="replaced" if old else "added", path=target, title=header.title, passages=len(passages),
        pages=header.pages, warnings=header.warnings,
    )  # fmt: skip
    if old and old[1] == header:
        return dataclasses.replace(added, status="unchanged", path=old[0])
    if old and not replace:
        raise _there_already(path, header, *old)
    write_document(target, header, passages)
    if old and old[0] != target:
        old[0].unlink()
    return added


def _checked(said: Said) -> tuple[str, ...]:
    """The diseases the document is about, once all that is said of it is found to be in order."""
    for name in ("as_of", "review_by"):
        if value := said.get(name):
            check_date(value, "document", name)
    as_of, review_by = said.get("as_of"), said.get("review_by")
    if as_of and review_by and review_by < as_of:
        raise UserError("document", f"review_by {review_by} before as_of {as_of}", "a later date")
    if url := said.get("url"):
        check_url(url, "document")
    return check_cancers(tuple(dict.fromkeys(said.get("cancer", ("general",)))), "document")


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise UserError(str(path), "a folder", "one file", "Add the folder as a whole with: evals corpus add.")
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(str(path), f"suffix {path.suffix!r}", f"one of {', '.join(SUFFIXES)}")
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise UserError(str(path), f"{size / 1e6:,.0f} MB", f"at most {_LARGEST / 1e6:,.0f} MB")
        data = path.read_bytes()
    except FileNotFoundError as error:
        fix = "Check the path; relative paths start at the current folder."
        raise UserError(str(path), "no such file", fix=fix) from error
    except OSError as error:
        raise UserError(str(path), f"cannot be read ({error.strerror})") from error
    if not data.strip():
        raise UserError(str(path), "an empty file", "a document with text")
    return data


def _extract(path: Path, data: bytes) -> Extract:
    """The document's text, read by the reader for its suffix; each is imported only when used."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from evals.corpus.read_pdf import read_pdf

        extract = read_pdf(data, str(path))
    elif suffix == ".docx":
        from evals.corpus.read_docx import read_docx

        extract = read_docx(data, str(path))
    else:
        extract = _extract_text(data, str(path), suffix)
    if not any(block.kind == "text" and any(map(str.isalnum, block.text)) for block in extract.blocks):
        raise UserError(str(path), "no text in it", "a document with text")
    return extract


def _extract_text(data: bytes, where: str, suffix: str) -> Extract:
    from evals.corpus.front_matter import split_front_matter
    from evals.corpus.read_html import read_html
    from evals.corpus.read_markdown import markdown_blocks
    from evals.corpus.read_text import decode, read_plain

    text, warnings = decode(data, where, html=suffix in {".html", ".htm"})
    if suffix in {".html", ".htm"}:
        extract = read_html(text)
    elif suffix == ".txt":
        extract = read_plain(text)
    else:
        front, body, _ = split_front_matter(text, where)
        title = front.values.get("title") if front else None
        extract = Extract(blocks=markdown_blocks(body), title=title if isinstance(title, str) else None)
    return dataclasses.replace(extract, warnings=(*extract.warnings, *warnings))


def _title(path: Path, said: str | None, extract: Extract) -> str:
    first = next((block.text for block in extract.blocks if block.kind == "heading" and block.level == 1), None)
    own = next((title for title in (extract.title, first) if title and len(title) <= _LONGEST_TITLE), None)
    title = said or own or path.stem.replace("_", " ").replace("-", " ")
    return " ".join(title.split())[:_LONGEST_TITLE]


def _stored(into: Path, header: Header) -> tuple[Path, Header] | None:
    """The document of the same content, or else of the same name, that is there already."""
    found = [(file, read_header(file)) for file in sorted(into.glob("*.jsonl"))] if into.is_dir() else []
    same = [pair for pair in found if pair[1].sha256 == header.sha256]
    named = [pair for pair in found if pair[0].stem == header.slug]
    return next(iter((*same, *named)), None)


def _there_already(path: Path, header: Header, file: Path, old: Header) -> UserError:
    if old.sha256 == header.sha256:
        fix = "Use --replace to change what is said of it."
        return UserError(str(path), f"already added as {file.name} ({old.title})", fix=fix)
    return UserError(
        str(path), f"another document is stored as {file.name} (from {old.file})", "a title of its own",
        "Use --replace if this is its new version, or give another --title.",
    )  # fmt: skip


def _passages(header: Header, pieces: Sequence[Piece]) -> tuple[StoredPassage, ...]:
    width = max(3, len(str(max((piece.page or 0 for piece in pieces), default=0))))
    on_page = Counter(piece.page for piece in pieces)
    count_width = max(2 if header.pages else 3, len(str(max(on_page.values(), default=0))))
    numbers: Counter[int | None] = Counter()
    passages: list[StoredPassage] = []
    for piece in pieces:
        numbers[piece.page] += 1
        place = f"p{piece.page:0{width}d}-" if piece.page else ""
        passages.append(
            StoredPassage(
                id=f"{header.slug}-{place}{numbers[piece.page]:0{count_width}d}",
                title=_named(header.title, piece.title),
                text=piece.text,
                page=piece.page,
                sentences=tuple((span.start, span.end) for span in split_sentences(piece.text)),
            )
        )
    return tuple(passages)


def _named(document: str, heading: str) -> str:
    if not heading or heading.startswith(document):
        return heading or document
    return f"{document}: {heading}"
