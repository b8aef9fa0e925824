"""Whether words make a sentence: where the verb of the main clause stands, what commands, what is a mere fragment.

There is no parser here, only the shapes that patient information is written in. Each question has a safe side, named
where it is answered.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from evals.claims.wording import Words, words

LONGEST = 1_500
"""Sentences are read up to here: whatever is longer is no prose."""
_KEPT = 4_096
"""The same sentence is looked at several times in a row, never again later."""

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_ASIDE = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r"[\"“«]([^\"”»]*)[\"”»]")
_CONTRACTED = re.compile(r"(?:it|that|there|he|she|they|we|you|i|this|what|who|here)['’](?:s|re|ll|ve|m|d)\Z")
_ADVERB = re.compile(
    r"(?:\w+ly|very|much|no|longer|also|often|still|always|never|now|then|seldom|sometimes|just|even|both|all|not)\Z"
)
_ARTICLES = frozenset({"a", "an", "the", "your", "its", "their"})
_DETERMINERS = _ARTICLES | {"that", "this", "no", "to", "out", "more", "less"}
_PREPOSITIONS = frozenset({"of", "for", "with", "in", "on", "at", "by", "from", "about", "to"})
_SUBJECT_PRONOUNS = frozenset({"you", "we", "they", "i", "he", "she"})
_ALSO = frozenset({"and", "or", "but"})
_PAUSES = frozenset(",;:–—")
_NOMINAL = frozenset({"what", "how", "which", "whether", "who", "why", "where"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case at `text[start:end]`."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """The main clause of a sentence: where its finite verb stands."""

    verb: str
    start: int
    end: int


@lru_cache(maxsize=_KEPT)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a sentence, straight apostrophes only."""
    found = _TOKEN.finditer(text[:LONGEST])
    return tuple(Token(match.group().lower().replace("’", "'"), match.start(), match.end()) for match in found)


def without_asides(text: str) -> str:
    """The text, as long as before, with brackets blanked and each quotation made one word."""
    text = _ASIDE.sub(lambda match: " " * len(match.group()), text[:LONGEST])
    return _QUOTED.sub(_one_word, text)


def _one_word(match: re.Match[str]) -> str:
    inner = match[1]
    last = inner[-1:] if inner[-1:] in {",", ".", ";", ":", "!", "?"} else ""
    return f" {'x' * (len(inner) - len(last))}{last} "


@lru_cache(maxsize=_KEPT)
def main_clause(text: str) -> Clause | None:
    """The finite verb of the main clause; None when there is none for certain ("a drug that blocks PD-1")."""
    plain = without_asides(text)
    return _main_clause(plain, tokens(plain))


def _main_clause(plain: str, found: tuple[Token, ...]) -> Clause | None:
    lexicon = words()
    nominal = bool(found) and found[0].word in _NOMINAL
    framed = bool(found) and found[0].word in lexicon.frames
    # Each word that opens a clause inside takes one verb; the first verb beyond those is the main one.
    owed, latest = int(nominal), -1
    for index, token in enumerate(found):
        pause = index > 0 and bool(set(plain[found[index - 1].end : token.start]) & _PAUSES)
        if pause and not (nominal and latest < 0):
            owed = 0
        if _is_finite(found, index, plain, lexicon):
            if latest >= 0 and _is_chained(found, index, latest, lexicon):
                continue
            if not owed:
                return Clause(token.word, token.start, token.end)
            owed, latest = owed - 1, index
        elif _opens_clause(found, index, lexicon, pause=pause, framed=framed) and not (nominal and index == 0):
            owed += 1
    return None


def _opens_clause(found: tuple[Token, ...], index: int, lexicon: Words, *, pause: bool, framed: bool) -> bool:
    word = found[index].word
    if word in lexicon.subordinators:
        return not (index == 0 and word in {"that", "so", "since", "than"})
    # "The drug you take": a clause without a word to open it.
    bare = word in _SUBJECT_PRONOUNS and index > 0 and not pause and not framed
    before = found[index - 1].word if index else ""
    return bare and before not in lexicon.subordinators | _ALSO | lexicon.before_imperatives | lexicon.before_nouns


def _is_chained(found: tuple[Token, ...], index: int, latest: int, lexicon: Words) -> bool:
    """Whether a verb goes with the one before it: "may have", "lasts and gets worse"."""
    word = found[index].word
    after_auxiliary = index - latest <= 2 and found[latest].word in lexicon.auxiliaries
    return found[index - 1].word in _ALSO or (after_auxiliary and (word == "have" or word not in lexicon.auxiliaries))


def _is_finite(found: tuple[Token, ...], index: int, plain: str, lexicon: Words) -> bool:
    token = found[index]
    if _CONTRACTED.match(token.word):
        return True
    if index == 0 or found[index - 1].word == "to":
        return False
    if token.word in lexicon.auxiliaries:
        return True
    back = index - 1
    while back > 0 and _ADVERB.match(found[back].word):
        back -= 1
    previous = found[back].word
    paired = back > 1 and found[back - 1].word == "and"
    plural = previous in lexicon.plurals or is_plural(previous) or (paired and token.word in lexicon.verbs)
    # The noun before need not be the subject: "ASCO, a group of doctors, recommends", "a list of drugs helps".
    apart = bool(set(plain[found[back].end : token.start]) & _PAUSES)
    apart = apart or any(found[i].word in _PREPOSITIONS for i in range(max(0, back - 3), back))
    if token.word in lexicon.third_person or _is_shaped_like_one(found, index, plain):
        return (not plural or apart) and previous not in lexicon.before_nouns
    if token.word in lexicon.verbs:
        return plural
    if previous in lexicon.before_nouns or previous in lexicon.auxiliaries or previous in {"be", "been", "being"}:
        return False
    following = found[index + 1].word if index + 1 < len(found) else ""
    return token.word in lexicon.pasts or (token.word.endswith("ed") and following in _DETERMINERS)


def _is_shaped_like_one(found: tuple[Token, ...], index: int, plain: str) -> bool:
    """Whether an unknown word looks like a verb: "slides a tube"."""
    if index + 1 >= len(found) or not found[index].word.endswith("s") or found[index].word.endswith("ss"):
        return False
    pause = set(plain[found[index].end : found[index + 1].start]) & _PAUSES
    return found[index + 1].word in _ARTICLES and not pause


def is_plural(word: str) -> bool:
    """Whether a noun looks like a plural."""
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))


@lru_cache(maxsize=_KEPT)
def is_command(text: str) -> bool:
    """Whether a sentence tells someone to do something ("Please don't wait", "If it bleeds, call")."""
    plain = without_asides(text)
    found, lexicon = tokens(plain), words()
    if not found:
        return False
    starts = [0]
    if found[0].word in lexicon.subordinators or found[0].word in lexicon.frames:
        starts += [i for i in range(1, len(found)) if set(plain[found[i - 1].end : found[i].start]) & _PAUSES]
    return any(_commands(found, start, lexicon) for start in starts)


def _commands(found: tuple[Token, ...], index: int, lexicon: Words) -> bool:
    while index < len(found) and found[index].word in lexicon.before_imperatives:
        if found[index].word == "don't" or (found[index].word == "not" and found[index - 1].word == "do"):
            return True
        index += 1
    if index >= len(found) or found[index].word not in lexicon.imperatives:
        return False
    following = found[index + 1].word if index + 1 < len(found) else ""
    # "Rest is important", "Exercise helps", "Use of opioids", "Watch and wait means": these are nouns.
    if following in _ALSO and index + 3 < len(found) and found[index + 3].word in lexicon.third_person:
        return False
    return following not in lexicon.auxiliaries and following not in lexicon.third_person and following != "of"


def stands_alone(text: str) -> bool:
    """Whether the words are a whole sentence: a statement or a command. In doubt they are a fragment."""
    return main_clause(text) is not None or is_command(text)
