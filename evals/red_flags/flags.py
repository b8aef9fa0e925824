"""The danger signs' rules: which signs and surroundings raise which flag, from `datasets/lexicons/red_flags.yaml`."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.red_flags.words import context_groups, sign_groups

Tier = Literal["T0", "T1", "T2"]
_FILE = "datasets/lexicons/red_flags.yaml"


@dataclass(frozen=True, slots=True)
class Part:
    """One condition: one of these names is there, `times` different wordings of it; if `absent`, none of them is."""

    names: tuple[str, ...]
    context: bool
    times: int = 1
    absent: bool = False

    def met(self, signs: Mapping[str, Set[str]], around: Set[str]) -> bool:
        """Whether these signs (name -> its wordings) and surroundings meet it."""
        if self.context:
            return self.absent != any(name in around for name in self.names)
        return any(len(signs.get(name, ())) >= self.times for name in self.names)


@dataclass(frozen=True, slots=True)
class Flag:
    """A dangerous situation: `tier` is what to tell, `accept` the weakest tier that is still right."""

    id: str
    name: str
    tier: Tier
    accept: Tier
    do: str
    crisis: bool
    when: tuple[tuple[Part, ...], ...]

    @property
    def signs(self) -> frozenset[str]:
        """The signs that may raise it."""
        return frozenset(name for line in self.when for part in line if not part.context for name in part.names)

    def raised(self, signs: Mapping[str, Set[str]], around: Set[str]) -> bool:
        """Whether these signs and surroundings raise it."""
        return any(all(part.met(signs, around) for part in line) for line in self.when)


@cache
def load_flags() -> tuple[Flag, ...]:
    """The flags in order; two may share an id.

    Raises:
        UserError: a line names an unknown sign or surrounding.
    """
    return tuple(_flag(row) for row in load_yaml("red_flags.yaml")["flags"])


@cache
def load_topics() -> tuple[tuple[str, str, tuple[tuple[Part, ...], ...]], ...]:
    """Topics whose answer must say when to call: id, what to say, the lines by which they are known.

    Raises:
        UserError: a line names an unknown sign or surrounding.
    """
    rows = load_yaml("red_flags.yaml")["inform"]
    return tuple((row["id"], " ".join(row["do"].split()), _lines(row["when"], row["id"])) for row in rows)


@cache
def load_warnings() -> tuple[tuple[str, tuple[tuple[Part, ...], ...]], ...]:
    """Which flag someone means who asks for warning signs: id, and the lines by which it is known, in order.

    Raises:
        UserError: a line names an unknown sign or surrounding.
    """
    return tuple((row["id"], _lines(row["when"], row["id"])) for row in load_yaml("red_flags.yaml")["warn"])


def _flag(row: Mapping[str, Any]) -> Flag:
    return Flag(
        id=row["id"], name=row["name"], tier=row["tier"], accept=row["accept"], do=" ".join(row["do"].split()),
        crisis=bool(row.get("crisis")), when=_lines(row["when"], row["id"]),
    )  # fmt: skip


def _lines(rows: Sequence[str], flag: str) -> tuple[tuple[Part, ...], ...]:
    return tuple(tuple(read_part(word, flag) for word in row.split()) for row in rows)


def read_part(word: str, flag: str) -> Part:
    """A condition from its notation: "a|b" signs, "a#2" two wordings, "@x" a surrounding, "!@x" none of it.

    Raises:
        UserError: a name is unknown.
    """
    absent, context = word.startswith("!"), "@" in word
    listed, _, times = word.removeprefix("!").removeprefix("@").partition("#")
    names = tuple(listed.split("|"))
    known = context_groups().names if context else sign_groups().names
    for name in names:
        if name not in known:
            raise UserError(f"{_FILE}: {flag}", f"unknown name {name!r}", fix=did_you_mean(name, known))
    return Part(names, context, int(times or 1), absent)
