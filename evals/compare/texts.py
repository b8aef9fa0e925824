"""What changed in the wording of an answer: sentences first, then words within those that were replaced."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from evals.compare.records import Edit, TextChange
from evals.records import Answer
from evals.sentences import split_sentences

# difflib compares each with each in the worst case: these keep a comparison of two answers well below a second.
MOST_CHARACTERS = 60_000
MOST_SENTENCES = 600
MOST_WORDS = 300
MOST_EDITS = 40

Words = tuple[tuple[Literal["same", "removed", "added"], str], ...]


def text_change(before: Answer, after: Answer) -> TextChange:
    """The edits that turn one answer into the other, in reading order.

    Texts beyond the limits are compared as bags of sentences: what went and what came, without order.
    """
    one, other = _sentences(before.text), _sentences(after.text)
    if max(len(one), len(other)) > MOST_SENTENCES:
        edits, same = _bags(one, other)
    else:
        edits, same = _edits(one, other)
    total = max(len(one), len(other))
    return TextChange(
        question_id=after.question_id, repeat=after.repeat, likeness=1.0 if total == 0 else round(same / total, 3),
        edits=tuple(edits[:MOST_EDITS]), cut=max(0, len(edits) - MOST_EDITS),
    )  # fmt: skip


def _sentences(text: str) -> list[str]:
    if len(text) > MOST_CHARACTERS:
        return [line for line in text.split("\n") if line.strip()]
    return [" ".join(text[span.start : span.end].split()) for span in split_sentences(text)]


def _edits(one: Sequence[str], other: Sequence[str]) -> tuple[list[Edit], int]:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    edits: list[Edit] = []
    same = 0
    for kind, i, j, k, end in matcher.get_opcodes():
        if kind == "equal":
            same += j - i
        else:
            edits.append(Edit(before=tuple(one[i:j]), after=tuple(other[k:end]), words=_words(one[i:j], other[k:end])))
    return edits, same


def _bags(one: Sequence[str], other: Sequence[str]) -> tuple[list[Edit], int]:
    gone, came = Counter(one) - Counter(other), Counter(other) - Counter(one)
    edits = [Edit(before=(text,), after=()) for text in gone.elements()]
    edits += [Edit(before=(), after=(text,)) for text in came.elements()]
    return edits, len(one) - sum(gone.values())


def _words(before: Sequence[str], after: Sequence[str]) -> Words:
    one, other = " ".join(before).split(), " ".join(after).split()
    if not one or not other or max(len(one), len(other)) > MOST_WORDS:
        return ()
    found: list[tuple[Literal["same", "removed", "added"], str]] = []
    for kind, i, j, k, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", " ".join(one[i:j])))
            continue
        if i < j:
            found.append(("removed", " ".join(one[i:j])))
        if k < end:
            found.append(("added", " ".join(other[k:end])))
    return tuple(found)
