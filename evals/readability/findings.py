"""A profile -> findings: what an editor would underline, said so that a clinician understands it without a manual."""

from collections.abc import Iterator

from evals.lexicons import load_yaml
from evals.readability.hardest import HardSentence
from evals.readability.jargon import Jargon
from evals.readability.pemat import ACTIONABILITY, UNDERSTANDABILITY, share
from evals.readability.profile import Profile, many
from evals.records import Finding, Severity

_GRADE_SOURCE = "AMA and NIH: 6th to 8th grade"
_TERM_SOURCE = "AHRQ PEMAT item 4"
_PASSIVES_SHOWN = 3


def findings_of(profile: Profile, text: str) -> tuple[Finding, ...]:
    """All findings, those with a place first, in reading order."""
    placed = [
        *_hard_sentences(profile, text), *_hard_words(profile), *_passives(profile, text), *_numbers(profile, text),
    ]  # fmt: skip
    placed.sort(key=lambda finding: (finding.start or 0, finding.end or 0, finding.rule))
    return (*placed, *_items(profile))


def _hard_sentences(profile: Profile, text: str) -> Iterator[Finding]:
    rules, grade = load_yaml("readability.yaml"), profile.masked.consensus
    if grade <= rules["goal"]:
        return
    severity: Severity = "moderate" if grade > rules["warn"] else "minor" if grade > rules["pass"] else "info"
    for sentence in profile.hardest:
        yield Finding(
            rule="R-grade", severity=severity, message=_hard_message(sentence), start=sentence.start, end=sentence.end,
            evidence=text[sentence.start : sentence.end],
        )  # fmt: skip


def _hard_message(sentence: HardSentence) -> str:
    words, long_words = sentence.counts.words, sentence.long_words
    length = f"Hard to read: {many(words, 'word')} in one sentence"
    if not long_words:
        return f"{length}. Make two sentences of it ({_GRADE_SOURCE})."
    shown = ", ".join(long_words[:6]) + (" and more" if len(long_words) > 6 else "")
    advice = "Shorten it and use plainer words"
    if offered := sentence.plainer[: load_yaml("readability.yaml")["suggestions"]]:
        advice += ", such as " + "; ".join(f"“{plain}” for “{word}”" for word, plain in offered)
    return f"{length}, {many(len(sentence.long_words), 'long word')} ({shown}). {advice} ({_GRADE_SOURCE})."


def _hard_words(profile: Profile) -> Iterator[Finding]:
    bare = [word for word in profile.jargon if not word.explained]
    for word in bare[: load_yaml("readability.yaml")["most_jargon_findings"]]:
        rule = "R-acronym" if word.kind == "C" else "R-jargon"
        yield Finding(
            rule=rule, severity=word.entry.severity, message=_word_message(word), start=word.start, end=word.end,
            evidence=word.text,
        )  # fmt: skip


def _word_message(word: Jargon) -> str:
    plain, source = word.entry.plain, word.entry.source
    if word.kind == "C":
        told = f": {plain}" if plain else ""
        sources = f"{source}; AHRQ PEMAT item 3" if source else "AHRQ PEMAT item 3"
        return f"“{word.text}” is never spelled out. Write the full words at first use{told} ({sources})."
    if word.kind == "name":
        return f"“{word.text}” stands alone: {plain}, in a word or two ({_TERM_SOURCE})."
    if word.kind == "B":
        return (
            f"“{word.text}” means something else in everyday speech, or is easily taken the wrong way. "
            f"Say “{plain}” ({source})."
        )
    if word.entry.keep:
        return f"“{word.text}” is not explained. Keep it and say once what it is: {plain} ({source})."
    return f"“{word.text}” is not explained where it first stands. Plain words: {plain} ({source}; {_TERM_SOURCE})."


def _passives(profile: Profile, text: str) -> Iterator[Finding]:
    voice = profile.voice
    if voice.passive_share <= load_yaml("readability_style.yaml")["passive_limit"]:
        return
    for start, end in voice.passives[:_PASSIVES_SHOWN]:
        shown = " ".join(text[start:end].split())
        message = (
            f"“{shown}” does not say who acts; {voice.passive_share:.0%} of the clauses are like this. "
            "Say who does what (AHRQ PEMAT item 5)."
        )
        yield Finding(
            rule="R-passive", severity="info", message=message, start=start, end=end, evidence=text[start:end]
        )


def _numbers(profile: Profile, text: str) -> Iterator[Finding]:
    for flag in profile.numbers.flags:
        item = 7 if flag.kind == "calculation" else 6
        yield Finding(
            rule="R-number", severity=flag.severity, start=flag.start, end=flag.end,
            evidence=text[flag.start : flag.end],
            message=f"{flag.message} (AHRQ PEMAT item {item}; CDC Clear Communication Index, numbers)",
        )  # fmt: skip


def _items(profile: Profile) -> Iterator[Finding]:
    """One finding for each PEMAT share below AHRQ's cut, with the items not met."""
    rules, names = load_yaml("readability.yaml"), load_yaml("readability_style.yaml")["pemat"]["items"]
    for scale, among in (("understand", UNDERSTANDABILITY), ("act on", ACTIONABILITY)):
        met = share(profile.pemat, among)
        missing = [f"{names[number]} ({number})" for number in among if profile.pemat[number] == 0]
        if met is not None and met < rules["items"]:
            message = (
                f"Hard to {scale}: {met:.0%} of the items that a program can check are met, and AHRQ asks for "
                f"{rules['items']:.0%}. Not met: {'; '.join(missing)} (AHRQ PEMAT-P, numbers are its items)."
            )
            yield Finding(rule="R-pemat", severity="info", message=message)
