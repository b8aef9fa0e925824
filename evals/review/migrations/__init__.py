"""How the tables of the review store came to be, step by step (Alembic)."""
