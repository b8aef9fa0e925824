"""Where a judge's quote stands in a passage: word for word, or with other white space, quotation marks or dashes."""

from collections.abc import Iterator
from functools import lru_cache

from evals.judges.fencing import fenced

_ALIKE = {
    **dict.fromkeys("‘’‚‛ʼ´`′", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
_MARKS = "'\" "


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """The first place of a quote, `text[start:end]`, or None when the text does not hold it.

    A quote that leaves words out or adds any is not held: what was left out may be the condition.
    """
    if not quote.strip():
        return None
    exact = quote.strip()
    if (start := text.find(exact)) >= 0:
        return start, start + len(exact)
    plain, places = _plain(text)
    wanted = _plain(quote)[0].strip(_MARKS)
    start = plain.find(wanted) if wanted else -1
    return (places[start], places[start + len(wanted) - 1] + 1) if start >= 0 else None


@lru_cache(maxsize=512)
def _plain(text: str) -> tuple[str, tuple[int, ...]]:
    """The text as quotes are compared, and for each of its characters the place it came from."""
    pairs = tuple(_characters(fenced(text)))
    return "".join(character for character, _ in pairs), tuple(place for _, place in pairs)


def _characters(text: str) -> Iterator[tuple[str, int]]:
    spaced = True
    for place, character in enumerate(text):
        if not character.isspace():
            yield _ALIKE.get(character, character), place
        elif not spaced:
            yield " ", place
        spaced = character.isspace()
