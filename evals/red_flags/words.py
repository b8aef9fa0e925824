"""The words by which danger signs and what surrounds them are known, from `datasets/lexicons/red_flag_*.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache

from evals.lexicons import load_jsonl, load_yaml
from evals.notices.groups import Groups
from evals.notices.patterns import read_combination

SIGN_FILES = ("red_flag_signs_en.yaml", "red_flag_signs_es.yaml", "red_flag_signs_other.yaml")
CONTEXT_FILE = "red_flag_context.yaml"
# Signs that are read from figures ("101.2", "84/50") by evals/red_flags/figures.py.
FIGURES = ("fever_high", "fever_near", "oxygen_low", "pressure_low", "pulse_high", "sugar_high", "stools_many")


@cache
def sign_groups() -> Groups:
    """The danger signs, and the words of which they are made.

    Raises:
        UserError: a lexicon is malformed or names an unknown group.
    """
    lists: dict[str, list[str]] = {name: [] for name in FIGURES}
    for file in SIGN_FILES:
        for name, text in load_yaml(file)["words"].items():
            lists.setdefault(name, []).extend(_phrases(text))
    lists["medicine"].extend(name for row in load_jsonl("drugs.jsonl") for name in _names(row))
    groups = Groups(lists, "datasets/lexicons/red_flag_signs")
    for name, row in load_yaml(SIGN_FILES[0])["combos"].items():
        groups.add(name, read_combination(row, groups, f"{SIGN_FILES[0]}: {name}"))
    return groups


@cache
def unspaced() -> tuple[tuple[str, str], ...]:
    """Danger signs in scripts that put no spaces between words: (characters, sign), longest first."""
    rows = load_yaml(SIGN_FILES[2])["within"]
    return tuple(sorted(((text, name) for name, texts in rows.items() for text in texts), key=lambda one: -len(one[0])))


@cache
def context_groups() -> Groups:
    """Treatment, disease, time, person, negation and the like.

    Raises:
        UserError: the lexicon is malformed.
    """
    lexicon = load_yaml(CONTEXT_FILE)
    lists = {name: list(_phrases(text)) for name, text in lexicon["words"].items()}
    for row in load_jsonl("drugs.jsonl"):
        names = list(_names(row))
        lists["drug_now"].extend(names)
        for context, kinds in lexicon["drug_classes"].items():
            if any(kind in row["class"] for kind in kinds):
                lists[context].extend(names)
    return Groups(lists, CONTEXT_FILE)


@cache
def typos() -> Mapping[str, str]:
    """Misspelled word -> the word meant: listed ones only, so that no good word is bent."""
    pairs = (pair.split("=") for pair in _phrases(load_yaml("red_flag_typos.yaml")["typos"]))
    return {wrong.strip(): right.strip() for wrong, right in pairs}


def _phrases(text: object) -> Iterator[str]:
    return (phrase.strip() for phrase in str(text).split(",") if phrase.strip())


def _names(row: Mapping[str, object]) -> Iterator[str]:
    """A drug's names that cannot be everyday words: short forms such as "AC" are left to the lexicons."""
    for field in ("generic", "brands", "aliases"):
        value = row[field]
        for name in (value,) if isinstance(value, str) else tuple(value):  # type: ignore[arg-type]
            if len(name) > 4 and " and " not in name:
                yield name
