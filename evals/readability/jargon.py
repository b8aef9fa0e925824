"""The hard words of an answer's body, each at its first use: its class, plain words for it, and where it is explained.

Class A are technical words, B everyday words with another meaning in a clinic, C short forms; `name` is a drug or gene
that nobody says the kind of. Names are masked when a grade is taken, so they must show here: masking hides nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from evals.lexicons import load_yaml
from evals.readability.acronyms import ShortForm
from evals.readability.explained import Place, Span, gloss
from evals.readability.masking import Name
from evals.readability.terms import Entry, everyday, short_forms, technical
from evals.readability.zones import Zone

JargonClass = Literal["A", "B", "C", "name"]
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Jargon:
    """A hard word at `text[start:end]`, its first use. `gloss` is where it is explained, None when it is not."""

    text: str
    kind: JargonClass
    start: int
    end: int
    entry: Entry
    gloss: Span | None

    @property
    def explained(self) -> bool:
        return self.gloss is not None


def find_jargon(
    text: str, body: Zone, names: Sequence[Name], forms: Sequence[ShortForm], asked: str
) -> tuple[Jargon, ...]:
    """The hard words of the body in reading order. `forms` are its short forms, `asked` is the question."""
    reader = _Reader(text, body)
    everyday_words = tuple(reader.everyday())
    taken = [(found.start, found.end) for found in everyday_words]
    technical_words = tuple(reader.technical(names, taken))
    # "CAR" is a part of the term "CAR-T".
    wider = [(word.start, word.end) for word in technical_words]
    alone = [form for form in forms if not any(a <= form.start and form.end <= b for a, b in wider)]
    others = (*reader.short(alone), *reader.names(names, asked))
    found = (*everyday_words, *technical_words, *others)
    return tuple(sorted(found, key=lambda jargon: (jargon.start, jargon.kind)))


class _Reader:
    """The body sentence by sentence."""

    def __init__(self, text: str, body: Zone) -> None:
        self._text, self._body = text, body
        spans = [(s.start, s.end) for s in body.sentences]
        self._spans = list(zip(spans, [*spans[1:], (0, 0)], strict=True))

    def everyday(self) -> Iterator[Jargon]:
        lowered = [self._text[start:end].lower() for (start, end), _ in self._spans]
        whole = "\n".join(lowered)
        taken: list[Span] = []
        for word in everyday():
            if not any(cue in whole for cue in word.cues):
                continue
            for number, sentence in enumerate(lowered):
                found = any(cue in sentence for cue in word.cues) and self._search(word.pattern, number)
                if found and not any(a < found[1] and found[0] < b for a, b in taken):
                    taken.append(found)
                    yield self._made("B", number, *found, word.entry)
                    break

    def technical(self, names: Sequence[Name], taken: Sequence[Span]) -> Iterator[Jargon]:
        seen: set[str] = set()
        inside = [*taken, *((name.start, name.end) for name in names)]
        for number, words in enumerate(self._body.raw_words):
            for hit in technical().find(self._text, words):
                if hit.entry.term in seen or any(a <= hit.start and hit.end <= b for a, b in inside):
                    continue
                seen.add(hit.entry.term)
                yield self._made("A", number, hit.start, hit.end, hit.entry)

    def short(self, forms: Sequence[ShortForm]) -> Iterator[Jargon]:
        for form in forms:
            singular = form.text[:-1] if form.text.endswith("s") else form.text
            entry = short_forms().get(form.text.upper()) or short_forms().get(singular.upper())
            entry = entry or Entry(form.text, "", "")
            # Spelled out somewhere: where, the finder of short forms does not say.
            span = (form.start, form.end) if form.spelled_out else self._told(form, entry.plain)
            yield Jargon(form.text, "C", form.start, form.end, entry, span)

    def names(self, names: Sequence[Name], asked: str) -> Iterator[Jargon]:
        known = {word.lower() for word in _WORD.findall(asked)}
        seen: set[str] = set()
        at = 0
        for name in names:
            shown = self._text[name.start : name.end]
            while at < len(self._spans) and self._spans[at][0][1] <= name.start:
                at += 1
            if at == len(self._spans):
                return
            inside = self._spans[at][0][0] <= name.start
            if inside and name.kind in {"drug", "gene"} and shown.lower() not in seen | known:
                seen.add(shown.lower())
                yield self._name(name, shown, at)

    def _name(self, name: Name, shown: str, number: int) -> Jargon:
        here, following = self._spans[number]
        entry = Entry(shown, f"say what kind of {'medicine' if name.kind == 'drug' else 'marker'} it is", "", "info")
        for start, end in (here, following):
            for word in _WORD.finditer(self._text, start, end):
                if word.group().lower() in _kinds() and not name.start <= word.start() < name.end:
                    return Jargon(shown, "name", name.start, name.end, entry, word.span())
        told = gloss(Place(self._text, name.start, name.end, here, following), "")
        return Jargon(shown, "name", name.start, name.end, entry, told)

    def _told(self, form: ShortForm, plain: str) -> Span | None:
        number = bisect_right(self._spans, form.start, key=lambda pair: pair[0][0]) - 1
        return gloss(Place(self._text, form.start, form.end, *self._spans[number]), plain)

    def _search(self, pattern: re.Pattern[str], number: int) -> Span | None:
        start, end = self._spans[number][0]
        found = pattern.search(self._text, start, end)
        return found.span() if found else None

    def _made(self, kind: JargonClass, number: int, start: int, end: int, entry: Entry) -> Jargon:
        here, following = self._spans[number]
        told = gloss(Place(self._text, start, end, here, following), entry.plain)
        return Jargon(self._text[start:end], kind, start, end, entry, told)


@cache
def _kinds() -> frozenset[str]:
    return frozenset(load_yaml("readability_style.yaml")["kinds"])
