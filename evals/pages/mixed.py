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
        (fits, [part.text[span.start : span.end] for span in run], run[0].start)
        for fits, run in ((fits, list(run)) for fits, run in groupby(spans, key=lambda span: _fits(part, span)))
    ]
    own = [not fits and _says_more(texts, amid=0 < at < len(runs) - 1) for at, (fits, texts, _) in enumerate(runs)]
    cuts = [runs[at][2] for at in range(1, len(runs)) if own[at] != own[at - 1]]
    for start, end in pairwise((0, *cuts, len(part.text))):
        end = start + len(part.text[start:end].rstrip())
        yield replace(part.block, start=part.block.start + start, end=part.block.start + end)


def _fits(part: Part, span: Span) -> bool:
    return fits_notice(said(part.text[span.start : span.end]))


def _says_more(sentences: Sequence[str], *, amid: bool) -> bool:
    """Whether sentences that fit no notice state something of their own."""
    longest = max((len(one.split()) for one in sentences if not one.rstrip("\"'”’) ").endswith("?")), default=0)
    return longest >= (_LEAST_WORDS_AMID if amid and len(sentences) == 1 else _LEAST_WORDS)
