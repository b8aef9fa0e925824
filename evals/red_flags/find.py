"""A question and a record -> the dangers they tell of, by signs that hold now and what surrounds them."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evals.lexicons import load_yaml
from evals.records import Record
from evals.red_flags.evidence import flag_of, gravest, gravity_of, in_danger, readers
from evals.red_flags.flags import Flag, Part, Tier, load_flags, load_topics, load_warnings
from evals.red_flags.reader import leaning
from evals.red_flags.reading import Sentence, read
from evals.red_flags.scope import Sign, Standing, holds, signs_of
from evals.red_flags.sense import alarm

Mode = Literal["act", "inform"]


@dataclass(frozen=True, slots=True)
class Danger:
    """One raised flag: its tier, what to do in plain words, and whether this person may be in danger now."""

    id: str
    tier: Tier
    do: str
    crisis: bool
    mode: Mode


def find_red_flags(text: str, record: Record | None = None) -> tuple[Danger, ...]:
    """The flags raised by a question (and record text), most urgent first, then by id.

    `record` adds what surrounds the words: treatments, disease, age; its own text is read as well. A record that bears
    another name than the account's tells nothing of this person.
    """
    return _find(text, None if record and _another_name(record) else record)


def _another_name(record: Record) -> bool:
    names = (record.name_on_record, record.account_name)
    return all(names) and len({tuple(str(name).casefold().split()) for name in names}) == 2


@lru_cache(maxsize=1024)
def _find(text: str, record: Record | None) -> tuple[Danger, ...]:
    # Many answers are scored against the same question.
    sentences = read(text)
    about = read(_surroundings(record)) if record else ()
    upload = read(record.text) if record else ()
    around = _around([*sentences, *upload, *about])
    signs = (*signs_of(sentences), *signs_of(upload))
    raised = _raised(_wordings(signs, {"now"}), around)
    # The trained readers have learnt from questions; an upload is none.
    lean = None if upload else leaning(sentences, signs)
    lean = None if lean is None else readers(lean, alarm(text).danger)
    if in_danger(signs, (*sentences, *upload), raised, lean):
        return _dangers(raised, "act") or _dangers(_meant(signs, around), "act") or _unclear(around)
    told = _wordings(signs, {"now", "mild", "asked"})
    asks = "asks_signs" in around
    informed = _raised(_wordings(signs, {"asked"}), around) or (_warned(told, around) if asks else [])
    return _dangers(informed, "inform")


def _warned(signs: Mapping[str, Set[str]], around: Set[str]) -> list[Flag]:
    """The flag meant by someone who asks for warning signs."""
    for flag_id, lines in load_warnings():
        if any(all(part.met(signs, around) for part in line) for line in lines):
            return [flag for flag in load_flags() if flag.id == flag_id][:1]
    return []


@lru_cache(maxsize=4096)
def signs_in(text: str) -> frozenset[str]:
    """The names of the signs that a text mentions, however they stand in it."""
    return frozenset(sign.name for sign in signs_of(read(text)) if gravity_of(sign.name))


def spans_of_signs(text: str) -> tuple[tuple[int, int], ...]:
    """Where in a text (start, end) those signs are mentioned."""
    sentences = read(text)
    hits = [(sentences[sign.at].words, sign.hit) for sign in signs_of(sentences) if gravity_of(sign.name)]
    return tuple((words[first].start, words[last].end) for words, (first, last) in hits)


def when_to_call(text: str) -> str | None:
    """What an answer on this topic must say about when to call, though the question names no symptom; or None."""
    around = _around(read(text))
    return next((do for _, do, lines in load_topics() if any(_met(line, around) for line in lines)), None)


def _met(line: Sequence[Part], around: Set[str]) -> bool:
    return all(part.met({}, around) for part in line)


def _around(sentences: Sequence[Sentence]) -> frozenset[str]:
    """Treatments, diseases and the like that are there and not long over."""
    return frozenset(
        name
        for sentence in sentences
        for name, hits in sentence.context.items()
        if any(holds(sentence, h) for h in hits)
    )


def _surroundings(record: Record) -> str:
    """The record's fields as words; treatments that ended stay, since harm may come late."""
    parts = [record.cancer or "", record.histology or "", *(t.name for t in record.treatments)]
    if record.age_group == "child":
        parts.append("my child")
    parts += [f"{marker.name} {marker.result}" for marker in record.biomarkers]
    return "; ".join(part for part in parts if part) + ("; cancer" if record.cancer else "")


def _wordings(signs: Sequence[Sign], standings: Set[Standing]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for sign in signs:
        if sign.standing in standings:
            found.setdefault(sign.name, set()).add(sign.words)
    return found


def _raised(signs: Mapping[str, Set[str]], around: Set[str]) -> list[Flag]:
    return [flag for flag in load_flags() if flag.raised(signs, around)] if signs else []


def _meant(signs: Sequence[Sign], around: Set[str]) -> list[Flag]:
    """The flag meant by signs that weigh enough together but fit no line: in doubt someone is told to call."""
    name = gravest({sign.name for sign in signs if sign.standing == "now"})
    if name is None:
        return _warned(_wordings(signs, {"now"}), around)
    return [flag for flag in load_flags() if flag.id == flag_of()[name]][:1]


def _unclear(around: Set[str]) -> tuple[Danger, ...]:
    """Danger that has no known name: the flag that the surroundings suggest, and words that fit any."""
    row = load_yaml("red_flags.yaml")["unclear"]
    flag = next(iter(_warned({}, around)), None)
    return (Danger(flag.id if flag else row["id"], row["tier"], " ".join(row["do"].split()), False, "act"),)


def _dangers(flags: Sequence[Flag], mode: Mode) -> tuple[Danger, ...]:
    found = [Danger(flag.id, flag.tier, flag.do, flag.crisis, mode) for flag in flags]
    return tuple(sorted(found, key=lambda danger: (not danger.crisis, danger.tier, danger.id)))
