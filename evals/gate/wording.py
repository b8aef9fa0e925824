"""Numbers, counts and lists of ids as a decision tells them."""

from collections.abc import Mapping, Sequence

_SHOWN = 8
_ENDINGS = {
    "unscored": "could not be scored, as in the baseline",
    "skipped": "had no answer to score",
    "error": "ended in an error",
    "lost": "had a score in the baseline and none now",
}


def number(value: float | None) -> str:
    """At most three decimals, no trailing zeros; a dash for nothing."""
    if value is None:
        return "–"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


def signed(value: float | None) -> str:
    """The same with a sign."""
    return f"+{number(value)}" if value is not None and value > 0.0005 else number(value)


def count(amount: int, one: str, many: str = "") -> str:
    """ "1 answer", "2 answers"."""
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"


def ids(found: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    shown = ", ".join(found[:_SHOWN])
    return shown if len(found) <= _SHOWN else f"{shown} and {len(found) - _SHOWN} more"


def endings(found: Mapping[str, int]) -> str:
    """How many answers have no number, and why."""
    return "; ".join(f"{count(amount, 'answer')} {_ENDINGS[ending]}" for ending, amount in found.items() if amount)
