"""Drugs, targets and diseases named in a sentence, with the spans of their names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from evals.faults.tables import fault_file
from evals.lexicons import load_jsonl, load_yaml

# Shorter names are found only as spelled: "all" is no leukemia, "met" no gene.
_ANY_CASE_FROM = 6
# Short names that mean something else far more often ("the ER", "PR", "AR", "bev").
_NOT_NAMES = frozenset({"ER", "PR", "AR", "F3", "ipi", "bev", "dex", "ATO", "pola", "carbo", "EV-P", "BV"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A drug or regimen: what it acts on and its class, in the words of `drugs.jsonl`."""

    name: str
    targets: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name at `sentence[start:end]`; `value` is the drug's generic name, the gene's symbol or the disease's id."""

    start: int
    end: int
    value: str


class Names:
    """Surfaces of names -> what they stand for; finds the longest at each place."""

    def __init__(self, surfaces: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for surface, value in surfaces:
            if surface in _NOT_NAMES:
                continue
            short = len(surface) < _ANY_CASE_FROM
            (self._exact if short else self._folded).setdefault(surface if short else surface.lower(), value)
        self._pattern = re.compile("|".join(filter(None, (_any_of(self._exact), f"(?i:{_any_of(self._folded)})"))))
        # Several operators ask about the same sentence in turn.
        self.find = lru_cache(maxsize=16)(self._found)

    def _found(self, sentence: str) -> tuple[Mention, ...]:
        """Every name in order, not overlapping."""
        found = (
            (match, self._exact.get(match.group()) or self._folded.get(match.group().lower()))
            for match in self._pattern.finditer(sentence)
        )
        return tuple(Mention(start=m.start(), end=m.end(), value=value) for m, value in found if value is not None)


def _any_of(surfaces: Iterable[str]) -> str:
    longest_first = sorted(surfaces, key=lambda surface: (-len(surface), surface))
    return rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?!\w|-\d)" if longest_first else ""


@cache
def drugs() -> dict[str, Drug]:
    """Every drug by generic name."""
    return {
        row["generic"]: Drug(name=row["generic"], targets=frozenset(row["targets"]), kind=row["class"])
        for row in load_jsonl("drugs.jsonl")
    }


@cache
def drug_names() -> Names:
    """Generic names, brands and other names of drugs -> generic name."""
    rows = load_jsonl("drugs.jsonl")
    return Names((name, row["generic"]) for row in rows for name in (row["generic"], *row["brands"], *row["aliases"]))


@cache
def gene_names() -> Names:
    """Genes, proteins and markers by symbol or the usual spellings -> symbol. Spelled-out names are left alone."""
    rows = load_jsonl("genes.jsonl")
    return Names(
        (name, row["symbol"])
        for row in rows
        for name in (row["symbol"], *(alias for alias in row["aliases"] if " " not in alias and not alias.islower()))
    )


@cache
def disease_names() -> Names:
    """Diseases by name and by "<organ> cancer" -> id. Groups, bare organs and words for stages are no diseases."""
    lexicon = load_yaml("cancers.yaml")
    return Names(
        (name, row["id"])
        for row in lexicon["cancers"]
        if row["id"] not in {"general", "solid-tumor", "blood"}
        for name in _surfaces(row["name"], row["aliases"], row["organs"])
    )


_DISEASE_WORD = re.compile(r"(cancer|carcinoma|lymphoma|leukemia|myeloma|melanoma|tumou?r|glioma)s?\Z|\A[A-Z]{3,5}\Z")


def _surfaces(name: str, aliases: Iterable[str], organs: Iterable[str]) -> Iterator[str]:
    yield from (surface for surface in (name, *aliases) if _DISEASE_WORD.search(surface) and surface.isascii())
    for organ in organs:
        yield from (f"{organ} cancer", f"{organ} cancers", f"cancer of the {organ}")


@cache
def same_targets(symbol: str) -> frozenset[str]:
    """The symbols that stand for nearly the same as this one, itself included."""
    rows = (row for row in fault_file("swaps.yaml")["same"] if symbol in row)
    return frozenset((symbol, *(member for row in rows for member in row)))
