"""What a text tells its reader to do: orders, and "you should" with a verb of doing, by kind."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.readability.structure import Sentence


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do at `text[start:end]` (its verb); `sentence` is the number of the sentence in its zone."""

    kind: str
    start: int
    end: int
    sentence: int


def kinds() -> tuple[str, ...]:
    """The kinds of action, in the order of the lexicon."""
    return tuple(load_yaml("readability_style.yaml")["actions"])


def find_actions(text: str, sentences: Sequence[Sentence]) -> tuple[Action, ...]:
    """The first thing that each sentence tells the reader to do."""
    found: list[Action] = []
    verbs, order, advice, others = _verbs(), _order(), _advice(), _not_actions()
    for number, sentence in enumerate(sentences):
        start, end = sentence.start, sentence.end
        if text[start:end].rstrip("\"'”’)*_ ").endswith("?"):
            continue
        match = order.match(text, start, end)
        if not match or _is_other(text, match, end, others):
            match = advice.search(text, start, end)
        if match and (verb := match.group(1).lower()) in verbs:
            found.append(Action(verbs[verb], match.start(1), match.end(1), number))
    return tuple(found)


def _is_other(text: str, match: re.Match[str], end: int, others: Sequence[re.Pattern[str]]) -> bool:
    rest = text[match.start(1) : min(end, match.start(1) + 40)]
    return any(other.match(rest) for other in others)


@cache
def _verbs() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for kind, verbs in load_yaml("readability_style.yaml")["actions"].items():
        for verb in verbs:
            found.setdefault(verb, kind)
    return found


@cache
def _order() -> re.Pattern[str]:
    """A verb at the head of a sentence or clause: "Call", "Please do not wait", "If you have a fever, call"."""
    leads = "|".join(sorted(map(re.escape, load_yaml("readability_style.yaml")["order_leads"]), key=len, reverse=True))
    verbs = "|".join(sorted(_verbs(), key=len, reverse=True))
    starts = "if|when|until|before|after|once|as soon as|for|on|in|at|to|during|while|by|with"
    condition = rf"(?:{starts})\b[^.;:!?]{{2,160}}?, "
    head = rf"[\"“'*_(\s]*(?:{condition})?(?:(?:{leads})[,:]? ){{0,3}}"
    return re.compile(rf"{head}({verbs})\b", re.IGNORECASE)


@cache
def _advice() -> re.Pattern[str]:
    """ "You should call", "you may want to ask"."""
    wish = r"(?:may|might|wish|want|need|have|ought|will (?:want|need))(?: want| wish)? to"
    adverb = r"(?:also |still |always |then |safely )?"
    return re.compile(rf"\byou {adverb}(?:should|can|could|must|{wish}) {adverb}(\w+)\b", re.IGNORECASE)


@cache
def _not_actions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load_yaml("readability_style.yaml")["not_actions"])
