"""A suite within a test run: begun and finished by the process that people started, worked on by it or its workers."""

from collections import Counter
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.errors import UserError
from evals.pytest_plugin.asked import Asked, Baseline, read_asked, read_baseline
from evals.pytest_plugin.items import NOTE, QuestionItem, SuiteNode

if TYPE_CHECKING:
    from evals.pytest_plugin.shared_run import Work

_SHOWN_NOTES = 10


def register(config: pytest.Config) -> None:
    """Have the suite that the options name collected.

    Raises:
        pytest.UsageError: an option names what is not there.
    """
    given = config.option
    try:
        asked = read_asked(
            given.evals_suite, policy=given.evals_policy, baseline=given.evals_baseline, prompt=given.evals_prompt,
            limit=given.evals_limit, out=given.evals_out,
        )  # fmt: skip
    except UserError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(SuiteSession(config, asked), "evals-suite")


class SuiteSession:
    """The hooks of a test run with a suite in it."""

    def __init__(self, config: pytest.Config, asked: Asked) -> None:
        self.asked, self._config = asked, config
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._folder: Path | None = Path(self._worker["evals_run"]) if self._worker else None
        self._summary: list[str] = []
        # Ids of our tests, as failures name them, are no paths; without any path, other tests were not asked for.
        own = [arg for arg in config.args if arg.startswith(f"{asked.node}::")]
        self.chosen = frozenset(arg.removeprefix(f"{asked.node}::") for arg in own)
        if own or config.args_source is not pytest.Config.ArgsSource.ARGS:
            named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
            config.args = [arg for arg in named if arg not in own]
            config.args_source = pytest.Config.ArgsSource.ARGS

    @property
    def folder(self) -> Path:
        """The run's folder."""
        if self._folder is None:
            raise RuntimeError("the run has not begun")
        return self._folder

    @cached_property
    def work(self) -> "Work":
        """What does the questions in this process."""
        from evals.llm.cache import cache_path
        from evals.pytest_plugin.shared_run import Work

        number = int(self._worker["workerid"].removeprefix("gw")) if self._worker else 0
        return Work(self.asked.settings, self.folder, number, cache_path(self.folder.parent))

    @cached_property
    def baseline(self) -> tuple[Baseline | None, str]:
        """What tells which findings are new, or why there is nothing that could."""
        if self.asked.baseline is None:
            return None, "there is no baseline to tell what is new"
        return read_baseline(self.asked.baseline, self.folder)

    # --- hooks -------------------------------------------------------------------------------------------------------

    def pytest_report_header(self) -> str:
        """What is asked of which policy."""
        return f"evals: suite {self.asked.suite.name}, policy {self.asked.policy.name}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Begin the run before workers do: they are told its folder when they start."""
        if self._config.pluginmanager.hasplugin("dsession"):
            self._begin()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist the folder of the run."""
        node.workerinput["evals_run"] = str(self.folder)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the suite beside what else is collected."""
        report = yield
        if isinstance(collector, pytest.Session):
            report.result = [*(report.result or ()), SuiteNode.of(collector, self)]
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin the run, where this process does the tests itself; nothing is begun when they are only listed."""
        if not self._config.option.collectonly and any(isinstance(item, QuestionItem) for item in session.items):
            if self._folder is None:
                self._begin()
            try:
                _ = self.work, self.baseline
            except UserError as error:
                raise pytest.UsageError(str(error)) from error

    def _begin(self) -> None:
        from evals.pytest_plugin.shared_run import begin

        try:
            self._folder = begin(self.asked.settings, self.asked.out)
        except UserError as error:
            raise pytest.UsageError(str(error)) from error

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Close the journal and, in the process that began the run, write its tables once all is done."""
        if "work" in self.__dict__:
            self.work.close()
        if self._worker is None and self._folder is not None:
            self._complete(self._folder)

    def _complete(self, folder: Path) -> None:
        from evals.pytest_plugin.shared_run import complete

        run, done, planned = complete(self.asked.settings, folder)
        shown = _relative(folder)
        if run is not None:
            self._summary = [f"run: {shown} (report.html; rules over the whole run: evals gate {shown})"]
        elif done:
            self._summary = [f"{done} of {planned} answers done. The rest: evals run --resume {shown}"]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Where the run is, and what tests that passed could not check."""
        if not self._summary:
            return
        terminalreporter.section(f"evals: suite {self.asked.suite.name}")
        for line in self._summary:
            terminalreporter.line(line)
        reports = terminalreporter.stats.get("passed", [])
        found = Counter(value for report in reports for name, value in report.user_properties if name == NOTE)
        if found:
            terminalreporter.line("Passed without being checked for everything:")
        for note, amount in found.most_common(_SHOWN_NOTES):
            terminalreporter.line(f"  {amount} x {note}")
        if len(found) > _SHOWN_NOTES:
            terminalreporter.line(f"  and {len(found) - _SHOWN_NOTES} more notes (--junitxml has them all)")


def _relative(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
