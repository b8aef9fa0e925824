"""Whether an answer gives an urgent order that it must: the reader of directives decides, not the likeness of words.

"Call your cancer team's 24-hour line right now" is said where the answer, as its own advice, sends the reader as far up
or further, for the same reason, and does not take it back. A statement with more in it than an order is left to others.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from evals.lexicons import load_yaml
from evals.notices.groups import words_of
from evals.records import Answer
from evals.red_flags import signs_in, spans_of_signs
from evals.urgency.directives import TIERS, Directive, Reading, Tier, ordering_spans, read_directives, read_order

_URGENT = TIERS.index("T1")
_FIGURE = re.compile(r"\d")
_Meets = Literal["yes", "no", "unsure"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a statement orders: its tier, whether a crisis line is meant, and on what it hangs.

    `signs`: dangers that the reader has not told of; `unanswered`: that nobody answers the call; neither: it holds now.
    `ban`: it forbids waiting and orders nothing itself.
    """

    tier: Tier
    crisis: bool = False
    signs: frozenset[str] = frozenset()
    unanswered: bool = False
    ban: bool = False


class Urged:
    """One answer, asked for many urgent orders; `own` are the places (start, end) where it speaks for itself."""

    def __init__(self, answer: Answer, own: Sequence[tuple[int, int]]) -> None:
        self._answer, self._own = answer, own

    @cached_property
    def _told(self) -> frozenset[str]:
        return signs_in(self._answer.question)

    @cached_property
    def _asked(self) -> frozenset[str]:
        question = self._answer.question
        return frozenset(_stem(word.folded) for word in words_of(question, 0, len(question)))

    @cached_property
    def _reading(self) -> Reading:
        reading = read_directives(self._answer)
        return Reading(tuple(one for one in reading.directives if not one.notice), reading.undoing)

    def _is_own(self, one: Directive) -> bool:
        spoken = any(start < one.end and one.start < end for start, end in self._own)
        return spoken and not one.quoted and not _pattern("unmeant").search(self._sentence(one))

    def order(self, statement: str) -> Order | None:
        """What a statement orders at once; None where it orders nothing, or says more than that."""
        signs = signs_in(_without_order(statement))
        if _pattern("bans").search(statement):
            return Order("T1", ban=True) if signs <= self._told else None
        found = read_order(statement)
        if found is None or TIERS.index(found[0]) > _URGENT or _pattern("gives").search(statement):
            return None
        tier, condition, crisis = found
        unanswered = bool(condition and _pattern("unanswered").search(condition))
        if unanswered:
            return Order(tier, crisis, unanswered=True)
        if not self._is_bare(statement) or (condition and not signs):
            return None
        return Order(tier, crisis, frozenset() if signs <= self._told else frozenset(signs))

    def _is_bare(self, statement: str) -> bool:
        """Whether each of its words is the order, a danger sign, a small word, or one of the reader's own."""
        known = [*ordering_spans(statement), *spans_of_signs(statement)]
        for word in words_of(statement, 0, len(statement)):
            placed = any(start <= word.start and word.end <= end for start, end in known)
            if not placed and word.folded not in _small() and _stem(word.folded) not in self._asked:
                return False
        return True

    def gives(self, statement: str) -> tuple[bool, Directive | None] | None:
        """Whether the answer gives the order, and the words that do; None where this cannot tell."""
        order = self.order(statement)
        if order is None:
            return None
        met = [(self._meets(order, one), one) for one in self._reading.directives]
        ways = {how for how, _ in met}
        if "yes" in ways:
            undone = bool(self._reading.undoing)
            return (False, None) if undone else (True, next(one for how, one in met if how == "yes"))
        if order.signs or order.unanswered or order.ban:
            short = "no" in ways if order.signs else order.ban and bool(self._reading.undoing)
        else:
            short = "no" in ways and "unsure" not in ways
        return (False, None) if short else None

    def _meets(self, order: Order, one: Directive) -> _Meets:
        if one.poison or (order.crisis and not one.crisis):
            return "unsure"
        reason, hangs = self._reason(one)
        if order.signs:
            return self._covers(order, one, reason)
        if (
            TIERS.index(one.tier) > TIERS.index(order.tier)
            or (one.crisis and not order.crisis)
            or not self._is_own(one)
        ):
            return "no"
        if order.unanswered and _pattern("unanswered").search(reason):
            return "yes"
        return self._holds_now(one, reason, hangs) if reason else "yes"

    def _covers(self, order: Order, one: Directive, reason: str) -> _Meets:
        """Whether a directive is for all dangers of an order, and as urgent."""
        if not order.signs <= signs_in(reason or self._sentence(one)):
            return "unsure"
        if one.tier == TIERS[-1] or _limited(self._sentence(one), reason):
            return "no"
        enough = TIERS.index(one.tier) <= TIERS.index(order.tier) and self._is_own(one)
        return "yes" if enough and not _FIGURE.search(reason) else "unsure"

    def _holds_now(self, one: Directive, reason: str, hangs: bool) -> _Meets:
        """Whether a directive's reason is the reader's: a danger they told of, or a topic with a word of theirs."""
        signs = signs_in(reason)
        if (hangs and _limited(self._sentence(one), reason)) or (signs and not signs & self._told):
            return "no"
        if _FIGURE.search(reason):
            return "unsure"
        return "yes" if signs or not (hangs or self._is_new(reason)) else "unsure"

    def _is_new(self, reason: str) -> bool:
        words = [_stem(word.folded) for word in words_of(reason, 0, len(reason)) if word.folded not in _small()]
        return bool(words) and self._asked.isdisjoint(words)

    def _reason(self, one: Directive) -> tuple[str, bool]:
        """The words that tell what a directive is about, or on what it hangs, and whether it hangs on them; or ""."""
        if one.condition is not None:
            return one.condition, True
        match = _pattern("behind").search(self._answer.text, one.start, one.end)
        return (match["hangs"] or match["topic"], bool(match["hangs"])) if match else ("", False)

    def _sentence(self, one: Directive) -> str:
        return self._answer.text[one.start : one.end]


def _without_order(statement: str) -> str:
    """A statement with blanks for whom to call and when: the "24" of a 24-hour line counts no stools."""
    for start, end in ordering_spans(statement):
        statement = statement[:start] + " " * (end - start) + statement[end:]
    return statement


def _limited(sentence: str, reason: str) -> bool:
    return bool(_pattern("only").search(sentence) or _pattern("limits").search(reason))


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s").removesuffix("s")


@cache
def _small() -> Set[str]:
    return frozenset(load_yaml("completeness.yaml")["urgent"]["small"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load_yaml("completeness.yaml")["urgent"][name], re.IGNORECASE)
