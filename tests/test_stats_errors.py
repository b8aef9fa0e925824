"""The comparisons without a change and with a planted loss, by which the gate's errors are counted."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.gate.errors import differences, main
from benchmarks.gate.fresh import newly_found
from benchmarks.gate.noise import Measured, Noise, read_noise
from benchmarks.gate.planted import SPREADS, plant
from benchmarks.gate.spread import gains
from evals.compare import describe
from evals.errors import UserError
from evals.gate.policy import Findings
from evals.stats import MIN_CLUSTERS
from tests.cases import ROOT
from tests.gate_runs import write

N = 30


def _measured(
    values: np.ndarray, name: str = "completeness", ends: tuple[float, float] | None = (0.0, 1.0)
) -> Measured:
    return Measured(described=describe(name), values=values, ends=ends)


def _noise(values: np.ndarray, lender: Noise | None = None) -> Noise:
    return Noise(
        run="r", keys=[[(f"Q{row}", place) for place in range(values.shape[1])] for row in range(len(values))],
        answers=np.full(len(values), values.shape[1]), measures={"completeness": _measured(values)}, lender=lender,
    )  # fmt: skip


LOSSES = [
    ("completeness", (0.0, 1.0), 0.15, 1),
    ("faithfulness.contradicted", (0.0, 2.0), 0.3, -1),
    ("readability.grade_masked", None, 0.5, -1),
]


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(("name", "ends", "loss", "sign"), LOSSES, ids=[case[0] for case in LOSSES])
def test_a_planted_loss_has_the_size_it_is_said_to_have(name, ends, loss, sign, spread):
    rng = np.random.default_rng(0)
    values = rng.choice([0.0, 0.5, 1.0], (400, 60))
    values[0, 0] = np.nan
    after = plant(values, loss, _measured(values, name, ends), spread, rng)
    if spread == "by few" and ends is None:
        assert after is None
        return
    assert after is not None
    assert sign * float(np.nanmean(values - after)) == pytest.approx(loss, abs=0.01)
    assert np.isnan(after[0, 0])
    assert ends is None or (np.nanmin(after) >= ends[0] and np.nanmax(after) <= ends[1])


def test_a_loss_larger_than_there_is_to_lose_is_not_planted():
    values = np.full((5, 60), 0.1)
    assert plant(values, 0.2, _measured(values), "evenly", np.random.default_rng(0)) is None


def test_two_sides_without_a_change_are_two_different_answers_to_one_question_and_alike_on_average():
    rng = np.random.default_rng(1)
    values = np.linspace(0.2, 0.9, N)[:, None] + np.array([-0.1, 0.0, 0.1])
    before, after = _noise(values).draw(300, 60, rng)["completeness"]
    assert set(np.round(np.abs(after - before), 6).ravel()) == {0.1, 0.2}
    assert float((after - before).mean()) == pytest.approx(0.0, abs=0.005)


def test_lent_answers_differ_as_answers_of_the_lender_at_the_same_place_of_the_scale_do():
    # Half of the lender's questions are answered perfectly each time, the others differ by 0.2.
    still, moving = np.full((20, 2), 1.0), np.tile([0.4, 0.6], (20, 1))
    lender = _noise(np.concatenate([still, moving]))
    at_top, lower = (_noise(np.full((N, 1), value), lender) for value in (1.0, 0.45))
    before, after = at_top.draw(200, 60, np.random.default_rng(2))["completeness"]
    assert (before == after).all()
    before, after = lower.draw(200, 60, np.random.default_rng(2))["completeness"]
    assert set(np.round(np.abs(after - before), 6).ravel()) == {0.2}
    assert float((after - before).mean()) == pytest.approx(0.0, abs=0.01)


def test_the_mean_of_three_answers_scatters_a_third_as_much_as_one():
    rng = np.random.default_rng(4)
    noise = _noise(0.5 + rng.normal(0, 0.05, (200, 3)))
    one, three = (noise.draw(400, 60, rng, each)["completeness"] for each in (1, 3))
    assert float((three[1] - three[0]).var()) == pytest.approx(float((one[1] - one[0]).var()) / 3, rel=0.05)


def test_so_many_answers_as_cannot_be_drawn_from_those_there_are_are_refused():
    with pytest.raises(UserError, match="multiple"):
        _noise(np.full((N, 3), 0.5)).draw(10, 60, np.random.default_rng(0), each=2)


def test_questions_without_a_value_on_both_sides_are_not_compared():
    before = np.full((2, 40), 0.5)
    after = before.copy()
    after[1, :15] = np.nan
    found = differences(before, after, _measured(before))
    assert [one.clusters for one in found if one] == [40, 25]


SCORES = {
    "faithfulness": 0.9, "citations": 0.9, "completeness": 0.7, "readability": 0.8, "disclaimer": 1.0, "overreach": 1.0,
    "urgency": 1.0, "personal_fit": 1.0,
}  # fmt: skip


def _run(folder: Path) -> Path:
    measures = {
        "faithfulness": {"contradicted": [0.0] * N}, "readability": {"grade_masked": list(np.linspace(6, 8, N))},
        "disclaimer": {name: [1.0] * N for name in ("D1", "D2", "D3", "D4")},
    }  # fmt: skip
    return write(folder, {name: [value] * N for name, value in SCORES.items()}, measures=measures)


def test_a_run_with_one_answer_a_question_has_no_noise_of_its_own(tmp_path):
    run = _run(tmp_path / "a")
    with pytest.raises(UserError, match="several answers"):
        read_noise(run, ["completeness", "readability.grade_masked"])
    lender = _noise(np.full((40, 2), 0.7))
    noise = read_noise(run, ["completeness"], lender)
    assert (noise.lender, len(noise.answers)) == (lender, N)


REPEATS = ROOT / "reports" / "examples" / "repeats"


def test_the_committed_answers_of_a_model_that_samples_differ_and_have_an_answer_twice_or_more_to_each_question():
    noise = read_noise(REPEATS, ["completeness", "overreach"])
    assert noise.kind == "answers to one question"
    assert len(noise.answers) >= MIN_CLUSTERS
    assert min(noise.answers) >= 2
    found = gains(noise, "completeness")
    assert float(np.nanstd(found["nearest scores"])) < float(np.nanstd(found["like answers"]))


def test_the_shares_are_printed_and_the_same_again(tmp_path, capsys):
    run = _run(tmp_path / "a")
    main([run], REPEATS, 20)
    first = capsys.readouterr().out
    main([run], REPEATS, 20)
    assert capsys.readouterr().out == first
    assert "nothing changed:" in first
    assert "reading level" in first


def test_without_a_change_a_rule_on_new_findings_hardly_ever_fails_for_answers_that_vary():
    wanted = Findings(scorer="completeness", rules=("E12", "E17"), severity="critical")
    told = newly_found(REPEATS, wanted, read_noise(REPEATS, ["completeness"]), (100, 60), 0.95)
    failed = float(told.split("PASS, ")[1].split("%")[0])
    assert failed <= 5.0
