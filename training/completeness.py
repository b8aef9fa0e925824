"""Held-out written statements -> the cut-offs of completeness.yaml: from which share on an answer says a statement.

    python -m training.completeness --data DIR

The statements were kept from the verifier's training by hash of their answer or source. Each answer, and each source
text taken for an answer, is asked for its statements the way the completeness scorer asks. Prints the cut-offs that
keep to `RATES` and what they find.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from evals.answers import build_answer
from evals.claims import extract_claims
from evals.generators import Draft
from evals.judges.statements import Statements
from evals.records import Question
from training.own import HERE, answer_rows, answer_source, documents, passages
from training.public import held_out

# Wrong or unstated claims that may count as said. Half or not at all said: a point taken for made hides an omission.
# Asserting is an accusation, so it wants more.
RATES = {"says": 0.10, "asserts": 0.02}
AROUND = 2_000
"""Characters of a document kept on either side of the place a claim was written for: about as long as an answer."""

LABELS = ("supported", "partly", "contradicted", "not_enough")


def main() -> None:
    """Ask every held-out source for its claims and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    found = list(shares(arguments.parse_args().data))
    for name, column in (("says", 0), ("asserts", 1)):
        wrong = np.array([row[column] for label, *row in found if label != "supported"])
        cutoff = round(float(np.quantile(wrong, 1 - RATES[name])) + 0.0005, 3)
        print(f"{name}: cut-off {cutoff}")
        for label in LABELS:
            mine = np.array([row[column] for one, *row in found if one == label])
            print(f"  {label:13} n={len(mine)} found {np.mean(mine >= cutoff):.3f}")
    near = float(np.median([row[2] for label, *row in found if label == "supported"]))
    print(f"asserts_closeness: {near:.3f}, the median of supported claims")
    repeated = float(np.quantile([row[3] for label, *row in found if label == "supported"], 0.25))
    print(f"asserts_repeated: {repeated:.3f}, their lower quartile")


def shares(data: Path) -> Iterator[tuple[str, float, float, float, float]]:
    """Label, share by `says`, share by `asserts`, closeness and words repeated of each held-out statement."""
    for row in answer_rows():
        if held_out(answer_source(row)):
            yield _asked(_statements(row["question"], " ".join(row["answer"])), row["statement"], row["label"])
    claims: dict[str, list[dict[str, str]]] = defaultdict(list)
    for name in ("written_pairs.jsonl", "written_paragraphs.jsonl"):
        for line in (HERE / name).read_text().splitlines():
            row = json.loads(line)
            if held_out(row["source"]):
                claims[row["source"]].append(row)
    for source, rows in sorted(claims.items()):
        statements = _statements(*_text(source, data))
        for row in rows:
            yield _asked(statements, row["claim"], row["label"])


def _asked(statements: Statements, claim: str, label: str) -> tuple[str, float, float, float, float]:
    return label, statements.says(claim).share, statements.asserts(claim).share, *statements.nearness(claim)


def _text(source: str, data: Path) -> tuple[str, str]:
    if "#" in source:
        passage = passages()[source.partition("#")[0]]
        return passage.title, passage.text
    name, _, span = source.partition("@")
    start, end = map(int, span.split("-"))
    title, text = documents(data)[name]
    return title, text[max(0, start - AROUND) : end + AROUND]


def _statements(title: str, text: str) -> Statements:
    asked = Question(id="source", text=title or "What is known?")
    draft = Draft(raw=f"{title}\n\n{text}" if title else text, format="text")
    answer = build_answer(asked, 0, draft, generator="source", prompt=None, seed=0)
    return Statements(answer, extract_claims(answer))


if __name__ == "__main__":
    main()
