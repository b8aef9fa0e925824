"""A decision as JUnit XML: a test case for each rule, as GitHub, GitLab and Jenkins show them.

FAIL is a failure. UNDECIDED is an error, because a rule that could not be checked must not look green; with an override
it is skipped, with the reason. Rules that decide nothing are skipped too.
"""

import re
from xml.etree import ElementTree

from evals.gate import told
from evals.gate.records import Gate, RuleResult

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def gate_junit(gate: Gate, prompt_file: str | None = None) -> str:
    """The XML as text; the same decision gives the same bytes. `prompt_file` is shown as the place of each case."""
    overridden = bool(gate.override and gate.override.applied)
    kinds = [_kind(result, overridden=overridden) for result in gate.results]
    counts = {
        "tests": str(len(kinds)), "failures": str(kinds.count("failure")), "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")), "time": "0",
    }  # fmt: skip
    root = ElementTree.Element("testsuites", {"name": "evals gate", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"evals gate: {_clean(gate.policy)}", **counts})
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("verdict", gate.verdict), ("run", gate.run), ("baseline", gate.baseline or "none")):
        ElementTree.SubElement(properties, "property", {"name": name, "value": _clean(value)})
    for result, kind in zip(gate.results, kinds, strict=True):
        _case(suite, gate, result, kind, prompt_file)
    ElementTree.SubElement(suite, "system-out").text = _clean("\n".join(told.about(gate)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _kind(result: RuleResult, *, overridden: bool) -> str | None:
    if result.verdict == "PASS":
        return None
    if not result.decides or (result.verdict == "UNDECIDED" and overridden):
        return "skipped"
    return "failure" if result.verdict == "FAIL" else "error"


def _case(
    suite: ElementTree.Element, gate: Gate, result: RuleResult, kind: str | None, prompt_file: str | None
) -> None:  # fmt: skip
    # GitLab links `file`, Jenkins groups by `classname`.
    values = {"classname": f"evals.gate.{_clean(gate.policy)}", "name": _clean(result.id), "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", values | ({"file": _clean(prompt_file)} if prompt_file else {}))
    lines = [*told.details(result), *_places(result)]
    if kind is None:
        ElementTree.SubElement(case, "system-out").text = _clean("\n".join(lines))
        return
    message = result.said
    if kind == "skipped" and gate.override and gate.override.applied:
        message = f"undecided, overridden: {gate.override.reason}"
    said = ElementTree.SubElement(case, kind, {"message": _clean(message), "type": result.verdict})
    said.text = _clean("\n".join(lines))


def _places(result: RuleResult) -> list[str]:
    shown, more = told.places(result)
    lines = [
        f"{place.question_id}, repeat {place.repeat or 0}: {told.place_said(place)}"
        + (f' — "{place.quote[:200]}"' if place.quote else "")
        for place in shown
    ]
    return [*lines, f"and {more:,} more"] if more else lines


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
