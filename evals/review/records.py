"""The frozen records of clinicians' reviews: who, what they may see, what they said. Times are ISO 8601 in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evals.errors import UserError
from evals.records import STRICT

Role = Literal["viewer", "reviewer", "adjudicator", "lead"]
ROLES: tuple[Role, ...] = ("viewer", "reviewer", "adjudicator", "lead")
Mode = Literal["local", "shared"]
"""`local`: a name chosen on one machine, nothing enforced; `shared`: signed in, roles enforced."""
Profession = Literal["physician", "nurse", "advocate", "other"]
Purpose = Literal["judge", "practice", "gold", "repeat", "adjudicate"]
"""Why an assignment exists. `gold` and `repeat` are hidden from the reviewer; `practice` does not count."""
State = Literal["unassigned", "assigned", "submitted", "disagreement", "adjudicated", "locked"]
ClaimJudgement = Literal["supported", "contradicted", "partly", "not_found", "not_checkable", "cannot_judge"]


class RefusedError(UserError):
    """The person may not do or see this: a missing role, an assignment of someone else, a review already submitted."""


# --- people ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """A person of the review store.

    `id` is the e-mail address in shared mode, a chosen name in local mode; `name` is printed with signatures.
    `expertise` holds cancer ids of `datasets/lexicons/cancers.yaml`; a group covers each disease of it.
    """

    id: str
    name: str
    role: Role = "reviewer"
    expertise: tuple[str, ...] = ("general",)
    profession: Profession = "physician"
    active: bool = True

    __pydantic_config__ = STRICT


# --- what a reviewer says --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMark:
    """What a reviewer makes of one claim."""

    label: ClaimJudgement
    remark: str = ""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A remark on a span of the answer: an error tag (`code`, as E08), a scale it explains (`scale`), or neither."""

    start: int | None = None
    end: int | None = None
    code: str | None = None
    scale: str | None = None
    remark: str = ""

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A review, whole or half done.

    `ratings` maps a scale to the level chosen; `cannot_judge` lists scales left open on purpose. `missing` holds the
    ids of must-say statements that the answer lacks. `flag` asks an adjudicator to look. `seconds` is time at work.
    `unblinded` is set by the store alone: the author had been shown what the machine says of this answer.
    """

    ratings: Mapping[str, str] = field(default_factory=dict[str, str])
    cannot_judge: tuple[str, ...] = ()
    rationales: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: tuple[str, ...] = ()
    claims: Mapping[str, ClaimMark] = field(default_factory=dict[str, ClaimMark])
    marks: tuple[Mark, ...] = ()
    outside_expertise: bool = False
    flag: str = ""
    seconds: float = 0.0
    unblinded: bool = False

    __pydantic_config__ = STRICT


# --- what stays on record --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A submitted review or adjudication with its signature: printed name, time, meaning. Never changed."""

    id: str
    assignment_id: str
    item_id: str
    reviewer: str
    name: str
    meaning: Literal["reviewed", "adjudicated"]
    mode: Mode
    at: str
    rubric: str
    content: Content
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A clinician's signature under a passage; `digest` binds it to the text that was read."""

    id: str
    passage_id: str
    digest: str
    reviewer: str
    name: str
    meaning: str
    mode: Mode
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One line of the audit log. `old` and `new` are JSON values; `mac` chains the row to `previous`."""

    seq: int
    at: str
    who: str
    action: str
    subject: str
    old: Any
    new: Any
    why: str
    mode: Mode
    previous: str
    mac: str
