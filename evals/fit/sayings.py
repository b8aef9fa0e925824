"""Visible text -> sentences and clauses, and whether a place in them says something of the reader.

Cheap on purpose: no sentence model, one pass of a few regular expressions a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from evals.fit.places import Places, sentence_spans
from evals.lexicons import load_yaml
from evals.records import Answer, SectionKind
from evals.words import lowered

_QUOTED = re.compile(r"“[^“”\n]{1,300}”|\"[^\"\n]{1,300}\"")
_SKIPPED: frozenset[SectionKind] = frozenset({"questions", "related", "references", "upload", "date"})
_KEY = re.compile(r"\s*(?:[-*•–]\s*)?[A-Z][\w /()-]{1,30}:\s\S")
_TOKEN = re.compile(r"[a-z0-9α-ω]+")
_LONGEST = 1_500
"""Characters of a sentence that are read; no sentence is that long."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence at `text[start:end]` of the sentence; `assumed`: it supposes, it does not say."""

    start: int
    end: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence that states something. Offsets inside count from `start` in the answer.

    `text` has quotations blanked out that are nobody's own statement; `tokens` are its words in small letters, to tell
    cheaply what cannot stand in it.
    """

    start: int
    text: str
    section: SectionKind | None
    clauses: tuple[Clause, ...]
    reader: tuple[int, ...]
    definite: tuple[int, ...]
    others: tuple[int, ...]
    asking: bool
    tokens: frozenset[str]

    @property
    def tells(self) -> bool:
        """Whether it can say anything of the reader."""
        return bool(self.reader or self.definite) and not self.asking

    def clause(self, at: int) -> Clause:
        """The clause that holds a place."""
        return next((c for c in self.clauses if at < c.end), self.clauses[-1])

    def words(self, clause: Clause) -> str:
        """The text of a clause."""
        return self.text[clause.start : clause.end]

    def about_reader(self, at: int) -> bool:
        """Whether what stands at a place is said of the reader: the last one named before it, else the first after."""
        clause = self.clause(at)
        # "the tumor" is the reader's only within its own clause; "you" and "your" reach on.
        own = (*self.reader, *(place for place in self.definite if clause.start <= place < clause.end))
        before = [(place, True) for place in own if place <= at]
        before += [(place, False) for place in self.others if place <= at]
        if before:
            return max(before)[1]
        after = [(place, True) for place in own] + [(place, False) for place in self.others]
        return bool(after) and min(after)[1]

    def names_reader(self, clause: Clause) -> bool:
        """Whether a clause says "you" or "your" itself."""
        return any(clause.start <= place < clause.end for place in self.reader)

    def asserts(self, at: int) -> bool:
        """Whether it is stated as a fact of the reader, not supposed, asked, possible, or left unsaid."""
        clause = self.clause(at)
        if self.asking or clause.assumed or not self.about_reader(at):
            return False
        return not _modal().search(self.text, clause.start, at) and not _unsaid().search(self.text, 0, at)


def read_sayings(answer: Answer, text: str, names: Sequence[str]) -> Iterator[Saying]:
    """The statements of the visible text in order.

    Questions, lists of questions, links and sources are left out, and so is what repeats the reader's question.
    `names` are the given names on the record: they stand for the reader too.
    """
    asked = " ".join(answer.question.split()).casefold()
    known = tuple(names)
    reader = _reader(known)
    places = Places(answer)
    led = False
    for start, end in sentence_spans(text):
        section = places.section(start)
        item = places.is_item(start) or bool(_KEY.match(text, start, end))
        if not item:
            led = _leads(text[start : min(end, start + _LONGEST)], reader, heading=places.is_heading(start))
        if section in _SKIPPED or text[start:end].rstrip("\"'”’»)]*_ ").endswith(("?", "？")):
            continue
        sentence = text[start : min(end, start + _LONGEST)]
        if asked and " ".join(sentence.split()).casefold() in asked:
            continue
        yield _saying(start, sentence, section, known, led=item and led)


def _leads(words: str, reader: re.Pattern[str], *, heading: bool) -> bool:
    """Whether the list that follows tells of the reader: "Your record shows:", or a heading "Your results"."""
    if not heading and not words.rstrip().endswith(":"):
        return False
    return bool(reader.search(words)) and not _pattern("others").search(words) and not words.rstrip().endswith("?")


def _saying(start: int, sentence: str, section: SectionKind | None, names: tuple[str, ...], *, led: bool) -> Saying:
    sentence = _without_quotations(sentence)
    lower = lowered(sentence)
    tokens = frozenset(_TOKEN.findall(lower))
    if not led and tokens.isdisjoint(_about(names)):
        return _of_nobody(start, sentence, section, tokens)
    places = [match.start() for match in _reader(names, small=True).finditer(lower)]
    definite = tuple([match.start() for match in _small("definite").finditer(lower)])
    if definite and _small("defining").search(lower):
        definite = ()
    if not (places or definite or led or _small("firm").search(lower)):
        return _of_nobody(start, sentence, section, tokens)
    alike = [match.start() for match in _small("like_reader").finditer(lower)]
    others = [match.start() for match in _small("others").finditer(lower)]
    if alike and not places:
        places = alike
    # "a stage I melanoma like yours": what stands before is the reader's, unless others came first and are not alike.
    places += [0] if alike and not any(place < alike[0] for place in others) else []
    places += [0] if led else []
    asking = bool(_small("asking").search(lower))
    return Saying(
        start, sentence, section, _clauses(sentence, lower), tuple(sorted(places)), definite, tuple(others), asking,
        tokens,
    )  # fmt: skip


def _of_nobody(start: int, sentence: str, section: SectionKind | None, tokens: frozenset[str]) -> Saying:
    """A sentence of which nothing can be said of the reader: kept for its words only."""
    return Saying(start, sentence, section, (Clause(0, len(sentence), assumed=False),), (), (), (), False, tokens)


def _without_quotations(sentence: str) -> str:
    if '"' not in sentence and "“" not in sentence:
        return sentence
    for match in _QUOTED.finditer(sentence):
        # What a report is quoted to say is said of the reader all the same.
        if not _pattern("reports").search(sentence, 0, match.start()):
            sentence = sentence[: match.start()] + " " * (match.end() - match.start()) + sentence[match.end() :]
    return sentence


def _clauses(sentence: str, lower: str) -> tuple[Clause, ...]:
    # "HER2: negative" is one clause: its colon cuts nothing.
    key = _KEY.match(sentence)
    first = key.end() if key else 0
    cuts = [0, *(match.end() for match in _small("clauses").finditer(lower, first)), len(sentence)]
    clauses: list[Clause] = []
    rest = False
    for start, end in pairwise(cuts):
        if end <= start:
            continue
        words = lower[start:end]
        assumed = rest or bool(_small("hypothetical").search(words))
        # "When ...," at the very beginning supposes for what follows; in the middle only for its own clause.
        rest = rest or bool(_small("to_the_end").search(words)) or (assumed and not clauses)
        clauses.append(Clause(start, end, assumed))
    return tuple(clauses) or (Clause(0, len(sentence), assumed=False),)


def _modal() -> re.Pattern[str]:
    return _pattern("modal")


def _unsaid() -> re.Pattern[str]:
    return _pattern("unsaid")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return compiled(load_yaml("personal_fit.yaml")[name])


@cache
def _small(name: str) -> re.Pattern[str]:
    """The same for a text in small letters: a search that minds no case takes three times as long."""
    return _in_small(load_yaml("personal_fit.yaml")[name])


@cache
def _reader(names: tuple[str, ...], *, small: bool = False) -> re.Pattern[str]:
    own = [rf"\b{re.escape(lowered(name) if small else name)}\b" for name in names]
    pattern = "|".join([load_yaml("personal_fit.yaml")["reader"], *own])
    return _in_small(pattern) if small else compiled(pattern)


@cache
def _about(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(load_yaml("personal_fit.yaml")["about_tokens"]) | {name.lower() for name in names}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a lexicon, letters in any case; line breaks in the file fold to one space, which is dropped."""
    return re.compile(_unfolded(pattern), re.IGNORECASE)


def _in_small(pattern: str) -> re.Pattern[str]:
    return re.compile(_unfolded(pattern))


def _unfolded(pattern: str) -> str:
    return pattern.replace(" |", "|").replace(" (?", "(?")
