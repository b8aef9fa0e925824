"""A record's free text made to agree with a changed field: sentences on the old value go, a new line comes."""

import re

from evals.fit.markers import canonical, find_mentions

_PIECE = re.compile(r"[^\n]+?(?:[.;](?=\s)|(?=\n)|\Z)")


def with_marker(text: str, name: str, result: str) -> str | None:
    """The text with each sentence on a marker replaced by "name: result."; None when another marker shares one."""
    if not text.strip():
        return text
    marker = canonical(name)
    kept: list[str] = []
    changed = False
    for line in text.split("\n"):
        pieces = [match.group() for match in _PIECE.finditer(line)]
        own = [{mention.marker for mention in find_mentions(piece)} for piece in pieces]
        if any(marker in markers and len(markers) > 1 for markers in own):
            return None
        left = [piece for piece, markers in zip(pieces, own, strict=True) if marker not in markers]
        if len(left) != len(pieces):
            changed = True
            left.append(f" {name}: {result}.")
        kept.append("".join(left).strip())
    return "\n".join(kept) if changed else f"{text.rstrip()}\n{name}: {result}."


def without(text: str, pattern: str) -> str:
    """The text without the sentences in which a pattern (in any case) is found."""
    found = re.compile(pattern, re.IGNORECASE)
    lines: list[str] = []
    for line in text.split("\n"):
        kept = "".join(match.group() for match in _PIECE.finditer(line) if not found.search(match.group())).strip()
        if kept or not line.strip():
            lines.append(kept)
    return "\n".join(lines)


def with_line(text: str, line: str) -> str:
    """The text with a line put after it."""
    return f"{text.rstrip()}\n{line}" if text.strip() else line


def with_name(text: str, old: str, new: str) -> str:
    """The text with one name put for another, its parts too."""
    for before, after in ((old, new), *zip(old.split(), new.split(), strict=False)):
        text = re.sub(rf"\b{re.escape(before)}\b", after.replace("\\", "\\\\"), text)
    return text
