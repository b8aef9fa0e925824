"""Where in an answer the opening ends and the closing begins, for notices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from evals.lexicons import load_yaml
from evals.notices.found import Notice, Said
from evals.records import SectionKind

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# What stands before the answer's own words, and danger said first: neither pushes the notice down.
_BEFORE: frozenset[SectionKind | None] = frozenset({"title", "date", "urgent"})
# Notices whose words also serve as care advice.
_ALSO_ADVICE = frozenset({"D4"})
# The answer proper, whatever its words.
_ANSWER: frozenset[SectionKind | None] = frozenset({"body", "questions"})
# What may follow a closing notice.
_AFTER: frozenset[SectionKind | None] = frozenset({"related", "upload", "references"})
# Lists of questions: advice to ask stands there for its own sake, and is no notice.
_ASKING: frozenset[SectionKind | None] = frozenset({"questions", "related"})


@dataclass(frozen=True, slots=True)
class Places:
    """Where the opening ends, where the closing begins, and where the last share of the text (`tail`) begins."""

    opening_end: int
    closing_start: int
    tail: int

    def opens(self, notice: Notice) -> bool:
        """Whether it is a notice at the start."""
        return _is_meant(notice) and notice.start < self.opening_end

    def closes(self, notice: Notice) -> bool:
        """Whether it is a notice at the end."""
        return _is_meant(notice) and notice.start >= self.closing_start


def _is_meant(notice: Notice) -> bool:
    # "Always ask your nurse before a new pill" in the body is care advice, wherever in the body it stands.
    alone_in_body = notice.id in _ALSO_ADVICE and notice.section == "body" and not notice.in_company
    return not notice.weak and not alone_in_body and notice.section not in _ASKING


def find_places(text: str, sentences: Sequence[Said]) -> Places:
    """The places of an answer, by its sections where a reader of pages found some, else by what its sentences say."""
    rules = load_yaml("notices.yaml")["positions"]
    own = [sentence for sentence in sentences if not _is_lead(sentence, sentences)]
    start = own[0].start if own else 0
    end = max((s.end for s in sentences if s.section not in _AFTER), default=len(text))
    by_share = start + rules["opening"]["share"] * max(0, end - start)
    by_words = _after_words(text, own, rules["opening"]["words"])
    opening_end = min(max(by_share, by_words), _first_substance(own, len(text)))
    tail = end - rules["closing"]["share"] * max(0, end - start)
    clinical = [s.end for s in own if _is_substance(s) or (s.section in _ANSWER and not s.strong)]
    return Places(
        opening_end=int(opening_end),
        closing_start=int(min(tail, clinical[-1] if clinical else tail)),
        tail=int(tail),
    )


def _is_lead(sentence: Said, sentences: Sequence[Said]) -> bool:
    # Without sections, a heading that comes first is the title.
    comes_first = sentence.section is None and sentence.block == sentences[0].block
    return sentence.section in _BEFORE or (comes_first and sentence.heading)


def _after_words(text: str, own: Sequence[Said], number: int) -> int:
    """The position where so many words of the answer have been read."""
    left = number
    for sentence in own:
        words = list(islice(_WORD.finditer(text, sentence.start, sentence.end), left))
        left -= len(words)
        if left <= 0:
            return words[-1].end()
    return len(text)


def _first_substance(own: Sequence[Said], otherwise: int) -> int:
    return next((sentence.start for sentence in own if _is_substance(sentence)), otherwise)


def _is_substance(sentence: Said) -> bool:
    """Whether it belongs to the answer proper: a heading that is no notice's, or a statement on cancer or its care."""
    if sentence.section in {"opening_notice", "closing_notice", *_AFTER} or sentence.strong:
        return False
    if sentence.heading:
        return "notice_heading" not in sentence.topics
    spoken_of = any(topic in sentence.topics for topic in ("treatment", "symptoms", "cancer"))
    return spoken_of and "courtesy" not in sentence.topics
