"""The command for answers that exist already: `score`."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.going import begin
from evals.cli.models import (
    AskedApi,
    AskedBaseUrl,
    AskedKeyEnv,
    AskedModel,
    Beside,
    Cached,
    Concurrency,
    DryRun,
    JudgeRepeats,
    MaxCost,
    SetJudge,
    part_of,
    with_models,
)
from evals.cli.options import RUNS, Json, Out, note

SCORE_EXAMPLES = (
    "Example: evals score page.html --question 'How does immunotherapy work?' With a model as the judge: "
    "evals score answers.jsonl --judge llm --base-url http://127.0.0.1:11434/v1 --model qwen2.5"
)


def score(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL, CSV or Parquet with a field `answer`, a saved answer page (.html, .md, .txt), or a folder."
        ),
    ],
    scorers: Annotated[str | None, typer.Option(help="Scorers, separated by commas; all by default.")] = None,
    question: Annotated[str | None, typer.Option(help="The question, for a page or rows without one.")] = None,
    record: Annotated[
        str | None, typer.Option(help="The patient's record as JSON, for a page or rows without one.")
    ] = None,
    corpus: Annotated[list[str] | None, typer.Option(help="Corpus folder; may be given several times.")] = None,
    judge: Annotated[
        str, typer.Option(help="Judge that decides: local, or one that asks a model: llm, ragas, cascade.")
    ] = "local",
    beside: Beside = None,
    judge_repeats: JudgeRepeats = None,
    model: AskedModel = None,
    base_url: AskedBaseUrl = None,
    key_env: AskedKeyEnv = None,
    api: AskedApi = None,
    concurrency: Concurrency = None,
    settings: SetJudge = None,
    max_cost: MaxCost = None,
    cache: Cached = True,
    dry_run: DryRun = False,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Score answers that exist already. The last line printed is the run folder."""
    from evals.generators.recorded import passed_over
    from evals.suite import ALL_SCORERS, Part, Suite

    names = [name.strip() for name in scorers.split(",") if name.strip()] if scorers else ALL_SCORERS
    suite = Suite(
        name="score",
        questions=str(file),
        generator=Part(name="recorded", settings={"path": str(file)}),
        judge=part_of(judge),
        judges=tuple(part_of(name) for name in beside or ()),
        judge_repeats=judge_repeats or 1,
        scorers=tuple(Part(name=name) for name in dict.fromkeys(names)),
        corpus=tuple(corpus) if corpus else Suite.__dataclass_fields__["corpus"].default,
        slices=(),
    )
    asked = {"model": model, "base_url": base_url, "key_env": key_env, "api": api, "concurrency": concurrency}
    suite = with_models(suite, asked, {}, settings or (), parts=("judge",))
    for other in passed_over(file):
        note(f"not an answer page, passed over: {other}")
    command = {"score": str(file), "question": question, "record": record}
    begin(suite, out, command, max_cost=max_cost, cache=cache, dry_run=dry_run, json=json)
