"""Everything that readability has to say of one answer, in one record: what the scorer sums up and screens can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from evals.lexicons import load_yaml
from evals.readability.acronyms import short_forms
from evals.readability.actions import Action, find_actions
from evals.readability.confidence import Confidence, confidence_of
from evals.readability.hardest import HardSentence, hardest_sentences
from evals.readability.jargon import Jargon, find_jargon
from evals.readability.language import NAMES, foreign_shares, language_of, name_of
from evals.readability.masking import Name, name_spans
from evals.readability.numeracy import Numbers, check_numbers
from evals.readability.pemat import Item, Read, judge_items
from evals.readability.structure import visible_text
from evals.readability.tokens import without_addresses
from evals.readability.variants import Grades
from evals.readability.voice import Voice, hear
from evals.readability.zones import SMALL_ZONES, Zone, read_zone, shouted
from evals.records import Answer

VERSION = 2
"""The version of everything between an answer's text and the sums: sentences, lists, words, syllables, easy words."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One answer read. `raw` and `masked` are the body's grades; `zones` the masked grades of the other zones."""

    body: Zone
    raw: Grades
    masked: Grades
    zones: Mapping[str, Grades | None]
    confidence: Confidence
    hardest: tuple[HardSentence, ...]
    jargon: tuple[Jargon, ...]
    voice: Voice
    numbers: Numbers
    actions: tuple[Action, ...]
    pemat: Mapping[int, Item]


def profile(answer: Answer, asked: str) -> Profile | str:
    """The profile of an answer to a question, or why it has none."""
    if answer.language.partition("-")[0].lower() != "en":
        name = NAMES.get(answer.language.partition("-")[0].lower(), repr(answer.language))
        return f"the formulas fit English only, and this answer is in {name}"
    text = without_addresses(visible_text(answer))
    names = name_spans(text)
    body = read_zone(answer, text, names, "body")
    words = [word.text for sentence in body.raw_words for word in sentence]
    if not words:
        return "there is no body text to grade"
    if (language := language_of(words)) != "en":
        name = name_of(words) or (NAMES[language] if language else None)
        what = f"reads as {name}" if name else "does not read as English sentences"
        return f"the formulas fit English only, and the body {what}"
    if body.raw is None or body.masked is None:
        return _too_short(body)
    return _profile(answer, text, names, body, asked, foreign_shares(words))


def _profile(
    answer: Answer, text: str, names: tuple[Name, ...], body: Zone, asked: str, others: Mapping[str, float]
) -> Profile:
    if body.raw is None or body.masked is None:  # the caller has turned these away
        raise ValueError("an ungraded body has no profile")
    known = frozenset(load_yaml("readability.yaml")["known_acronyms"])
    stretches = [(sentence.start, sentence.end) for sentence in body.sentences]
    forms = short_forms(text, stretches, names, known, shouted())
    jargon = find_jargon(text, body, names, forms, asked)
    actions = find_actions(text, body.sentences)
    voice = hear(text, body.sentences, frozenset(action.sentence for action in actions))
    numbers = check_numbers(text, body.sentences)
    zones = {zone: read_zone(answer, text, names, zone) for zone in SMALL_ZONES}
    read = Read(answer, text, body, zones["questions"], jargon, voice, numbers, actions, asked)
    return Profile(
        body=body, raw=body.raw, masked=body.masked,
        zones={name: zone.masked for name, zone in zones.items()},
        confidence=confidence_of(body, body.masked, others), hardest=hardest_sentences(text, body), jargon=jargon,
        voice=voice, numbers=numbers, actions=actions, pemat=judge_items(read),
    )  # fmt: skip


def _too_short(body: Zone) -> str:
    fewest = load_yaml("readability.yaml")["fewest"]
    return (
        f"too short to grade: {many(body.spoken, 'sentence')} and {many(body.words, 'word')} in the body; "
        f"at least {fewest['sentences']} and {fewest['words']} are needed"
    )


def many(number: int, thing: str) -> str:
    """ "1 word", "2 words"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
