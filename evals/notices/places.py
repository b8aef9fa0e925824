"""Where in an answer the opening ends and the closing begins, for notices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from evals.lexicons import load_yaml
from evals.notices.found import Notice, Said
from evals.records import Answer, SectionKind

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# What stands before the answer's own words, and danger said first: neither pushes the notice down.
_BEFORE: frozenset[SectionKind | None] = frozenset({"title", "date", "urgent"})
# Notices whose words also serve as care advice.
_ALSO_ADVICE = frozenset({"D4"})
# What may follow a closing notice.
_AFTER: frozenset[SectionKind | None] = frozenset({"related", "upload", "references"})
# Where no notice is looked for: a list of questions is for someone else's answers.
_ASKING: frozenset[SectionKind | None] = frozenset({"questions", "related"})


@dataclass(frozen=True, slots=True)
class Places:
    """The opening ends at `opening_end`; the closing begins at `closing_start`; `tail` is where the last share begins."""

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
    return not notice.weak and not alone_in_body


def find_places(answer: Answer, text: str, sentences: Sequence[Said]) -> Places:
    """The places of an answer, by its sections where a reader of pages found some, else by what its sentences say."""
    rules = load_yaml("notices.yaml")["positions"]
    own = [sentence for sentence in sentences if not _is_lead(sentence, sentences)]
    start = own[0].start if own else 0
    end = max((s.end for s in sentences if s.section not in _AFTER), default=len(text))
    by_share = start + rules["opening"]["share"] * max(0, end - start)
    opening_end = min(max(by_share, _after_words(text, own, rules["opening"]["words"])), _first_substance(own, len(text)))
    tail = end - rules["closing"]["share"] * max(0, end - start)
    clinical = [s.end for s in own if _is_substance(s)]
    return Places(
        opening_end=int(opening_end),
        closing_start=int(min(tail, clinical[-1] if clinical else tail)),
        tail=int(tail),
    )


def looked_at(sentences: Sequence[Said]) -> Sequence[Said]:
    """The sentences in which a notice counts: lists of questions to ask do not."""
    return [sentence for sentence in sentences if sentence.section not in _ASKING]


def _is_lead(sentence: Said, sentences: Sequence[Said]) -> bool:
    # Without sections, a heading that comes first is the title.
    return sentence.section in _BEFORE or (sentence.section is None and sentence.heading and sentence.block == sentences[0].block)


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
    """Whether a sentence is part of the answer proper: a heading that is no notice's, or a statement on cancer or its care."""
    if sentence.section in {"opening_notice", "closing_notice", "upload", "related", "references"} or sentence.strong:
        return False
    if sentence.heading:
        return "notice_heading" not in sentence.topics
    spoken_of = any(topic in sentence.topics for topic in ("treatment", "symptoms", "cancer"))
    return spoken_of and "courtesy" not in sentence.topics
