"""What the scorers find on whole answer pages, against goldens that were read line by line.

The goldens hold what the first, word-based judge says, its false alarms included; those are named below, so that a better
judge has to take them off the list.
"""

import json
import os

import pytest

from evals.generators.recorded import PAGE_SUFFIXES, read_answers
from evals.scorers import SCORERS, make_scorer, score
from tests.cases import ROOT, case

PAGES = sorted(path for path in (ROOT / "tests/pages").iterdir() if path.suffix in PAGE_SUFFIXES)


def _findings(path):
    (page,) = read_answers(path)
    made = case(page.answer, fmt=page.format, language="es" if path.stem == "inmunoterapia" else "en")
    outcomes = [score(make_scorer(name, {}), made) for name in SCORERS]
    return {
        outcome.scorer: {
            "status": outcome.status,
            "findings": [
                [f.rule, f.severity, made.answer.text[f.start : f.end] if f.start is not None else f.message]
                for f in outcome.findings
                # What no passage speaks about is no finding of substance, and there is much of it on any page.
                if (f.rule, f.severity) != ("E15", "info")
            ],
        }
        for outcome in outcomes
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_findings_on_a_page_are_the_golden_ones(path):
    golden = path.with_name(f"{path.name}.findings.json")
    found = json.dumps(_findings(path), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("EVALS_UPDATE_GOLDEN") == "1":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_no_true_statement_of_the_pages_is_called_a_severe_contradiction():
    grave = {
        (path.name, words)
        for path in PAGES
        for rule, severity, words in _findings(path)["faithfulness"]["findings"]
        if severity in {"severe", "critical"}
    }
    assert grave == set()
