"""Text under test on its way into a judge's prompt: data between fences, unable to close them or to speak as a model.

Every change keeps each character's place, so that a quote from the fenced text can be found in the original.
"""

import re

# What opens or closes a fence of ours ("<<<"), a tag, a model's control token ("<|im_start|>", "</s>") or a turn of
# conversation ("[INST]"). Servers read control tokens inside a message as if the conversation had moved on; some models
# write theirs with wide characters ("<｜User｜>"), and some tokenizers make wide characters narrow.
_LEFT, _RIGHT, _BAR, _SQUARE = "<＜﹤", ">＞﹥", "|｜", "[［﹇"
_FORGED = re.compile(
    rf"[{_LEFT}](?=[{_LEFT}{_BAR}/／!！?？A-Za-zＡ-Ｚａ-ｚ])|[{_RIGHT}](?=[{_RIGHT}])|(?<=[{_RIGHT}{_BAR}])[{_RIGHT}]|"
    rf"(?<=[{_LEFT}])[{_BAR}]|[{_BAR}](?=[{_RIGHT}])|[\[［﹇](?=[/／]?(?:INST|SYS|ＩＮＳＴ|ＳＹＳ)\b)"
)
_DELIMITERS = f"{_LEFT}{_RIGHT}{_BAR}{_SQUARE}"
_LOOKALIKE = str.maketrans(_DELIMITERS, "‹‹‹›››¦¦(((")
# Characters that no reader sees and that a model reads: control, zero-width, direction, "tag" and lone half characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def fenced(text: str) -> str:
    """The text with forged delimiters replaced by look-alikes and unseen characters by spaces; same length."""
    if not text.isascii() or not text.isprintable():
        text = _UNSEEN.sub(" ", text)
    if not any(character in text for character in ("<>|[" if text.isascii() else _DELIMITERS)):
        return text
    return _FORGED.sub(lambda match: match.group().translate(_LOOKALIKE), text)


def one_line(text: str) -> str:
    """The text fenced and on one line, so that no line of it can pass for an entry of ours; not the same length."""
    return " ".join(fenced(text).split())
