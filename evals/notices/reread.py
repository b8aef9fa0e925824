"""The notices that each sentence of an answer says: what patterns found, weighed again by the trained readers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, log

from evals.notices.elements import IT_SELF, Wordings
from evals.notices.found import MAY_ASK, Heard, Notice, Said, hear_sentences
from evals.notices.learned import Reader, features
from evals.records import Answer, SectionKind
from evals.sense import sense

_NOTICES: frozenset[SectionKind | None] = frozenset({"opening_notice", "closing_notice"})
# Notices that are nothing but notices: beside one of them, doubtful words are meant as a notice too.
_COMPANY = frozenset({"D1", "D2", "D3", "D6", "D9", "D12"})
# The answer proper, where a page reader found it. There nearly every sentence speaks of care, and what no pattern knows
# is taken for a notice only beside another one; of these notices some stand there alone.
_ANSWER: frozenset[SectionKind | None] = frozenset({"title", "body", "questions"})
_ALONE = frozenset({"D4", "D5", "D7"})
_ITSELF = (IT_SELF, "self")
_IT = re.compile(r"\AIt\b", re.IGNORECASE)
# An emergency notice sends somebody somewhere.
_SENDS = ("call", "urgent_line")
# Where weak words are meant; for the rest, in a notice.
_HOMES: Mapping[str, frozenset[SectionKind | None]] = {"D10": frozenset({"upload"})}
# Fewer words tell the trained readers nothing; below this score vetoes are heeded; texts of few sentences.
_FEWEST_WORDS, _BEYOND_DOUBT, _SHORT = 3, -0.5, 4
# The more sentences, the less likely it is that a given one is the notice: what is added as texts grow.
_RISE = 0.5
# Reading the sense costs more than all else: what a pattern found is not read from this linear score on; both the score
# asked for and this one move by so much as texts grow.
_TRUSTED, _PICKY = 1.0, 1.5
# By how much more the sense has to deny what weak words may mean, or what began a sentence earlier.
_SLACK = 3.0
# So many notices said by one sentence are no accident.
_MANY = 3
# More sentences than this are not read for their sense: time stays linear, whatever the text.
_MOST_READ = 200


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A reader's opinion of one sentence: the notices it would add, scores by notice, and what it undoes below."""

    adds: Sequence[str]
    scores: Mapping[str, float]
    keeps: float


def read_sentences(answer: Answer, text: str, wordings: Wordings) -> tuple[Said, ...]:
    """The sentences of the visible text in order. A weak notice beside another one in its block is taken as meant."""
    heard, said = hear_sentences(answer, text, wordings)
    if wordings.reader is not None and said:
        said = _read_again(said, heard, text, wordings, wordings.reader)
    beside: dict[int, set[str]] = {}
    for sentence in said:
        meant = {notice.id for notice in sentence.notices if not notice.weak and notice.id in _COMPANY}
        beside.setdefault(sentence.block, set()).update(meant)
    return tuple(_in_context(sentence, beside) for sentence in said)


def _read_again(
    said: Sequence[Said], heard: Sequence[Heard], text: str, wordings: Wordings, reader: Reader
) -> list[Said]:
    """What the sentences say when the trained readers add notices that no pattern knows and undo unlikely ones."""
    found = features([each.told() for each in heard])
    rows = [dict(zip(reader.notices, row, strict=True)) for row in reader.scores(found, len(heard)).tolist()]
    weighed = _by_sense(said, heard, text, rows, reader)
    again: list[Said] = []
    for number, (sentence, each, scores) in enumerate(zip(said, heard, rows, strict=True)):
        opinion = weighed.get(number)
        if opinion is None and not sentence.notices:
            again.append(sentence)
            continue
        if opinion is None:
            opinion = _Weighed((), scores, -inf if _stands(sentence) else reader.keeps)
        notices = tuple(_notices(sentence, each, opinion, scores, wordings))
        again.append(sentence if notices == sentence.notices else replace(sentence, notices=notices))
    return again


def _by_sense(
    said: Sequence[Said], heard: Sequence[Heard], text: str, rows: Sequence[Mapping[str, float]], reader: Reader
) -> dict[int, _Weighed]:
    """The sentences in which something was found, or nearly, as the reader of sentences sees them."""
    length = log(max(1.0, len(said) / _SHORT))
    # A part for notices is as short as the texts that the readers learned from.
    lengths = [0.0 if sentence.section in _NOTICES else length for sentence in said]
    near = [min(reader.near + _PICKY * each, reader.adds + _RISE * each) for each in lengths]
    limits = {each: _Limits(each, reader.adds, reader.keeps, _TRUSTED - _PICKY * length) for each in set(near)}
    doubtful = map(_is_in_doubt, said, heard, rows, [limits[each] for each in near])
    chosen = [number for number, doubt in enumerate(doubtful) if doubt][:_MOST_READ]
    weighed: dict[int, _Weighed] = {}
    for number in chosen:
        scores = _scores(said[number], heard[number], text)
        sure = reader.sure + reader.rise * lengths[number]
        adds = [name for name, linear in rows[number].items() if linear > near[number] and scores[name] > sure]
        weighed[number] = _Weighed(adds, scores, -inf if _stands(said[number]) else reader.stays)
    return weighed


def _scores(sentence: Said, heard: Heard, text: str) -> Mapping[str, float]:
    """The sense of a sentence, or of all that it takes to say a notice, whichever says it louder."""
    words = text[sentence.start : sentence.end]
    if not heard.hits.keys().isdisjoint(_ITSELF):
        # Where "it" is known to be the text, the reader is told so: it sees no other sentence.
        words = _IT.sub("This", words, count=1)
    alone = sense(words).notices
    start = min([sentence.start, *(notice.start for notice in sentence.notices)])
    if start == sentence.start:
        return alone
    whole = sense(text[start : sentence.end]).notices
    return {name: max(score, whole[name]) for name, score in alone.items()}


@dataclass(frozen=True, slots=True)
class _Limits:
    """Linear scores: above `near` a sentence nearly says a notice, above `more` one that says another may say it too.

    Below `undone` the linear reader undoes what a pattern found, above `trusted` it believes it.
    """

    near: float
    more: float
    undone: float
    trusted: float


def _is_in_doubt(sentence: Said, heard: Heard, linear: Mapping[str, float], limits: _Limits) -> bool:
    """Whether patterns and the linear reader do not agree on what it says, or it says nearly something."""
    # Most sentences say nothing, by patterns and reader alike.
    if not sentence.notices and max(linear.values()) <= limits.near:
        return False
    if len(heard.words) < _FEWEST_WORDS or heard.place.heading:
        return False
    said = {notice.id for notice in sentence.notices if not notice.weak}
    found = [linear[name] for name in said if name in linear]
    if found and not _stands(sentence):
        return any(limits.undone <= score <= limits.trusted for score in found)
    open_to = MAY_ASK if heard.asks else linear.keys()
    least = limits.more if found else limits.near
    return any(score > least for name, score in linear.items() if name in open_to and name not in said)


def _stands(sentence: Said) -> bool:
    """Whether what patterns find in it stands: a part for notices, or many notices at once."""
    return sentence.section in _NOTICES or len(_COMPANY & {n.id for n in sentence.notices if not n.weak}) >= _MANY


def _notices(
    sentence: Said, heard: Heard, weighed: _Weighed, linear: Mapping[str, float], wordings: Wordings
) -> Iterable[Notice]:
    added = [name for name in weighed.adds if _may_add(name, linear[name], heard, wordings)]
    known: set[str] = set()
    for notice in sentence.notices:
        # Weak words, and what is said over two sentences, are weighed by what stands around them later on.
        slack = _SLACK if notice.weak or notice.start < sentence.start else 0.0
        if weighed.scores.get(notice.id, weighed.keeps) >= weighed.keeps - slack:
            known.add(notice.id)
            doubtful = notice.id not in added or _is_doubtful(notice.id, sentence, heard)
            yield replace(notice, weak=notice.weak and doubtful)
    for name in added:
        if name not in known:
            yield Notice(name, sentence.start, sentence.end, _is_doubtful(name, sentence, heard), sentence.section)


def _is_doubtful(name: str, sentence: Said, heard: Heard) -> bool:
    """Whether what no pattern knows needs the company of a notice, where this sentence stands."""
    if sentence.section not in _ANSWER:
        return False
    return name not in _ALONE or (name == "D5" and heard.hits.keys().isdisjoint(_SENDS))


def _may_add(name: str, score: float, heard: Heard, wordings: Wordings) -> bool:
    if len(heard.words) < _FEWEST_WORDS or heard.place.heading or (heard.asks and name not in MAY_ASK):
        return False
    if heard.hits.get("it", [(1, 1)])[0][0] == 0 and heard.hits.keys().isdisjoint(_ITSELF):
        return False
    return score > _BEYOND_DOUBT or not any(veto.find(heard.hits) for veto in wordings.vetoes.get(name, ()))


def _in_context(sentence: Said, beside: Mapping[int, set[str]]) -> Said:
    if not sentence.notices:
        return sentence
    same, near = beside[sentence.block], set().union(*(beside.get(sentence.block + step, set()) for step in (-1, 0, 1)))
    notices = tuple(
        replace(
            notice,
            weak=notice.weak and sentence.section not in _HOMES.get(notice.id, _NOTICES) and not same - {notice.id},
            in_company=sentence.section in _NOTICES or bool(near - {notice.id}),
        )
        for notice in sentence.notices
    )
    return replace(sentence, notices=notices)
