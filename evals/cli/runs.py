"""Commands that make and show runs: `run`, `report`, and `score`, which has a file of its own."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from evals.cli.going import begin, go_on, show
from evals.cli.models import (
    Api,
    BaseUrl,
    Beside,
    Cached,
    Concurrency,
    DryRun,
    JudgeApi,
    JudgeBaseUrl,
    JudgeKeyEnv,
    JudgeModel,
    JudgeRepeats,
    KeyEnv,
    MaxCost,
    Model,
    Set,
    part_of,
    with_models,
)
from evals.cli.options import RUNS, Json, Out, RunFolder, note
from evals.cli.score import SCORE_EXAMPLES, score
from evals.errors import UserError

_EXAMPLES = (
    "Example: evals run --prompt datasets/prompts/my-prompt.md --limit 10. With a model server on this machine: "
    "evals run --generator chat --base-url http://127.0.0.1:11434/v1 --model qwen2.5 --judge llm"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run", epilog=_EXAMPLES)(run)
    app.command("score", epilog=SCORE_EXAMPLES)(score)
    app.command("report", epilog="Example: evals report reports/runs/<run> --csv scores.csv")(report)


def run(
    suite: Annotated[
        str, typer.Option(help="Suite by name or path: default, full, realistic, or your own YAML.")
    ] = "default",
    prompt: Annotated[str | None, typer.Option(help="Prompt by name or path, instead of the suite's.")] = None,
    generator: Annotated[
        str | None,
        typer.Option(
            help="Generator instead of the suite's: composer, chat (a model), recorded:FILE, python:MODULE:FUNCTION, "
            "endpoint:URL."
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(help="Judge instead of the suite's: local, or one that asks a model: llm, ragas, cascade."),
    ] = None,
    beside: Beside = None,
    corpus: Annotated[
        list[str] | None, typer.Option(help="Corpus folder instead of the suite's; may be given several times.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, max=100, help="Answers per question.")] = None,
    judge_repeats: JudgeRepeats = None,
    model: Model = None,
    base_url: BaseUrl = None,
    key_env: KeyEnv = None,
    api: Api = None,
    concurrency: Concurrency = None,
    judge_model: JudgeModel = None,
    judge_base_url: JudgeBaseUrl = None,
    judge_key_env: JudgeKeyEnv = None,
    judge_api: JudgeApi = None,
    settings: Set = None,
    max_cost: MaxCost = None,
    cache: Cached = True,
    dry_run: DryRun = False,
    resume: Annotated[
        Path | None, typer.Option(help="Finish a run that was interrupted. Takes no other option but --max-cost.")
    ] = None,
    retry_errors: Annotated[
        Path | None, typer.Option(help="Do again what ended in an error in this run, and nothing else.")
    ] = None,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Questions -> answers -> verdicts -> scores -> report. The last line printed is the run folder."""
    from evals.shipped import find_named
    from evals.suite import load_suite

    again = resume or retry_errors
    if again is not None:
        given = (prompt, generator, judge, beside, corpus, limit, repeats, judge_repeats, model, base_url, key_env, api,
                 concurrency, judge_model, judge_base_url, judge_key_env, judge_api, settings, dry_run)  # fmt: skip
        if any(given) or suite != "default" or not cache or (resume and retry_errors):
            option = "--resume" if resume else "--retry-errors"
            fix = "A run goes on with the settings it started with."
            raise UserError(option, "given with other options", f"{option} alone, or with --max-cost", fix)
        go_on(again, errors=retry_errors is not None, max_cost=max_cost, json=json)
        return
    chosen = load_suite(find_named(suite, "suites", ".yaml", "suite"))
    chosen = replace(
        chosen,
        prompt=prompt or chosen.prompt,
        generator=part_of(generator) if generator else chosen.generator,
        judge=part_of(judge) if judge else chosen.judge,
        judges=tuple(part_of(name) for name in beside) if beside else chosen.judges,
        corpus=tuple(corpus) if corpus else chosen.corpus,
        repeats=repeats or chosen.repeats,
        judge_repeats=judge_repeats or chosen.judge_repeats,
    )
    chosen = with_models(
        chosen,
        {"model": model, "base_url": base_url, "key_env": key_env, "api": api, "concurrency": concurrency},
        {"model": judge_model, "base_url": judge_base_url, "key_env": judge_key_env, "api": judge_api},
        settings or (),
    )
    begin(chosen, out, {"limit": limit}, max_cost=max_cost, cache=cache, dry_run=dry_run, json=json)


def report(
    run_folder: RunFolder,
    csv: Annotated[Path | None, typer.Option(help="Also write scores as CSV, safe to open in a spreadsheet.")] = None,
    json: Json = False,
) -> None:
    """Write report.html and report.md of a run again, show its summary, and export its scores."""
    from evals.report import export_csv, write_reports
    from evals.store import read_run

    found = read_run(run_folder)
    write_reports(found)
    if csv:
        export_csv(found, csv)
        note(f"wrote {csv}")
    show(found, json=json)
