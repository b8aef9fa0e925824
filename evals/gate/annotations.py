"""Annotations on the prompt file, as GitHub Actions reads them from a job's output (workflow commands)."""

import re
from collections.abc import Iterator, Sequence

from evals.gate import told
from evals.gate.records import Gate, RuleResult

_LEVELS = {"FAIL": "error", "UNDECIDED": "warning", "PASS": "notice"}
_LEAST_WORDS = 4
_MOST_WORDS = 12
_TOP = re.compile(r"([A-Za-z_]+)\s*:")


def gate_annotations(gate: Gate, prompt_file: str | None, prompt_text: str) -> tuple[str, ...]:
    """One line for each rule that did not pass or has something to read: on the line of the prompt that it is about.

    That is where the words of a finding stand in the prompt, else where the first changed part begins.
    """
    lines = Lines(prompt_text)
    changed = [part.part.removeprefix("prompt.") for part in gate.subject if part.part.startswith("prompt.")]
    return tuple(
        _command(result, prompt_file, _line(result, changed, lines))
        for result in (*told.open_rules(gate), *told.warned_rules(gate))
    )


def _line(result: RuleResult, changed: Sequence[str], lines: "Lines") -> int:
    for place in result.places:
        if found := lines.of_words(place.quote):
            return found
    return next((found for part in changed if (found := lines.of_part(part))), 1)


def _command(result: RuleResult, prompt_file: str | None, line: int) -> str:
    level = _LEVELS[result.verdict] if result.decides else "notice"
    where = f"file={_property(prompt_file)},line={line}," if prompt_file else ""
    ids = result.question_ids[: told.SHOWN_PLACES]
    questions = f" Questions: {', '.join(ids)}." if ids else ""
    settle = f" {result.settle}" if result.settle else ""
    said = f"{result.said}.{questions}{settle} Why: {result.because}"
    return f"::{level} {where}title={_property(f'evals gate: {result.id}')}::{_data(said)}"


def _data(text: str) -> str:
    # A new line would begin a command of its own: text under test must not be able to write one.
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x85\u2028\u2029]", " ", text.replace("%", "%25")).replace(
        "\r", "%0D"
    ).replace("\n", "%0A")  # fmt: skip


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


class Lines:
    """Where things stand in a prompt file, by line from 1."""

    def __init__(self, text: str) -> None:
        self._parts: dict[str, int] = {}
        self._words: list[tuple[str, int]] = []
        fences = 0
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip() == "---" and fences < 2:
                fences += 1
                if fences == 2:
                    self._parts["instruction"] = number + 1
            elif fences == 1 and (key := _TOP.match(line)):
                self._parts.setdefault(key[1], number)
            self._words += [(word, number) for word in _words(line)]

    def of_part(self, part: str) -> int | None:
        """The line on which a part of the prompt begins: a key of the front matter, or "instruction"."""
        return self._parts.get(part)

    def of_words(self, quote: str) -> int | None:
        """The line on which the words of a quote begin, when they stand in the prompt; null for too few words."""
        wanted = list(_words(quote))[:_MOST_WORDS]
        if len(wanted) < _LEAST_WORDS:
            return None
        for place in range(len(self._words) - len(wanted) + 1):
            stretch = self._words[place : place + len(wanted)]
            if all(one[0] == word for one, word in zip(stretch, wanted, strict=True)):
                return stretch[0][1]
        return None


def _words(text: str) -> Iterator[str]:
    return (word.casefold() for word in re.findall(r"\w+", text))
