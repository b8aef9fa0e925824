"""How an answer's wording changed between two runs, side by side, as inert HTML."""

from collections.abc import Iterable

import marked

from evals.compare import Edit, TextChange

_MOST = 4_000
"""So many characters of one stretch are shown."""


def changes(told: TextChange) -> str:
    """Each stretch that changed: as it was at the left, as it is at the right."""
    rows = "".join(_row(edit) for edit in told.edits)
    cut = f"<p class='quiet'>{told.cut} more changes are not listed.</p>" if told.cut else ""
    return f"<div class='worded'>{rows}</div>{cut}"


def _row(edit: Edit) -> str:
    before, after = _side(edit, "removed", edit.before), _side(edit, "added", edit.after)
    return f"<div class='was' dir='auto'>{before}</div><div class='is' dir='auto'>{after}</div>"


def _side(edit: Edit, kind: str, whole: Iterable[str]) -> str:
    text = " ".join(whole)
    if not text:
        return f"<p class='quiet'>{'taken out' if kind == 'added' else 'new'}</p>"
    if not edit.words:
        return _marked(text, kind)
    kept = [(how, words) for how, words in edit.words if how in ("same", kind)]
    return " ".join(marked.plain(words) if how == "same" else _marked(words, kind) for how, words in kept)


def _marked(words: str, kind: str) -> str:
    sign = "−" if kind == "removed" else "+"
    shown = words if len(words) <= _MOST else f"{words[:_MOST]}…"
    return f"<span class='{kind}'>{sign} {marked.plain(shown)}</span>"
