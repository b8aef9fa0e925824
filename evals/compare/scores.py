"""The scores of a run by scorer and question, read lightly: what decisions rest on, without texts and claims."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.store import read_manifest
from evals.store.columns import read_columns, read_value

Key = tuple[str, int]
_ASKED = ("id", "text", "topic", "cancer", "risk", "intent", "language", "paraphrase_of", "twin_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a decision must know of a question: its cluster, its slices, and what it is a variant of.

    `content` is a digest of everything that was asked and is owed, so that two runs' questions can be told to be alike.
    """

    id: str
    text: str
    topic: str
    cancer: str
    risk: str
    intent: str
    language: str
    paraphrase_of: str | None
    twin_of: str | None
    tags: tuple[str, ...]
    content: str

    @property
    def cluster(self) -> str:
        """As `evals.records.Question.cluster`."""
        return self.paraphrase_of or self.twin_of or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All planned answers of one scorer, in plan order."""

    keys: list[Key]
    statuses: list[str]
    values: list[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A run's manifest, questions and scores. Measures and findings are read when they are first asked for."""

    folder: Path
    manifest: Mapping[str, Any]
    questions: Mapping[str, Asked]
    scorers: Mapping[str, Rows]
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The run id."""
        return str(self.manifest.get("run_id", self.folder.name))

    def values(self, measure: str) -> dict[str, list[float | None]]:
        """`scorer` or `scorer.measure` by question, one value a repeat, null where there is none.

        Raises:
            UserError: the run has no such scorer.
        """
        scorer, _, name = measure.partition(".")
        rows = self._rows(scorer)
        found: dict[str, list[float | None]] = defaultdict(list)
        if not name:
            for (question, _repeat), value in zip(rows.keys, rows.values, strict=True):
                found[question].append(value)
            return found
        for (question, _repeat), measures in zip(rows.keys, self._measures(scorer), strict=True):
            value = measures.get(name)
            found[question].append(None if value is None else float(value))
        return found

    def names(self, scorer: str) -> tuple[str, ...]:
        """The measures that the scorer gave at least once, sorted."""
        self._rows(scorer)
        return tuple(sorted({name for one in self._measures(scorer) for name, v in one.items() if v is not None}))

    @property
    def rules(self) -> Mapping[Key, frozenset[tuple[str, str]]]:
        """The (scorer, rule) pairs found in each answer that has any."""
        if "rules" not in self._read:
            names = ("question_id", "repeat", "scorer", "rule")
            columns = read_columns(self.folder, "findings", names)
            self._read["rules"] = _rules(zip(*(columns[name] for name in names), strict=True))
        return self._read["rules"]

    def _rows(self, scorer: str) -> Rows:
        if scorer not in self.scorers:
            raise UserError(
                f"{self.folder}", f"no scorer {scorer!r} in this run", "", did_you_mean(scorer, self.scorers)
            )
        return self.scorers[scorer]

    def _measures(self, scorer: str) -> list[Mapping[str, Any]]:
        # The JSON of 10,000 answers takes a moment: it is read once, and parsed only for scorers that are asked about.
        if "measures" not in self._read:
            columns = read_columns(self.folder, "scores", ("scorer", "measures"))
            texts: dict[str, list[str | None]] = defaultdict(list)
            for name, text in zip(columns["scorer"], columns["measures"], strict=True):
                texts[name].append(text)
            self._read["measures"] = texts
        key = f"measures of {scorer}"
        if key not in self._read:
            self._read[key] = [read_value(text) or {} for text in self._read["measures"].pop(scorer)]
        return self._read[key]


def read_scores(folder: Path) -> Scores:
    """The scores in a finished run's folder.

    Raises:
        UserError: it is no run folder, the run is not finished, or a table is missing or broken.
    """
    manifest = read_manifest(folder)
    if manifest.get("status") != "finished":
        fix = f"evals run --resume {folder}"
        raise UserError(str(folder), f"this run is {manifest.get('status')}", "a finished run", fix)
    content = ("tags", "record", "must_say", "must_not_say", "red_flags", "passages", "source")
    asked = read_columns(folder, "questions", (*_ASKED, *content))
    names = ("question_id", "repeat", "scorer", "status", "value")
    scores = read_columns(folder, "scores", names)
    rows: dict[str, Rows] = defaultdict(lambda: Rows(keys=[], statuses=[], values=[]))
    for question, repeat, scorer, status, value in zip(*(scores[name] for name in names), strict=True):
        own = rows[scorer]
        own.keys.append((question, repeat))
        own.statuses.append(status)
        own.values.append(value)
    columns = zip(*(asked[name] for name in (*_ASKED, *content)), strict=True)
    questions = {row[0]: _asked(row) for row in columns}
    return Scores(folder=folder, manifest=manifest, questions=questions, scorers=dict(rows))


def _asked(row: tuple[str | None, ...]) -> Asked:
    fields: dict[str, Any] = dict(zip(_ASKED, row, strict=False))
    fields["cancer"] = read_value(fields["cancer"])
    tags = row[len(_ASKED)]
    # Lengths keep texts apart: no two questions that differ give the same bytes.
    told = "".join(["-" if value is None else f"{len(value)}:{value}" for value in row])
    digest = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Asked(**fields, tags=tuple(_listed(tags)), content=digest)


@cache
def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(read_value(text) or ())


def _rules(found: Iterable[tuple[str, int, str, str]]) -> dict[Key, frozenset[tuple[str, str]]]:
    rules: dict[Key, set[tuple[str, str]]] = defaultdict(set)
    for question, repeat, scorer, rule in found:
        rules[question, repeat].add((scorer, rule))
    return {key: frozenset(own) for key, own in rules.items()}
