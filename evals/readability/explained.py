"""Whether a hard word is explained where it stands: in its own sentence or the next, in words a reader knows.

Accepted: brackets, apposition, "or", "which means", "is when", a dash, "called", the next sentence beginning "This
means", and plain words of the lexicon close by. Rejected: a link or a glossary elsewhere, an acronym, a number, and
circles ("cytopenia, a low cytology").
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from evals.lexicons import load_yaml
from evals.readability.easy import is_easy
from evals.words import stem

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_STOPS = frozenset(map(str, load_yaml("readability_style.yaml")["explained"]["stops"]))
_NO_GLOSS = re.compile(
    r"(?:see|click|every|about|up to|e\.?g|if|from|or|and|also|but|not|\d|for more|source|read|link|https?|fig)\b", re.I
)
_SAID = re.compile(r"(?:say|said|pronounced)\b", re.I)
_BRACKETS = re.compile(r"(?:[\s-]+\w+){0,2}\s*\(([^()]{3,200})\)")
_BRACKETED = re.compile(r"([^().;:,]{3,160})\((?:(?:also )?(?:called|known as)\s+)?[\"“'*_]?\Z", re.I)
_CLOSED = re.compile(r"(?:\s+\w+){0,2}[\"”'*_]?\)")
_DASHED = re.compile(r"[\"”'*_)]{0,3}(?:\s+\w+){0,2}(?:\s+[–—-]{1,2}\s+|—|:\*{0,2}\s+)([^–—;]{4,200})")
_SEGMENT = re.compile(r"[^,;()–—]{3,160}")
_LONGEST = 200
_CIRCLE = 4
_CLOSE_BY = 14
_FEW_WORDS = 4

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A word at `text[start:end]`, its sentence and the one after it (empty when there is none)."""

    text: str
    start: int
    end: int
    sentence: Span
    following: Span

    @property
    def term(self) -> str:
        return self.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.text[max(self.sentence[0], self.start - _LONGEST) : self.start]

    @property
    def after(self) -> str:
        return self.text[self.end : min(self.sentence[1], self.end + 2 * _LONGEST)]


def gloss(place: Place, plain: str) -> Span | None:
    """Where the word is explained, or None. `plain`: the lexicon's words for it."""
    looks: tuple[Callable[[Place], Span | None], ...] = (
        _in_brackets, _around_brackets, _beside, _dashed, _defined, _named, _in_next_sentence,
    )  # fmt: skip
    for look in looks:
        found = look(place)
        if found and says_something(place.text[found[0] : found[1]], place.term):
            return found
    return _same_meaning(place, plain)


def says_something(words: str, term: str) -> bool:
    """Whether some words can explain a term: mostly everyday words, neither a circle nor a pointer elsewhere."""
    if _SAID.match(words):
        return True
    if _NO_GLOSS.match(words.lstrip()):
        return False
    content = [word for word in _WORD.findall(words) if word.lower() not in _STOPS]
    roots = {word.lower()[:_CIRCLE] for word in _WORD.findall(term) if len(word) > _CIRCLE}
    told = [word for word in content if word.lower()[:_CIRCLE] not in roots or is_easy(word)]
    if not told or (len(told) < len(content) and len(told) < 2):
        return False
    easy = [is_easy(word) and not word.isupper() for word in told]
    # "Anemia or thrombocytopenia can come": what follows begins with another hard word.
    return easy[0] and sum(easy) * 2 >= len(easy)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    e = load_yaml("readability_style.yaml")["explained"]
    about = rf"(?:{e['defining']}\b|{e['being']} (?!{e['no_meaning']})(?=\S+ \S+ \S+)|{e['doing']} (?=\w+ \w+ \w+))"
    return {
        "linked": re.compile(rf"[\"”'*_)]{{0,3}}(?:\s+\w+){{0,2}}?\s*(?:,\s*|\s)({e['linked']})\s+", re.I),
        "apposed": re.compile(r"[\"”'*_)]{0,3}(?:\s+\w+){0,2}?\s*,\s+(?=(?:an?|the|your|any|one)\s)", re.I),
        "defined": re.compile(rf"[\"”'*_)]{{0,3}}(?:\s+\w+){{0,2}}?\s+{e['defining']}\s+", re.I),
        "subject": re.compile(rf"[\"”'*_)]{{0,3}}(?:\s+\w+){{0,2}}?\s+{about}\s*", re.I),
        "named": re.compile(rf"\b{e['naming']}\s+(?:an?\s+|the\s+|your\s+|“|\"|'|\*+|_)*(?:\w+\s+){{0,2}}\Z", re.I),
        "next": re.compile(rf"(?:{e['restating']}[\s,:]+|{e['follows']}\s+{about}\s*)", re.I),
        "auxiliary": re.compile(e["auxiliaries"], re.I),
    }  # fmt: skip


def _in_brackets(place: Place) -> Span | None:
    found = _BRACKETS.match(place.after)
    return (place.end + found.start(1), place.end + found.end(1)) if found else None


def _around_brackets(place: Place) -> Span | None:
    """ "low white cells (neutropenia)": the last few words before the bracket."""
    if not _CLOSED.match(place.after) or not (found := _BRACKETED.search(place.before)):
        return None
    words = list(_WORD.finditer(found.group(1)))[-6:]
    if len(words) < 2:
        return None
    base = place.start - len(place.before) + found.start(1)
    return base + words[0].start(), base + words[-1].end()


def _beside(place: Place) -> Span | None:
    """ "alopecia, or hair loss", "neutrophils, a kind of white blood cell,"."""
    known, after = _patterns(), place.after
    for name in ("linked", "apposed"):
        found = known[name].match(after)
        segment = found and _SEGMENT.match(after, found.end())
        if not found or not segment:
            continue
        told = re.split(r"\b(?:that|which|who|where)\b", segment.group())[0]
        # "With neutropenia, a fever is an emergency": the comma ends a clause, and this is the next one.
        if name == "apposed" and known["auxiliary"].search(told):
            continue
        return place.end + segment.start(), place.end + segment.end()
    return None


def _dashed(place: Place) -> Span | None:
    found = _DASHED.match(place.after)
    # A colon defines only at the head of a line ("Anemia: low red cells").
    if not found or (":" in place.after[: found.start(1)] and len(place.before.split()) > 1):
        return None
    return place.end + found.start(1), place.end + found.end(1)


def _defined(place: Place) -> Span | None:
    known = _patterns()
    found = known["defined"].match(place.after)
    if not found and len(place.before.split()) <= _FEW_WORDS:
        found = known["subject"].match(place.after)
    return (place.end + found.end(), place.sentence[1]) if found and place.after[found.end() :].strip() else None


def _named(place: Place) -> Span | None:
    """ "a low count of white cells, called neutropenia": what stands before "called", else the sentence before."""
    found = _patterns()["named"].search(place.before)
    if not found:
        return None
    base = place.start - len(place.before)
    told = place.before[: found.start()].rstrip(" ,(")
    if any(word.lower() not in _STOPS for word in _WORD.findall(told)):
        return base + max(0, len(told) - _LONGEST), base + len(told)
    # "That is called a biopsy": what it is stands in the sentence before.
    return max(0, place.sentence[0] - _LONGEST), place.sentence[0]


def _in_next_sentence(place: Place) -> Span | None:
    start, end = place.following
    if start == end:
        return None
    head = place.text[start : min(end, start + _LONGEST)]
    known = _patterns()
    found = known["next"].match(head)
    if not found and head.lower().startswith(place.term.lower()):
        found = known["subject"].match(head, len(place.term))
    return (start + found.end(), min(end, start + _LONGEST)) if found and head[found.end() :].strip() else None


def _same_meaning(place: Place, plain: str) -> Span | None:
    """The lexicon's plain words, most of them close together in the sentence or the next."""
    wanted = _content(plain)
    if len(wanted) < 2:
        return None
    needed = max(2, -(-2 * len(wanted) // 3))
    for start, end in (place.sentence, place.following):
        hits: list[tuple[int, int, int, str]] = []
        for number, match in enumerate(_WORD.finditer(place.text, start, min(end, start + 5 * _LONGEST))):
            inside = place.start <= match.start() < place.end
            if not inside and (root := stem(match.group())) in wanted:
                hits.append((number, match.start(), match.end(), root))
        for first in range(len(hits)):
            near = [hit for hit in hits[first:] if hit[0] - hits[first][0] <= _CLOSE_BY]
            if len({hit[3] for hit in near}) >= needed:
                return near[0][1], near[-1][2]
    return None


@lru_cache(maxsize=4096)
def _content(plain: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(plain) if word.lower() not in _STOPS)
