"""Where the name of a source begins and ends in running text, and whether it names anyone."""

import re
from typing import NamedTuple

from evals.pages.bodies import body_words, known_bodies, phrases, words

_MOST_WORDS = 24
_MOST_VAGUE_WORDS = 9
_WORD = re.compile(r"\S{1,200}")
_INITIALS = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_ABBREVIATED = frozenset({"St", "Dr", "Drs", "No", "Vol", "Prof", "vs", "v"})
_QUOTED = re.compile(r"[\"“][^\"“”\n]{2,150}[\"”]")
_BRACKETED = re.compile(r"\(([^()\n]{1,150})\)")
_SHORT_FORM = re.compile(r"(?:the )?[A-Z][A-Za-z&.-]{1,9}")
_TITLE_END = re.compile(r"[,.;:!?\n(]")
_TITLE_WORDS = 2
_AND = re.compile(r"\s+(?:and|y|&)\s+(?:the\s+|la\s+|el\s+)?", re.IGNORECASE)
_VERSION = re.compile(r",?\s+(?:(?:version|v\.?)\s?)?\d[\d.]{0,8}\d(?=,)", re.IGNORECASE)
_PUBLICATION = re.compile(r"(?i:guidelines?|patients|series|book|PDQ|handbook|guías?|pacientes)$")
_WHOSE = re.compile(r"\b(?:at|from|of|by|in|de)\s+(?:the\s+)?")
_SHORT_AFTER = re.compile(r"\s\([A-Z][A-Za-z&.-]{1,9}\)$")
_ARTICLE = re.compile(r"(?:the|a|an|el|la|los|las|un|una|its|their|this|these)\s+", re.IGNORECASE)


class Name(NamedTuple):
    """A source named at `text[start:end]`. `vague` when it is talk of experts or studies without a name."""

    start: int
    end: int
    vague: bool


def read_name(text: str, at: int, end: int) -> Name | None:
    """The source that is named from `at` on, not reaching beyond `end`; None when no one is."""
    article = _ARTICLE.match(text, at, end)
    start = article.end() if article else at
    if start >= end:
        return None
    first = _core(text, start, end)
    if first.lower() in words().not_sources:
        return None
    stop = _named_end(text, start, end)
    if stop is not None and names_someone(text[start:stop]):
        return Name(start, stop, vague=False)
    return _vague(text, start, end, article[0].strip().lower() if article else "")


def names_someone(name: str) -> bool:
    """Whether a name holds more than words like "experts" and "American"."""
    if known_bodies().search(name):
        return True
    return any(
        word[0].isupper() and word.lower().strip(".") not in words().no_names | words().vague | words().vague_adjectives
        for word in re.findall(r"[^\W\d_][\w.’'-]*", name)
    )


def split_names(text: str, start: int, end: int, *, known_only: bool = False) -> list[tuple[int, int]]:
    """The parts of "the NCI and the College of Surgeons"; "Food and Drug Administration" is one.

    With `known_only` both sides must be known bodies: a document in a source list may have two publishers.
    """
    parts: list[tuple[int, int]] = []
    for link in _AND.finditer(text, start, end):
        named = known_bodies().match(text, link.end(), end) or (
            not known_only
            and text[link.end() : link.end() + 1].isupper()
            and body_words().search(text, link.end(), end)
        )
        if named and known_bodies().search(text, start, link.start()):
            parts.append((start, link.start()))
            start = link.end()
    return [*parts, (start, end)]


def trim(name: str) -> str:
    """A name on one line, without the punctuation around it; a bracket or quote that closes one stays."""
    name = " ".join(name.split()).strip(" .,;:!?-–—")
    short = _SHORT_AFTER.search(name)
    if short and known_bodies().fullmatch(name, 0, short.start()):
        return name[: short.start()]
    for opening, closing in ('""', "“”", "()", "[]"):
        if name.endswith(closing) and name.count(opening) == (2 if opening == closing else 1) and name[0] != opening:
            return name
    return name.strip(" .,;:!?\"“”'‘’()[]-–—") if not name.endswith(")") or "(" not in name else name


def starts_backward(text: str, at: int, floor: int) -> int:
    """The start of the capitalised name that the word at `at` stands in."""
    before = list(_WORD.finditer(text, max(floor, at - 120), at))[-10:]
    start = at
    for match in reversed(before):
        word = match[0]
        if word[-1] in ',.;:!?)"”' and word.rstrip(".") not in _ABBREVIATED:
            break
        core = word.lstrip("([\"“‘'")
        if core[:1].isupper() and core.lower() not in ("the", "a", "an", "el", "la", "los", "las"):
            start = match.start() + len(word) - len(core)
        elif core.lower() not in words().name_links or core.lower() in ("the", "and", "in", "on", "to", "at", "with"):
            break
        if core != word:
            break
    return start


def _named_end(text: str, start: int, end: int) -> int | None:
    """The end of a capitalised name; None when it does not begin like one."""
    good: int | None = None
    at = start
    for _ in range(_MOST_WORDS):
        match = _WORD.search(text, at, end)
        if not match:
            break
        if quoted := _QUOTED.match(text, match.start(), end):
            return quoted.end() if good or quoted.start() == start else good
        if text[match.start()] == "(":
            return _after_bracket(text, match.start(), end, good)
        core, closes = _parts(match[0])
        if _is_capital(core) or (good and core.lower() in words().name_tails):
            good = match.start() + match[0].index(core) + len(core)
        elif not (good and core.lower() in words().name_links) or closes:
            break
        at = match.end()
        if closes:
            colon = good is not None and closes[0] in ":," and _title_end(text, good, end, closes[0])
            return colon or good
    return good


def _after_bracket(text: str, at: int, end: int, good: int | None) -> int | None:
    """A name's end where a bracket follows: a document in it belongs to the name, a short form does not."""
    bracket = _BRACKETED.match(text, at, end)
    if good is None or bracket is None or _SHORT_FORM.fullmatch(bracket[1]):
        return good
    return bracket.end() if bracket[1][0].isupper() or bracket[1][0].isdigit() or bracket[1][0] in '"“' else good


def _title_end(text: str, good: int, end: int, mark: str) -> int | None:
    """The end of a title or version after a publication: "… for Patients: Breast Cancer", "…, Version 2.2026"."""
    if not _PUBLICATION.search(text, max(0, good - 12), good):
        return None
    if mark == ",":
        version = _VERSION.match(text, good, end)
        return version.end() if version else None
    limit = min(end, good + 120)
    stop = _TITLE_END.search(text, good + 1, limit)
    title = text[good + 1 : stop.start() if stop else limit].rstrip()
    size = capitals = 0
    for word in _WORD.finditer(title):
        if word[0][0].isupper() or (size and word[0][0].isdigit()):
            capitals, size = capitals + word[0][0].isalpha(), word.end()
        elif not size or word[0].lower() not in words().name_links:
            break
    # "…: In June 2025, …" and "…: Stage 4 means …" begin sentences, not titles.
    first = title.split(maxsplit=1)[:1]
    whole = bool(first) and size == len(title) and first[0].lower() not in words().name_links
    return good + 1 + size if whole or capitals >= _TITLE_WORDS else None


def _vague(text: str, start: int, end: int, article: str) -> Name | None:
    """Talk of experts, studies or guidelines that begins here."""
    lists = words()
    found: int | None = None
    at = start
    for number in range(_MOST_VAGUE_WORDS):
        match = _WORD.search(text, at, end)
        if not match or (found is None and number > 3):
            break
        core, closes = _parts(match[0])
        low = core.lower()
        if found is None and low in lists.vague:
            if low in lists.vague_singular and article in ("the", "this", "el", "la"):
                return None
            found = match.start() + match[0].index(core) + len(core)
        elif found is None and low not in lists.vague_adjectives | lists.no_names and not low.isdigit():
            return None
        elif found is not None and (low in lists.other_verbs | lists.auxiliaries or phrases("verbs").fullmatch(low)):
            break
        elif found is not None and core:
            found = match.start() + match[0].index(core) + len(core)
        at = match.end()
        if closes:
            break
    return None if found is None else Name(start, found, vague=not _names_body(text[start:found]))


def _names_body(name: str) -> bool:
    """Whether vague talk goes on to name someone: "experts at the Mayo Clinic", "a study in The Lancet"."""
    if known_bodies().search(name):
        return True
    return any(part[:1].isupper() and body_words().search(part) for part in _WHOSE.split(name)[1:])


def _parts(word: str) -> tuple[str, str]:
    """A word without its brackets and quotes, and the punctuation after it that closes a name."""
    bare = word.lstrip("([\"“‘'")
    core = bare.rstrip('.,;:!?)]"”’')
    closes = bare[len(core) :]
    if closes.startswith(".") and (core in _ABBREVIATED or _INITIALS.fullmatch(core)):
        return core + ".", closes[1:]
    return core, closes


def _core(text: str, at: int, end: int) -> str:
    match = _WORD.search(text, at, end)
    return _parts(match[0])[0] if match else ""


def _is_capital(word: str) -> bool:
    bare = word.lstrip("(\"“‘'[")
    return bare[:1].isupper() or bare[:1].isdigit() or any(map(str.isupper, bare))
