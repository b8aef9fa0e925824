"""Commands of the clinicians' side: `review …`, `calibrate`, `audit verify`."""

import getpass
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.cli.options import Json, RunFolder, note, print_json, say
from evals.cli.review_options import REPORTS, Database, ReportsFolder
from evals.errors import UserError, did_you_mean

if TYPE_CHECKING:
    from evals.review import Reviewer, Store
    from evals.review.assigning import Assigned

_Why = Annotated[str, typer.Option(help="Why, for the audit log.")]
_ADDING = "Example: evals review add-reviewer ann@hospital.example --name 'Dr. Ann Lee' --role lead --expertise breast"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    from evals.cli import review_results

    review = typer.Typer(no_args_is_help=True, help="Clinicians' reviews of answers.", rich_markup_mode=None)
    review.command("assign", epilog="Example: evals review assign reports/runs/<run> --count 60")(assign)
    review.command("add-reviewer", epilog=_ADDING)(add_reviewer)
    review.command("reviewers", epilog="Example: evals review reviewers")(list_reviewers)
    review.command("status", epilog="Example: evals review status")(status)
    review.command("gold", epilog="Example: evals review gold <item> --why 'textbook case, both agree'")(gold)
    review.command("lock", epilog="Example: evals review lock <item> --why 'round 1 is closed'")(lock)
    review.command("reopen", epilog="Example: evals review reopen <item> --why 'the guideline changed'")(reopen)
    review_results.register(app, review)
    app.add_typer(review, name="review")


def opened(database: str | None, reports: Path) -> "Store":
    """The review store, as whoever works on its machine."""
    from evals.review import open_store

    return open_store(database, reports=reports, operator=True)


def operator() -> str:
    """Who works on this machine, as the audit log names them."""
    from evals.review.work import OPERATOR

    try:
        return OPERATOR + getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return OPERATOR + "unnamed"


def assign(
    run_folder: RunFolder,
    count: Annotated[int, typer.Option(min=1, help="How many answers to draw.")] = 60,
    seed: Annotated[int | None, typer.Option(help="Seed of the draw; default: a random one. It is recorded.")] = None,
    double: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share that two people review, besides all high-risk answers.")
    ] = None,
    random: Annotated[
        float | None, typer.Option("--random", min=0, max=1, help="Share of the draw made without any weights.")
    ] = None,
    chance_only: Annotated[
        bool, typer.Option("--chance-only", help="Every answer alike, whatever its risk and findings.")
    ] = False,
    practice: Annotated[
        bool, typer.Option("--practice", help="A round that everybody reviews and that does not count.")
    ] = False,
    any_reviewer: Annotated[
        bool, typer.Option("--any-reviewer", help="Where too few know the disease, ask others; marked.")
    ] = False,
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Draw answers of a run by risk and by chance, with known probabilities, and give them to reviewers."""
    from dataclasses import asdict

    from evals.review.sampling import Plan
    from evals.store import read_run

    plan = Plan(
        count=count, seed=secrets.randbits(31) if seed is None else seed, double_share=double, random_share=random,
        practice=practice, any_reviewer=any_reviewer, chance_only=chance_only,
    )  # fmt: skip
    run = read_run(run_folder)
    found = opened(database, reports).assign(run, plan, by=operator())
    if json:
        print_json(asdict(found) | {"seed": plan.seed})
        return
    _show_assigned(found, plan.seed)


def _show_assigned(found: "Assigned", seed: int) -> None:
    say(f"drew {found.drawn} of {found.could_be} answers (seed {seed})")
    if found.known:
        say(f"{found.known} of them are under review already and were not given out again")
    say("assignments: " + (", ".join(f"{count} {name}" for name, count in found.counts.items()) or "none"))
    for name, count in found.people.items():
        say(f"  {name}: {count}")
    if found.unblinded:
        note(
            f"warning: {found.unblinded} assignments went to people who have seen what the machine says of the answer, "
            "for want of others. Their reviews will be marked and left out of every comparison."
        )
    for one in found.shortfalls:
        note(f"warning: {one.question_id} ({one.cancer}): {one.found} of {one.wanted} reviewers who know the disease")
    if found.shortfalls:
        note("Add reviewers with that expertise, or ask others with --any-reviewer.")


def add_reviewer(
    reviewer: Annotated[str, typer.Argument(help="E-mail address, or a name without spaces in local mode.")],
    name: Annotated[str | None, typer.Option(help="Name printed under reviews; default: the id.")] = None,
    role: Annotated[
        str | None, typer.Option(help="viewer, reviewer, adjudicator or lead; default: reviewer.", show_default=False)
    ] = None,
    expertise: Annotated[
        list[str] | None, typer.Option(help="Cancer this person knows (an id such as lung); default: all.")
    ] = None,
    profession: Annotated[
        str | None, typer.Option(help="physician, nurse, advocate or other; default: physician.", show_default=False)
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Inactive people may do nothing more; reviews stay.")
    ] = None,
    why: _Why = "",
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Add a person, or change one; what is not given stays. The first must be a lead."""
    from dataclasses import asdict
    from typing import get_args

    from evals.parse import parse
    from evals.review import Profession, Reviewer
    from evals.review.records import ROLES

    for what, value, known in (("role", role, ROLES), ("profession", profession, get_args(Profession))):
        if value is not None and value not in known:
            raise UserError(f"--{what}", f"unknown {what} {value!r}", fix=did_you_mean(value, known))
    store = opened(database, reports)
    before = next((one for one in store.reviewers() if one.id == reviewer), Reviewer(id=reviewer, name=reviewer))
    given = {"name": name, "role": role, "profession": profession, "expertise": tuple(expertise or ()) or None,
             "active": active}  # fmt: skip
    values = asdict(before) | {name: value for name, value in given.items() if value is not None}
    person = parse(Reviewer, values, "reviewer")
    store.add_reviewer(person, by=operator(), why=why)
    if json:
        print_json(asdict(person))
    else:
        say(_person(person))


def _person(person: "Reviewer") -> str:
    gone = "" if person.active else ", inactive"
    return f"{person.id}: {person.name}, {person.profession}, {person.role}, knows {', '.join(person.expertise)}{gone}"


def list_reviewers(reports: ReportsFolder = REPORTS, database: Database = None, json: Json = False) -> None:
    """Everybody in the review store."""
    from dataclasses import asdict

    found = opened(database, reports).reviewers()
    if json:
        print_json([asdict(person) for person in found])
        return
    for person in found:
        say(_person(person))
    if not found:
        say("Nobody yet. The first is a lead: evals review add-reviewer NAME --role lead")


def status(
    run: Annotated[str | None, typer.Option(help="Only this run id.")] = None,
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """How far the review of each answer is, and what differs."""
    from collections import Counter
    from dataclasses import asdict

    found = opened(database, reports).item_states(run)
    if json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        why = f": {'; '.join(one.reasons)}" if one.state == "disagreement" else ""
        say(f"{one.item_id}  {one.question_id} {one.repeat}  {one.state} ({one.done} of {len(one.reviewers)}){why}")
    counts = Counter(one.state for one in found)
    say(", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "No answer is under review.")


_Item = Annotated[str, typer.Argument(help="Item id, as `evals review status` shows it.")]


def gold(item: _Item, why: _Why, reports: ReportsFolder = REPORTS, database: Database = None) -> None:
    """Make a settled answer gold: it is hidden among later reviews, to see how each reviewer does."""
    opened(database, reports).set_gold(item, by=operator(), why=why)
    say(f"{item} is gold")


def lock(item: _Item, why: _Why, reports: ReportsFolder = REPORTS, database: Database = None) -> None:
    """Close a reviewed answer."""
    opened(database, reports).lock(item, by=operator(), why=why)
    say(f"{item} is locked")


def reopen(item: _Item, why: _Why, reports: ReportsFolder = REPORTS, database: Database = None) -> None:
    """Open a closed answer again for one more adjudication; what was said stays."""
    opened(database, reports).reopen(item, by=operator(), why=why)
    say(f"{item} is open for adjudication")


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table, numbers to the right."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    shown = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        numbers = bool(rows) and all(isinstance(row[place], (int, float)) or row[place] == "–" for row in rows)
        shown.add_column(name, justify="right" if numbers else "left")
    for row in rows:
        shown.add_row(*(escape(str(value)) for value in row))
    Console(highlight=False).print(shown)
