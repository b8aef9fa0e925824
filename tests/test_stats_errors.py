"""The comparisons without a change and with a planted loss, by which the gate's errors are counted."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.gate.errors import differences, main
from benchmarks.gate.noise import Measured, Noise, read_noise
from benchmarks.gate.planted import SPREADS, plant
from evals.compare import describe
from evals.errors import UserError
from tests.gate_runs import write

N = 30


def _measured(
    values: np.ndarray, name: str = "completeness", ends: tuple[float, float] | None = (0.0, 1.0)
) -> Measured:
    return Measured(described=describe(name), values=values, ends=ends)


def _noise(values: np.ndarray) -> Noise:
    return Noise(
        run="r", kind="answers to one question", answers=np.full(len(values), values.shape[1]),
        measures={"completeness": _measured(values)},
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


def test_lent_scatter_is_as_wide_as_that_of_the_answers_it_comes_from():
    rng = np.random.default_rng(2)
    lender = _noise(0.5 + rng.choice([-0.1, 0.1], (40, 2)))
    single = Noise(
        run="s", kind="own score and scatter", answers=np.ones(N, dtype=int), scatter=lender,
        measures={"completeness": _measured(np.full((N, 1), 0.5))},
    )  # fmt: skip
    own, lent = (noise.draw(500, 60, rng)["completeness"] for noise in (lender, single))
    assert float((lent[1] - lent[0]).std()) == pytest.approx(float((own[1] - own[0]).std()), rel=0.1)


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


def test_a_run_with_one_answer_a_question_draws_from_the_nearest_scores_and_lends_no_scatter(tmp_path):
    run = _run(tmp_path / "a")
    noise = read_noise(run, ["completeness", "readability.grade_masked"])
    assert (noise.kind, len(noise.answers)) == ("nearest scores", N)
    with pytest.raises(UserError, match="several answers"):
        main([run], 20, scatter=run)


def test_the_shares_are_printed_and_the_same_again(tmp_path, capsys):
    run = _run(tmp_path / "a")
    main([run], 20)
    first = capsys.readouterr().out
    main([run], 20)
    assert capsys.readouterr().out == first
    assert "nothing changed: 100.0% PASS" in first
    assert "reading level" in first
