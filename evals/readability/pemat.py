"""What a program can see of PEMAT-P: each item met (1), not met (0), or not applicable or left to a person (None).

After AHRQ's Patient Education Materials Assessment Tool for printable materials, whose items are told here in our own
words. Items that need an eye (pictures, order, sound) are left to a person; so the shares are "PEMAT-like" and no PEMAT
score. As there, a share is agree / (agree + disagree), what is not applicable left out.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from evals.lexicons import load_yaml
from evals.readability.actions import Action
from evals.readability.jargon import Jargon
from evals.readability.numeracy import Numbers
from evals.readability.structure import ZONES
from evals.readability.voice import Voice
from evals.readability.zones import Zone
from evals.records import Answer, Block
from evals.words import stem

UNDERSTANDABILITY = tuple(range(1, 20))
ACTIONABILITY = tuple(range(20, 27))
_WORD = re.compile(r"[^\W\d_]{3,}")
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\(|<img\b([^<>]{0,2000})>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*[\"']?\s*[\w(]", re.IGNORECASE)
_MARKED = re.compile(r"\*\*[^*\n]{1,200}\*\*|<(?:b|strong|em)\b", re.IGNORECASE)
_ANSWERED_IN = 2

Item = int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in an answer, for the items to judge."""

    answer: Answer
    text: str
    body: Zone
    questions: Zone
    jargon: Sequence[Jargon]
    voice: Voice
    numbers: Numbers
    actions: Sequence[Action]
    asked: str


def judge_items(read: Read) -> Mapping[int, Item]:
    """The item vector, 1 to 26."""
    found: dict[int, Item] = dict.fromkeys((*UNDERSTANDABILITY, *ACTIONABILITY))
    headings = [block for block in _blocks(read.answer, "body") if block.kind == "heading"]
    short = read.body.words <= _rules()["short_text_words"]
    found |= {
        1: _purpose(read), 2: _undistracted(read.answer), 3: _everyday_words(read), 4: _explained(read.jargon),
        5: int(read.voice.passive_share <= load_yaml("readability_style.yaml")["passive_limit"]),
        6: _clear_numbers(read.numbers), 7: int(not read.numbers.count("calculation")), 8: _short_sections(read),
        9: None if short else _informative_headers(read, headings), 11: None if short else _summary(read, headings),
        12: _visual_cues(read.answer, headings), 17: _captions(read.answer), 19: _simple_tables(read),
    }  # fmt: skip
    found |= {
        20: int(bool(read.actions)), 21: _addressed(read), 22: _steps(read), 23: _tool(read.questions),
        24: 0 if read.numbers.count("calculation") else None,
    }  # fmt: skip
    return found


def share(items: Mapping[int, Item], among: Sequence[int]) -> float | None:
    """Items met among those that apply; None when none does."""
    told = [items[number] for number in among if items[number] is not None]
    return sum(value or 0 for value in told) / len(told) if told else None


# --- understandability -----------------------------------------------------------------------------------------------


def _purpose(read: Read) -> Item:
    """The title and the first two sentences take up the words of the question."""
    asked = {stem(word) for word in _WORD.findall(read.asked)} - _stop_stems()
    if len(asked) < _ANSWERED_IN:
        return None
    first = read.body.sentences[:_ANSWERED_IN]
    told = " ".join([read.answer.title or "", *(read.text[s.start : s.end] for s in first)])
    return int(len(asked & {stem(word) for word in _WORD.findall(told)}) >= _rules()["purpose_share"] * len(asked))


def _undistracted(answer: Answer) -> Item:
    """No offer of an upload between parts of the body; what else distracts, a person must say."""
    offers = [section.start for section in answer.sections if section.kind == "upload"]
    body = [section.start for section in answer.sections if section.kind == "body"]
    return 0 if offers and body and min(offers) < max(body) else None


def _everyday_words(read: Read) -> Item:
    if read.body.masked is None:
        return None
    counts = read.body.masked.counts
    bare = sum(word.kind == "C" and not word.explained for word in read.jargon)
    few = counts.unfamiliar <= _rules()["unfamiliar_share"] * counts.words
    return int(few and bare <= _rules()["most_acronyms"])


def _explained(jargon: Sequence[Jargon]) -> Item:
    # Words that readers meet everywhere (severity info) are shown, and do not decide the item.
    hard = [word for word in jargon if word.kind != "name" and word.entry.severity != "info"]
    if not hard:
        return None
    return int(sum(word.explained for word in hard) >= _rules()["explained_share"] * len(hard))


def _clear_numbers(numbers: Numbers) -> Item:
    if not numbers.told:
        return None
    return int(not any(flag.kind != "calculation" for flag in numbers.flags))


def _short_sections(read: Read) -> Item:
    limits = _rules()["paragraph"]
    paragraphs = [block for block in _blocks(read.answer, "body") if block.kind in {"paragraph", "quote"}]
    if not paragraphs:
        return None
    starts = [s.start for s in read.body.sentences]
    fit = 0
    for block in paragraphs:
        held = bisect_left(starts, block.end) - bisect_left(starts, block.start)
        words = len(read.text[block.start : block.end].split())
        fit += words <= limits["words"] and held <= limits["sentences"]
    return int(fit >= limits["share"] * len(paragraphs))


def _informative_headers(read: Read, headings: Sequence[Block]) -> Item:
    told = [read.text[block.start : block.end].strip().lower().rstrip(":") for block in headings]
    good = [heading for heading in told if heading not in _rules()["generic_headers"]]
    return int(len(good) * _rules()["header_every_words"] >= read.body.words and len(good) * 2 > len(told))


def _summary(read: Read, headings: Sequence[Block]) -> Item:
    heads = [(block.start, block.end) for block in headings]
    heads += [(s.start, min(s.end, s.start + 60)) for s in read.body.sentences]
    pattern = _summary_pattern()
    return int(any(pattern.search(read.text, start, end) for start, end in heads))


def _visual_cues(answer: Answer, headings: Sequence[Block]) -> Item:
    listed = any(block.kind == "item" for block in answer.blocks)
    return int(bool(headings) or listed or bool(_MARKED.search(answer.raw)))


def _captions(answer: Answer) -> Item:
    """Every picture says in words what it shows."""
    pictures = list(_IMAGE.finditer(answer.raw)) if "![" in answer.raw or "<img" in answer.raw.lower() else []
    if not pictures:
        return None
    return int(all((m.group(1) or "").strip() or _ALT.search(m.group(2) or "") for m in pictures))


def _simple_tables(read: Read) -> Item:
    rows = [block for block in read.answer.blocks if block.kind == "row"]
    if not rows:
        return None
    return int(max(read.text.count(" | ", row.start, row.end) + 1 for row in rows) <= _rules()["most_columns"])


# --- actionability ---------------------------------------------------------------------------------------------------


def _addressed(read: Read) -> Item:
    """An action says "you" or "your", or is an order, which speaks to the reader by itself."""
    return int(bool(read.actions)) if read.voice.to_reader else 0


def _steps(read: Read) -> Item:
    """Two or more actions that each are an item of a list, or follow one another in sentences of their own."""
    if not read.actions:
        return 0
    numbers = {action.sentence for action in read.actions}
    listed = sum(read.body.sentences[number].item for number in numbers)
    follow = sum(number + 1 in numbers for number in numbers)
    return int(listed >= _rules()["steps"] or follow >= _rules()["steps"])


def _tool(questions: Zone) -> Item:
    """At least three questions to ask stand ready."""
    asked = sum(bool(words) for words in questions.raw_words)
    return int(asked >= _rules()["questions"])


# --- parts -----------------------------------------------------------------------------------------------------------


def _blocks(answer: Answer, zone: str) -> Iterator[Block]:
    spans = [(s.start, s.end) for s in answer.sections if s.kind in ZONES[zone]]
    for block in answer.blocks:
        if not answer.sections or any(start <= block.start < end for start, end in spans):
            yield block


def _rules() -> Mapping[str, Any]:
    return load_yaml("readability_style.yaml")["pemat"]


@cache
def _summary_pattern() -> re.Pattern[str]:
    return re.compile(_rules()["summary"])


@cache
def _stop_stems() -> frozenset[str]:
    return frozenset(map(stem, load_yaml("search.yaml")["stop_words"]))
