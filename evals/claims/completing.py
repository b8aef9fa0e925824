"""List items and table rows -> whole statements: the line they hang from, their heading or their column is put before.

What an item says may depend on that line ("Do not" + "take aspirin"), so a line that denies, allows or sets a condition
is never left out, even where the item is a sentence.
"""

import re

from evals.claims.grammar import is_command, stands_alone, tokens
from evals.claims.lines import Line, cells_of
from evals.claims.reported import heads_myths
from evals.claims.wording import listed, pattern
from evals.claims.wording import words as words_of
from evals.concepts import load_concepts

_NOTHING = frozenset({"", "-", "–", "—", "n/a", "none"})
_LONGEST_STEM = 300


class Stems:
    """The lines that lists hang from, innermost last."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def open(self, line: Line, words: str) -> None:
        """Note a line that ends in a colon."""
        self.leave(line)
        level = line.level if line.kind == "item" else 0
        self._open.append((level, words.rstrip(" :…")[:_LONGEST_STEM]))

    def leave(self, line: Line) -> None:
        """Forget what does not lie above a line."""
        level = line.level if line.kind == "item" else 0
        while self._open and (line.kind != "item" or self._open[-1][0] >= level):
            self._open.pop()

    @property
    def last(self) -> str | None:
        """The line that the next item hangs from; empty when it says nothing; None when there is none."""
        return self._open[-1][1] if self._open else None


def completed(line: Line, stem: str | None) -> str:
    """The words of a line, made a whole statement where its surroundings allow."""
    if line.kind == "row":
        return _row(line)
    if line.kind != "item" or not line.words.strip():
        return line.words
    if stem:
        return _under(stem, line.words)
    return _headed(line.heading, line.words) if line.heading and line.index == 0 else line.words


def lists_myths(line: Line, stem: str | None) -> bool:
    """Whether a line is the first of an item in a list of myths."""
    return line.kind == "item" and line.index == 0 and heads_myths(stem or line.heading)


def lower_first(words: str) -> str:
    """The words without the capital that began a line, unless it is part of a name."""
    first, *others = words.split(maxsplit=2) or [""]
    if first != "A" and not (first[:1].isupper() and first[1:].islower()):
        return words
    if others and others[0][:1].isupper():
        return words
    named = any(concept.start == 0 and concept.kind != "term" for concept in load_concepts().of(words[:80]))
    return words if named else words[0].lower() + words[1:]


def _under(stem: str, words: str) -> str:
    last = _last_word(stem)
    if pattern("stems", "empty").search(stem):
        about = pattern("stems", "pointer").sub("", stem)
        return words if _is_whole(words) or not about else f"{about[0].upper()}{about[1:]}: {words}"
    if last in listed("stems", "binding") or pattern("stems", "conditions").search(stem):
        return _joined(stem, words)
    if frame := _frame(stem):
        return f"{frame}, {lower_first(words)}" if _is_whole(words) else _joined(stem, words)
    return words if _is_whole(words) else _joined(stem, words)


def _is_whole(words: str) -> bool:
    # A single word that could be a command is the name of a thing: "Sleep", "Rest".
    return len(words.split()) > 1 and stands_alone(words)


def _headed(heading: str, words: str) -> str:
    forbids = pattern("stems", "forbids").search(heading) is not None
    quoted = heading[:1] in {'"', "“"}
    if quoted or (_is_whole(words) and not (forbids and is_command(words))):
        return words
    if not forbids and pattern("stems", "empty").search(heading):
        return words
    asked = re.match(r"what (?:is|are) (?:the )?(.+?)\?*\Z", heading, re.IGNORECASE)
    told = asked[1][0].upper() + asked[1][1:] if asked else heading.rstrip(" ?:.!")
    # Only a heading that says something runs on into its items: "Tell them if you also have".
    runs_on = forbids or (stands_alone(told) and tokens(told)[0].word not in words_of().subordinators)
    return _joined(told, words) if runs_on else f"{_cased(told)}: {words}"


def _joined(stem: str, words: str) -> str:
    stem = _cased(stem)
    found = tokens(stem)
    # "Signs to report" is no "Report": what follows is an example, not an object.
    infinitive = len(found) > 1 and found[-2].word == "to"
    open_end = bool(found) and found[-1].word in listed("stems", "open") and stem[-1:].isalpha() and not infinitive
    return f"{stem} {lower_first(words)}" if open_end else f"{stem}: {words}"


def _cased(stem: str) -> str:
    return stem.capitalize() if stem.isupper() and len(stem.split()) > 1 else stem


def _last_word(stem: str) -> str:
    found = tokens(stem)
    return found[-1].word if found else ""


def _frame(stem: str) -> str | None:
    """ "For an EGFR change, ASCO says" -> "For an EGFR change": it holds for every item."""
    if not pattern("stems", "frame").match(stem):
        return None
    frame, comma, rest = stem.rpartition(", ")
    if not comma:
        return stem if _last_word(stem) not in listed("stems", "open") else None
    return frame if pattern("stems", "says").search(rest) else None


def _row(line: Line) -> str:
    cells = cells_of(line.words)
    if len(cells) != len(line.header):
        return f"{cells[0]}: {'; '.join(cell for cell in cells[1:] if cell)}" if len(cells) > 1 else line.words
    told = [
        (head, cell)
        for head, cell in zip(line.header, cells, strict=True)
        if cell.lower() not in _NOTHING and not heads_myths(head)
    ]
    if not told:
        return ""
    if told[0][0] != line.header[0] or len(told) == 1:
        return "; ".join(cell if len(told) == 1 else f"{head}: {cell}" for head, cell in told)
    rest = "; ".join(f"{head}: {cell}" if head else cell for head, cell in told[1:])
    return f"{told[0][1]} – {rest}"
