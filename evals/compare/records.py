"""What a comparison of two runs consists of. Frozen, and plain enough to be written as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from evals.stats import Better, Difference
from evals.trade_offs import TradeOffs


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One measure, over all questions or over a slice of them.

    `difference` is null below the number of clusters that limits need in a slice, and where nothing could be paired.
    `worse`, `same` and `improved` count questions; `one_sided` are those with a value in one run only. `detectable` is
    the smallest loss that such a comparison would FAIL four times of five, `p_mcnemar` for yes/no measures only.
    """

    measure: str
    meaning: str
    unit: str
    better: Better
    field: str | None = None
    value: str | None = None
    difference: Difference | None = None
    worse: int = 0
    same: int = 0
    improved: int = 0
    clusters: int = 0
    one_sided: tuple[str, ...] = ()
    detectable: float | None = None
    p_mcnemar: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A question whose mean over repeats changed; a `gain` above zero is better."""

    measure: str
    question_id: str
    before: float
    after: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Sentences that stood in the answer before, and what stands in their place; either may be empty.

    `words` are the words of both in order, each with "same", "removed" or "added"; empty where there are too many.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    words: tuple[tuple[Literal["same", "removed", "added"], str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """How an answer's text changed. `likeness`: the share of sentences that stayed; `cut` edits are not listed."""

    question_id: str
    repeat: int
    likeness: float
    edits: tuple[Edit, ...]
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """A part of the subject that differs, "prompt.wording" say; `read` tells whether the generator reads it."""

    part: str
    before: str
    after: str
    read: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Question ids that could not be paired: asked in one run only, or asked or owed differently in the two."""

    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    asked_differently: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything found by comparing two runs.

    `notes` says what was done first to make them comparable. `identical` of `texts_compared` answers have the very same
    text. `moved` and `texts` are the largest changes only.
    """

    before: str
    after: str
    notes: tuple[str, ...]
    subject: tuple[PartChange, ...]
    missing: Missing
    changes: tuple[Change, ...]
    slices: tuple[Change, ...]
    moved: tuple[Moved, ...]
    identical: int
    texts_compared: int
    texts: tuple[TextChange, ...]
    trade_offs: TradeOffs

    @property
    def unread(self) -> tuple[str, ...]:
        """The changed parts of the prompt that the generator does not read: scores cannot show what they do."""
        return tuple(part.part for part in self.subject if not part.read)

    def figures(self) -> Mapping[str, Any]:
        """Everything, for machines."""
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "trade_offs"}
        return {
            **{name: _plain(value) for name, value in plain.items()},
            "unread": list(self.unread),
            "trade_offs": self.trade_offs.figures(),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
