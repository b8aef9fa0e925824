"""Commands that bring and validate data: `corpus add/list/check`, `questions check`."""

import datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from evals.cli.options import Json, note, print_json, say
from evals.errors import UserError

_Corpus = Annotated[Optional[list[Path]], typer.Option("--corpus", help="Corpus folder or file; may be given several times. Default: the shipped passages and your own.")]
_As_of = Annotated[Optional[datetime.datetime], typer.Option("--on", formats=["%Y-%m-%d"], help="Judge dates as of this day. Default: today.")]

PRIVATE = Path("datasets/guidelines/private")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    corpus = typer.Typer(no_args_is_help=True, help="Guideline passages: bring your own, list them, check them.", rich_markup_mode=None)
    corpus.command("add", epilog="Example: evals corpus add breast-guideline.pdf --organisation 'My hospital' --as-of 2026-05-01")(add)
    corpus.command("list", epilog="Example: evals corpus list --corpus datasets/guidelines/private")(list_documents)
    corpus.command("check", epilog="Example: evals corpus check --on 2027-01-01")(check)
    app.add_typer(corpus, name="corpus")
    questions = typer.Typer(no_args_is_help=True, help="Question files.", rich_markup_mode=None)
    questions.callback()(lambda: None)
    questions.command("check", epilog="Example: evals questions check datasets/questions/oncology.jsonl")(check_questions_file)
    app.add_typer(questions, name="questions")


def add(
    paths: Annotated[list[Path], typer.Argument(help="PDF, HTML, DOCX, Markdown or text files, or folders of them.")],
    into: Annotated[Path, typer.Option(help="Corpus folder on this machine; keep it out of version control.")] = PRIVATE,
    title: Annotated[Optional[str], typer.Option(help="Title of the document; default: from the file.")] = None,
    organisation: Annotated[Optional[str], typer.Option(help="Who published it.")] = None,
    version: Annotated[Optional[str], typer.Option(help="Its version, as printed on it.")] = None,
    url: Annotated[Optional[str], typer.Option(help="Where it is published.")] = None,
    cancer: Annotated[Optional[list[str]], typer.Option(help="Cancer it is about (an id such as lung); may be given several times.")] = None,
    as_of: Annotated[Optional[datetime.datetime], typer.Option(formats=["%Y-%m-%d"], help="Day on which its content was current.")] = None,
    review_by: Annotated[Optional[datetime.datetime], typer.Option(formats=["%Y-%m-%d"], help="Day by which to look at it again.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a document of the same name that was added before.")] = False,
    json: Json = False,
) -> None:
    """Bring your own guideline documents into a corpus on this machine. Nothing leaves it."""
    from evals.corpus import add_document

    added, failed = [], []
    for path in _files(paths):
        try:
            added.append(
                add_document(
                    path, into, title=title, organisation=organisation, version=version, url=url, cancer=tuple(cancer or ("general",)),
                    as_of=as_of.date() if as_of else None, review_by=review_by.date() if review_by else None, replace=replace,
                )  # fmt: skip
            )
        except UserError as error:
            failed.append(error)
    for document in added:
        for warning in document.warnings:
            note(f"warning: {path_name(document.path)}: {warning}")
    if json:
        print_json({"added": [{"file": str(d.path), "passages": d.passages} for d in added], "failed": [str(e) for e in failed]})
    else:
        for document in added:
            say(f"{path_name(document.path)}: {document.passages} passages")
        if added:
            say(f"Use them with: evals run --corpus datasets/guidelines --corpus {into}")
    if failed:
        for error in failed[:-1]:
            note(f"error: {error}")
        raise failed[-1]


def path_name(path: Path) -> str:
    """The last part of a path, for one-line messages."""
    return path.name


def _files(paths: list[Path]) -> list[Path]:
    from evals.corpus import DOCUMENT_SUFFIXES

    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in DOCUMENT_SUFFIXES)
        if not inside:
            raise UserError(str(path), "no documents in this folder", f"files ending in {', '.join(sorted(DOCUMENT_SUFFIXES))}")
        files += inside
    return files


def _load(corpus: list[Path] | None):  # noqa: ANN202  (Corpus loads lazily)
    from evals.corpus import load_corpus
    from evals.shipped import find

    if corpus:
        return load_corpus([find(path, "corpus folder or file") for path in corpus])
    own = [PRIVATE] if PRIVATE.is_dir() and any(PRIVATE.iterdir()) else []
    return load_corpus([find("datasets/guidelines", "corpus folder"), *own])


def list_documents(corpus: _Corpus = None, on: _As_of = None, json: Json = False) -> None:
    """Documents with their dates: how many passages, unsigned, volatile, overdue for review, superseded."""
    from dataclasses import asdict

    from evals.corpus import describe

    rows = describe(_load(corpus), (on or datetime.datetime.now(datetime.UTC)).date())
    if json:
        print_json([asdict(row) for row in rows])
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    names = list(rows[0].__dataclass_fields__) if rows else []
    for name in names:
        table.add_column(name.replace("_", " "), justify="right" if isinstance(getattr(rows[0], name), int) else "left")
    for row in rows:
        table.add_row(*(escape(_cell(getattr(row, name))) for name in names))
    Console(highlight=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None or value is False else "yes" if value is True else str(value)


def check(corpus: _Corpus = None, on: _As_of = None, json: Json = False) -> None:
    """Check passages: overdue reviews, superseded passages still in use, conflicts, missing dates and sources."""
    from dataclasses import asdict

    from evals.corpus import check_corpus

    loaded = _load(corpus)
    problems = check_corpus(loaded, (on or datetime.datetime.now(datetime.UTC)).date())
    if json:
        print_json({"passages": len(loaded.passages), "unsigned": loaded.unsigned, "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            say(str(problem))
        say(f"{len(loaded.passages)} passages, {loaded.unsigned} not signed by a clinician, {len(problems)} problems")


def check_questions_file(
    path: Annotated[Path, typer.Argument(help="Question file: JSONL, CSV or Parquet.")] = Path("datasets/questions/oncology.jsonl"),
    corpus: _Corpus = None,
    json: Json = False,
) -> None:
    """Validate a question file: every problem with its line, what was found, what was wanted, and a suggestion."""
    from evals.question_check import check_questions
    from evals.shipped import find

    questions, problems = check_questions(find(path, "question file"), _load(corpus))
    base = sum(1 for q in questions if not (q.paraphrase_of or q.twin_of))
    counts = {
        "questions": len(questions), "base": base, "paraphrases": sum(bool(q.paraphrase_of) for q in questions),
        "twins": sum(bool(q.twin_of) for q in questions), "problems": len(problems),
    }  # fmt: skip
    if json:
        print_json(counts | {"problem_list": [str(problem) for problem in problems]})
    else:
        for problem in problems:
            say(str(problem))
        say(", ".join(f"{value} {name}" for name, value in counts.items()))
    if problems:
        raise typer.Exit(2)
