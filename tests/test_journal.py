"""The journal on a disk that is full: said in one line that tells what to do, and nothing stored is lost."""

import contextlib
import datetime
import sqlite3
from dataclasses import replace

import pytest

from evals import journal
from evals.errors import UserError
from evals.plan import prepare
from evals.run import execute, start
from evals.suite import Part, load_suite
from tests.answer_replies import reply
from tests.cases import ROOT
from tests.model_server import ModelServer

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


class Full(journal.Journal):
    """A journal that finds its disk full after so many pages."""

    pages = 20

    def __init__(self, folder):
        super().__init__(folder)
        self._db.execute(f"PRAGMA max_page_count={self.pages}")


def _kept(cache):
    with contextlib.closing(sqlite3.connect(cache)) as replies:
        return replies.execute("SELECT COUNT(*) FROM replies").fetchone()[0]


def _two_at_once(log):
    with log.together():
        log.put("answer", "Q02", 0, "half of it")
        log.put("judged", "Q02", 0, "x" * 200_000)


def test_a_full_disk_is_told_with_the_file_and_how_to_go_on_and_what_was_stored_stays(tmp_path):
    with Full(tmp_path) as log:
        log.put("answer", "Q01", 0, "kept")
        with pytest.raises(UserError) as caught:
            _two_at_once(log)
    said = str(caught.value)
    assert said.startswith(str(tmp_path / journal.NAME))
    assert "database or disk is full" in said
    assert said.endswith(f"evals run --resume {tmp_path}")
    with journal.Journal(tmp_path) as log:
        assert log.get("answer", "Q01", 0) == "kept"
        assert log.get("answer", "Q02", 0) is None
        log.put("answer", "Q02", 0, "now there is room")


@pytest.mark.parametrize("generator", ["chat", "composer"])
def test_a_run_whose_disk_fills_up_stops_and_goes_on_without_a_request_paid_twice(generator, tmp_path, monkeypatch):
    cache = tmp_path / "replies.sqlite3"
    with ModelServer(reply=reply) as server:
        asked = {"base_url": server.url, "model": "m"}
        suite = replace(
            load_suite(ROOT / "datasets/suites/default.yaml"),
            generator=Part(name=generator, settings=asked if generator == "chat" else {}),
            judge=Part(name="llm", settings=asked), scorers=(Part(name="faithfulness"),),
        )  # fmt: skip
        plan = prepare(suite, limit=8)
        folder = start(plan, tmp_path / "runs", NOW, {})
        with monkeypatch.context() as patched:
            patched.setattr(journal, "Journal", Full)
            with pytest.raises(UserError, match=r"database or disk is full.*--resume"):
                execute(plan, folder, lambda _: None, cache=cache)
        # What was on its way when the run stopped reached nobody; every reply that came is kept.
        on_its_way = server.counts()["ok"] - _kept(cache)
        done = execute(plan, folder, lambda _: None, cache=cache)
        assert server.counts()["repeat_ok"] <= on_its_way
    assert done.manifest["counts"]["error"] == 0
    assert len(done.items) == 8
