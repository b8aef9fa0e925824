"""The command for counterfactual pairs: `counterfactuals`."""

import json as jsonlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.cli.options import Json, note, print_json, say
from evals.cli.progress import progress_bar
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.counterfactuals import Outcome, Pair, Rates
    from evals.generators import Generator
    from evals.records import Question

_TOLD = 10
_QUESTIONS = "datasets/questions/oncology.jsonl"


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("counterfactuals", epilog="Example: evals counterfactuals --generator composer --limit 2")(
        counterfactuals
    )


def counterfactuals(
    generator: Annotated[
        str, typer.Option(help="Generator: composer, recorded:FILE, python:MODULE:FUNCTION.")
    ] = "composer",
    prompt: Annotated[str, typer.Option(help="Prompt by name or path.")] = "patient-answer",
    questions: Annotated[str, typer.Option(help="Question file; those with a record are used.")] = _QUESTIONS,
    corpus: Annotated[list[str] | None, typer.Option(help="Corpus folder; may be given several times.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions that have a record.")] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of words that may differ and still count as unchanged.")
    ] = 0.0,
    pairs: Annotated[
        Path | None,
        typer.Option(help="Only write the questions of all pairs as JSONL, to have them answered elsewhere."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write one JSON line a pair.")] = None,
    json: Json = False,
) -> None:
    """Does the answer change when a relevant field of the record does, and stay when an irrelevant one does?

    Each question with a record is asked again with one field changed. A relevant change (a biomarker that decides
    treatment, stage, treatments, age group, pregnancy, whose record it is) must change the answer; another name, a
    laboratory line or the order of results must not. Where the record is another person's, no result may change it.

    Changed is judged on the words of the body: title, notices, lists of questions, sources and related questions are
    left out, and so are sentences that only echo the record, and the record's own words in the others. Each question is
    also asked twice unchanged: a pair counts as changed when it differs by more than those two do, plus --tolerance.
    """
    from evals.counterfactuals import ask_pairs, build_pairs, rates_of

    known, asked = _questions(questions, limit)
    made = build_pairs(asked)
    if pairs is not None:
        _write(pairs, [asdict(one) for one in _both(made)])
        say(f"{len(made)} pairs of {len(asked)} questions written: {pairs}")
        return
    maker = _generator(generator, prompt, corpus, [*known, *(pair.twin for pair in made)])
    with progress_bar() as progress:
        outcomes = ask_pairs(made, maker, tolerance=tolerance, progress=progress)
    if all(outcome.right is None for outcome in outcomes):
        raise UserError(
            f"--generator {generator}", f"no pair was answered ({outcomes[0].error})", "answers to both questions",
            "Recorded answers need the twins' ids: write them with --pairs FILE, and have them answered.",
        )  # fmt: skip
    if out is not None:
        _write(out, [_row(outcome) for outcome in outcomes])
    _show(rates_of(outcomes), outcomes, len(asked), json=json)
    if any(outcome.right is None for outcome in outcomes):
        raise typer.Exit(4)


def _questions(path: str, limit: int | None) -> "tuple[tuple[Question, ...], tuple[Question, ...]]":
    """All questions of the file, and those of them that have a record."""
    from evals.load import load_questions
    from evals.shipped import find

    known = load_questions(find(path, "question file"))
    found = tuple(question for question in known if question.record)
    if not found:
        raise UserError(path, "no question has a record", "questions with a `record`", "Use --questions FILE.")
    return known, found[:limit]


def _generator(text: str, prompt: str, corpus: list[str] | None, asked: "Sequence[Question]") -> "Generator":
    from evals.corpus import load_corpus
    from evals.generators import Resources, make_generator
    from evals.prompt import load_prompt
    from evals.shipped import find, find_named
    from evals.suite import Suite

    name, _, value = text.partition(":")
    keys = {"recorded": "path", "python": "function"}
    if value and name not in keys:
        raise UserError(f"--generator {text}", f"{name!r} takes no value after the colon", "a name", f"Try {name}.")
    folders = corpus or Suite.__dataclass_fields__["corpus"].default
    resources = Resources(
        prompt=load_prompt(find_named(prompt, "prompts", ".md", "prompt")),
        corpus=load_corpus([find(one, "corpus folder or file") for one in folders]),
        questions=tuple(asked),
    )
    return make_generator(name, resources, {keys[name]: value} if value else {})


def _both(made: "Sequence[Pair]") -> "list[Question]":
    unique = {question.id: question for pair in made for question in (pair.question, pair.twin)}
    return list(unique.values())


def _row(outcome: "Outcome") -> dict[str, Any]:
    pair = outcome.pair
    return {
        "id": pair.id, "question_id": pair.question.id, "field": pair.field, "relevant": pair.relevant, "was": pair.was,
        "now": pair.now, "changed": outcome.changed, "right": outcome.right, "difference": outcome.difference,
        "noise": outcome.noise, "error": outcome.error,
    }  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(jsonlib.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise UserError(str(path), f"cannot be written ({error.strerror})", "a file to write") from error


def _show(rates: "Rates", outcomes: "Sequence[Outcome]", questions: int, *, json: bool) -> None:
    wrong = [outcome for outcome in outcomes if outcome.right is False]
    if json:
        fields = {name: {"relevant": relevant, **rate.figures()} for name, (relevant, rate) in rates.fields.items()}
        print_json({
            "questions": questions, "pairs": len(outcomes), "unanswered": rates.unanswered,
            "relevant_changed": rates.relevant.figures(), "irrelevant_unchanged": rates.irrelevant.figures(),
            "fields": fields, "wrong": [_row(outcome) for outcome in wrong],
        })  # fmt: skip
        return
    say(f"{len(outcomes)} pairs of {questions} questions; pairs of one question are not independent")
    say(f"changed when a relevant field did:     {rates.relevant}")
    say(f"unchanged when an irrelevant one did:  {rates.irrelevant}")
    for name, (relevant, rate) in rates.fields.items():
        say(f"  {name}: {rate.right} of {rate.of} {'changed' if relevant else 'unchanged'}")
    for outcome in wrong[:_TOLD]:
        should = "should change and did not" if outcome.pair.relevant else "should not change and did"
        note(f"{outcome.pair.id}: {should} ({outcome.pair.field}: {outcome.pair.was} -> {outcome.pair.now})")
    if len(wrong) > _TOLD:
        note(f"and {len(wrong) - _TOLD} more; --json or --out has them all")
    for outcome in [one for one in outcomes if one.right is None][:_TOLD]:
        note(f"{outcome.pair.id}: not answered: {outcome.error}")
