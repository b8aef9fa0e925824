"""Readability: school grades of an answer's body by several formulas, its hardest sentences, its bare acronyms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from evals.lexicons import load_yaml
from evals.readability.acronyms import unexpanded
from evals.readability.formulas import FORMULAS, Counts
from evals.readability.language import NAMES, language_of
from evals.readability.masking import Name, mask, name_spans
from evals.readability.structure import Sentence, visible_text, zone_sentences
from evals.readability.syllables import METHOD
from evals.readability.tokens import LONG, Token, count, tokens, without_addresses
from evals.readability.variants import Grades, grade_zone
from evals.records import Answer, Case, Finding, Score, Unscored
from evals.scorers import Measure

_FORMULA_NAMES = {
    "smog": "SMOG",
    "flesch_kincaid": "Flesch–Kincaid",
    "coleman_liau": "Coleman–Liau",
    "gunning_fog": "Gunning Fog",
    "ari": "ARI",
}
_GRADE = "US school grade"


def _measures() -> Mapping[str, Measure]:
    found = {
        "grade": Measure(
            "grade of the body as written: median of SMOG, Flesch–Kincaid, Coleman–Liau and Fog", _GRADE, "down"
        ),
        "grade_masked": Measure("the same with each drug, gene and eponym as one two-syllable word", _GRADE, "down"),
    }
    for key, name in _FORMULA_NAMES.items():
        found[key] = Measure(f"{name} grade of the body as written", _GRADE, "down")
        found[f"{key}_masked"] = Measure(f"{name} grade of the body with names masked", _GRADE, "down")
    return {
        **found,
        "grade_low": Measure("lowest masked grade over all formulas and ways to treat lists", _GRADE, "down"),
        "grade_high": Measure("highest masked grade over all formulas and ways to treat lists", _GRADE, "down"),
        "spread": Measure("how far the ways to treat lists lie apart (masked consensus)", "grades", "down"),
        "low_confidence": Measure("1 when the text is short or its lists leave doubt, else 0", "0 or 1", "down"),
        "words": Measure("words in the body", "words", "down"),
        "sentences": Measure("sentences in the body, list items included", "sentences", "up"),
        "grade_notice": Measure("masked consensus grade of the notices; null without one", _GRADE, "down"),
        "grade_questions": Measure("masked consensus grade of the questions to ask; null without them", _GRADE, "down"),
        "grade_related": Measure("masked consensus grade of the related questions; null without them", _GRADE, "down"),
    }


@dataclass(frozen=True, slots=True)
class _Zone:
    """A zone's sentences with the words of each, as written and masked, and its grades."""

    sentences: tuple[Sentence, ...]
    raw_words: tuple[tuple[Token, ...], ...]
    masked_words: tuple[tuple[Token, ...], ...]
    raw: Grades | None
    masked: Grades | None

    @property
    def words(self) -> int:
        return sum(map(len, self.raw_words))


@dataclass(frozen=True)
class Readability:
    """Can most adults read it?"""

    name: ClassVar[str] = "readability"
    version: ClassVar[str] = "1"
    measures: ClassVar[Mapping[str, Measure]] = _measures()
    syllables: ClassVar[str] = METHOD

    def __call__(self, case: Case, /) -> Score | Unscored:
        answer, rules = case.answer, load_yaml("readability.yaml")
        if answer.language != "en":
            name = NAMES.get(answer.language, repr(answer.language))
            return Unscored(f"the formulas fit English only, and this answer is in {name}")
        text = without_addresses(visible_text(answer))
        names = name_spans(text)
        body = _zone(answer, text, names, "body")
        if reason := _unfit(body):
            return Unscored(reason)
        if body.raw is None or body.masked is None:
            return Unscored(_too_short(body, rules["fewest"]))
        grade = body.masked.consensus
        zones = {name: _zone(answer, text, names, name).masked for name in ("notice", "questions", "related")}
        findings = (*_hard_sentences(answer, body, grade), *_acronyms(text, names, body))
        return Score(_value(grade), _reason(body), _measured(body, zones), findings)


def _zone(answer: Answer, text: str, names: Sequence[Name], zone: str) -> _Zone:
    rules = load_yaml("readability.yaml")
    fewest = rules["fewest" if zone == "body" else "fewest_in_small_zones"]
    sentences = zone_sentences(answer, zone)
    raw = tuple(tokens(text, sentence.start, sentence.end, _shouted()) for sentence in sentences)
    masked = tuple(mask(words, names) for words in raw)
    graded = [
        grade_zone(sentences, [count(words) for words in version], fewest["sentences"], fewest["words"])
        for version in (raw, masked)
    ]
    return _Zone(sentences, raw, masked, graded[0], graded[1])


def _unfit(body: _Zone) -> str | None:
    words = [word.text for sentence in body.raw_words for word in sentence]
    if not words:
        return "there is no body text to grade"
    found = language_of(words)
    if found == "en":
        return None
    what = f"reads as {NAMES[found]}" if found else "does not read as English sentences"
    return f"the formulas fit English only, and the body {what}"


def _too_short(body: _Zone, fewest: Mapping[str, int]) -> str:
    spoken = sum(map(bool, body.raw_words))
    return (
        f"too short to grade: {_many(spoken, 'sentence')} and {_many(body.words, 'word')} in the body; "
        f"at least {fewest['sentences']} and {fewest['words']} are needed"
    )


def _value(grade: float) -> float:
    rules = load_yaml("readability.yaml")
    return min(1.0, max(0.0, (rules["hopeless"] - grade) / (rules["hopeless"] - rules["goal"])))


def _doubts(body: _Zone) -> list[str]:
    limits = load_yaml("readability.yaml")["confident"]
    spoken = sum(map(bool, body.raw_words))
    doubts: list[str] = []
    if spoken < limits["sentences"] and body.words < limits["words"]:
        doubts.append(f"only {_many(spoken, 'sentence')} and {_many(body.words, 'word')}")
    if body.masked and body.masked.spread > limits["spread"]:
        doubts.append(f"ways to treat its lists differ by {body.masked.spread:.1f} grades")
    return doubts


def _reason(body: _Zone) -> str:
    if not body.masked or not body.raw:  # the caller has turned these away
        raise ValueError("an ungraded body has no reason to give")
    low, high = body.masked.interval
    goal = load_yaml("readability.yaml")["goal"]
    reason = (
        f"about US grade {body.masked.consensus:.1f} with drug and gene names set aside, {body.raw.consensus:.1f} with "
        f"them (formulas from {low:.1f} to {high:.1f}; goal {goal})"
    )
    doubts = _doubts(body)
    return f"{reason}. Low confidence: {'; '.join(doubts)}" if doubts else reason


def _measured(body: _Zone, zones: Mapping[str, Grades | None]) -> dict[str, float | int | None]:
    if not body.masked or not body.raw:  # the caller has turned these away
        raise ValueError("an ungraded body has no measures")
    low, high = body.masked.interval
    measures: dict[str, float | int | None] = {"grade": body.raw.consensus, "grade_masked": body.masked.consensus}
    for key in FORMULAS:
        measures[key] = body.raw.headline[key]
        measures[f"{key}_masked"] = body.masked.headline[key]
    measures |= {
        "grade_low": low, "grade_high": high, "spread": body.masked.spread, "low_confidence": int(bool(_doubts(body))),
        "words": body.words, "sentences": sum(map(bool, body.raw_words)),
    }  # fmt: skip
    return measures | {f"grade_{name}": graded.consensus if graded else None for name, graded in zones.items()}


# --- findings --------------------------------------------------------------------------------------------------------


def _hard_sentences(answer: Answer, body: _Zone, grade: float) -> list[Finding]:
    rules = load_yaml("readability.yaml")
    if grade <= rules["pass"]:
        return []
    hard = rules["hard_sentence"]
    ranked: list[tuple[float, Sentence, Counts, Sequence[Token]]] = []
    for sentence, words in zip(body.sentences, body.masked_words, strict=True):
        counts = count(words)
        if counts.words >= hard["words"] or counts.polysyllables >= hard["long_words"]:
            ranked.append((_hardness(counts), sentence, counts, words))
    ranked.sort(key=lambda entry: (-entry[0], entry[1].start))
    worst = sorted(ranked[: rules["hardest_sentences"]], key=lambda entry: entry[1].start)
    severity = "moderate" if grade > rules["warn"] else "minor"
    return [
        Finding(
            rule="R-grade", severity=severity, message=_hard_message(counts, words), start=s.start, end=s.end,
            evidence=answer.text[s.start : s.end],
        )
        for _, s, counts, words in worst
    ]  # fmt: skip


def _hardness(counts: Counts) -> float:
    # The slopes of Flesch–Kincaid for length and of SMOG for long words.
    return 0.39 * counts.words + 1.043 * (30 * counts.polysyllables) ** 0.5


def _hard_message(counts: Counts, words: Sequence[Token]) -> str:
    spelled = (word.text if word.text.isupper() else word.text.lower() for word in words if word.syllables >= LONG)
    long_words = list(dict.fromkeys(spelled))
    length = f"Hard to read: {_many(counts.words, 'word')} in one sentence"
    if not long_words:
        return f"{length}. Make two sentences of it."
    shown = ", ".join(long_words[:6]) + (" and more" if len(long_words) > 6 else "")
    return f"{length}, {_many(counts.polysyllables, 'long word')} ({shown}). Shorten it and use plainer words."


def _acronyms(text: str, names: Sequence[Name], body: _Zone) -> list[Finding]:
    rules = load_yaml("readability.yaml")
    stretches = [(s.start, s.end) for s in body.sentences]
    forms = unexpanded(text, stretches, names, frozenset(rules["known_acronyms"]), _shouted())
    return [
        Finding(
            rule="R-acronym", severity="minor", start=form.start, end=form.end, evidence=form.text,
            message=f"“{form.text}” is never spelled out. Write the full words at first use.",
        )
        for form in forms
    ]  # fmt: skip


@cache
def _shouted() -> frozenset[str]:
    return frozenset(load_yaml("readability.yaml")["shouted"])


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
