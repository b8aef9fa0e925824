"""The words and numbers of a comparison, shared by terminal and Markdown."""

from collections.abc import Iterator, Sequence

from evals.compare.records import Change, Comparison, Moved, PartChange
from evals.report.inert import one_line

MOST_SLICES = 12
MOST_MOVED = 12
MOST_EDITS = 3
_SHOWN_IDS = 6
_SHOWN_TEXTS = 3


def head(comparison: Comparison) -> Iterator[str]:
    """What was compared, what was done first, what could not be paired."""
    yield f"{comparison.before} -> {comparison.after}"
    yield from comparison.notes
    missing = comparison.missing
    for ids, what in (
        (missing.only_before, "asked before only"),
        (missing.only_after, "asked after only"),
        (missing.asked_differently, "worded, or owed, differently in the two runs: not compared"),
    ):
        if ids:
            yield f"{len(ids)} questions {what}: {listed(ids)}"


def subject(parts: Sequence[PartChange]) -> Iterator[str]:
    """The changed parts of the subject, one a line; what the generator does not read is said."""
    for part in parts:
        unread = "" if part.read else " (the generator does not read it: no score can show what it does)"
        yield f"{part.part}: {one_line(part.before, 60)} -> {one_line(part.after, 60)}{unread}"


def listed(ids: Sequence[str]) -> str:
    """The first few ids, and how many more."""
    shown = ", ".join(one_line(one, 40) for one in ids[:_SHOWN_IDS])
    return shown if len(ids) <= _SHOWN_IDS else f"{shown} and {len(ids) - _SHOWN_IDS} more"


def cells(change: Change) -> tuple[str, str, str, str, str, str]:
    """Before, after, gain with its interval, questions worse / same / better, and the detectable loss."""
    found = change.difference
    counts = f"{change.worse}/{change.same}/{change.improved}"
    if found is None:
        return "–", "–", "–", "–", counts, "–"
    interval = "–" if found.low is None or found.high is None else f"{found.low:+.3f} to {found.high:+.3f}"
    detectable = "–" if change.detectable is None else f"{change.detectable:.3f}"
    return f"{found.before:.3f}", f"{found.after:.3f}", f"{found.gain:+.3f}", interval, counts, detectable


HEADINGS = ("before", "after", "gain", "95% interval", "worse/same/better", "detectable")


def name(change: Change) -> str:
    """The measure, marked where down is better."""
    return change.measure if change.better == "up" else f"{change.measure} (down is better)"


def one_sided(changes: Sequence[Change]) -> Iterator[str]:
    """Questions with a score in one run only, by measure."""
    for change in changes:
        if change.one_sided:
            yield f"{change.measure}: {len(change.one_sided)} scored in one run only: {listed(change.one_sided)}"


def slices(comparison: Comparison) -> list[Change]:
    """The slices with most questions worse than better, worst first."""
    lost = [change for change in comparison.slices if change.worse > change.improved]
    return sorted(lost, key=lambda c: (c.improved - c.worse, c.field or "", c.value or "", c.measure))[:MOST_SLICES]


def moved(comparison: Comparison) -> Iterator[str]:
    """The questions that lost most, then those that gained most."""
    # By place within the measure first: gains of a grade and of a share are not on one scale.
    places: dict[str, int] = {}
    ranked: list[tuple[int, bool, int, Moved]] = []
    for number, one in enumerate(comparison.moved):
        places[one.measure] = places.get(one.measure, -1) + 1
        ranked.append((places[one.measure], one.gain >= 0, number, one))
    for *_, one in sorted(ranked, key=lambda row: row[:3])[:MOST_MOVED]:
        yield f"{one.question_id} {one.measure}: {one.before:.3f} -> {one.after:.3f}"
    if len(ranked) > MOST_MOVED:
        yield f"and {len(ranked) - MOST_MOVED} more in --json"


def texts(comparison: Comparison) -> Iterator[str]:
    """How many answers read the same, and the first edits of those that moved most."""
    yield f"{comparison.identical} of {comparison.texts_compared} answers have the same text"
    for text in comparison.texts[:_SHOWN_TEXTS]:
        yield f"{text.question_id}: {text.likeness:.0%} of sentences stayed"
        for edit in text.edits[:MOST_EDITS]:
            if edit.before:
                yield f"  - {one_line(' '.join(edit.before), 200)}"
            if edit.after:
                yield f"  + {one_line(' '.join(edit.after), 200)}"


def footnote() -> Iterator[str]:
    """What the columns mean."""
    yield (
        "A gain above zero is better. Intervals are over question clusters, none below 20 of them. Detectable: the "
        "smallest true loss that a gate would call one four times of five."
    )
