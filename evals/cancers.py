"""The diseases a question, passage or record may be about, and which of them covers which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.phrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancer:
    """A disease or group of diseases: `parents` are the next wider groups, `aliases` what people call it.

    `organs` are the nouns that name it before "cancer".
    """

    id: str
    name: str
    parents: tuple[str, ...]
    aliases: tuple[str, ...]
    organs: tuple[str, ...]


@cache
def cancers() -> Mapping[str, Cancer]:
    """Every known disease by id, in the order of `datasets/lexicons/cancers.yaml`."""
    lexicon = load_yaml("cancers.yaml")
    return {
        row["id"]: Cancer(
            id=row["id"],
            name=row["name"],
            parents=tuple(row["parents"]),
            aliases=(
                row["name"],
                *row["aliases"],
                *(pattern.format(organ) for organ in row["organs"] for pattern in lexicon["patterns"]),
            ),
            organs=tuple(row["organs"]),
        )
        for row in lexicon["cancers"]
    }


@cache
def ancestors(cancer: str) -> tuple[str, ...]:
    """The wider groups of a disease, nearest first, without itself; "general" comes last."""
    found: dict[str, None] = {}
    parents = cancers()[cancer].parents
    while parents:
        found |= dict.fromkeys(parents)
        parents = tuple(wider for parent in parents for wider in cancers()[parent].parents if wider not in found)
    return tuple(found)


def covers(passage_cancer: str | Iterable[str], asked: str) -> bool:
    """Whether guidance about the passage's disease (or one of them) holds for the disease asked about.

    A passage on a group covers each disease of the group; a passage on one disease does not cover its group.
    """
    named = (passage_cancer,) if isinstance(passage_cancer, str) else tuple(passage_cancer)
    return any(cancer == asked or cancer in ancestors(asked) for cancer in named)


def find_cancers(text: str) -> tuple[str, ...]:
    """The ids of the diseases named in a text, in order of first mention; empty when it names none."""
    return tuple(dict.fromkeys(match.value for match in _phrases().find(text)))


@cache
def _phrases() -> Phrases:
    from evals.concepts import case_rules

    return Phrases(((alias, cancer.id) for cancer in cancers().values() for alias in cancer.aliases), case_rules())
