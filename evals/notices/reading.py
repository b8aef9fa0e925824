"""One answer, read for its notices: what is said where, and which notices it calls for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.notices.elements import load_wordings
from evals.notices.found import Notice, Said
from evals.notices.places import Places, find_places
from evals.notices.reread import read_sentences
from evals.records import Case, Question, SectionKind

# Where a topic counts as spoken of: not in notices, questions and offers.
_TOLD_IN: frozenset[SectionKind | None] = frozenset({None, "title", "body", "urgent"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one answer: sentences that count, places, and what the answer calls for (condition -> met).

    `readable`: the notices known in its language. `banner`: those a lasting banner shows beside a chat.
    """

    sentences: Sequence[Said]
    places: Places
    urgent: bool
    needs: Mapping[str, bool]
    readable: frozenset[str]
    banner: frozenset[str]

    def notices(self, element: str) -> list[Notice]:
        """Where a notice is said. Weak wording that no notice keeps company is care advice, and no notice."""
        return [n for sentence in self.sentences for n in sentence.notices if n.id == element and not n.weak]


def read_answer(case: Case, text: str, language: str, banner: frozenset[str]) -> Reading:
    """Read the visible text of an answer in its language."""
    wordings = load_wordings(language)
    everything = read_sentences(case.answer, text, wordings)
    counted = [sentence for sentence in everything if sentence.section != "related"]
    shown = banner if case.answer.channel == "chat" else frozenset[str]()
    return Reading(
        counted,
        find_places(text, everything),
        bool(case.question.red_flags),
        _needs(case, everything),
        frozenset(wordings.patterns),
        shown,
    )


def _needs(case: Case, sentences: Sequence[Said]) -> dict[str, bool]:
    record = case.answer.record
    offer = any(s.section == "upload" or "upload_offer" in s.signals for s in sentences)
    treatment, symptoms = _mentions(sentences, "treatment"), _mentions(sentences, "symptoms")
    enough = load_yaml("notices.yaml")["positions"]["mentions"]
    return {
        "always": True,
        "clinical": bool(case.question.red_flags) or treatment + symptoms >= enough,
        "treatment": treatment >= enough,
        "personal": record is not None or offer or _is_personal(case.question),
        "upload": offer,
        "guideline named": any("names_guideline" in s.signals for s in sentences if s.section in _TOLD_IN),
        "recommended": True,
        "recommended for a child or in pregnancy": bool(_special().search(case.question.text))
        or (record is not None and (record.age_group in {"child", "adolescent"} or record.pregnancy == "yes")),
        "recommended when NCCN is named": any("names_nccn" in s.signals for s in sentences),
    }


def _is_personal(question: Question) -> bool:
    """Whether the question tells of the reader's own case, or of someone of theirs."""
    rules = load_yaml("notices.yaml")["personal"]
    if any(tag.startswith(rules["known_by"]) for tag in question.tags):
        return not set(question.tags).isdisjoint(rules["tags"])
    return any(pattern.search(question.text) for pattern in _own_case())


@cache
def _own_case() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(said, re.IGNORECASE) for said in load_yaml("notices.yaml")["personal"]["said"])


@cache
def _special() -> re.Pattern[str]:
    return re.compile(load_yaml("notices.yaml")["special"], re.IGNORECASE)


def _mentions(sentences: Sequence[Said], topic: str) -> int:
    """How often the text speaks of a topic, notices and lists of questions apart."""
    return sum(s.topics.get(topic, 0) for s in sentences if s.section in _TOLD_IN and not s.strong)
