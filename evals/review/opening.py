"""Opening the review store: where it is, with which key, in which mode."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from evals.errors import UserError
from evals.review.audit import note_end
from evals.review.database import connect, database_url, writing
from evals.review.key import audit_key
from evals.review.records import Mode
from evals.review.store import Store
from evals.review.tables import facts
from evals.review.work import token


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(tz=UTC)


def open_store(
    url: str | None = None, *, mode: Mode = "local", reports: Path = Path("reports"), operator: bool = False,
    clock: Callable[[], datetime] = now,
) -> Store:  # fmt: skip
    """Open the store at `url`, else at `EVALS_DATABASE_URL`, else beside the runs; makes it where there is none.

    `operator` is for the command line on the store's own machine, which acts without a role and says so in the log.

    Raises:
        UserError: it cannot be opened, was made by a newer version, or its log was written with another key.
    """
    engine = connect(database_url(url, reports))
    with writing(engine) as connection:
        known = dict(connection.execute(select(facts.c.name, facts.c.value)).all())  # type: ignore[arg-type]
        if "store" not in known:
            known["store"] = token()
            connection.execute(insert(facts).values(name="store", value=known["store"]))
        key = audit_key(known["store"])
        if known.setdefault("key", key.fingerprint) != key.fingerprint:
            fix = "Set EVALS_AUDIT_KEY or EVALS_AUDIT_KEY_FILE to the key that this store was made with."
            raise UserError("audit key", "not the key of this store's log", "the key it was made with", fix)
        if not connection.execute(select(facts.c.name).where(facts.c.name == "key")).first():
            connection.execute(insert(facts).values(name="key", value=key.fingerprint))
        # A note that cannot be written should stop someone who opens the store, not someone who has just submitted.
        note_end(connection, key)
    return Store(engine, key, mode, operator, clock)
