"""The tables of the review store. Values that are records are kept as canonical JSON text, the same on every engine.

`APPEND_ONLY` tables are guarded by database triggers (see `migrations`): no row is ever changed or deleted.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()
APPEND_ONLY = ("reviews", "item_events", "gold", "signatures", "audit")
_ID = String(64)
_NAME = String(320)
_TIME = String(40)

facts = Table("facts", METADATA, Column("name", _NAME, primary_key=True), Column("value", Text, nullable=False))
people = Table(
    "people", METADATA,
    Column("id", _NAME, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("role", String(20), nullable=False),
    Column("expertise", Text, nullable=False),
    Column("profession", String(20), nullable=False),
    Column("active", Boolean, nullable=False),
)  # fmt: skip
batches = Table(
    "batches", METADATA,
    Column("id", _ID, primary_key=True),
    Column("run_id", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("who", _NAME, nullable=False),
    Column("design", Text, nullable=False),
)  # fmt: skip
# Every answer of the run that could have been drawn, drawn or not: without it no probability means anything.
frame = Table(
    "frame", METADATA,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("question_id", _NAME, primary_key=True),
    Column("repeat", Integer, primary_key=True),
    Column("probability", Float, nullable=False),
    Column("selected", Boolean, nullable=False),
)  # fmt: skip
items = Table(
    "items", METADATA,
    Column("id", _ID, primary_key=True),
    Column("token", _ID, nullable=False, unique=True),
    Column("run_id", _NAME, nullable=False),
    Column("question_id", _NAME, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("digest", _ID, nullable=False),
    Column("cluster", _NAME, nullable=False),
    Column("topic", _NAME, nullable=False),
    Column("cancer", _NAME, nullable=False),
    Column("risk", String(20), nullable=False),
    Column("shown", Text, nullable=False),
    UniqueConstraint("run_id", "question_id", "repeat"),
)  # fmt: skip
# What the machine said, apart from what reviewers see: no query that serves a reviewer touches this table.
machine = Table(
    "machine", METADATA,
    Column("item_id", ForeignKey("items.id"), primary_key=True),
    Column("content", Text, nullable=False),
)  # fmt: skip
assignments = Table(
    "assignments", METADATA,
    Column("id", _ID, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False),
    Column("batch_id", ForeignKey("batches.id"), nullable=True),
    Column("reviewer", ForeignKey("people.id"), nullable=False, index=True),
    Column("purpose", String(20), nullable=False),
    Column("form", String(20), nullable=False),
    Column("place", Float, nullable=False),
    Column("matched", Boolean, nullable=False),
    Column("repeat_of", _ID, nullable=True),
    Column("at", _TIME, nullable=False),
)  # fmt: skip
# Every autosave is a row of its own: what was typed before is one step back, and a race is a broken key.
drafts = Table(
    "drafts", METADATA,
    Column("assignment_id", ForeignKey("assignments.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("before", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", _TIME, nullable=False),
)  # fmt: skip
asides = Table(
    "asides", METADATA,
    Column("assignment_id", ForeignKey("assignments.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("tab", _ID, primary_key=True),
    Column("content", Text, nullable=False),
    Column("at", _TIME, nullable=False),
)  # fmt: skip
reviews = Table(
    "reviews", METADATA,
    Column("id", _ID, primary_key=True),
    Column("assignment_id", ForeignKey("assignments.id"), nullable=False, unique=True),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
    Column("reviewer", _NAME, nullable=False),
    Column("name", _NAME, nullable=False),
    Column("meaning", String(20), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("at", _TIME, nullable=False),
    Column("rubric", _ID, nullable=False),
    Column("content", Text, nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip
item_events = Table(
    "item_events", METADATA,
    Column("id", _ID, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("who", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip
gold = Table(
    "gold", METADATA,
    Column("id", _ID, primary_key=True),
    Column("item_id", ForeignKey("items.id"), nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("who", _NAME, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip
signatures = Table(
    "signatures", METADATA,
    Column("id", _ID, primary_key=True),
    Column("passage_id", _NAME, nullable=False, index=True),
    Column("digest", _ID, nullable=False),
    Column("reviewer", _NAME, nullable=False),
    Column("name", _NAME, nullable=False),
    Column("meaning", _NAME, nullable=False),
    Column("mode", String(10), nullable=False),
    Column("at", _TIME, nullable=False),
)  # fmt: skip
audit = Table(
    "audit", METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("who", _NAME, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", _NAME, nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("mode", String(10), nullable=False),
    Column("previous", _ID, nullable=False),
    Column("mac", _ID, nullable=False),
)  # fmt: skip
# One sealed row that says where the log ends: a log cut at its end is otherwise a good, shorter log.
audit_head = Table(
    "audit_head", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("mac", _ID, nullable=False),
    Column("seal", _ID, nullable=False),
)  # fmt: skip
