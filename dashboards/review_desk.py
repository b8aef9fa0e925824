"""What the review component sends and what becomes of it: drafts, undo, submission. Knows nothing of Streamlit.

The component sends its whole state each time, under the name of its browser tab and a number that grows, so that a
message that comes twice, or one that a later message overtook, changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.exc import SQLAlchemyError

from evals.errors import UserError
from evals.report.inert import visible
from evals.review import AdjudicationItem, BlindItem, Conflict, Content, Review, Reviewer, Store
from evals.review.rubric import read_content

Item = BlindItem | AdjudicationItem
Action = Literal["save", "undo", "submit", "leave"]
Writer = Callable[[str], Reviewer]
OVER = ("submitted", "leaving")
"""Outcomes after which nothing more happens at a seat."""
_SAVED = ("saved", "undone", "leaving")
_ACTIONS: tuple[Action, ...] = ("save", "undo", "submit", "leave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What came: from which tab, its number there, on which version of the draft it rests, and what is wanted."""

    assignment: str
    tab: str
    seq: int
    version: int
    action: Action
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person at one item in one browser session: the draft as it stands, and the answer to the last message.

    `latest` is the version of `content`; `version` the last one that `tab` made or was told of. `reply` holds `tab`,
    `seq`, `outcome` (saved, undone, conflict, refused, submitted, leaving) and what belongs to it.
    """

    item: Item
    latest: int
    content: Content
    version: int = 0
    saved_at: str | None = None
    tab: str = ""
    seq: int = 0
    reply: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def outcome(self) -> str:
        """What became of the last message, empty before the first."""
        return str(self.reply.get("outcome", ""))


def sit_down(item: Item, before: Seat | None) -> Seat:
    """The seat at an item just read from the store; what was said to a tab that is still open stays known."""
    draft = item.draft
    seat = Seat(item=item, latest=draft.version, content=draft.content, saved_at=draft.saved_at)
    if before is None or before.item.assignment_id != item.assignment_id:
        return seat
    # A tab that is open keeps the version that it knows: if another wrote since, its next save must meet a conflict.
    return replace(seat, version=before.version, tab=before.tab, seq=before.seq, reply=before.reply)


def read(value: object) -> Message | None:
    """What the component sent, None if it is nothing that it could have sent."""
    if not isinstance(value, Mapping):
        return None
    found: dict[str, Any] = dict(value)
    texts = all(isinstance(found.get(name), str) and len(found[name]) <= 64 for name in ("assignment", "tab"))
    numbers = all(type(found.get(name)) is int and found[name] >= 0 for name in ("seq", "version"))
    if not (texts and numbers and found.get("action") in _ACTIONS and isinstance(found.get("content"), Mapping)):
        return None
    return Message(**{name: found[name] for name in Message.__dataclass_fields__})


def attend(seat: Seat, message: Message, store: Callable[[], Store], writer: Writer) -> Seat:
    """Do what a message asks, once; the seat afterwards, its reply told to the component."""
    heard_before = message.tab == seat.tab and message.seq <= seat.seq
    if message.assignment != seat.item.assignment_id or heard_before or seat.outcome in OVER:
        return seat
    # A tab sends on before it has heard of its last save; then the version is the one that this save made.
    version = max(message.version, seat.version) if message.tab == seat.tab else message.version
    try:
        after = _done(seat, message, version, store, writer)
    except UserError as error:
        after = _told(seat, "refused", words=visible(str(error)))
    except SQLAlchemyError:
        after = _told(seat, "refused", words="The review store cannot be reached just now.")
    known = after.latest if after.outcome in _SAVED else version
    named = {**after.reply, "tab": message.tab, "seq": message.seq, "version": known}
    return replace(after, tab=message.tab, seq=message.seq, version=known, reply=named)


def _done(seat: Seat, message: Message, version: int, store: Callable[[], Store], writer: Writer) -> Seat:
    key = seat.item.assignment_id
    person = writer("adjudicate" if isinstance(seat.item, AdjudicationItem) else "review").id
    if message.action == "submit":
        return _submitted(seat, message, version, store(), person)
    if message.action == "undo":
        draft = store().undo_draft(key, person, version)
        if isinstance(draft, Conflict):
            return _conflict(seat, draft)
        undone = replace(seat, latest=draft.version, content=draft.content, saved_at=draft.saved_at)
        return _told(undone, "undone", content=asdict(draft.content), canUndo=draft.can_undo)
    content = read_content(message.content, seat.item.shown, seat.item.scales)
    if message.action == "leave" and replace(content, seconds=0.0) == replace(seat.content, seconds=0.0):
        return _told(seat, "leaving")
    saved = store().save_draft(key, person, version, content, tab=message.tab)
    if isinstance(saved, Conflict):
        return _conflict(seat, saved)
    at = datetime.now(tz=UTC).isoformat(timespec="seconds")
    stands = replace(seat, latest=saved, content=content, saved_at=at)
    return _told(stands, "leaving" if message.action == "leave" else "saved", savedAt=at, canUndo=saved > 1)


def _submitted(seat: Seat, message: Message, version: int, store: Store, person: str) -> Seat:
    key = seat.item.assignment_id
    if isinstance(seat.item, AdjudicationItem):
        # While it is a draft, the reason stands where a reviewer asks for help; there is nobody further to ask.
        why = str(message.content.get("flag", ""))
        done = store.adjudicate(key, person, version, {**message.content, "flag": ""}, why)
    else:
        done = store.submit(key, person, version, message.content)
    if isinstance(done, Review):
        return _told(replace(seat, content=done.content), "submitted", at=done.at)
    return _conflict(seat, done)


def _conflict(seat: Seat, now: Conflict) -> Seat:
    return _told(seat, "conflict", content=asdict(now.content), savedAt=now.saved_at, stands=now.version)


def _told(seat: Seat, outcome: str, **more: Any) -> Seat:
    return replace(seat, reply={"outcome": outcome, **more})
