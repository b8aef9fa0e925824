"""What a part of this benchmark gives: a line on what it is, figures for machines, and lines for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 100
INDENT = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part, measured. `heading` says what it is and on which data."""

    heading: str
    lines: tuple[str, ...]
    figures: Mapping[str, Any]


def table(rows: Sequence[Sequence[object]], *, left: int = 1) -> tuple[str, ...]:
    """Rows with their columns aligned, the first `left` columns to the left and the others to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    return tuple(
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def percent(value: float | None) -> str:
    """A share for a table; a dash where there is none."""
    return "-" if value is None else f"{value:.0%}"


def decimal(value: float | None) -> str:
    """A figure between 0 and 1 for a table; a dash where there is none."""
    return "-" if value is None else f"{value:.3f}"


def shorten(line: str) -> str:
    """A line cut to the width of the page, indent included."""
    most = WIDTH - INDENT
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
