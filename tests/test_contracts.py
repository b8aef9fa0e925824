"""What every scorer, judge and generator promises, checked on each of them."""

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.generators import GENERATORS, Draft, Resources, make_generator
from evals.judges import JUDGES, judge_claims, make_judge
from evals.load import load_questions
from evals.prompt import load_prompt
from evals.records import Question, Score, Unscored
from evals.scorers import SCORERS, make_scorer, score
from tests.cases import ROOT, case, corpus

TEXTS = {
    "empty": "",
    "white space": " \n\t ",
    "one word": "Yes",
    "emoji": "🙂🙂🙂",
    "right to left": "سؤال عن العلاج الكيميائي. اتصل بفريقك.",
    "no letters": "123 456 !!! ???",
    "formula": '=HYPERLINK("x") +1 -1 @x',
    "markup": "<script>alert(1)</script><b>Call</b> 911 now.",
    "plain": "Chemo can cause hair loss. Ask your doctor. It is given in cycles.",
}


@pytest.fixture(params=SCORERS, name="scorer")
def _scorer(request):
    return make_scorer(request.param, {})


def test_a_scorer_asks_one_question_and_names_its_measures(scorer):
    assert scorer.__doc__.strip().endswith("?")
    assert scorer.name in SCORERS
    assert scorer.version
    for name, measure in scorer.measures.items():
        assert name
        assert measure.meaning
        assert measure.better in {"up", "down"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_scorer_ends_in_a_score_or_says_why_not(scorer, text):
    made = case(text)
    before = dataclasses.asdict(made)
    result = scorer(made)
    assert isinstance(result, Score | Unscored)
    assert result.reason.strip()
    assert dataclasses.asdict(made) == before
    assert scorer(made) == result
    assert set(result.measures) <= set(scorer.measures)
    for finding in result.findings:
        if finding.start is not None:
            assert 0 <= finding.start < finding.end <= len(made.answer.text)


def test_an_empty_answer_is_unscored_by_every_scorer(scorer):
    outcome = score(scorer, case(""))
    assert (outcome.status, outcome.value) == ("unscored", None)
    assert "empty" in outcome.reason


def test_a_failed_answer_is_an_error_for_every_scorer(scorer):
    made = case("text")
    failed = dataclasses.replace(
        made, answer=dataclasses.replace(made.answer, status="error", error="the service was down")
    )
    outcome = score(scorer, failed)
    assert (outcome.status, outcome.value) == ("error", None)
    assert "the service was down" in outcome.reason


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=400))
@pytest.mark.parametrize("name", SCORERS)
def test_no_text_makes_a_scorer_fail(name, text):
    outcome = score(make_scorer(name, {}), case(text))
    assert outcome.status in {"scored", "unscored"}


def test_score_refuses_what_is_not_a_number_in_zero_to_one():
    for value in (-0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="lies in"):
            Score(value, "why")
    with pytest.raises(ValueError, match="reason"):
        Score(0.5, " ")
    with pytest.raises(ValueError, match="reason"):
        Unscored("")


# Judges that ask a model are held to the same contract against a loopback server: test_judge_llm, _ragas, _cascade.
@pytest.mark.parametrize("name", [name for name in JUDGES if name not in {"llm", "ragas", "cascade"}])
def test_a_judge_gives_each_checkable_claim_one_verdict_a_scope(name):
    made = case(
        "# Fever\n\nCall for a fever of 100.4 °F. Is it so? Chemo can cause hair loss.\n\nI hope this helps.",
        passages=("P19",),
    )
    judge = make_judge(name, corpus(), {})
    verdicts = judge_claims(judge, made.answer, made.claims, (corpus().passages["P19"],))
    for claim in made.claims:
        own = [v for v in verdicts if v.claim_id == claim.claim_id]
        assert len({v.scope for v in own}) == len(own)
        assert any(v.scope == "corpus" for v in own)
    shuffled = list(made.claims)
    random.Random(3).shuffle(shuffled)
    again = judge_claims(judge, made.answer, tuple(shuffled), (corpus().passages["P19"],))
    assert sorted(again, key=repr) == sorted(verdicts, key=repr)
    assert judge.signature


@pytest.fixture(scope="module", name="resources")
def _resources():
    questions = load_questions(ROOT / "datasets/questions/oncology.jsonl")
    return Resources(
        prompt=load_prompt(ROOT / "datasets/prompts/patient-answer.md"), corpus=corpus(), questions=questions
    )


SETTINGS = {
    "recorded": {"path": str(ROOT / "datasets/answers/realistic.jsonl")},
    "python": {"function": "tests.answering:answer"},
}


ASKING = {"chat", "endpoint"}  # awaited with a session: test_generator_chat, test_generator_endpoint


@pytest.mark.parametrize("name", [name for name in GENERATORS if name not in ASKING])
def test_a_generator_answers_alike_when_asked_again(name, resources):
    generator = make_generator(name, resources, SETTINGS.get(name, {}))
    asked = [q for q in resources.questions if generator.repeats(q, 1)][:8]
    assert asked
    for question in asked:
        draft = generator(question, 0)
        assert isinstance(draft, Draft)
        assert draft == generator(question, 0)
        assert set(draft.passages) <= set(corpus().passages)


def test_the_composer_does_not_read_what_the_question_set_says_a_good_answer_is(resources):
    generator = make_generator("composer", resources, {})
    for question in resources.questions[:30]:
        bare = Question(id=question.id, text=question.text, language=question.language, record=question.record)
        assert (
            generator(bare, 0).raw == generator(dataclasses.replace(question, paraphrase_of=None, twin_of=None), 0).raw
        )
