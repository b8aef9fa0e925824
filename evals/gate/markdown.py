"""A decision as Markdown: a step summary, and the body of a comment on a pull request. All data is escaped."""

from collections.abc import Iterator

from evals.gate import told
from evals.gate.records import Gate, Place, RuleResult
from evals.report.inert import anchor, clip, markdown, one_line

MARK = "<!-- evals gate -->"
"""Stands first in a comment, so that the next run can find it and write it anew."""
_MOST_COMMENT = 60_000


def gate_markdown(gate: Gate, report: str) -> str:
    """The whole decision. `report` is the address of the run's report.html, to which answers are linked."""
    return "\n".join(_lines(gate, report)) + "\n"


def comment_markdown(gate: Gate, report: str) -> str:
    """The decision for a pull request: what did not pass in full, the rest folded away."""
    lines = [MARK, f"## {markdown(told.headline(gate))}", ""]
    lines += [f"- {markdown(line)}" for line in told.about(gate)]
    for result in (*told.open_rules(gate), *told.warned_rules(gate)):
        lines += ["", *_section(result, report, 5, "###")]
    lines += [
        "",
        "<details><summary>All rules</summary>",
        "",
        *_table(gate),
        "",
        markdown(told.FOOTNOTE),
        "",
        "</details>",
    ]
    lines += ["", f"[The whole report]({_address(report)})"]
    text = "\n".join(lines) + "\n"
    # GitHub takes no more than 65,536 characters.
    return (
        text if len(text) <= _MOST_COMMENT else f"{text[:_MOST_COMMENT]}\n\n… cut here; the step summary has it all.\n"
    )


def _lines(gate: Gate, report: str) -> Iterator[str]:
    yield f"# {markdown(told.headline(gate))}"
    yield ""
    yield from (f"- {markdown(line)}" for line in told.about(gate))
    yield ""
    yield from _table(gate)
    yield from ("", markdown(told.FOOTNOTE))
    for result in (*told.open_rules(gate), *told.warned_rules(gate)):
        yield ""
        yield from _section(result, report, told.SHOWN_PLACES, "##")


def _table(gate: Gate) -> Iterator[str]:
    yield f"| {' | '.join(told.HEADINGS)} |"
    yield f"|{' --- |' * len(told.HEADINGS)}"
    for result in gate.results:
        yield f"| {' | '.join(markdown(cell) for cell in told.cells(result))} |"


def _section(result: RuleResult, report: str, most: int, level: str) -> Iterator[str]:
    yield f"{level} {markdown(told.cells(result)[0])}: {markdown(result.id)}"
    yield ""
    yield from (f"- {markdown(line)}" for line in told.details(result))
    shown, more = told.places(result, most)
    yield from (f"  - {_linked(place, report)}" for place in shown)
    if more:
        yield f"  - and {more:,} more in gate.json"


def _linked(place: Place, report: str) -> str:
    repeat = place.repeat or 0
    answer = anchor(place.question_id, repeat)
    name = place.question_id if not place.repeat else f"{place.question_id}, repeat {place.repeat}"
    links = [f"[{markdown(name)}]({_address(report)}#{answer})"]
    if place.number is not None:
        links.append(f"[finding]({_address(report)}#{anchor(place.question_id, repeat, f'f{place.number}')})")
    if place.claim_id is not None:
        links.append(f"[claim]({_address(report)}#{anchor(place.question_id, repeat, place.claim_id)})")
    quote = f" “{markdown(one_line(place.quote, 160))}”" if place.quote.strip() else ""
    return f"{' '.join(links)}: {markdown(clip(told.place_said(place), 400))}{quote}"


def _address(report: str) -> str:
    # A link's address ends at a space or a bracket.
    return report.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
