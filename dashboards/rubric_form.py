"""The rubric as the steps of a form: a question each, with its levels, keys and anchors, in groups."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.report.inert import visible
from evals.review import Content, Level, Mark, Shown, ShownClaim, Side, rubric
from evals.review.asking import Stratum, stratum

Step = dict[str, Any]

_SAFE, _USABLE, _WORD = "Is the whole answer safe?", "Can a patient use it?", "Your word on it"
_GROUPS: Mapping[str, Sequence[str]] = {
    _SAFE: ("accuracy", "completeness", "harm", "harm_likelihood", "red_flag", "overreach"),
    _USABLE: ("readable", "tone", "disclaimer", "equity"),
    _WORD: ("would_show", "confidence"),
}
_ASKED, _WELCOME = "First, its statements", "Other statements, if you like"
_BECAUSE: Mapping[Stratum, str] = {
    "gravest": "asked: a mistake here could cost most",
    "weighty": "asked: by lot, of those where a mistake weighs heavy",
    "rest": "asked: by lot",
}


def steps(scales: Sequence[str], shown: Shown, sides: Sequence[Side] = ()) -> list[Step]:
    """The claims that are asked, if this form asks for them, the scales in groups, then the claims that are welcome.

    With what each side said, when there are sides. A step has `id` (as "claim:c1"), `kind`, `group`, `name`, `asks`,
    `because`, `levels`, `required`, `unless`, `ticks` and `sides`.
    """
    claims = [*_claims(shown, sides)] if "accuracy" in scales else []
    grouped = [_scale(name, shown, sides) | {"group": group} for group, names in _GROUPS.items() for name in names
               if name in scales]  # fmt: skip
    rest = [_scale(name, shown, sides) | {"group": _WORD} for name in scales if name not in _grouped()]
    return [
        *(step for step in claims if step["required"]), *grouped, *rest,
        *(step for step in claims if not step["required"]),
    ]  # fmt: skip


def _grouped() -> set[str]:
    return {name for names in _GROUPS.values() for name in names}


def asked_for(shown: Shown) -> str:
    """How many of the statements are asked for and why these; empty where all are."""
    asked = sum(claim.asked for claim in shown.claims)
    if asked == len(shown.claims):
        return ""
    return (
        f"{asked} of {len(shown.claims)}: all where a mistake could cost most (when to get help, a dose, a drug, who "
        "may have a treatment), and some by lot. What the machine thinks of them plays no part."
    )


def tags() -> list[dict[str, str]]:
    """The error tags to choose from."""
    return [{"code": tag.code, "name": tag.name} for tag in rubric().tags.values()]


def _claims(shown: Shown, sides: Sequence[Side]) -> Iterator[Step]:
    drawn = not all(claim.asked for claim in shown.claims)
    for number, claim in enumerate(shown.claims, start=1):
        said = [_claim_side(side, claim) for side in sides]
        yield {
            "id": f"claim:{claim.claim_id}",
            "kind": "claim",
            "group": _ASKED if claim.asked else _WELCOME,
            "because": _BECAUSE[stratum(claim.severity)] if claim.asked and drawn else "",
            "name": f"Statement {number}",
            "words": visible(" ".join(claim.claim_text.split())),
            "asks": "Do the passages, or current guidance that you know, bear it out?",
            "levels": [_level(level) for level in rubric().claims],
            "required": claim.asked,
            "unless": None,
            "span": [claim.start, min(claim.end, len(shown.text))],
            "ticks": [],
            "sides": said,
            "differs": len({one["level"] for one in said}) > 1,
        }


def _claim_side(side: Side, claim: ShownClaim) -> dict[str, str]:
    mark = side.content.claims.get(claim.claim_id)
    names = {level.id: level.name for level in rubric().claims}
    level = mark.label if mark else ""
    said = {"side": side.label, "level": level, "name": names.get(level, "not marked")}
    return {**said, "why": visible(mark.remark) if mark else ""}


def _scale(name: str, shown: Shown, sides: Sequence[Side]) -> Step:
    scale = rubric().scales[name]
    said = [_scale_side(side.content, name) | {"side": side.label} for side in sides]
    return {
        "id": f"scale:{name}",
        "kind": "scale",
        "because": "",
        "name": scale.name,
        "words": "",
        "asks": scale.asks,
        "levels": [_level(level) for level in scale.levels],
        "required": True,
        "unless": {"scale": scale.unless.scale, "level": scale.unless.level} if scale.unless else None,
        "span": None,
        # What a good answer says stands where the reviewer is asked what was left out.
        "ticks": [{"id": one.id, "text": visible(one.text)} for one in shown.must_say]
        if name == "completeness"
        else [],
        "sides": said,
        "differs": len({one["level"] for one in said}) > 1,
    }


def _scale_side(content: Content, name: str) -> dict[str, str]:
    names = {level.id: level.name for level in rubric().scales[name].levels}
    level = "cannot judge" if name in content.cannot_judge else content.ratings.get(name, "")
    return {
        "level": level,
        "name": names.get(level, level or "not asked"),
        "why": visible(content.rationales.get(name, "")),
    }


def _level(level: Level) -> dict[str, str]:
    return {"id": level.id, "key": level.key, "name": level.name, "anchor": level.anchor}


def side_notes(sides: Sequence[Side]) -> list[dict[str, Any]]:
    """What each side said beside its ratings: remarks on words, what it found missing, why it asks for help."""
    return [
        {
            "side": side.label,
            "marks": [_mark(mark) for mark in side.content.marks],
            "missing": list(side.content.missing),
            "flag": visible(side.content.flag),
        }
        for side in sides
    ]


def _mark(mark: Mark) -> dict[str, str]:
    name = rubric().tags[mark.code].name if mark.code else ""
    return {"code": mark.code or "", "name": name, "remark": visible(mark.remark)}
