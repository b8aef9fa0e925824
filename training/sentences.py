"""Labelled texts -> their sentences with what each says: what `training.sentence_reader` learns from.

    python -m training.sentences DATA --out FOLDER [--without FILE …]

In the product's environment, before the reader is trained in PyTorch's. Reads the labelled texts of `datasets/faults/`
(never the test half nor the fresh ones), those written for training, the good answers, the shipped passages, and public
answers on cancer and health (DATA, the folder of public sets), which are no overreach. `--without` keeps files out, to
measure on them; then train again without it.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.notices.elements import load_wordings
from evals.notices.found import hear_sentences
from evals.overreach.reader import as_read
from evals.sense import NOTICES, OUTPUTS, RULES, middle
from training.notices import Example, answer_of, read_examples
from training.overreach_reader import GOOD, Text, good_texts, overlaps, public_texts, sentences, texts

OTHERS = 0.1
"""Weight of "does not say it" for a notice that a text was not written about: most likely, but not surely."""
NONE = 0.3
"""The same for plain clinical text."""
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, what it says (0 or 1 for each of `OUTPUTS`), and how much each of these counts (0: unknown)."""

    text: str
    says: Floats
    counts: Floats


def overreach_rows(given: Sequence[Text]) -> Iterator[Row]:
    """Sentences as the overreach scorer reads them. Beside words that overstep nothing is known of the others."""
    for rule, text, words, broken in given:
        for line in sentences(text):
            hit = broken and overlaps(line, text, words)
            if broken and not hit:
                continue
            says, counts = _blank()
            says[0], counts[0] = float(hit), 1.0
            if hit:
                says[1 + RULES.index(rule)], counts[1 : 1 + len(RULES)] = 1.0, 1.0
            yield Row(as_read(line), says, counts)


def notice_rows(examples: Sequence[Example]) -> Iterator[Row]:
    """Sentences as the notice scorer reads them."""
    wordings = load_wordings("en")
    for example in examples:
        _, said = hear_sentences(answer_of(example.text), example.text, wordings)
        # Where a pattern finds a notice in plain text, its neighbours may be notices too: they teach nothing.
        blocks = {each.block for each in said if each.notices} if example.notice is None else set()
        at = example.text.find(example.words)
        start, end = (at, at + len(example.words)) if at >= 0 else (0, len(example.text))
        for each in said:
            if each.block not in blocks:
                yield _notice_row(example, example.text[each.start : each.end], each.start < end and each.end > start)


def _notice_row(example: Example, text: str, holds: bool) -> Row:
    says, counts = _blank()
    first = 1 + len(RULES)
    if example.notice is None:
        counts[first:] = NONE
        return Row(text, says, counts)
    counts[first:] = OTHERS
    for other in example.also:
        counts[first + NOTICES.index(other)] = 0.0
    own = first + NOTICES.index(example.notice)
    # Other sentences of a text that says it may say it too: they teach nothing.
    says[own], counts[own] = float(example.says and holds), float(holds or not example.says)
    return Row(text, says, counts)


def good_rows() -> Iterator[Row]:
    """Long answers, which say no notice outside the sentences that are named as notices."""
    wordings = load_wordings("en")
    for line in GOOD.read_text("utf-8").splitlines():
        row = json.loads(line)
        text, notices = row["text"], row["notices"]
        spans = [(text.find(each), text.find(each) + len(each)) for each in notices]
        for each in hear_sentences(answer_of(text), text, wordings)[1]:
            if all(each.end <= start or each.start >= end for start, end in spans):
                yield _notice_row(Example(None, False, text, "", ""), text[each.start : each.end], False)


def _blank() -> tuple[Floats, Floats]:
    return np.zeros(len(OUTPUTS), np.float32), np.zeros(len(OUTPUTS), np.float32)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the public sets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without", nargs="*", default=[], metavar="FILE", help="e.g. safety_pool_notices_9.jsonl")
    options = parser.parse_args()
    rows = [*overreach_rows([*texts(options.without), *good_texts(), *public_texts(options.data)])]
    rows += notice_rows([one for one in read_examples() if f"{one.origin}.jsonl" not in options.without])
    rows += good_rows()
    # The same sentence with the same label teaches once.
    once = {(row.text, row.says.tobytes(), row.counts.tobytes()): row for row in rows}
    kept = list(once.values())
    store(kept, OUTPUTS, len(RULES), options.out / "sentence.npz")


def store(rows: Sequence[Row], outputs: Sequence[str], kinds: int, path: Path) -> None:
    """Write rows for `training.sentence_reader`; of the outputs, so many after the first exclude each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    vectors = [middle(row.text).astype(np.float16) for row in rows]
    np.savez(
        path,
        middle=np.concatenate(vectors), ends=np.cumsum([len(vector) for vector in vectors]), kinds=kinds,
        says=np.stack([row.says for row in rows]), counts=np.stack([row.counts for row in rows]),
        outputs=np.array(outputs),
    )  # fmt: skip
    print(f"{len(rows)} texts -> {path}")


if __name__ == "__main__":
    main()
