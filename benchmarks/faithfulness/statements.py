"""Statements of known truth, and the judge as in use asked about each."""

import json
from dataclasses import dataclass
from functools import cache

from evals.answers import build_answer
from evals.claims import extract_claims
from evals.corpus import Corpus, load_corpus
from evals.generators import Draft
from evals.judges import Judge, judge_claims, make_judge
from evals.records import Answer, Claim, Label, Question, Verdict
from evals.shipped import find
from evals.tables import read_text
from training.own import held_out_passages

FALSE = "datasets/faults/false_statements.jsonl"
FACTS = "datasets/faults/reworded_facts.jsonl"

# Of several claims in one statement the worst decides.
_WORST: tuple[Label, ...] = ("contradicted", "partly", "not_found", "supported", "not_checkable")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about one passage: its kind of error, empty when it is true; the sentence that bears it out."""

    id: str
    passage: str
    text: str
    code: str = ""
    sentence: str = ""

    @property
    def held_out(self) -> bool:
        """Whether its passage never entered training or tuning."""
        return self.passage in held_out_passages()


def false_statements() -> tuple[Statement, ...]:
    """The false statements that contradict a passage each."""
    return tuple(Statement(row["id"], row["passage"], row["text"], row["code"]) for row in _rows(FALSE))


def reworded_facts() -> tuple[Statement, ...]:
    """True facts of the held-out passages in other words."""
    return tuple(Statement(row["id"], row["passage"], row["text"], sentence=row["bears_out"]) for row in _rows(FACTS))


def _rows(path: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in read_text(find(path, "file of statements")).splitlines() if line.strip()]


@cache
def corpus() -> Corpus:
    """The shipped passages."""
    return load_corpus([find("datasets/guidelines", "corpus folder")])


@cache
def judge() -> Judge:
    """The local judge over the shipped passages, exactly as in use."""
    return make_judge("local", corpus(), {})


@cache
def verdict(text: str) -> Verdict:
    """The judge's verdict on a text taken as one claim, against the whole corpus.

    Raises:
        RuntimeError: the judge gave none, or failed.
    """
    claim = Claim(claim_id="c1", start=0, end=len(text), claim_text=text, kind="fact", severity="moderate")
    return _decided(text, judge_claims(judge(), _answer(text), (claim,), ()))[0]


def label(text: str) -> Label:
    """The label of a text taken as one claim."""
    found = verdict(text).label
    if found is None:
        raise RuntimeError(f"a verdict without a label on {text!r}")
    return found


def label_in_an_answer(text: str) -> Label:
    """The label of a text that is an answer of its own: claims are extracted from it, and the worst decides."""
    answer = _answer(text)
    claims = extract_claims(answer)
    decided = _decided(text, judge_claims(judge(), answer, claims, ())) if claims else ()
    found = {verdict.label for verdict in decided}
    for one in _WORST:
        if one in found:
            return one
    return "not_checkable"


def _answer(text: str) -> Answer:
    asked = Question(id="Q1", text="What should I know?")
    return build_answer(asked, 0, Draft(raw=text, format="text"), generator="benchmark", prompt=None, seed=0)


def _decided(text: str, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    decided = tuple(verdict for verdict in verdicts if verdict.scope == "corpus")
    failed = [verdict.reason for verdict in decided if verdict.status == "error"]
    if failed or not decided:
        raise RuntimeError(f"no verdict on {text!r}: {', '.join(failed) or 'the judge gave none'}")
    return decided
