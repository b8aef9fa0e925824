"""The answers of a run as columns: to filter, search and order ten thousand of them in a moment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
import ordering
from ordering import LOWEST, ORDERS
from rows import DECIDED, VERDICTS

from evals.records import SEVERITIES, STATUSES
from evals.review import text_digest
from evals.store.light import LightRun

CHOICES = ("topic", "cancer", "risk", "scorer", "rule", "verdict", "disagreement")
"""What answers can be filtered by, each by several values."""
MACHINE = ("scorer", "rule", "verdict", "disagreement")
"""The filters that tell what the machine says: an answer that someone still owes a review meets none of them."""
JUDGES, CLINICIANS = "judges differ", "clinicians differ"
Places = np.ndarray
"""Places of answers in the plan of a run, or a truth value for each of them."""


class Sheet:
    """The planned answers of a run in plan order; a column is made when it is first asked for."""

    def __init__(self, run: LightRun) -> None:
        self.run = run

    def __len__(self) -> int:
        return len(self.run.keys)

    # --- what was asked ---

    @cached_property
    def _asked(self) -> Places:
        place = {name: n for n, name in enumerate(self.run.column("questions", "id"))}
        return np.array([place.get(key[0], -1) for key in self.run.keys], dtype=np.int64)

    def about(self, name: str) -> tuple[Places, list[str]]:
        """Topic, cancer, risk or text of each answer's question: codes and the values that they stand for."""
        if name not in self._about:
            codes, values = self.run.codes("questions", name)
            told = [json.loads(value) if name == "cancer" else value for value in values]
            self._about[name] = (np.append(codes, -1)[self._asked], told)
        return self._about[name]

    @cached_property
    def _about(self) -> dict[str, tuple[Places, list[str]]]:
        return {}

    @cached_property
    def by_id(self) -> Places:
        """The rank of each answer by question id and repeat."""
        ranked = sorted(range(len(self)), key=self.run.keys.__getitem__)
        places = np.empty(len(self), dtype=np.int64)
        places[ranked] = np.arange(len(self))
        return places

    # --- what the machine says ---

    @cached_property
    def severities(self) -> Places:
        """The rank of each finding's severity."""
        codes, names = self.run.codes("findings", "severity")
        return np.array([SEVERITIES.index(name) if name in SEVERITIES else 0 for name in names], dtype=np.int64)[codes]

    @cached_property
    def counts(self) -> Places:
        """How many findings each answer has of each severity: a row for each, a column for each, rising."""
        at, wide = self.run.places("findings"), len(SEVERITIES)
        cells = (at * wide + self.severities)[at >= 0]
        return np.bincount(cells, minlength=len(self) * wide).reshape(len(self), wide)

    @cached_property
    def rank(self) -> Places:
        """The rank of each answer's gravest severity, -1 without a finding."""
        return ((self.counts > 0) * np.arange(1, len(SEVERITIES) + 1)).max(axis=1, initial=0) - 1

    @cached_property
    def failed(self) -> Places:
        """How many scorers broke on each answer: nobody knows what they would have found."""
        return self.endings.get("error", np.zeros(len(self), dtype=np.int64))

    def labelled(self, label: str) -> Places:
        """How many claims of each answer got this verdict."""
        if label not in self._labelled:
            codes, names = self.run.codes("claims", "label")
            wanted = -1 if label == "no_verdict" else names.index(label) if label in names else -2
            self._labelled[label] = self._count("claims", codes == wanted)
        return self._labelled[label]

    @cached_property
    def judged(self) -> Places:
        """Whether a judge looked at the claims of each answer: where it looked at none, nothing is known of them."""
        return np.sum([self.labelled(name) for name in (*DECIDED, "not_checkable")], axis=0) > 0

    @cached_property
    def _labelled(self) -> dict[str, Places]:
        return {}

    @cached_property
    def values(self) -> Mapping[str, Places]:
        """Each scorer's number for each answer, NaN where there is none."""
        codes, names = self.run.codes("scores", "scorer")
        at, numbers = self.run.places("scores"), self.run.numbers("scores", "value")
        found: dict[str, Places] = {}
        for scorer in self.scorers:
            own = codes == names.index(scorer) if scorer in names else np.zeros(len(codes), dtype=bool)
            found[scorer] = np.full(len(self), np.nan)
            found[scorer][at[own]] = numbers[own]
        return found

    @property
    def scorers(self) -> list[str]:
        """The scorers in the order of the suite."""
        return list(self.run.summary["scorers"])

    @cached_property
    def endings(self) -> Mapping[str, Places]:
        """How many scorers ended in each way on each answer."""
        codes, names = self.run.codes("scores", "status")
        return {name: self._count("scores", codes == names.index(name)) for name in STATUSES if name in names}

    @cached_property
    def judges_differ(self) -> Places:
        """On how many claims of each answer two judges, or two looks of one judge, come to different verdicts."""
        run = self.run
        labels, _ = run.codes("verdicts", "label")
        (scopes, scope_names), (claims, _) = run.codes("verdicts", "scope"), run.codes("verdicts", "claim_id")
        corpus = scope_names.index("corpus") if "corpus" in scope_names else -2
        at = run.places("verdicts")
        used = (scopes == corpus) & (labels >= 0) & (at >= 0)
        if not used.any():
            return np.zeros(len(self), dtype=np.int64)
        claim = at[used] * (int(claims.max()) + 1) + claims[used]
        order = np.argsort(claim, kind="stable")
        starts = np.flatnonzero(np.diff(claim[order], prepend=-1))
        told = labels[used][order]
        differ = np.maximum.reduceat(told, starts) != np.minimum.reduceat(told, starts)
        return np.bincount(at[used][order][starts][differ], minlength=len(self))

    def _count(self, table: str, chosen: Places) -> Places:
        at = self.run.places(table)
        return np.bincount(at[chosen & (at >= 0)], minlength=len(self))

    # --- filtering, searching, ordering ---

    def matching(self, wanted: Mapping[str, Sequence[str]], find: str, differing: Iterable[int] = ()) -> Places:
        """Which answers meet every filter and hold every word of `find`.

        `wanted` maps a name of `CHOICES` to the values of which an answer must have one; no values, no filter.
        `differing` are the places of the answers on which clinicians differ.
        """
        kept = np.ones(len(self), dtype=bool)
        for name, values in wanted.items():
            if values:
                kept &= self._meets(name, set(values), differing)
        for word in find.split():
            kept &= self._holds(word)
        return kept

    def _meets(self, name: str, values: set[str], differing: Iterable[int]) -> Places:
        if name in ("topic", "cancer", "risk"):
            codes, told = self.about(name)
            return np.isin(codes, [n for n, value in enumerate(told) if value in values])
        kept = np.zeros(len(self), dtype=bool)
        if name == "verdict":
            for label in values & set(VERDICTS):
                kept |= self.labelled(label) > 0
        elif name == "disagreement":
            kept |= (self.judges_differ > 0) & (JUDGES in values)
            kept[list(differing) if CLINICIANS in values else []] = True
        else:
            kept |= self._hit("findings", name, values)
            if name == "scorer":
                codes, names = self.run.codes("scores", "status")
                scored = names.index("scored") if "scored" in names else -2
                kept |= self._hit("scores", name, values, codes != scored)
        return kept

    def _hit(self, table: str, name: str, values: set[str], besides: Places | None = None) -> Places:
        codes, names = self.run.codes(table, name)
        chosen = np.isin(codes, [n for n, value in enumerate(names) if value in values])
        return self._count(table, chosen if besides is None else chosen & besides) > 0

    def _holds(self, word: str) -> Places:
        kept = np.append(self.run.holds("questions", "text", word), False)[self._asked]
        for name in ("text", "question"):
            kept |= self._count("answers", self.run.holds("answers", name, word)) > 0
        low = word.casefold()
        return kept | np.array([low in key[0].casefold() for key in self.run.keys], dtype=bool)

    def orders(self) -> list[str]:
        """The orders that answers can be shown in; the first is the usual one."""
        return [*ORDERS, *(f"{LOWEST}{name}" for name in self.scorers)]

    def ordered(self, kept: Places, order: str, hidden: Places) -> Places:
        """The places of the answers that are kept, in the order asked for; hidden ones stand last, told by id only."""
        keys = self._danger if order not in self.orders()[1:] else ordering.keys(self, order)
        seen = [np.where(hidden, 0, key) for key in keys]
        ranked = np.lexsort((self.by_id, *seen, hidden)) if keys else np.argsort(self.by_id)
        return ranked[kept[ranked]]

    @cached_property
    def _danger(self) -> tuple[Places, ...]:
        return ordering.danger(self)

    # --- for the screen ---

    def question(self, place: int) -> str:
        """What was asked: as the questions have it, which are read far sooner than the answers, else as the answer."""
        codes, values = self.about("text")
        return values[codes[place]] if codes[place] >= 0 else self._told.get(place, "")

    @cached_property
    def _told(self) -> Mapping[int, str]:
        codes, values = self.run.codes("answers", "question")
        at = self.run.places("answers").tolist()
        return {place: values[code] for place, code in zip(at, codes.tolist(), strict=True) if code >= 0}

    @cached_property
    def digests(self) -> Mapping[int, str]:
        """A digest of each answer's text, to find the same answer in another run."""
        texts, at = self.run.column("answers", "text"), self.run.places("answers").tolist()
        return {place: text_digest(text) for place, text in zip(at, texts, strict=True) if text is not None}
