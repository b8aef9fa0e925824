"""Databases for tests of the review store: SQLite in a folder, and a PostgreSQL server of our own on a Unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import required

_NUMBERS = count(1)


@pytest.fixture(name="audit_key", autouse=True)
def audit_key_of_the_test(tmp_path, monkeypatch) -> Path:
    """An audit key of this test alone; the user's own is never touched."""
    for name in ("EVALS_AUDIT_KEY", "EVALS_AUDIT_HEAD", "EVALS_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "settings" / "audit.key"
    monkeypatch.setenv("EVALS_AUDIT_KEY_FILE", str(path))
    return path


@pytest.fixture(name="postgres", scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL server with `{}` for the database name; skips where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        absent = "PostgreSQL is not installed"
        if required("postgres"):
            pytest.fail(f"{absent}, and EVALS_REQUIRE asks for it")
        pytest.skip(absent)
    folder = Path(tempfile.mkdtemp(prefix="evals-postgres-"))
    # PostgreSQL refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"

    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(binaries / name), *arguments], check=True, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip

    run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    run("pg_ctl", "-D", str(data), "-w", "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start")
    try:
        yield f"postgresql://postgres@/{{}}?host={folder}"
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    return found[-1].parent if found else Path(elsewhere).parent if elsewhere else None


@pytest.fixture(name="postgres_url")
def postgres_database(postgres) -> Iterator[str]:
    """An empty PostgreSQL database."""
    import psycopg

    name = f"reviews_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.format(name)
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(name="url", params=["sqlite", "postgresql"])
def each_engine(request, tmp_path) -> str:
    """An empty database, once for each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'reviews.sqlite3'}"
    return request.getfixturevalue("postgres_url")
