"""Runs migrations on the connection that `evals.review.database` hands over, inside its transaction."""

from alembic import context

from evals.review.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
