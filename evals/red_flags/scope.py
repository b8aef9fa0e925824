"""Which signs in a sentence hold now: not denied, not long past, not somebody else's story, not asked in advance."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from evals.lexicons import load_yaml
from evals.notices.combinations import Hit
from evals.red_flags.reading import Sentence

Standing = Literal["now", "mild", "asked", "not"]
_REACH = 6
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign found in a sentence (`at` is its number), the words that say it, and how it stands."""

    name: str
    at: int
    hit: Hit
    words: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Around:
    """What the text around a sentence tells of it.

    `past`: the sentence before told of times gone by. `study`: it is asked for study. `spared`: nothing has happened
    yet.
    """

    past: bool = False
    study: bool = False
    spared: bool = False


def signs_of(sentences: Sequence[Sentence]) -> tuple[Sign, ...]:
    """The signs of a text in order, each with how it stands."""
    found: list[Sign] = []
    study = any("study" in sentence.context for sentence in sentences)
    spared = any("none_yet" in sentence.context for sentence in sentences)
    past = False
    for at, sentence in enumerate(sentences):
        found.extend(_signs(at, sentence, Around(past, study, spared)))
        past = _tells_of_past(sentence)
    return tuple(found)


def holds(sentence: Sentence, hit: Hit) -> bool:
    """Whether a surrounding (a treatment, a disease) is neither denied nor long over."""
    return not _denied(sentence, hit) and not _gone_by(sentence, hit, Around())


def _signs(at: int, sentence: Sentence, around: Around) -> Iterator[Sign]:
    idioms = sentence.context.get("idiom", ())
    for name, hits in sentence.signs.items():
        for hit in dict.fromkeys(hits):
            if any(first <= hit[0] <= last or first <= hit[1] <= last for first, last in idioms):
                continue
            if _beside(sentence, "money", hit, 7, 7) and "now" not in sentence.context:
                continue
            said = " ".join(word.folded for word in sentence.words[hit[0] : hit[1] + 1])
            yield Sign(name, at, hit, said, _standing(name, sentence, hit, around))


def _standing(name: str, sentence: Sentence, hit: Hit, around: Around) -> Standing:
    scope = load_yaml("red_flag_scope.yaml")
    if _denied(sentence, hit) or _gone_by(sentence, hit, around):
        return "not"
    if _lasting(sentence) or (name not in _grave() and _over(sentence, hit)):
        return "not"
    if _asked(sentence, hit, around):
        return "asked"
    mild = name not in _grave() and name not in scope["never_mild"] and _beside(sentence, "mild", hit, 3, 2)
    return "mild" if mild else "now"


def _denied(sentence: Sentence, hit: Hit) -> bool:
    """Whether "no", "without" and the like reach it: over small words, and along a list joined by "or"."""
    fillers, joins = _fillers(), _joins()
    negations = sentence.context.get("not", ())
    inside = [first for first, last in negations if hit[0] <= first and last <= hit[1]]
    for _, last in negations:
        if last >= hit[0] or hit[0] - last > 12 or sentence.clauses[last] + 3 < sentence.clauses[hit[0]]:
            continue
        between = [word.folded for word in sentence.words[last + 1 : hit[0]]]
        if len(between) <= _REACH and all(word in fillers for word in between) and not inside:
            return sentence.clauses[last] == sentence.clauses[hit[0]] or not between
        if _listed(sentence, last, hit, joins):
            return True
    return False


def _listed(sentence: Sentence, start: int, hit: Hit, joins: frozenset[str]) -> bool:
    """Whether it stands in a list of denied signs: "no fever, chills or cough"."""
    covered = {at for hits in sentence.signs.values() for first, last in hits for at in range(first, last + 1)}
    covered |= {at for first, last in sentence.context.get("not", ()) for at in range(first, last + 1)}
    between = range(start + 1, hit[0])
    if not all(at in covered or sentence.words[at].folded in joins | _fillers() for at in between):
        return False
    ahead = [word.folded for word in sentence.words[start + 1 : hit[1] + 4]]
    return any(word in {"or", "nor", "ni", "o"} for word in ahead) and any(at in covered for at in between)


def _gone_by(sentence: Sentence, hit: Hit, around: Around) -> bool:
    """Whether its clause tells of times gone by, or goes on telling of them in the past tense."""
    clause = sentence.clauses[hit[0]]
    if _in_clause(sentence, "today", clause):
        return False
    past = [sentence.clauses[first] for first, last in _past_hits(sentence)]
    told = _past_tense(sentence, clause)
    earlier = [one for one in past if one <= clause]
    if clause in past or (earlier and any(_past_tense(sentence, one) for one in range(earlier[0], clause + 1))):
        return True
    if around.past and told and not sentence.context.get("now"):
        return True
    other = [sentence.clauses[first] for first, _ in sentence.context.get("other_person", ())]
    return told and clause in other and not sentence.context.get("now")


def _past_tense(sentence: Sentence, clause: int) -> bool:
    if _in_clause(sentence, "past_verb", clause):
        return True
    pairs = zip(sentence.words, sentence.clauses, strict=True)
    return any(number == clause and len(word.folded) > 4 and word.folded.endswith("ed") for word, number in pairs)


def _past_hits(sentence: Sentence) -> list[Hit]:
    limit = str(load_yaml("red_flag_scope.yaml")["years_before"])
    return [
        hit
        for hit in sentence.context.get("long_past", ())
        if not (_YEAR.match(sentence.words[hit[0]].folded) and sentence.words[hit[0]].folded >= limit)
    ]


def _tells_of_past(sentence: Sentence) -> bool:
    return bool(_past_hits(sentence)) and not sentence.context.get("now")


def _lasting(sentence: Sentence) -> bool:
    worse = [hit for hit in sentence.context.get("worse_now", ()) if not _denied(sentence, hit)]
    return "chronic" in sentence.context and not worse


def _over(sentence: Sentence, hit: Hit) -> bool:
    """Whether it is said to have passed, in its own clause or later in the sentence."""
    return any(sentence.clauses[first] >= sentence.clauses[hit[0]] for first, _ in sentence.context.get("resolved", ()))


def _asked(sentence: Sentence, hit: Hit, around: Around) -> bool:
    """Whether it is asked about, not told: in advance, in general, or for study."""
    context = sentence.context
    if "asks_signs" in context or any(first <= hit[1] for first, _ in context.get("asks_ahead", ())):
        return True
    if around.spared:
        return True
    personal = "person" in context
    if around.study and not (personal and "now" in context):
        return True
    general = "about_cause" in context and context["about_cause"][0][0] <= 2
    if general and ("other_person" in context or not personal):
        return True
    # "What helps a swollen calf?" is asked by whoever has one.
    if "remedy_asked" in context:
        return False
    # A question about nobody: "Does nivolumab make the heart race?"; a bare "chest pain?" is no such question.
    leads = context.get("question_word", ())
    return sentence.asks and not personal and bool(leads) and leads[0][0] == 0


def _in_clause(sentence: Sentence, group: str, clause: int) -> bool:
    return any(sentence.clauses[first] == clause for first, _ in sentence.context.get(group, ()))


def _beside(sentence: Sentence, group: str, hit: Hit, before: int, after: int) -> bool:
    return any(
        hit[0] - before <= last and first <= hit[1] + after
        for first, last in sentence.context.get(group, ())
        if sentence.clauses[first] == sentence.clauses[hit[0]]
    )


@cache
def _grave() -> frozenset[str]:
    return frozenset(load_yaml("red_flag_scope.yaml")["grave"])


@cache
def _fillers() -> frozenset[str]:
    return frozenset(w.strip() for w in str(load_yaml("red_flag_context.yaml")["words"]["not_filler"]).split(","))


@cache
def _joins() -> frozenset[str]:
    return frozenset(w.strip() for w in str(load_yaml("red_flag_context.yaml")["words"]["or"]).split(","))
