"""People, items, assignments, drafts, append-only reviews and signatures, the audit log, and their guards."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

_ID, _NAME, _TIME = sa.String(64), sa.String(320), sa.String(40)
_APPEND_ONLY = ("reviews", "item_events", "gold", "signatures", "audit")
_REFUSAL = "rows of this table are never changed or removed"


def upgrade() -> None:
    """Make the tables and their guards."""
    _people_and_items()
    _work()
    _record()
    guard = _guard_postgresql if op.get_bind().dialect.name == "postgresql" else _guard_sqlite
    for table in _APPEND_ONLY:
        guard(table)


def downgrade() -> None:
    """Never: a review that was submitted is not taken back.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("the review store keeps what was submitted")


def _must(name: str, kind: sa.types.TypeEngine[Any], *more: sa.ForeignKey, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *more, nullable=False, **options)


def _key(name: str, kind: sa.types.TypeEngine[Any], *more: sa.ForeignKey, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *more, primary_key=True, nullable=False, **options)


def _people_and_items() -> None:
    op.create_table("facts", _key("name", _NAME), _must("value", sa.Text()))
    op.create_table(
        "people", _key("id", _NAME), _must("name", _NAME), _must("role", sa.String(20)), _must("expertise", sa.Text()),
        _must("profession", sa.String(20)), _must("active", sa.Boolean()),
    )  # fmt: skip
    op.create_table(
        "batches", _key("id", _ID), _must("run_id", _NAME), _must("at", _TIME), _must("who", _NAME),
        _must("design", sa.Text()),
    )  # fmt: skip
    op.create_table(
        "frame", _key("batch_id", _ID, sa.ForeignKey("batches.id")), _key("question_id", _NAME),
        _key("repeat", sa.Integer(), autoincrement=False), _must("probability", sa.Float()),
        _must("selected", sa.Boolean()),
    )  # fmt: skip
    op.create_table(
        "items", _key("id", _ID), _must("token", _ID, unique=True), _must("run_id", _NAME), _must("question_id", _NAME),
        _must("repeat", sa.Integer()), _must("digest", _ID), _must("cluster", _NAME), _must("topic", _NAME),
        _must("cancer", _NAME), _must("risk", sa.String(20)), _must("shown", sa.Text()),
        sa.UniqueConstraint("run_id", "question_id", "repeat"),
    )  # fmt: skip
    op.create_table("machine", _key("item_id", _ID, sa.ForeignKey("items.id")), _must("content", sa.Text()))


def _work() -> None:
    op.create_table(
        "assignments", _key("id", _ID), _must("item_id", _ID, sa.ForeignKey("items.id")),
        sa.Column("batch_id", _ID, sa.ForeignKey("batches.id")),
        _must("reviewer", _NAME, sa.ForeignKey("people.id")), _must("purpose", sa.String(20)),
        _must("form", sa.String(20)), _must("place", sa.Float()), _must("matched", sa.Boolean()),
        sa.Column("repeat_of", _ID), _must("at", _TIME),
    )  # fmt: skip
    op.create_index("ix_assignments_reviewer", "assignments", ["reviewer"])
    for name, more in (("drafts", _must("before", sa.Integer())), ("asides", _key("tab", _ID))):
        op.create_table(
            name, _key("assignment_id", _ID, sa.ForeignKey("assignments.id")),
            _key("version", sa.Integer(), autoincrement=False), more, _must("content", sa.Text()), _must("at", _TIME),
        )  # fmt: skip


def _record() -> None:
    item = "item_id"
    op.create_table(
        "reviews", _key("id", _ID), _must("assignment_id", _ID, sa.ForeignKey("assignments.id"), unique=True),
        _must(item, _ID, sa.ForeignKey("items.id")), _must("reviewer", _NAME), _must("name", _NAME),
        _must("meaning", sa.String(20)), _must("mode", sa.String(10)), _must("at", _TIME), _must("rubric", _ID),
        _must("content", sa.Text()), _must("why", sa.Text()),
    )  # fmt: skip
    for name, more in (("item_events", _must("kind", sa.String(20))), ("gold", _must("content", sa.Text()))):
        op.create_table(
            name, _key("id", _ID), _must(item, _ID, sa.ForeignKey("items.id")), more, _must("who", _NAME),
            _must("at", _TIME), _must("why", sa.Text()),
        )  # fmt: skip
    op.create_table(
        "signatures", _key("id", _ID), _must("passage_id", _NAME), _must("digest", _ID), _must("reviewer", _NAME),
        _must("name", _NAME), _must("meaning", _NAME), _must("mode", sa.String(10)), _must("at", _TIME),
    )  # fmt: skip
    for table, column in (("reviews", item), ("item_events", item), ("gold", item), ("signatures", "passage_id")):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_table(
        "audit", _key("seq", sa.Integer(), autoincrement=False), _must("at", _TIME), _must("who", _NAME),
        _must("action", sa.String(40)), _must("subject", _NAME), _must("old", sa.Text()), _must("new", sa.Text()),
        _must("why", sa.Text()), _must("mode", sa.String(10)), _must("previous", _ID), _must("mac", _ID),
    )  # fmt: skip
    op.create_table(
        "audit_head", _key("id", sa.Integer(), autoincrement=False), _must("seq", sa.Integer()), _must("mac", _ID),
        _must("seal", _ID),
    )  # fmt: skip


def _guard_sqlite(table: str) -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _guard_postgresql(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION evals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for action, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.split()[0].lower()} BEFORE {action} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION evals_refuse_change()"
        )
