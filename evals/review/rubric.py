"""What a reviewer is asked: scales with anchored levels, claim labels, error tags; and whether a review is complete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.parse import parse
from evals.review.digests import canonical, text_digest
from evals.review.records import Content, Mark
from evals.review.seen import Shown

LONGEST = 20_000
"""So many characters at most in one remark."""
_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One step of a scale: the key that chooses it, its name, and what it means."""

    id: str
    key: str
    name: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unless:
    """The scale is not asked when another has this level."""

    scale: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One question to the reviewer. Levels of an ordered scale run from best to worst."""

    id: str
    name: str
    asks: str
    ordered: bool
    levels: tuple[Level, ...]
    safety: bool = False
    unless: Unless | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The level ids in order."""
        return tuple(level.id for level in self.levels)

    def rank(self, level: str) -> int:
        """Steps from the best level; only for ordered scales."""
        return self.ids.index(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An error tag."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """Everything that a review is made under. `digest` changes with any word of it."""

    version: str
    scales: Mapping[str, Scale]
    forms: Mapping[str, tuple[str, ...]]
    clinical: tuple[str, ...]
    readers: tuple[str, ...]
    claims: tuple[Level, ...]
    tags: Mapping[str, Tag]
    release: tuple[Mapping[str, Any], ...]
    adjudicate: Mapping[str, Any]
    digest: str

    @property
    def name(self) -> str:
        """Version and digest, as a review keeps them."""
        return f"{self.version}|{self.digest[:16]}"


@cache
def rubric() -> Rubric:
    """The shipped rubric.

    Raises:
        UserError: a file is not what it should be.
    """
    where = "datasets/review/rubric.yaml"
    content, tags = _plain(load_yaml(where)), _plain(load_yaml("datasets/review/error_tags.yaml"))
    scales = tuple(parse(Scale, row, where) for row in content["scales"])
    return Rubric(
        version=content["version"],
        scales={scale.id: scale for scale in scales},
        forms=content["forms"],
        clinical=content["clinical"],
        readers=content["readers"],
        claims=tuple(parse(Level, row, where) for row in content["claims"]),
        tags={row["code"]: parse(Tag, row, "datasets/review/error_tags.yaml") for row in tags["tags"]},
        release=content["release"],
        adjudicate=content["adjudicate"],
        digest=text_digest(canonical([content, tags])),
    )


def _plain(value: Any) -> Any:
    # Lexicons come read-only, which neither the parser nor JSON takes for a mapping.
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


# --- checking --------------------------------------------------------------------------------------------------------


def read_content(values: Content | Mapping[str, Any], shown: Shown, scales: tuple[str, ...]) -> Content:
    """A review, whole or half done, checked against the rubric and the answer it is about.

    Raises:
        UserError: an unknown scale, level, label, tag, claim or statement, a span outside the answer, or endless text.
    """
    content = values if isinstance(values, Content) else parse(Content, values, "review")
    for problem in _problems(content, shown, scales):
        raise problem
    return content


def _problems(content: Content, shown: Shown, scales: tuple[str, ...]) -> Iterator[UserError]:
    for scale, level in content.ratings.items():
        if scale not in scales:
            yield UserError("review", f"unknown scale {scale!r}", fix=did_you_mean(scale, scales))
        elif level not in rubric().scales[scale].ids:
            known = rubric().scales[scale].ids
            yield UserError(f"scale {scale}", f"unknown level {level!r}", fix=did_you_mean(level, known))
    for name, given, known in (
        ("scale", {*content.cannot_judge, *content.rationales}, set(scales)),
        ("claim", set(content.claims), {claim.claim_id for claim in shown.claims}),
        ("must-say statement", set(content.missing), {statement.id for statement in shown.must_say}),
    ):
        for unknown in sorted(given - known):
            yield UserError("review", f"unknown {name} {unknown!r}", fix=did_you_mean(unknown, known))
    if len(content.marks) > _MOST:
        yield UserError("review", f"{len(content.marks)} marks", f"at most {_MOST}")
    for mark in content.marks:
        yield from _mark_problems(mark, shown, scales)
    remarks = (one.remark for one in (*content.marks, *content.claims.values()))
    words = (content.flag, *content.rationales.values(), *remarks)
    if (longest := max(map(len, words), default=0)) > LONGEST:
        yield UserError("review", f"a remark of {longest:,} characters", f"at most {LONGEST:,}")
    if not 0 <= content.seconds < 1e7:
        yield UserError("review", f"{content.seconds} seconds at work", "a number from 0 up")


def _mark_problems(mark: Mark, shown: Shown, scales: tuple[str, ...]) -> Iterator[UserError]:
    if mark.code is not None and mark.code not in rubric().tags:
        yield UserError("mark", f"unknown error tag {mark.code!r}", fix=did_you_mean(mark.code, rubric().tags))
    if mark.scale is not None and mark.scale not in scales:
        yield UserError("mark", f"unknown scale {mark.scale!r}", fix=did_you_mean(mark.scale, scales))
    if (mark.start is None) != (mark.end is None):
        yield UserError("mark", "half a span", "start and end, or neither")
    elif mark.start is not None and mark.end is not None and not 0 <= mark.start < mark.end <= len(shown.text):
        yield UserError("mark", f"span {mark.start} to {mark.end}", f"a span inside the {len(shown.text)} characters")


def open_questions(content: Content, shown: Shown, scales: tuple[str, ...]) -> tuple[str, ...]:
    """What is still to be answered before submission, in words, in the order of the form; empty when complete."""
    if content.outside_expertise:
        return ()
    left = [
        f"scale {rubric().scales[name].name!r}"
        for name in scales
        if name not in content.ratings and name not in content.cannot_judge and not _not_asked(name, content)
    ]
    if asks_claims(scales):
        left += [
            f"claim {claim.claim_text[:80]!r}"
            for claim in shown.claims
            if claim.asked and claim.claim_id not in content.claims
        ]
    return tuple(left)


def asks_claims(scales: tuple[str, ...]) -> bool:
    """Whether a form includes marking claims: those who are asked for accuracy mark claims too."""
    return "accuracy" in scales


def _not_asked(name: str, content: Content) -> bool:
    unless = rubric().scales[name].unless
    return unless is not None and content.ratings.get(unless.scale) == unless.level


def form(profession: str) -> tuple[str, ...]:
    """The scales that a profession is asked, in order."""
    return tuple(rubric().forms[profession])


def release(content: Content) -> str | None:
    """What the harm matrix makes of a review: block, fix or log; None when harm was not judged."""
    harm, likelihood = content.ratings.get("harm"), content.ratings.get("harm_likelihood")
    if harm is None:
        return None
    for row in rubric().release:
        if harm in row.get("harm", (harm,)) and likelihood in row.get("likelihood", (likelihood,)):
            return str(row["verdict"])
    raise UserError("datasets/review/rubric.yaml", "no release row fits", "a last row without conditions")
