"""Commands that take results out of the review store: `review export/import/agreement`, `calibrate`, `audit verify`."""

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Json, Reports, RunFolder, note, print_json, say
from evals.cli.review_options import REPORTS, Database, ReportsFolder
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.review.agreement import Estimate
    from evals.review.calibrating import Calibration
    from evals.review.powered import Rate


def register(app: typer.Typer, review: typer.Typer) -> None:
    """Add the commands of this file."""
    review.command("export", epilog="Example: evals review export reviews.jsonl")(export)
    review.command("import", epilog="Example: evals review import reviews.jsonl")(import_)
    review.command("agreement", epilog="Example: evals review agreement")(agreement)
    app.command("calibrate", epilog="Example: evals calibrate reports/runs/<run>")(calibrate)
    audit = typer.Typer(no_args_is_help=True, help="The audit log of the review store.", rich_markup_mode=None)
    audit.callback()(lambda: None)
    audit.command("verify", epilog="Example: evals audit verify --export reviews.jsonl")(verify)
    app.add_typer(audit, name="audit")


def export(
    file: Annotated[Path, typer.Argument(help="Where to: .jsonl (everything) or .csv (reviews, for spreadsheets).")],
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Write what is on record to a file. Drafts are not in it."""
    from evals.cli.review import opened, operator
    from evals.store import write_text

    store, suffix = opened(database, reports), file.suffix.lower()
    if suffix == ".jsonl":
        rows = store.export_rows(by=operator())
        text = "".join(json_module.dumps(row, ensure_ascii=True) + "\n" for row in rows)
        told = {"file": str(file), "reviews": sum(row["kind"] == "reviews" for row in rows), "audit": rows[0]["audit"]}
    elif suffix == ".csv":
        text = store.export_csv(by=operator())
        told = {"file": str(file), "reviews": len(store.reviews())}
    else:
        raise UserError(str(file), f"suffix {file.suffix!r}", ".jsonl or .csv")
    try:
        write_text(file, text)
    except OSError as error:
        raise UserError(str(file), f"cannot be written ({error.strerror})", "a file you may write") from error
    if json:
        print_json(told)
    else:
        say(f"wrote {told['reviews']} reviews to {file}")


def import_(
    file: Annotated[Path, typer.Argument(help="A file that `evals review export` wrote.")],
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Take reviews that were made elsewhere. What is here already stays; a row that differs stops everything."""
    from evals.cli.review import opened, operator
    from evals.tables import Row, read_rows

    if file.suffix.lower() not in (".jsonl", ".csv"):
        raise UserError(str(file), f"suffix {file.suffix!r}", ".jsonl or .csv")
    rows: list[Row] = []
    for row in read_rows(file):
        if isinstance(row, UserError):
            raise row
        rows.append(row)
    store = opened(database, reports)
    take = store.import_rows if file.suffix.lower() == ".jsonl" else store.import_csv
    added = take(rows, by=operator())
    if json:
        print_json(added)
    else:
        say("new: " + (", ".join(f"{count} {name}" for name, count in added.items() if count) or "nothing"))


def agreement(
    run: Annotated[str | None, typer.Option(help="Only this run id.")] = None,
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """How far clinicians agree: raw, AC1 or AC2, weighted kappa, Krippendorff's alpha, with 95% intervals."""
    from dataclasses import asdict

    from evals.cli.review import opened, table

    found = opened(database, reports).agreement_tables(run)
    if json:
        values = asdict(found)
        values["claim_labels"] = [[*pair, count] for pair, count in found.claim_labels.items()]
        print_json(values)
        return
    names = ("scale", "answers", "raw", "AC1/AC2", "kappa", "alpha", "enough")
    words = {True: "yes", False: "no", None: "–"}
    table(names, [
        (row.name, row.raw.units, *map(_told, (row.raw, row.gwet, row.kappa, row.alpha)), words[row.enough])
        for row in found.scales
    ])  # fmt: skip
    say(f"{found.reviews} reviews, {found.local} of them in local mode; {found.unblinded} that were not blind left out")


def _told(value: "Estimate | Rate") -> str:
    if value.value is None:
        return "–"
    if value.low is None or value.high is None:
        return f"{value.value:.2f}"
    return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"


def calibrate(
    run_folder: RunFolder,
    out: Annotated[
        Path | None, typer.Option(help="Folder for calibrate.json and the proposed calibration; default: by run.")
    ] = None,
    reports: Reports = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Machine against clinicians on a run: confusion tables, proposed cut-offs, the run's true rates with intervals."""
    from evals.cli.review import opened
    from evals.review.calibrating import as_json
    from evals.store import read_run, write_json

    run = read_run(run_folder)
    found = opened(database, reports).calibrate(run)
    folder = out or reports / "calibration" / run_folder.resolve().name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "calibrate.json", as_json(found))
        if found.proposal:
            write_json(folder / "calibration-proposed.json", dict(found.proposal))
    except OSError as error:
        raise UserError(str(folder), f"cannot be written ({error.strerror})", "a folder you may write to") from error
    if json:
        print_json(as_json(found))
        return
    _show(found)
    say(f"wrote {folder / 'calibrate.json'}")
    if found.proposal:
        say(f"wrote {folder / 'calibration-proposed.json'}; nothing uses it until it is put in the judge's place")


def _show(found: "Calibration") -> None:
    from evals.cli.review import table

    say(f"{found.judged} of {found.answers} answers judged; {found.waiting} drawn ones wait for a review")
    if found.local:
        note(f"{found.local} reviews were made in local mode, where nothing keeps a reviewer from the scores.")
    rows = [row for row in found.machine if not row.topic and row.compared]
    say("\nMachine against clinicians (answers called faulty)")
    table(
        ("scorer", "both", "machine only", "clinicians only", "neither", "AC1"),
        [(r.scorer, r.both, r.machine_only, r.clinicians_only, r.neither, _told(r.gwet)) for r in rows],
    )
    say("\nClaims: machine's label against clinicians'")
    table(("machine", "clinicians", "claims"), [(*pair, count) for pair, count in found.claim_labels.items()])
    say("\nRates of the whole run (95% intervals)")
    table(
        ("rate", "machine alone", "clinicians alone", "together"),
        [
            (row.name, f"{row.together.machine:.2f}" if row.told else "–", _told(row.clinicians), _told(row.together))
            for row in found.rates
        ],
    )
    say("\nCut-offs of the local judge")
    table(
        ("cut-off", "now", "proposed", "claims"),
        [(c.name, c.now, "–" if c.proposed is None else c.proposed, c.claims) for c in found.cutoffs],
    )


def verify(
    export_file: Annotated[
        list[Path] | None, typer.Option("--export", help="An export whose head must be in the log; several times.")
    ] = None,
    reports: ReportsFolder = REPORTS,
    database: Database = None,
    json: Json = False,
) -> None:
    """Check the audit log: exit 1 when a row was edited, removed, reordered or cut, or a review differs from it."""
    from dataclasses import asdict

    from evals.cli.review import opened

    heads = [_head(path) for path in export_file or ()]
    found = opened(database, reports).verify_audit(heads)
    if json:
        print_json(asdict(found))
    else:
        for problem in found.problems:
            say(f"error: {problem}")
        say(f"{found.rows} rows, {'whole' if found.whole else 'NOT whole'}, head {found.head}")
    if not found.whole:
        raise typer.Exit(1)


def _head(path: Path) -> tuple[int, str]:
    from evals.tables import read_text

    lines = read_text(path).split("\n", 1)
    try:
        told = json_module.loads(lines[0])["audit"]
        return int(told["seq"]), str(told["mac"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(str(path), "no head of an audit log in its first line", "an export in JSON Lines") from error
