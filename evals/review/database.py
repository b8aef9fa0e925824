"""Where reviews are kept: SQLite by default, PostgreSQL by URL. One write at a time, each whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from evals.errors import UserError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

HEAD = "r0001"
VARIABLE = "EVALS_DATABASE_URL"
FILE = "reviews.sqlite3"
_PATIENCE = 30
# Any number; every process that writes to one database must use the same.
_WRITING, _MIGRATING = 7_304_201, 7_304_202


def database_url(url: str | None, reports: Path) -> str:
    """The URL asked for, else `EVALS_DATABASE_URL`, else the SQLite file beside the runs."""
    return url or os.environ.get(VARIABLE) or f"sqlite:///{(reports / FILE).absolute()}"


def connect(url: str) -> Engine:
    """An engine on a store that is up to date; makes the tables where there are none.

    Raises:
        UserError: no URL, no driver, no database that can be reached, or one that a newer version made.
    """
    parsed = _parsed(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        _migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        found = f"cannot be opened ({_first_line(error)})"
        raise UserError(_told(parsed), found, "a database we may write to") from error
    return engine


def _parsed(url: str) -> "URL":
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UserError(VARIABLE, "not a database URL", "sqlite:///FILE or postgresql://USER@HOST/NAME") from error
    backend = parsed.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise UserError(_told(parsed), f"a {backend} database", "sqlite or postgresql")
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def _told(url: "URL") -> str:
    return url.render_as_string(hide_password=True)


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or ["no reason given"])[0]


def _sqlite(url: "URL") -> Engine:
    if url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(url.database, f"its folder cannot be made ({error.strerror})") from error
    engine = create_engine(url, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver's own transactions begin late and leave DDL outside; ours begin with the write lock (see `writing`).
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql(url: "URL") -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _PATIENCE})
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        fix = "Install it with: pip install 'navis-evals[postgres]'"
        raise UserError(_told(url), "the PostgreSQL driver is not installed", "psycopg", fix) from error


@contextmanager
def writing(engine: Engine, lock: int = _WRITING) -> Iterator[Connection]:
    """A transaction that is alone in writing: the log's order is the order of events, and versions do not race."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        try:
            yield connection
        except BaseException:
            _end(connection, "ROLLBACK")
            raise
        _end(connection, "COMMIT")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the store and changes nothing."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        try:
            yield connection
        finally:
            _end(connection, "ROLLBACK")


def _end(connection: Connection, word: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(word)
    elif word == "COMMIT":
        connection.commit()
    else:
        connection.rollback()


def _migrate(engine: Engine) -> None:
    if _revision(engine) == HEAD:
        return
    with writing(engine, _MIGRATING) as connection:
        _upgrade(connection)


def _revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return _revision_of(connection)


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    # A percent sign in the path is not an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        fix = "Use the version of this product that made it, or a newer one."
        raise UserError("review store", f"made by another version ({_revision_of(connection)})", HEAD, fix) from error
