"""Folders and files of guidelines -> one corpus."""

import datetime
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpus.own import read_document
from evals.corpus.passages import read_passage_file
from evals.errors import UserError, did_you_mean
from evals.records import Passage
from evals.shipped import find, shipped_root

MARKDOWN = (".md", ".markdown")
DOCUMENTS = (".pdf", ".html", ".htm", ".xhtml", ".docx", ".doc", ".rtf", ".odt", ".epub")
PRIVATE = "private"
"""Name of the folder for documents under licence: read only when it is named itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All passages by id, in id order.

    `documents` has the file each passage came from; `digest` is the SHA-256 of all their content; `superseded` are the
    ids that another passage replaces, kept for reference and left out of search.
    """

    passages: Mapping[str, Passage]
    documents: Mapping[str, str]
    digest: str
    superseded: tuple[str, ...]

    @property
    def unsigned(self) -> int:
        """How many passages no clinician has signed."""
        return sum(passage.signed_by is None for passage in self.passages.values())

    @property
    def searched(self) -> tuple[Passage, ...]:
        """The passages in force, in id order."""
        return tuple(passage for passage in self.passages.values() if passage.id not in self.superseded)

    def overdue(self, on: datetime.date) -> tuple[str, ...]:
        """The ids of the passages whose review was due before the given day."""
        return tuple(p.id for p in self.passages.values() if p.review_by is not None and p.review_by < on.isoformat())


def load_corpus(paths: Sequence[Path]) -> Corpus:
    """The passages in the given files and folders.

    Raises:
        UserError: the first problem, and how many more there are.
    """
    corpus, problems = read_corpus(paths)
    if problems:
        first, more = problems[0], len(problems) - 1
        tail = f"{first.fix} ({more} more: evals corpus check.)".strip() if more else first.fix
        raise UserError(first.where, first.found, first.wanted, tail)
    return corpus


def read_corpus(paths: Sequence[Path]) -> tuple[Corpus, tuple[UserError, ...]]:
    """The readable passages in the given files and folders, and every problem met.

    Raises:
        UserError: a path does not exist, or nothing in them is a passage.
    """
    files = {file.resolve(): file for path in reversed(paths) for file in _files(find(path, "corpus folder or file"))}
    problems: list[UserError] = []
    found: dict[str, Passage] = {}
    documents: dict[str, str] = {}
    for file in sorted(files.values()):
        try:
            read = read_document(file) if file.suffix.lower() == ".jsonl" else read_passage_file(file)
        except UserError as problem:
            problems.append(problem)
            continue
        shown = _shown(file)
        for passage in read:
            if passage.id in found:
                taken = f"id {passage.id!r} is taken by {documents[passage.id]}"
                problems.append(UserError(str(file), taken, "a unique id"))
                continue
            found[passage.id], documents[passage.id] = passage, shown
    if not found and not problems:
        raise UserError(", ".join(map(str, paths)), "no passages", "Markdown files or added documents")
    return _corpus(found, documents, problems), tuple(problems)


def _corpus(found: dict[str, Passage], documents: dict[str, str], problems: list[UserError]) -> Corpus:
    passages = {key: found[key] for key in sorted(found)}
    if not problems:  # else a reference may be to a passage that could not be read
        problems += _dangling(passages, documents)
    superseded = {old for passage in passages.values() for old in passage.supersedes}
    return Corpus(
        passages=passages,
        documents={key: documents[key] for key in passages},
        digest=_digest(passages),
        superseded=tuple(key for key in passages if key in superseded),
    )


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        if path.suffix.lower() not in {*MARKDOWN, ".jsonl"}:
            raise _not_a_passage_file(path)
        yield path
        return
    for folder, names, files in os.walk(path):
        # In place, so that os.walk goes on in a fixed order and not into these.
        names[:] = sorted(name for name in names if name != PRIVATE and not name.startswith((".", "_")))
        for name in sorted(files):
            file = Path(folder) / name
            suffix = file.suffix.lower()
            if name.startswith(".") or file.stem.lower() == "readme":
                continue
            if suffix in DOCUMENTS:
                raise _not_a_passage_file(file)
            if suffix in {*MARKDOWN, ".jsonl"}:
                yield file


def _shown(file: Path) -> str:
    """The file as a person would name it: from the current folder or, for the shipped ones, from their root."""
    for root in (Path.cwd(), shipped_root()):
        if file.resolve().is_relative_to(root.resolve()):
            return file.resolve().relative_to(root.resolve()).as_posix()
    return str(file)


def _not_a_passage_file(file: Path) -> UserError:
    wanted = f"a folder, or a file ending in {', '.join((*MARKDOWN, '.jsonl'))}"
    return UserError(str(file), "not a file of passages", wanted, f"Bring a document in with: evals corpus add {file}")


def _dangling(passages: Mapping[str, Passage], documents: Mapping[str, str]) -> Iterator[UserError]:
    for passage in passages.values():
        where = documents[passage.id]
        for field in ("supersedes", "conflicts_with"):
            for other in getattr(passage, field):
                if other not in passages:
                    found = f"{field} names {other!r}, which is not in the corpus"
                    yield UserError(where, found, "", did_you_mean(other, passages))
                elif other == passage.id:
                    yield UserError(where, f"{field} names the passage itself", "another passage")
        replaced = [passages[old] for old in passage.supersedes if old in passages and old != passage.id]
        if any(passage.id in old.supersedes for old in replaced):
            yield UserError(where, f"{passage.id} supersedes a passage that supersedes it", "one of them in force")


def _digest(passages: Mapping[str, Passage]) -> str:
    content = json.dumps([plain(passage) for passage in passages.values()], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def plain(value: Any) -> Any:
    """A record as dictionaries and lists, for JSON; `dataclasses.asdict` cannot copy frozen mappings."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value
