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
AskedModel = Annotated[
    str | None, typer.Option("--model", "--judge-model", help="Model that the judges ask, by its name at the server.")
]
AskedBaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url", "--judge-base-url", help="Where it is served, such as http://127.0.0.1:11434/v1; else OpenAI's."
    ),
]
AskedKeyEnv = Annotated[
    str | None,
    typer.Option("--key-env", "--judge-key-env", help="Environment variable that holds the key; none for local ones."),
]
AskedApi = Annotated[
    str | None, typer.Option("--api", "--judge-api", help="openai (and all servers like it), azure or anthropic.")
]
Beside = Annotated[
    list[str] | None, typer.Option(help="Another judge; its verdicts are kept apart. May be given several times.")
]
JudgeRepeats = Annotated[
    int | None, typer.Option(min=1, max=100, help="Judgements per answer, by judges that ask a model.")
]
MaxCost = Annotated[
    float | None, typer.Option(min=0, help="Stop, resumable, before the run costs more US dollars than this.")
]
Cached = Annotated[bool, typer.Option("--cache/--no-cache", help="Reuse replies of models from earlier runs.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Ask nothing; tell how many requests, tokens and dollars it takes.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A setting by its place: generator.parameters.temperature=0, judge.retries=2; several times."
    ),
]
SetJudge = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting of the judge: judge.parameters.temperature=0, judge.retries=2; or more."),
]

_ASK_NO_MODEL = frozenset({"composer", "recorded", "python", "endpoint", "local"})


def with_models(
    suite: "Suite",
    both: Mapping[str, Any],
    judges: Mapping[str, Any],
    single: Sequence[str],
    parts: Sequence[str] = ("generator", "judge"),
) -> "Suite":
    """The suite with the models named on the command line.

    `both` are endpoint settings for the generator and the judges, `judges` those that only the judges take, `single`
    settings as `part.name=value`; those that are null are not set. `parts` are those that may be set so.

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
            "--model", "no part of this run asks a model", f"a {' or '.join(parts)} that does",
            "Add --generator chat or --judge llm." if "generator" in parts else "Add --judge llm.",
        )  # fmt: skip
    changed = replace(
        suite,
        generator=_with(suite.generator, for_all),
        judge=_with(suite.judge, judged),
        judges=tuple(_with(part, judged) for part in suite.judges),
    )
    for text in single:
        changed = _set(changed, text, parts)
    return changed


def part_of(text: str) -> "Part":
    """A generator or judge as an option names it: `llm`, `recorded:FILE`.

    Raises:
        UserError: it takes no value after the colon.
    """
    from evals.suite import Part

    name, _, value = text.partition(":")
    settings: dict[str, Any] = {}
    if value:
        keys = {"recorded": "path", "python": "function", "endpoint": "url"}
        if name not in keys:
            raise UserError(text, f"{name!r} takes no value after the colon", "a name", f"Try {name}.")
        settings[keys[name]] = value
    return Part(name=name, settings=settings)


def _with(part: "Part", settings: Mapping[str, Any]) -> "Part":
    if part.name in _ASK_NO_MODEL:
        return part
    return replace(part, settings={**part.settings, **settings})


def _set(suite: "Suite", text: str, parts: Sequence[str]) -> "Suite":
    from evals.plain_yaml import plain_yaml

    place, equals, written = text.partition("=")
    part, *names = place.strip().split(".")
    if not equals or part not in parts or not names or not all(names):
        raise UserError(f"--set {place}", "not a setting", " or ".join(f"{one}.NAME=VALUE" for one in parts))
    value = plain_yaml(written, f"--set {place.strip()}")
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


def _money(cost: float | None) -> str:
    return "price not known" if cost is None else f"${cost:,.4f}"
