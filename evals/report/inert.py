"""Text from data made harmless: nothing invisible, nothing that runs, nothing endless, whoever reads or opens it."""

import re
from urllib.parse import quote, urlsplit

# Control characters, lone surrogates, non-characters, the bidi controls that reorder what is read, and tag characters,
# which carry text that nobody sees. Joiners and the plain right-to-left mark stay: ordinary words need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile(r"\r\n?")
_ADDRESS = re.compile(r"[!#-;=?-\[\]_a-z~]{1,2000}")
# Spreadsheets skip what cannot be seen before they look for a formula; some take the full-width signs too.
_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_MARKUP = re.compile(r"://|www(?=\.)|[\\`*_{}\[\]<>#|~$&@]", re.IGNORECASE)
# What makes a whole line a list item, a rule or a heading's underline.
_LINE_MARKUP = re.compile(r"\A(\d+)([.)])(?=\s|\Z)|\A()([+-])(?=\s|\Z)|\A()([=-])(?=[=-]*\Z)")
# Breaks addresses and names, which Markdown renderers link, or notify, by themselves; a reader does not see it.
_BREAK = "&#8203;"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": f"@{_BREAK}", "://": f":{_BREAK}//"}


def visible(text: str) -> str:
    """The text with every character that a reader could not see, or that reorders others, shown as its code."""
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", _LINE_END.sub("\n", text))


def clip(text: str, limit: int) -> str:
    """At most `limit` characters of a text, and how many more there are."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def one_line(text: str, limit: int = 1_000) -> str:
    """The text on one line, at most `limit` characters of it and an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit].rstrip()}…"


def https_address(url: str | None) -> str | None:
    """The address if it is one that a reader may safely follow: https, plain characters, no user name; else None."""
    if not url or not _ADDRESS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme == "https" and parts.hostname and "@" not in parts.netloc else None


def anchor(question_id: str, repeat: int, *parts: str) -> str:
    """The id of an answer, or of a part of it, in a page: "Q10-r0-c3". No two answers share one."""
    return "-".join([_coded(question_id), f"r{repeat}", *map(_coded, parts)])


def _coded(word: str) -> str:
    return quote(word, safe="", errors="backslashreplace").replace("~", "%7E").replace("%", "~")


def cell(value: str | float | None) -> str | float:
    """A spreadsheet cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return f"'{visible(value)}" if _FORMULA.match(value) else visible(value)


def markdown(text: str) -> str:
    """The text on one line, all Markdown and HTML in it escaped, nothing in it that links or notifies by itself."""
    escaped = _MARKUP.sub(_escaped, " ".join(visible(text).split()))
    return _LINE_MARKUP.sub(lambda found: "\\".join(part for part in found.groups() if part is not None), escaped)


def _escaped(found: re.Match[str]) -> str:
    markup = found[0]
    return _ENTITIES.get(markup) or (f"{markup}{_BREAK}" if len(markup) == 3 else f"\\{markup}")


def number(value: float | None) -> str:
    """Two decimals, "0.99+" where they would make nearly 1 a full 1, and a dash where there is no number."""
    if value is None:
        return "–"
    return "0.99+" if 0.995 <= value < 1 else f"{value:.2f}"


def measure(value: float) -> str:
    """A count as it is, anything else as `number` shows it."""
    return f"{value:.0f}" if value == int(value) else number(value)
