"""A deliberate defect, an entailed rewrite, and which half of the entries made it. Imports only our records."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar

from evals.records import Label, Severity

Half = Literal["train", "measure"]
HALVES: tuple[Half, ...] = ("train", "measure")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What both kinds of change share: `before[start : start + len(original)]` is replaced.

    `before` is the whole text as it was. `template` is the id of the entry used, in the half asked for.
    """

    operator: str
    start: int
    original: str
    replacement: str
    template: str
    before: str

    @property
    def end(self) -> int:
        """End of the replacement in the new text: `text[start:end] == replacement`."""
        return self.start + len(self.replacement)

    @property
    def text(self) -> str:
        """The whole text after the change.

        Made on demand: thousands of changes of one long text would otherwise hold as many copies of it.
        """
        return self.before[: self.start] + self.replacement + self.before[self.start + len(self.original) :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Change):
    """One defect: `code` from the error taxonomy (E01–E21), the harm if a reader acted on it, the label it deserves."""

    code: str
    severity: Severity
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite(Change):
    """The same statement, or part of it, in other words: `before` entails `text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change an operator proposes for one sentence, before its grammar is mended. Offsets count the sentence."""

    start: int
    end: int
    replacement: str
    operator: str
    template: str
    code: str = ""
    severity: Severity = "moderate"
    label: Label = "contradicted"


@cache
def half_of(entry: str) -> Half:
    """The half that a template or lexicon entry belongs to, by SHA-256 of its id: nobody chooses."""
    return HALVES[_digest(f"navis-evals fault entry {entry}") % 2]


def pick(options: Sequence[_T], *key: object) -> _T:
    """One of the options, by SHA-256 of the key: the same key always picks the same."""
    return options[_digest("\0".join(map(str, key))) % len(options)]


def _digest(text: str) -> int:
    # surrogatepass: half an emoji in a broken file must not stop a run.
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
