"""Denials and opposites: one text says a thing is so, or goes up, and the other that it is not, or goes down."""

import re
from collections.abc import Iterator

from evals.judges.slots import align
from evals.judges.slots.against import denies, speaks_against
from evals.judges.slots.denial import Denial, has_strong
from evals.judges.slots.finding import SlotFinding, clash
from evals.judges.slots.forbidden import forbidden_order
from evals.judges.slots.lexicon import firm, slots
from evals.judges.slots.reading import Mark, Reading, Token

_ALL = 0.99
_QUOTED = re.compile(r'"[^"]{8,}"|“[^”]{8,}”')


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A denial in one text of what the other states, and pairs of opposite words about the same thing."""
    cut = slots()["cutoffs"]
    found = _denials(claim, evidence, cut["claim_denies"], cut["said_apart"])
    # What the evidence says beside its denial is no matter.
    found = found or _denials(evidence, claim, cut["evidence_denies"], 1.0)
    if found:
        denied, stated = found[1:]
        said, told = (denied, stated) if found[0] is claim else (stated, denied)
        yield clash("negation", "E09", said, told)
    elif order := forbidden_order(claim, evidence):
        yield clash("negation", "E09", *order)
    else:
        yield from _strong(claim, evidence)
        yield from _none_of(claim, evidence)
    yield from _directions(claim, evidence)
    yield from _prefixed(claim, evidence)


def _denials(denying: Reading, stating: Reading, least: float, apart: float) -> tuple[Reading, str, str] | None:
    """The denying text, its words, and the words of the other that it denies; or None."""
    for denial in denying.denials.found:
        token = next((t for t in denying.tokens if t.start == denial.focus), None)
        if token is None or not denying.denials.denied(token.start) or _also_stated(denying, token):
            continue
        for other in stating.tokens:
            if other.key == token.key and _flips(denying, denial, token, stating, other, least, apart):
                start, end = min(denial.start, token.start), max(denial.end, token.end)
                return denying, " ".join(denying.text[start:end].split()), stating.text[other.start : other.end]
    return None


def _also_stated(reading: Reading, token: Token) -> bool:
    # "HER2-low is not HER2-positive": what is denied of a word is not denied of the word itself.
    return any(
        other.key == token.key
        and other.sentence == token.sentence
        and other.start != token.start
        and not reading.denials.denied(other.start)
        for other in reading.tokens
    )


def _flips(
    denying: Reading, denial: Denial, token: Token, stating: Reading, other: Token, least: float, apart: float
) -> bool:
    sentence = stating.sentence_at(other.start)
    if stating.denials.touched(other.start) or speaks_against(stating, sentence, other.start):
        return False
    if denial.condition and denial.condition not in stating.text[other.end :].lower():
        return False
    if denying.denials.only_supposed(token.start) != stating.denials.only_supposed(other.start) or _object_differs(
        denying, token, stating
    ):
        return False
    forth, back = align.fit(denying, token, stating, sentence), align.back_fit(stating, other, denying)
    if (
        min(forth, back) < slots()["cutoffs"]["least"]
        or forth + back < least
        or _said_apart(denying, token, stating, sentence) > apart
    ):
        return False
    # "Do not take aspirin" and "Take aspirin": short, but nothing else is said.
    return min(forth, back) >= _ALL or align.shared_weight(denying, token, stating, sentence) >= 1.5


def _object_differs(denying: Reading, token: Token, stating: Reading) -> bool:
    """Whether the word after the denied one is another than in the stating text: "does not advise an HPV test"."""
    after = next((t for t in denying.tokens if t.order == token.order + 1 and t.clause == token.clause), None)
    return after is not None and after.key.startswith(("drug:", "gene:")) and after.key not in stating.keys


def _said_apart(denying: Reading, token: Token, stating: Reading, sentence: int) -> float:
    """How much of what the other text states another clause of the denying text says: "it is not X, some have Y"."""
    rest = frozenset().union(*(keys for number, keys in enumerate(denying.clauses) if number != token.clause))
    return align.share(stating.sentences[sentence], stating.weights, rest)


def _strong(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """The claim denies all that its clause speaks of ("plays no part"); the evidence speaks of it without denial."""
    phrase = has_strong(claim.text)
    if not phrase:
        return
    place = align.Span(phrase.start(), phrase.end())
    for sentence in range(len(evidence.sentences)):
        fit = align.fit(claim, place, evidence, sentence)
        weight = align.shared_weight(claim, place, evidence, sentence)
        if fit >= slots()["cutoffs"]["strong"] and weight >= 2.0 and not denies(evidence, sentence):
            start = evidence.sentence_ends[sentence - 1] if sentence else 0
            yield clash(
                "negation", "E09", phrase[0], " ".join(evidence.text[start : evidence.sentence_ends[sentence]].split())
            )
            return


def _none_of(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """The claim says never or nobody, the evidence sometimes or some."""
    for denial in claim.denials.found:
        word = claim.text[denial.start : denial.end].lower()
        if word not in slots()["denial"]["universal"] or denial.condition or claim.denials.only_supposed(denial.start):
            continue
        # What somebody is quoted as saying is not what the claim says.
        if any(quote.start() < denial.start < quote.end() for quote in _QUOTED.finditer(claim.text)):
            continue
        place = align.Span(denial.start, denial.end)
        clause = claim.clause_at(denial.end)
        denied = [t.key for t in claim.tokens if t.start >= denial.end and t.clause == clause]
        if align.share(denied, claim.weights, evidence.keys) < slots()["cutoffs"]["clause"]:
            continue
        for mark in evidence.by_slot.get("strength", ()):
            if (
                mark.value not in "12"
                or denies(evidence, mark.sentence)
                or mark.text.lower() in slots()["denial"]["not_some"]
            ):
                continue
            fit = align.fit(claim, place, evidence, mark.sentence)
            if (
                fit >= slots()["cutoffs"]["none_of"]
                and align.shared_weight(claim, place, evidence, mark.sentence) >= 1.0
            ):
                yield clash("negation", "E09", word, mark.text)
                return


def _prefixed(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A word in one text and the same with a denying prefix in the other: "known" and "unknown"."""
    for token in claim.tokens:
        if token.key in evidence.keys or claim.denials.touched(token.start):
            continue
        for other in evidence.tokens:
            if _is_prefixed(token, other) and other.key not in claim.keys and not evidence.denials.touched(other.start):
                fit, back = align.fit(claim, token, evidence, other.sentence), align.back_fit(evidence, other, claim)
                if min(fit, back) >= slots()["cutoffs"]["least"] and fit + back >= slots()["cutoffs"]["claim_denies"]:
                    yield clash(
                        "negation", "E09", claim.text[token.start : token.end], evidence.text[other.start : other.end]
                    )
                    return


def _is_prefixed(one: Token, other: Token) -> bool:
    shorter, longer = sorted((one.key, other.key), key=len)
    prefix = longer.removesuffix(shorter)
    return len(shorter) >= 4 and prefix != longer and prefix in slots()["denial"]["prefixes"]


def _directions(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    for slot, mine in claim.by_slot.items():
        theirs = evidence.by_slot.get(slot)
        if theirs and slot.startswith("direction:"):
            for mark in mine:
                if not mark.open and (found := _opposite(claim, mark, mine, evidence, theirs)):
                    yield clash("direction", "E09", *_as_said(mark, found))
                    break


def _as_said(mark: Mark, found: Mark) -> tuple[str, str]:
    """The words of both; where they are the same word, with the "not" that makes the difference."""
    if mark.text.lower() != found.text.lower():
        return mark.text, found.text
    return (f"not {mark.text}", found.text) if mark.denied else (mark.text, f"not {found.text}")


def _opposite(
    claim: Reading, mark: Mark, mine: tuple[Mark, ...], evidence: Reading, theirs: tuple[Mark, ...]
) -> Mark | None:
    """The evidence's mark that says the contrary about the same thing, when none says the same."""
    scored = sorted(
        ((align.nearness(claim, mark, evidence, other), -other.start, other) for other in theirs), key=lambda s: s[:2]
    )
    best, _, other = scored[-1]
    if other.open or best < slots()["cutoffs"]["near"] or not _contrary(claim, mark, evidence, other):
        return None
    same = [score for score, _, one in scored if not _contrary(claim, mark, evidence, one)]
    if same and max(same) >= best - 0.15:
        return None
    # A claim that says both has the stated one as well.
    if any(not _contrary(claim, one, evidence, other) for one in mine if one is not mark):
        return None
    fit = align.fit(claim, mark, evidence, other.sentence)
    enough = fit >= slots()["cutoffs"]["clause"] and align.shared_weight(claim, mark, evidence, other.sentence) >= 1.0
    return other if enough else None


def _supposes_not(reading: Reading) -> bool:
    """Whether a text says what holds if something is not so."""
    return any(reading.denials.only_supposed(d.start) for d in reading.denials.found)


def _contrary(claim: Reading, one: Mark, evidence: Reading, other: Mark) -> bool:
    if claim.denials.only_supposed(one.start) != evidence.denials.only_supposed(other.start):
        return False
    if _supposes_not(claim) != _supposes_not(evidence):
        return False
    if one.value != other.value:
        return (not one.denied and not other.denied) or (one.focal and other.focal and one.slot in firm())
    if one.focal == other.focal or one.denied == other.denied:
        return False
    # The same word, denied in one text: a sentence that denies something else may say the same.
    denying, mark, stating = (claim, one, evidence) if one.focal else (evidence, other, claim)
    place = (other if one.focal else one).end
    conditions = (d.condition for d in denying.denials.found if mark.start <= d.focus < mark.end)
    if any(condition and condition not in stating.text[place:].lower() for condition in conditions):
        return False
    last = next((t for t in reversed(denying.tokens) if t.start < mark.end), None)
    if last and _object_differs(denying, last, stating):
        return False
    stated = (evidence, other) if one.focal else (claim, one)
    return not speaks_against(stated[0], stated[1].sentence, stated[1].start)
