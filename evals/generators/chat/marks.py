"""Citations in a model's reply -> ties to the passages it was given: "[P19]", "[P19, P26]", "[2]"."""

import re
from collections.abc import Sequence

from evals.generators import Tie
from evals.generators.chat.given import source_names
from evals.records import Passage

_MARK = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+(?:and|y|&)\s+|\s+")
_WORD = re.compile(r"(?i)^(?:passages?|source|ref)\.?\s*")
_MOST = 10
"""Marks that name more passages than this are no citations."""


def ties_in(reply: str, passages: Sequence[Passage]) -> tuple[Tie, ...]:
    """The ties of a reply in reading order: a mark of a passage's id, or of its place in what was given, from 1."""
    by_id = {passage.id.casefold(): passage for passage in passages}
    by_number = {str(number): passage for number, passage in enumerate(passages, start=1)}
    # A model that numbers its own list of sources counts in its own way.
    numbered = by_number if not re.search(r"(?m)^\s*\[\d{1,3}\]", reply) else {}
    ties: list[Tie] = []
    for found in _MARK.finditer(reply):
        names = [name for name in _SEPARATOR.split(_WORD.sub("", found[1].strip())) if name]
        meant = [by_id.get(name.casefold()) or numbered.get(name) for name in names]
        if not meant or len(meant) > _MOST or None in meant:
            continue
        for passage in dict.fromkeys(one.id for one in meant if one is not None):
            names_of = source_names(by_id[passage.casefold()])
            ties.append(Tie(name="; ".join(names_of) or passage, passage_id=passage, mark=found[0]))
    return tuple(ties)
