"""A paragraph that runs a notice and something else together, as language models write them -> paragraphs of one kind.

"Made by AI. Not medical advice. For a child of 20 kg you would give …": taken as a whole it is a notice, and what it
says of medicine would be read by nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from evals.pages.parts import Part, fits_notice, parts_of
from evals.pages.wording import said
from evals.records import Block, Span
from evals.render import Rendered
from evals.sentences import split_sentences

_SPLIT = frozenset({"paragraph", "quote"})
# "Please talk with them.", "New symptoms or a fever?": short asides and questions stay with the notice they stand in.
_LEAST_WORDS = 8
# One sentence amid a notice parts it in two, and the second half stands in no opening any more: it has to say more.
_LEAST_WORDS_AMID = 12


def apart(rendered: Rendered) -> Rendered:
    """The same page, its mixed paragraphs cut where a notice ends or begins. The text stays as it is."""
    blocks = [block for part in parts_of(rendered) for block in _cut(part)]
    return rendered if len(blocks) == len(rendered.blocks) else replace(rendered, blocks=tuple(blocks))


def _cut(part: Part) -> Iterator[Block]:
    if part.block.kind not in _SPLIT or part.tone != "strong":
        yield part.block
        return
    spans = split_sentences(part.text)
    runs = [
        (own, list(run)) for own, run in groupby(zip(spans, _own(part, spans), strict=True), key=lambda one: one[1])
    ]
    cuts = [run[0][0].start for own, run in runs[1:]]
    for start, end in pairwise((0, *cuts, len(part.text))):
        end = start + len(part.text[start:end].rstrip())
        yield replace(part.block, start=part.block.start + start, end=part.block.start + end)


def _own(part: Part, spans: Sequence[Span]) -> list[bool]:
    """For each sentence whether it belongs to no notice; what fits none but says little goes with what is around it."""
    texts = [part.text[span.start : span.end] for span in spans]
    fits = [fits_notice(said(text)) for text in texts]
    own = [not fit and _words(text) >= _LEAST_WORDS for fit, text in zip(fits, texts, strict=True)]
    for at in range(1, len(own) - 1):
        if own[at - 1] and own[at + 1] and not fits[at]:
            own[at] = True
        elif own[at] and not (own[at - 1] or own[at + 1]):
            own[at] = _words(texts[at]) >= _LEAST_WORDS_AMID
    return own


def _words(text: str) -> int:
    """How many words a statement has; a question states nothing."""
    return 0 if text.rstrip("\"'”’) ").endswith("?") else len(text.split())
