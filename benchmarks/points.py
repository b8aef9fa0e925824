"""Does the completeness scorer see what readers see? Points that blind readers looked for, and what the scorer found.

    python -m benchmarks.points

The labels (datasets/answers/read_points.jsonl) are those of readers who knew neither the scorers nor their findings;
nothing was fitted to them. "Near" are points of another question that the answer comes near to and does not make.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.figures import count
from evals.answers import build_answer
from evals.claims import extract_claims
from evals.generators import Draft
from evals.judges.statements import Statements
from evals.load import load_answers, load_questions
from evals.records import Question
from evals.shipped import shipped_root

DATASETS = shipped_root() / "datasets"
FILES = ("realistic.jsonl", "clean.jsonl")


def main() -> None:
    """Ask every answer for its points and print how often scorer and reader agree."""
    questions = {question.id: question for question in load_questions(DATASETS / "questions" / "oncology.jsonl")}
    asked = _Asked(questions)
    hits: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for row in _lines(DATASETS / "answers" / "read_points.jsonl"):
        must, point = _point(questions[row["question"]], row["point"])
        statements, kind = asked.of(row["answer"])
        near = row["question"] != asked.question(row["answer"])
        found = statements.says(point) if must else statements.asserts(point)
        hits["must say" if must else "must not say", "near" if near else kind, row["said"]].append(found.found)
    for (part, kind, said), found in sorted(hits.items()):
        print(f"  {part:12} {kind:8} reader: {said:7} scorer finds {count(sum(found), len(found))}")


class _Asked:
    """The shipped answers, each read once."""

    def __init__(self, questions: dict[str, Question]) -> None:
        self._questions = questions
        self._answers = {
            answer.id: (answer, file) for file in FILES for answer in load_answers(DATASETS / "answers" / file)
        }
        self._read: dict[str, Statements] = {}

    def question(self, name: str) -> str:
        """The id of the question that an answer answers."""
        return str(self._answers[name][0].question_id)

    def of(self, name: str) -> tuple[Statements, str]:
        """What an answer says, and whether it is good, flawed, or one of the clean collection."""
        recorded, file = self._answers[name]
        if name not in self._read:
            draft = Draft(raw=recorded.answer, format=recorded.format)
            question = self._questions[self.question(name)]
            answer = build_answer(question, 0, draft, generator="recorded", prompt=None, seed=0)
            self._read[name] = Statements(answer, extract_claims(answer))
        return self._read[name], "clean" if file == "clean.jsonl" else str(recorded.quality)


def _point(question: Question, name: str) -> tuple[bool, str]:
    """Whether a point must be said, and its wording."""
    found = {one.id: (True, one.text) for one in question.must_say}
    found |= {one.id: (False, one.text) for one in question.must_not_say}
    return found[name]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
