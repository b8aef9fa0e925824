"""Options that say which models a run asks, and what it tells about them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.cli.options import print_json, say
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.run import Forecast
    from evals.suite import Part, Suite

Model = Annotated[str | None, typer.Option(help="Model that chat and the judges ask, by its name at the server.")]
BaseUrl = Annotated[
    str | None, typer.Option(help="Where it is served, such as http://127.0.0.1:11434/v1; OpenAI's own by default.")
]
KeyEnv = Annotated[str | None, typer.Option(help="Environment variable that holds the key. A local server needs none.")]
Api = Annotated[str | None, typer.Option(help="openai (and all servers like it), azure or anthropic.")]
Concurrency = Annotated[int | None, typer.Option(min=1, help="Most requests at once to one model; 32 by default.")]
JudgeModel = Annotated[str | None, typer.Option(help="Model that the judges ask, instead of --model.")]
JudgeBaseUrl = Annotated[str | None, typer.Option(help="Where that one is served.")]
JudgeKeyEnv = Annotated[str | None, typer.Option(help="Environment variable that holds its key.")]
JudgeApi = Annotated[str | None, typer.Option(help="How that one is spoken to.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A setting by its place: generator.parameters.temperature=0, judge.retries=2; several times."
    ),
]

_ASK_NO_MODEL = frozenset({"composer", "recorded", "python", "endpoint", "local"})


def with_models(suite: "Suite", both: Mapping[str, Any], judges: Mapping[str, Any], single: Sequence[str]) -> "Suite":
    """The suite with the models named on the command line.

    `both` are endpoint settings for the generator and the judges, `judges` those that only the judges take, `single`
    settings as `part.name=value`; those that are null are not set.

    Raises:
        UserError: no part of the suite asks a model, or a setting cannot be read.
    """
    for_all = {name: value for name, value in both.items() if value is not None}
    for_judges = {name: value for name, value in judges.items() if value is not None}
    # Another server has other keys and speaks in another way.
    base = {} if "base_url" in for_judges or "api" in for_judges else for_all
    kept = {name: value for name, value in for_all.items() if name in ("model", "concurrency")}
    judged = {**kept, **base, **for_judges}
    found = [part.name for part in (suite.generator, suite.judge, *suite.judges) if part.name not in _ASK_NO_MODEL]
    if (for_all or for_judges) and not found:
        raise UserError(
            "--model", "no part of this run asks a model", "a generator or judge that does",
            "Add --generator chat or --judge llm.",
        )  # fmt: skip
    changed = replace(
        suite,
        generator=_with(suite.generator, for_all),
        judge=_with(suite.judge, judged),
        judges=tuple(_with(part, judged) for part in suite.judges),
    )
    for text in single:
        changed = _set(changed, text)
    return changed


def _with(part: "Part", settings: Mapping[str, Any]) -> "Part":
    if part.name in _ASK_NO_MODEL:
        return part
    return replace(part, settings={**part.settings, **settings})


def _set(suite: "Suite", text: str) -> "Suite":
    import yaml

    place, equals, written = text.partition("=")
    part, *names = place.strip().split(".")
    if not equals or part not in ("generator", "judge") or not names or not all(names):
        raise UserError(f"--set {place}", "not a setting", "generator.NAME=VALUE or judge.NAME=VALUE")
    try:
        value = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise UserError(
            f"--set {place}", "its value is not YAML", "a number, a text, or a list such as [a, b]"
        ) from error
    own: Part = getattr(suite, part)
    return replace(suite, **{part: replace(own, settings=_placed(own.settings, names, value))})


def _placed(settings: Any, names: Sequence[str], value: Any) -> dict[str, Any]:
    inside = dict(settings) if isinstance(settings, Mapping) else {}
    inside[names[0]] = value if len(names) == 1 else _placed(inside.get(names[0]), names[1:], value)
    return inside


def show_forecast(found: "Forecast", *, json: bool) -> None:
    """Print what a run would ask."""
    rows = [
        {
            "endpoint": total.endpoint.shown,
            "calls": total.calls,
            "tokens_in": total.tokens_in,
            "tokens_out": total.tokens_out,
            "cost": total.cost,
        }
        for total in found.models
    ]
    if json:
        print_json(
            {
                "dry_run": True,
                "answers": found.answers,
                "models": rows,
                "not_counted": list(found.not_counted),
                "cost": found.cost,
            }
        )
        return
    say(f"Nothing was asked. {found.answers:,} answers would take at most, with nothing in the cache:")
    for row in rows:
        say(
            f"- {row['endpoint']}: {row['calls']:,} requests, about {row['tokens_in']:,} tokens in and "
            f"{row['tokens_out']:,} out, {_money(row['cost'])}"
        )
    for name in found.not_counted:
        say(f"- {name}: not known before it is asked")
    if not rows and not found.not_counted:
        say("- no request: no part of this run asks a model")


def used_lines(usage: Mapping[str, Any] | None) -> list[str]:
    """What a run has asked of models, a line each."""
    if not usage:
        return []
    lines = [
        f"Asked {endpoint}: {used['calls']:,} requests ({used['cached']:,} more answered from the cache, "
        f"{used['retries']:,} repeated), {used['tokens_in']:,} tokens in, {used['tokens_out']:,} out, "
        f"{_money(used['cost'])}"
        for endpoint, used in usage["endpoints"].items()
    ]
    return [f"Models: {line}" for line in lines]


def unsteady_lines(summary: Mapping[str, Any]) -> list[str]:
    """What did not come out the same twice, a line each."""
    lines = [
        f"Repeated answers: {scorer} changes on {row['changed']} of {row['questions']} questions, "
        f"by {row['mean_spread']} on average"
        for scorer, row in summary.get("answer_repeats", {}).items()
    ]
    lines += [
        f"Repeated judgements: {judge} labels {row['changed']} of {row['claims']} claims differently"
        for judge, row in summary.get("judge_repeats", {}).items()
    ]
    lines += [
        f"Beside: {judge} agrees on {row['alike']} of {row['claims']} claims; {len(row['disputed'])} answers in dispute"
        for judge, row in summary.get("judges", {}).items()
    ]
    return lines


def _money(cost: float | None) -> str:
    return "price not known" if cost is None else f"${cost:,.4f}"
