"""Answer against record: what an answer says of its reader, and whether the uploaded record says the same."""
