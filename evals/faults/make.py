"""All operators over all sentences of a text: the faults and rewrites it can have, in order of place."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from evals.errors import UserError, did_you_mean
from evals.faults.diseases import look_alike_faults, widened_faults
from evals.faults.fault import HALVES, Edit, Fault, Half, Rewrite
from evals.faults.grammar import apply, mended
from evals.faults.quantities import number_faults
from evals.faults.reword import merged, rewordings
from evals.faults.statements import outdated_faults, unsupported_faults
from evals.faults.tables import patterns
from evals.faults.targets import class_faults, marker_faults, target_faults
from evals.faults.verbs import denied_verbs
from evals.records import Span
from evals.sentences import split_sentences

CODES = ("E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08", "E09", "E10", "E11", "E15", "E20", "E21")
"""The error codes that have operators."""

# What runs on without an end for longer than this is a table or data, not a sentence: it gets no faults.
LONGEST_SENTENCE = 1500

# A sentence that lost its condition still has to say something.
_FEWEST_WORDS = 5

Operator = Callable[[str, Half, int], Iterator[Edit]]


def _pattern_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    del seed
    for pattern in patterns(half):
        yield from pattern.edits(sentence)


_OPERATORS: tuple[tuple[Operator, tuple[str, ...]], ...] = (
    (target_faults, ("E01",)),
    (class_faults, ("E01",)),
    (marker_faults, ("E02",)),
    (outdated_faults, ("E05",)),
    (widened_faults, ("E06",)),
    (number_faults, ("E08",)),
    (_pattern_faults, ("E02", "E03", "E04", "E07", "E09", "E10", "E11", "E20")),
    (denied_verbs, ("E09",)),
    (unsupported_faults, ("E15",)),
    (look_alike_faults, ("E21",)),
)


def make_faults(text: str, *, half: Half, codes: Iterable[str] | None = None, seed: int = 0) -> tuple[Fault, ...]:
    """Every fault that the entries of one half can put into a text, each alone, in order of place.

    Where an operator could put in several things it picks one, by SHA-256 of seed, operator and sentence, so a
    sentence gets the same faults wherever it stands. Sentences over 1,500 characters get none.

    Raises:
        UserError: an unknown half or code.
    """
    wanted = _wanted(half, codes)
    spans = split_sentences(text)
    known = {_folded(text[span.start : span.end]) for span in spans}
    return tuple(fault for span in spans for fault in _faults_of(text, span, known, half, wanted, seed))


def apply_to_answer(
    text: str, spans: Sequence[tuple[int, int]], *, half: Half, codes: Iterable[str] | None = None, seed: int = 0
) -> tuple[Fault, ...]:
    """The faults of the given stretches of an answer (its claims, say): `fault.text` is the whole answer.

    A span that holds several sentences is taken sentence by sentence.

    Raises:
        UserError: an unknown half or code, or a span that does not lie in the text.
    """
    wanted = _wanted(half, codes)
    found: list[Fault] = []
    known = {_folded(text[span.start : span.end]) for span in split_sentences(text)}
    for start, end in sorted(set(spans)):
        if not 0 <= start <= end <= len(text):
            raise UserError(f"span {start}:{end}", f"a text of {len(text)} characters", "a span inside the text")
        for part in split_sentences(text[start:end]):
            span = Span(start=start + part.start, end=start + part.end)
            found += _faults_of(text, span, known, half, wanted, seed)
    return tuple(sorted(dict.fromkeys(found), key=_order))


def rewrites(text: str, *, half: Half, seed: int = 0) -> tuple[Rewrite, ...]:
    """The text in other words, one change each, all entailed by the text.

    Raises:
        UserError: an unknown half.
    """
    _wanted(half, None)
    spans = split_sentences(text)
    found = [rewrite for span in spans for rewrite in _rewrites_of(text, span, half, seed)]
    found += merged(text, spans, half)
    return tuple(sorted(found, key=_order))


def _wanted(half: str, codes: Iterable[str] | None) -> frozenset[str]:
    if half not in HALVES:
        raise UserError("half", f"{half!r}", " or ".join(map(repr, HALVES)), did_you_mean(half, HALVES))
    wanted = frozenset(CODES if codes is None else codes)
    if unknown := sorted(wanted - set(CODES)):
        raise UserError("codes", f"{unknown[0]!r}", "a code that has operators", did_you_mean(unknown[0], CODES))
    return wanted


def _faults_of(
    text: str, span: Span, known: set[str], half: Half, wanted: frozenset[str], seed: int
) -> Iterable[Fault]:
    sentence = text[span.start : span.end]
    if len(sentence) > LONGEST_SENTENCE:
        return ()
    found: dict[str, Fault] = {}
    for operator, codes in _OPERATORS:
        if wanted.isdisjoint(codes):
            continue
        for proposed in operator(sentence, half, seed):
            edit = mended(sentence, proposed) if proposed.code in wanted else None
            after = _folded(apply(sentence, edit)) if edit else ""
            # What another sentence of the text says is no falsehood here; "Chemo is used." says too little to be one.
            if edit and after not in known and (edit.label != "partly" or len(after.split()) >= _FEWEST_WORDS):
                found.setdefault(after, _fault(text, span, edit))
    return sorted(found.values(), key=_order)


def _rewrites_of(text: str, span: Span, half: Half, seed: int) -> Iterator[Rewrite]:
    sentence = text[span.start : span.end]
    if len(sentence) > LONGEST_SENTENCE:
        return
    seen: set[str] = set()
    for proposed in rewordings(sentence, half, seed):
        edit = mended(sentence, proposed)
        if edit and (after := apply(sentence, edit)) not in seen:
            seen.add(after)
            yield Rewrite(
                operator=edit.operator,
                start=span.start + edit.start,
                original=sentence[edit.start : edit.end],
                replacement=edit.replacement,
                template=edit.template,
                before=text,
            )


def _fault(text: str, span: Span, edit: Edit) -> Fault:
    sentence = text[span.start : span.end]
    return Fault(
        code=edit.code,
        operator=edit.operator,
        start=span.start + edit.start,
        original=sentence[edit.start : edit.end],
        replacement=edit.replacement,
        severity=edit.severity,
        label=edit.label,
        template=edit.template,
        before=text,
    )


def _order(change: Fault | Rewrite) -> tuple[int, int, str, str]:
    return change.start, len(change.original), change.template, change.replacement


def _folded(sentence: str) -> str:
    return " ".join(sentence.lower().split()).rstrip(".")
