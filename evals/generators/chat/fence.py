"""Data on its way into a prompt: between fences that nothing inside can close, forge or speak past."""

import re

# What could close a fence of the prompt file ("<<<RECORD", "RECORD>>>"), open a tag, or be one of the marks by which
# model servers tell turns and roles apart ("<|im_start|>", "</s>", "[INST]"): servers read those inside a message too.
# Some models write theirs with wide characters ("<｜User｜>"), and some tokenizers make wide characters narrow.
_LEFT, _RIGHT, _BAR, _SQUARE = "<＜﹤", ">＞﹥", "|｜", "[［﹇"
_FORGED = re.compile(
    rf"[{_LEFT}](?=[{_LEFT}{_BAR}/／!！?？A-Za-zＡ-Ｚａ-ｚ])|(?<=[{_LEFT}])[{_LEFT}{_BAR}]|[{_BAR}](?=[{_RIGHT}])|"
    rf"(?<=[{_RIGHT}{_BAR}])[{_RIGHT}]|[{_RIGHT}](?=[{_RIGHT}])|"
    r"[\[［﹇](?=[/／]?(?:INST|SYS|SYSTEM|USER|ASSISTANT|ＩＮＳＴ|ＳＹＳ)\b)",
    re.IGNORECASE,
)
_LOOK_ALIKE = str.maketrans(f"{_LEFT}{_RIGHT}{_BAR}{_SQUARE}", "‹‹‹›››¦¦(((")
# Characters that no reader sees and every model reads: controls, zero-width and direction marks, "tag" characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def as_data(text: str) -> str:
    """The text with everything that could pass for a delimiter replaced by look-alikes, unseen characters by spaces."""
    return _FORGED.sub(lambda found: found[0].translate(_LOOK_ALIKE), _UNSEEN.sub(" ", text))


def fenced(name: str, text: str) -> str:
    """The text between fences of that name."""
    return f"<<<{name}\n{text}\n{name}>>>"
