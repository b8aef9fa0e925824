"""Commands that bring and validate data: `corpus add/list/check`, `questions check`."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Json, note, print_json, say
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.corpus import AddedDocument, Corpus

_CORPUS_HELP = "Corpus folder or file; may be given several times. Default: the shipped passages and your own."
_ON_HELP = "Judge dates as of this day. Default: today."
_Corpus = Annotated[list[Path] | None, typer.Option("--corpus", help=_CORPUS_HELP)]
_AsOf = Annotated[datetime.datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help=_ON_HELP)]

PRIVATE = Path("datasets/guidelines/private")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    corpus = typer.Typer(
        no_args_is_help=True, help="Guideline passages: bring your own, list them, check them.", rich_markup_mode=None
    )
    corpus.command(
        "add", epilog="Example: evals corpus add breast-guideline.pdf --organisation 'My hospital' --as-of 2026-05-01"
    )(add)
    corpus.command("list", epilog="Example: evals corpus list --corpus datasets/guidelines/private")(list_documents)
    corpus.command("check", epilog="Example: evals corpus check --on 2027-01-01")(check)
    app.add_typer(corpus, name="corpus")
    questions = typer.Typer(no_args_is_help=True, help="Question files.", rich_markup_mode=None)
    questions.callback()(lambda: None)
    questions.command("check", epilog="Example: evals questions check datasets/questions/oncology.jsonl")(
        check_questions_file
    )
    app.add_typer(questions, name="questions")


def add(
    paths: Annotated[list[Path], typer.Argument(help="PDF, HTML, DOCX, Markdown or text files, or folders of them.")],
    into: Annotated[Path, typer.Option(help="Corpus folder on this machine; keep it out of git.")] = PRIVATE,
    title: Annotated[str | None, typer.Option(help="Title of the document; default: its own.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Who published it.")] = None,
    version: Annotated[str | None, typer.Option(help="Its version, as printed on it.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it is published.")] = None,
    cancer: Annotated[
        list[str] | None, typer.Option(help="Cancer it is about (an id such as lung); may be given several times.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Day on which its content was current, as 2026-05-01.")] = None,
    review_by: Annotated[str | None, typer.Option(help="Day by which to look at it again, as 2027-05-01.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a document of that name added before.")] = False,
    json: Json = False,
) -> None:
    """Bring your own guideline documents into a corpus on this machine. Nothing leaves it."""
    from evals.corpus import AddedDocument, add_documents

    results: list[AddedDocument] = []
    for path in paths:
        try:
            results += add_documents(
                path, into, replace=replace, title=title, organisation=organisation or "", version=version, url=url,
                cancer=tuple(cancer or ("general",)), as_of=as_of, review_by=review_by,
            )  # fmt: skip
        except UserError as problem:
            results.append(AddedDocument(source=path, status="refused", problem=problem))
    _show_added(results, into, json=json)
    if any(result.problem for result in results):
        raise typer.Exit(2)


def _show_added(results: "Sequence[AddedDocument]", into: Path, *, json: bool) -> None:
    for result in results:
        if result.problem:
            note(f"error: {result.problem}")
        for warning in result.warnings:
            note(f"warning: {result.source.name}: {warning}")
    if json:
        print_json([_added_row(result) for result in results])
        return
    for result in results:
        if not result.problem:
            say(f"{result.status} {result.source.name}: {result.passages} passages")
    if any(not result.problem for result in results):
        say(f"Use them with: evals run --corpus datasets/guidelines --corpus {into}")


def _added_row(result: "AddedDocument") -> dict[str, object]:
    return {
        "file": str(result.source),
        "status": result.status,
        "passages": result.passages,
        "pages": result.pages,
        "stored": str(result.path) if result.path else None,
        "problem": str(result.problem) if result.problem else None,
        "warnings": list(result.warnings),
    }


def _load(corpus: list[Path] | None) -> "Corpus":
    from evals.corpus import load_corpus
    from evals.shipped import find

    if corpus:
        return load_corpus([find(path, "corpus folder or file") for path in corpus])
    own = [PRIVATE] if PRIVATE.is_dir() and any(PRIVATE.iterdir()) else []
    return load_corpus([find("datasets/guidelines", "corpus folder"), *own])


def list_documents(corpus: _Corpus = None, on: _AsOf = None, json: Json = False) -> None:
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
    # What fits a terminal; --json has the rest.
    names = ["ids", "title", "passages", "as_of", "review_by", "overdue", "unsigned"]
    for name in names:
        table.add_column(
            name.replace("_", " "),
            justify="right" if bool(rows) and isinstance(getattr(rows[0], name), int) else "left",
        )
    for row in rows:
        table.add_row(*(escape(_cell(getattr(row, name))) for name in names))
    Console(highlight=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None or value is False else "yes" if value is True else str(value)


def check(corpus: _Corpus = None, on: _AsOf = None, json: Json = False) -> None:
    """Check passages: overdue reviews, superseded passages still in use, conflicts, missing dates and sources."""
    from dataclasses import asdict

    from evals.corpus import check_corpus

    loaded = _load(corpus)
    problems = check_corpus(loaded, (on or datetime.datetime.now(datetime.UTC)).date())
    if json:
        print_json(
            {
                "passages": len(loaded.passages),
                "unsigned": loaded.unsigned,
                "problems": [asdict(problem) for problem in problems],
            }
        )
    else:
        for problem in problems:
            say(f"{problem.level}: {problem.where}: {problem.message}")
        warnings = sum(problem.level == "warning" for problem in problems)
        say(f"{len(loaded.passages)} passages, {loaded.unsigned} not signed by a clinician, {warnings} warnings")


def check_questions_file(
    path: Annotated[Path, typer.Argument(help="Question file: JSONL, CSV or Parquet.")] = Path(
        "datasets/questions/oncology.jsonl"
    ),
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
