"""Whether an answer says a given statement, whatever its words: the answer is the evidence, the statement the claim.

What a good answer must say may stand anywhere a reader is told something: in the body, the urgent part, a heading that
is a sentence, a question with its yes or no. Sending the reader to somebody to talk ("Ask your care team …") may also
stand in a notice or in the list of questions to ask; no other statement may. What an answer must not say counts only
where it speaks for itself: not in a quotation, not where it is called a myth, not in notices, questions or headings.
Urgent orders are read for what they order (`evals.judges.urged`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from evals.claims.antecedents import Before, pronoun_of, resolved
from evals.claims.clauses import split_clauses
from evals.claims.grammar import is_command
from evals.claims.kinds import kind_of
from evals.judges.evidence import Evidence, Match, Window
from evals.judges.said import Role, Said, said
from evals.judges.saying import Heard, deciding, denied, features, likelihood
from evals.judges.urged import Urged
from evals.judges.weighing import Weighed, calibration, look
from evals.lexicons import load_yaml
from evals.records import Answer, Claim, Passage, Sentence
from evals.sentences import split_sentences

OWN_VOICE: frozenset[Role] = frozenset({"stated", "unquoted"})
TOLD: frozenset[Role] = frozenset({"stated", "quoting", "aside", "heading", "reply"})
SENT: frozenset[Role] = frozenset({*TOLD, "notice", "asked"})
_VOICED: frozenset[Role] = frozenset({"stated", "unquoted", "aside", "heading", "reply"})

_LONGEST_QUESTION = 400
_JOINED = re.compile(r",\s+and\s+|;\s+(?:and\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a statement is said: its share in [0, 1], the place of what says it, whether the answer says otherwise.

    The share is 0 where the words speak against the statement, or only tell what a word means. The place is
    `answer.text[start:end]`, the nearest words when nothing says it, None when there are none.
    """

    share: float
    found: bool
    start: int | None = None
    end: int | None = None
    contradicted: bool = False


class Statements:
    """One answer, read once, asked for many statements."""

    def __init__(self, answer: Answer, claims: Sequence[Claim]) -> None:
        self._lines: dict[str, list[tuple[int, int, Said]]] = {}
        self._roles: dict[str, Role] = {}
        self._asked = " ".join(answer.question.split())[:_LONGEST_QUESTION]
        lines = said(answer, claims)
        self._evidence = Evidence(self._passages(lines))
        self._urged = Urged(answer, [(line.start, line.end) for line in lines if line.role in _VOICED])

    def says(self, statement: str) -> Found:
        """Whether a statement that must be said is: all its parts, wherever they may stand."""
        if (told := self._urged.gives(statement)) is not None:
            given, at = told
            place = (at.start, at.end) if at else (None, None)
            return Found(float(given), given, *place)
        return self._find(statement, SENT if _sends(statement) else TOLD, _cutoff("says"), self._asked)

    def asserts(self, statement: str) -> Found:
        """Whether the answer says in its own voice a statement that must not be said: all its parts."""
        # Not under the question: what the reader wrongly assumes is no word of the answer's.
        return self._find(statement, OWN_VOICE, _cutoff("asserts"), "", excused=only_defines)

    def _find(
        self,
        statement: str,
        roles: frozenset[Role],
        cutoff: float,
        asked: str,
        *,
        excused: Callable[[Heard], bool] | None = None,
    ) -> Found:
        whole, *parts = dict.fromkeys((without_lead(statement), *parts_of(statement)))
        for claims in ([whole], parts):
            if exact := self._word_for_word(claims, self._named(roles)):
                return exact
        heard = self.heard(statement, roles, asked)
        if heard is None:
            return Found(0.0, False)
        undone = denied(heard) or (excused is not None and excused(heard))
        share = 0.0 if undone else round(likelihood(features(heard, parted=bool(parts))), 3)
        against = share < cutoff and heard.weighed.shares["contradicted"] >= calibration().cutoffs["contradicted"]
        return Found(share, share >= cutoff, *self._place(_telling(heard.weighed, against)), against)

    def heard(self, statement: str, roles: frozenset[Role] | None = None, asked: str | None = None) -> Heard | None:
        """What decides whether a statement is said: the whole, or its weakest part; None where there is no line to ask.

        By default where a statement that must be said may stand, and under the reader's question.
        """
        only = self._named(roles or (SENT if _sends(statement) else TOLD))
        above = self._asked if asked is None else asked
        whole, *parts = [
            Heard(claim, tuple(look(claim, _under(match, above)) for match in self._evidence.find(claim, only)))
            for claim in dict.fromkeys((without_lead(statement), *parts_of(statement)))
        ]
        return deciding(whole, parts) if whole.looks else None

    def _word_for_word(self, claims: Sequence[str], only: frozenset[str]) -> Found | None:
        found = [self._evidence.quoted(claim) for claim in claims]
        windows = [window for window in found if window is not None and window.passage_id in only]
        return Found(1.0, True, *self._place(windows[0])) if claims and len(windows) == len(claims) else None

    def _named(self, roles: frozenset[Role]) -> frozenset[str]:
        return frozenset(name for name, role in self._roles.items() if role in roles)

    def _place(self, window: Window) -> tuple[int, int]:
        lines = self._lines[window.passage_id]
        inside = [line for start, end, line in lines if window.start <= start and end <= window.end]
        return min(line.start for line in inside), max(line.end for line in inside)

    def _passages(self, lines: Sequence[Said]) -> list[Passage]:
        """The lines of one role under one heading, end to end: windows reach over no heading and mix no roles."""
        groups: dict[tuple[str, Role], list[Said]] = {}
        for line in lines:
            groups.setdefault((line.heading, line.role), []).append(line)
        made: list[Passage] = []
        for number, ((heading, role), members) in enumerate(groups.items()):
            name, at, places = f"{number:04}", 0, []
            for line in members:
                places.append((at, at + len(line.text), line))
                at += len(line.text) + 1
            self._lines[name], self._roles[name] = places, role
            text = "\n".join(line.text for line in members)
            spans = tuple(Sentence(start=start, end=end) for start, end, _ in places)
            made.append(Passage(id=name, title=heading, text=text, sentences=spans))
        return made


def only_defines(heard: Heard) -> bool:
    """Whether the sentence tells what a word means, to nobody, and the statement is one about the reader.

    "Cure means that the cancer will not return" is no promise that yours will not.
    """
    sentence, reader = heard.telling.match.window.text, _pattern("reader")
    return bool(reader.search(heard.claim) and _pattern("defines").search(sentence) and not reader.search(sentence))


def _under(match: Match, asked: str) -> Match:
    """The match with its window under the reader's question: an answer need not repeat what it is about.

    Without one, under no question at all: the words of "Can I skip chemo?" are not the answer's either.
    """
    title = match.window.title
    title = f"{asked} {title}".strip() if asked else "" if title.endswith("?") else title
    return replace(match, window=replace(match.window, title=title))


def _telling(weighed: Weighed, against: bool) -> Window:
    return (weighed.against if against else weighed.best).match.window


def parts_of(statement: str) -> tuple[str, ...]:
    """The statements within a statement, each standing alone; the whole, without its lead, when it cannot be parted."""
    whole = without_lead(statement)
    found: list[str] = []
    for piece in _pieces(whole):
        told = resolved(_sentence(piece), Before(sentences=tuple(found[-1:])))
        if found and pronoun_of(told):
            return (whole,)
        found.append(told)
    return tuple(found) if len(found) > 1 else (whole,)


def _pieces(text: str) -> Iterator[str]:
    for span in split_sentences(text):
        sentence = text[span.start : span.end]
        for start, end in split_clauses(sentence):
            yield from _commands(sentence[start:end])


def _commands(text: str) -> list[str]:
    """ "Stay with him, and do not let him drive" -> both commands."""
    pieces = _JOINED.split(text)
    return pieces if len(pieces) > 1 and all(is_command(piece) for piece in pieces) else [text]


def _sentence(piece: str) -> str:
    plain = piece.strip().rstrip(",;.")
    return f"{plain[:1].upper()}{plain[1:]}." if plain else plain


def without_lead(statement: str) -> str:
    """A statement without the "No, " or "Also " that only answers or goes on."""
    told = _pattern("leads").sub("", statement.strip())
    return told[:1].upper() + told[1:] if told else statement.strip()


def _cutoff(name: str) -> float:
    return float(load_yaml("completeness.yaml")["cutoffs"][name])


def _sends(statement: str) -> bool:
    return _pattern("sends").search(statement) is not None or kind_of(statement) == "notice"


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load_yaml("completeness.yaml")[name], re.IGNORECASE)
