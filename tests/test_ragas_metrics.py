"""Our scorers as metrics of ragas: asked the way ragas asks, the same scores as here."""

import asyncio

import pytest

from evals import ragas_link
from evals.errors import UserError
from evals.ragas_metrics import as_metric
from evals.scorers import SCORERS, make_scorer, score
from evals.scorers.ragas import Ragas
from tests.cases import case

TEXT = "# Fever\n\nCall for a fever of 100.4 °F or higher. Pembrolizumab blocks CTLA-4. Chemo can cause hair loss."
OURS = [name for name in SCORERS if name != Ragas.name]


def ask(metric, **fields):
    return asyncio.run(metric.ascore(**fields))


@pytest.mark.parametrize("name", OURS)
def test_a_scorer_of_ours_gives_ragas_the_score_it_gives_here(name):
    found = ask(as_metric(name), response=TEXT, user_input="What should I know?")
    here = score(make_scorer(name, {}), case(TEXT))
    assert (found.value, found.reason) == (here.value, here.reason)
    assert found.traces["output"]["measures"] == here.measures
    assert len(found.traces["output"]["findings"]) == len(here.findings)


def test_what_cannot_be_scored_has_no_value_and_says_why():
    found = ask(as_metric("urgency"), response="Chemo is given in cycles.", user_input="How is chemo given?")
    assert found.value is None
    assert found.reason
    assert found.traces["output"]["status"] == "unscored"
    empty = ask(as_metric("readability"), response="   ")
    assert (empty.value, empty.reason) == (None, "the answer is empty")


def test_contexts_count_as_what_the_answer_was_given():
    metric = as_metric("faithfulness")
    contexts = ["Pembrolizumab blocks PD-1 on T cells.", "Chemo can cause hair loss."]
    with_context = ask(metric, response=TEXT, user_input="", retrieved_contexts=contexts)
    without = ask(metric, response=TEXT)
    assert with_context.traces["output"]["measures"]["given_context"] is not None
    assert without.traces["output"]["measures"]["given_context"] is None
    assert with_context.value == without.value


def test_it_is_a_metric_to_ragas_with_score_and_batches():
    models = ragas_link.load()
    metric = as_metric("disclaimer")
    assert isinstance(metric, models.BaseMetric)
    assert metric.name == "disclaimer"
    one = metric.score(response=TEXT)
    assert 0 <= float(one) <= 1
    both = metric.batch_score([{"response": TEXT}, {"response": "Chemo is given in cycles."}])
    assert both[0].value == one.value
    assert len(both) == 2


def test_it_scores_inside_a_running_loop():
    metric = as_metric("readability")

    async def several():
        return await metric.abatch_score([{"response": f"{TEXT} {n}"} for n in range(3)])

    assert len(asyncio.run(several())) == 3


def test_no_response_is_refused_as_ragas_own_metrics_do():
    with pytest.raises(ValueError, match="response is missing"):
        ask(as_metric("readability"), response="")


def test_a_wrong_name_or_setting_is_a_users_error():
    with pytest.raises(UserError, match='Did you mean "readability"'):
        as_metric("readibility")
    with pytest.raises(UserError, match="unknown setting"):
        as_metric("readability", {"grade": 3})
    with pytest.raises(UserError, match="no such corpus"):
        as_metric("faithfulness", corpus=["no/such/folder"])
