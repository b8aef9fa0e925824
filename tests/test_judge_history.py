"""What was once true, what is overdue, and where guidelines differ."""

import pytest

from evals.corpus import Corpus
from evals.judges.local import LocalJudge
from evals.records import Claim, Conflict, Passage
from tests.cases import ROOT, answer

DRIVE_OLD = "After CAR T-cell therapy you must not drive for eight weeks."
DRIVE_NEW = "After CAR T-cell therapy you must not drive for at least two weeks."
SCREEN = "Yearly lung screening is for people who quit smoking within the past 15 years."


def _corpus(*passages: Passage) -> Corpus:
    replaced = tuple(name for passage in passages for name in passage.supersedes)
    return Corpus(passages={p.id: p for p in passages}, documents={}, digest="made", superseded=replaced)


def _verdict(text: str, corpus: Corpus, raw: str | None = None):
    made = answer(raw or text)
    start = made.text.index(text)
    claim = Claim(claim_id="c1", start=start, end=start + len(text), claim_text=text, kind="fact", severity="moderate")
    return next(v for v in LocalJudge(corpus)(made, (claim,), ()) if v.scope == "corpus")


def test_a_claim_that_only_a_superseded_passage_bears_out_is_called_out_of_date():
    old = Passage(id="A1", title="Driving after CAR-T", text=DRIVE_OLD)
    new = Passage(id="A2", title="Driving after CAR-T", text=DRIVE_NEW, supersedes=("A1",))
    verdict = _verdict(DRIVE_OLD, _corpus(old, new))
    assert verdict.label in {"contradicted", "partly"}
    assert verdict.code == "E05"
    assert "A2" in verdict.reason
    assert verdict.passage_id == "A2"


def test_a_known_former_statement_says_since_when_it_is_out_of_date():
    text = "Testing for DPYD variants before fluorouracil or capecitabine is optional."
    now = "Labels of fluorouracil and capecitabine advise testing for DPYD variants before starting."
    verdict = _verdict(text, _corpus(Passage(id="P27", title="DPYD", text=now)))
    assert verdict.code == "E05"
    assert "2025-10" in verdict.reason


def test_what_the_current_passage_bears_out_is_not_out_of_date():
    old = Passage(id="A1", title="Driving after CAR-T", text=DRIVE_OLD)
    new = Passage(id="A2", title="Driving after CAR-T", text=DRIVE_NEW, supersedes=("A1",))
    assert _verdict(DRIVE_NEW, _corpus(old, new)).label == "supported"


def test_a_claim_that_rests_only_on_an_overdue_passage_is_not_checkable_and_not_wrong():
    late = Passage(id="A1", title="Driving", text=DRIVE_NEW, as_of="2024-01-01", review_by="2025-01-01")
    fresh = Passage(id="A2", title="Mouth care", text="Rinse your mouth with salt water.", as_of="2026-11-01")
    verdict = _verdict(DRIVE_NEW, _corpus(late, fresh))
    assert verdict.label == "not_checkable"
    assert "overdue" in verdict.reason


def test_a_passage_is_not_overdue_before_its_day():
    fresh = Passage(id="A1", title="Driving", text=DRIVE_NEW, as_of="2026-11-01", review_by="2027-05-01")
    assert _verdict(DRIVE_NEW, _corpus(fresh)).label == "supported"


CONFLICT = Conflict(
    topic="Years since quitting smoking",
    positions={
        "USPSTF": "Screen people who quit smoking within the past 15 years.",
        "ACS": "No limit on the years since quitting.",
    },
)


def _screening() -> Corpus:
    return _corpus(Passage(id="A1", title="Lung screening", text=SCREEN, conflicts=(CONFLICT,)))


def test_one_of_two_positions_told_as_the_rule_is_half_the_truth():
    verdict = _verdict(SCREEN, _screening())
    assert (verdict.label, verdict.code) == ("partly", "E16")
    assert "USPSTF" in verdict.reason
    assert "ACS" in verdict.reason


@pytest.mark.parametrize(
    "raw",
    [
        f"The USPSTF says: {SCREEN}",
        f"{SCREEN} The ACS sets no such limit; the USPSTF does.",
        f"{SCREEN} But guidelines differ on this.",
    ],
)
def test_an_answer_that_names_the_body_or_says_that_they_differ_hides_nothing(raw):
    assert _verdict(SCREEN, _screening(), raw).label == "supported"


def test_former_statements_belong_to_passages_that_exist():
    import json

    shipped = {path.name[:3] for path in (ROOT / "datasets" / "guidelines").glob("P*.md")}
    rows = (ROOT / "datasets" / "faults" / "outdated.jsonl").read_text().splitlines()
    assert {json.loads(row)["passage"] for row in rows} <= shipped
