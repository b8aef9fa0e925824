"""Signs and what surrounds them -> whether someone is in danger now, by weighing all of it together."""

from collections.abc import Mapping, Sequence, Set
from functools import cache

from evals.lexicons import load_yaml
from evals.red_flags.flags import Flag
from evals.red_flags.reading import Sentence
from evals.red_flags.scope import Sign

_APART = 7
_GRAVITY = {3: "grave", 2: "serious", 1: "slight"}


def in_danger(signs: Sequence[Sign], sentences: Sequence[Sentence], raised: Sequence[Flag], lean: float | None) -> bool:
    """Whether the evidence that someone is in danger now outweighs what speaks for a harmless question.

    `raised` are the flags whose line is met, `lean` is what the trained readers make of it. Where they cannot tell, the
    rules decide alone.
    """
    rules = rules_lean(signs, sentences, bool(raised))
    # Someone who speaks of ending their life is doubted less than anyone.
    bonus = crisis_bonus(any(flag.crisis for flag in raised))
    if lean is None:
        return rules + bonus > 0
    told = any(sign.standing == "now" for sign in signs)
    return together(rules, lean) + bonus > load_yaml("red_flag_scope.yaml")["reader"]["enough" if told else "unsigned"]


def together(rules: float, lean: float) -> float:
    """Rules and readers in one figure; the rules are capped, so that they do not outvote readers that are sure."""
    reader = load_yaml("red_flag_scope.yaml")["reader"]
    return max(reader["least_rules"], min(reader["most_rules"], rules)) + reader["weight"] * lean


def readers(by_words: float, by_sense: float) -> float:
    """What both trained readers make of a question: the mean, each capped so that neither outvotes the other."""
    reader = load_yaml("red_flag_scope.yaml")["reader"]
    words = max(reader["least_lean"], min(reader["most_lean"], by_words))
    return (words + max(-reader["most_danger"], min(reader["most_danger"], by_sense))) / 2


def crisis_bonus(crisis: bool) -> float:
    """What speaks for danger beforehand where someone may take their own life."""
    return load_yaml("red_flag_scope.yaml")["crisis_margin"] if crisis else 0.0


def rules_lean(signs: Sequence[Sign], sentences: Sequence[Sentence], line_met: bool) -> float:
    """How far the rules' evidence is above (or below) what they want by themselves.

    One wording never decides: signs in many words count up, and so do past times, good news and general questions.
    """
    scope = load_yaml("red_flag_scope.yaml")
    here = {sign.name for sign in signs if sign.standing == "now"}
    found = {_GRAVITY[gravity_of(name)] for name in here if gravity_of(name)}
    if line_met:
        found.add("line")
    if any(gravity_of(name) or name in scope["parts"] or name in scope["alone"] for name in here):
        found.add("any")
    elif signs:
        found.add("only_asked")
    if _part_in_trouble(signs):
        found.add("part_and_trouble")
    said = {name for sentence in sentences for name in sentence.context}
    total = sum(scope["evidence"][name] for name in sorted(found))
    total += sum(weight for name, weight in scope["surroundings"].items() if name in said)
    return total - scope["enough"]


def gravest(names: Set[str]) -> str | None:
    """The gravest of these signs for which a flag is known; the first by name of equals."""
    known = sorted(name for name in names if name in flag_of())
    return max(known, key=gravity_of, default=None)


@cache
def flag_of() -> Mapping[str, str]:
    """Sign -> the flag it means by itself."""
    return {name: flag for flag, names in load_yaml("red_flag_scope.yaml")["flags"].items() for name in names}


def gravity_of(name: str) -> int:
    """3 grave, 2 serious, 1 slight; 0 for words that are no sign by themselves."""
    return _gravities().get(name, 0)


@cache
def _gravities() -> Mapping[str, int]:
    return {name: weight for weight, names in load_yaml("red_flag_scope.yaml")["points"].items() for name in names}


def _part_in_trouble(signs: Sequence[Sign]) -> bool:
    scope = load_yaml("red_flag_scope.yaml")
    now = [sign for sign in signs if sign.standing == "now"]
    parts = sorted((sign.at, sign.hit[0]) for sign in now if sign.name in scope["parts"])
    troubles = [(sign.at, sign.hit[0]) for sign in now if sign.name in scope["troubles"]]
    return any(at == where and abs(word - other) < _APART for at, word in troubles for where, other in parts)
