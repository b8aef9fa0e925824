"""What a person should know of a corpus before relying on it: its documents, and what is wrong or due."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.corpus.load import Corpus
from evals.records import Passage

_LONGEST = 320
"""Words: longer passages make poor evidence, since a reader cannot find the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to put right ("warning") or to know ("note") about a passage; `passage_id` None: about the corpus."""

    level: Literal["warning", "note"]
    rule: str
    where: str
    passage_id: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One file of the corpus, counted. Dates are the earliest of its passages; `volatile` counts sentences."""

    document: str
    title: str
    organisation: str
    ids: str
    passages: int
    cancer: tuple[str, ...]
    as_of: str | None
    review_by: str | None
    overdue: int
    superseded: int
    unsigned: int
    volatile: int
    conflicts: int


def describe(corpus: Corpus, on: datetime.date) -> tuple[DocumentRow, ...]:
    """One row a document, in the order of their first passage ids."""
    by_document: dict[str, list[Passage]] = {}
    for passage in corpus.passages.values():
        by_document.setdefault(corpus.documents[passage.id], []).append(passage)
    overdue = set(corpus.overdue(on))
    return tuple(_row(document, passages, corpus, overdue) for document, passages in by_document.items())


def _row(document: str, passages: Sequence[Passage], corpus: Corpus, overdue: set[str]) -> DocumentRow:
    first, last = passages[0], passages[-1]
    return DocumentRow(
        document=document,
        # Several passages of one source are a document with a title of its own.
        title=first.title if len(passages) == 1 or not first.sources else first.sources[0].document,
        organisation=first.sources[0].organisation if first.sources else "",
        ids=first.id if len(passages) == 1 else f"{first.id} … {last.id}",
        passages=len(passages),
        cancer=tuple(dict.fromkeys(cancer for passage in passages for cancer in passage.cancer)),
        as_of=min((p.as_of for p in passages if p.as_of), default=None),
        review_by=min((p.review_by for p in passages if p.review_by), default=None),
        overdue=sum(p.id in overdue for p in passages),
        superseded=sum(p.id in corpus.superseded for p in passages),
        unsigned=sum(p.signed_by is None for p in passages),
        volatile=sum(sentence.volatile for p in passages for sentence in p.sentences),
        conflicts=sum(len(p.conflicts) + len(p.conflicts_with) for p in passages),
    )


def check_corpus(corpus: Corpus, on: datetime.date) -> tuple[Problem, ...]:
    """Everything due or doubtful on the given day, by passage id, then what holds for the corpus as a whole."""
    overdue = set(corpus.overdue(on))
    found: list[Problem] = []
    for passage in corpus.passages.values():
        where = corpus.documents[passage.id]
        for level, rule, message in (*_dates(passage, overdue, on), *_content(passage, corpus)):
            found.append(Problem(level=level, rule=rule, where=where, passage_id=passage.id, message=message))
    if corpus.unsigned:
        message = f"{corpus.unsigned} of {len(corpus.passages)} passages are signed by no clinician"
        found.append(Problem(level="note", rule="unsigned", where="corpus", passage_id=None, message=message))
    return tuple(found)


_Finding = tuple[Literal["warning", "note"], str, str]


def _dates(passage: Passage, overdue: set[str], on: datetime.date) -> Iterator[_Finding]:
    today = on.isoformat()
    if passage.id in overdue:
        yield "warning", "overdue", f"review was due by {passage.review_by}"
    if passage.review_by is None:
        yield "note", "no-review-date", "has no date by which to review it"
    if passage.as_of is None:
        yield "note", "no-date", "does not say as of when it holds"
    elif passage.as_of > today:
        yield "warning", "future", f"says it holds as of {passage.as_of}, which is yet to come"
    if passage.as_of and passage.review_by and passage.review_by <= passage.as_of:
        yield "warning", "review-before-date", f"review by {passage.review_by} is not after as_of {passage.as_of}"
    if passage.signed_on and passage.as_of and passage.signed_on < passage.as_of:
        message = f"signed on {passage.signed_on}, before the text's date {passage.as_of}: have it signed again"
        yield "warning", "signed-before-date", message


def _content(passage: Passage, corpus: Corpus) -> Iterator[_Finding]:
    if passage.id in corpus.superseded:
        newer = ", ".join(p.id for p in corpus.passages.values() if passage.id in p.supersedes)
        yield "note", "superseded", f"replaced by {newer}; search leaves it out"
    words = len(passage.text.split())
    if words > _LONGEST:
        yield "warning", "long", f"{words} words; passages of up to {_LONGEST} show a reader the place"
    if passage.volatility == "stable" and any(sentence.volatile for sentence in passage.sentences):
        yield "warning", "volatile", "holds facts marked as soon to change, but its volatility is stable"
    if not passage.sources:
        yield "warning", "no-source", "names no source"
    seen = {source.id for source in passage.sources if source.seen}
    unseen = sorted({name for sentence in passage.sentences for name in sentence.sources} - seen)
    if unseen:
        yield "warning", "unseen-source", f"marks sentences with {', '.join(unseen)}, which nobody has seen"
    for other in passage.conflicts_with:
        if passage.id not in corpus.passages[other].conflicts_with:
            yield "warning", "one-sided", f"conflicts with {other}, which does not say so"
