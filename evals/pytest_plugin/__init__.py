"""The pytest plugin: `pytest --evals-suite S` makes each question of a suite a test. See docs/pytest.md.

Without the option it does nothing but offer the fixture `evals_asserts`; whatever is heavy is imported only when it is
used, so that nobody's test run gets slower by having this installed.
"""

from types import ModuleType

import pytest

_GROUP = "evals", "answers of a suite as tests (navis-evals)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of them without effect unless --evals-suite is given."""
    group = parser.getgroup(*_GROUP)
    group.addoption("--evals-suite", metavar="S", help="Each question of this suite (name or path) is a test.")
    group.addoption("--evals-policy", metavar="P", default="default", help="Its rules on single answers decide.")
    group.addoption("--evals-baseline", metavar="RUN", help="Tells what is new. [reports/baseline, where there is one]")
    group.addoption("--evals-prompt", metavar="P", help="Prompt by name or path, instead of the suite's.")
    group.addoption("--evals-limit", metavar="N", type=int, help="Only the first N questions.")
    group.addoption("--evals-out", metavar="DIR", default="reports/runs", help="Folder for the run's folder.")


def pytest_configure(config: pytest.Config) -> None:
    """Register what runs a suite, when one is asked for."""
    config.addinivalue_line("markers", "evals: a question of a suite (--evals-suite)")
    if config.getoption("evals_suite"):
        from evals.pytest_plugin.session import register

        register(config)


@pytest.fixture(scope="session")
def evals_asserts() -> ModuleType:
    """`assert_faithful`, `assert_notices` and `assert_readable` (evals/asserts.py), for tests of your own."""
    from evals import asserts

    return asserts
