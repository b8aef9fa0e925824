"""Where two reviews of one answer differ so much that a third person decides (section 4.2 of the requirements)."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from evals.review.records import Content
from evals.review.rubric import rubric


def differences(contents: Sequence[Content]) -> tuple[str, ...]:
    """Why these reviews of one answer need an adjudicator, in words without names; empty when they do not."""
    found: dict[str, None] = {}
    for one, other in combinations([content for content in contents if not content.outside_expertise], 2):
        found |= dict.fromkeys(_between(one, other))
    if rubric().adjudicate["flags"] and any(content.flag.strip() for content in contents):
        found["a reviewer asks for an adjudicator"] = None
    return tuple(found)


def _between(one: Content, other: Content) -> Iterator[str]:
    rules = rubric().adjudicate
    scale, fail = rules["pass_fail"]["scale"], rules["pass_fail"]["fail"]
    shown = [content.ratings.get(scale) for content in (one, other)]
    if None not in shown and (shown[0] in fail) != (shown[1] in fail):
        yield "one would show it to a patient, one would not"
    yield from _harm(one, other)
    if rules["tags"]:
        tags = [{mark.code for mark in content.marks if mark.code} for content in (one, other)]
        if alone := sorted(tags[0] ^ tags[1]):
            yield f"error tags of one only: {', '.join(alone)}"
    for claim in sorted(set(one.claims) & set(other.claims)):
        labels = {one.claims[claim].label, other.claims[claim].label}
        if any(labels == set(pair) for pair in rules["claims"]):
            yield f"claim {claim}: one says {' , one says '.join(sorted(labels))}".replace(" ,", ",")


def _harm(one: Content, other: Content) -> Iterator[str]:
    rules, scale = rubric().adjudicate, rubric().scales["harm"]
    levels = [content.ratings.get("harm") for content in (one, other)]
    if levels[0] is None or levels[1] is None:
        return
    if abs(scale.rank(levels[0]) - scale.rank(levels[1])) >= rules["harm_levels"]:
        yield f"possible harm differs by {rules['harm_levels']} levels or more"
    if (levels[0] in rules["severe_line"]) != (levels[1] in rules["severe_line"]):
        yield "possible harm is severe for one only"
