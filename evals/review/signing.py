"""Signatures under guideline passages: name, time and meaning, bound to the text that was read."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from evals.errors import UserError
from evals.review.records import RefusedError, Signature
from evals.review.tables import signatures
from evals.review.work import Work, plain, token

_DIGEST = re.compile(r"[0-9a-f]{64}")


def sign_passage(work: Work, passage_id: str, reviewer: str, digest: str, *, confirmed: str, meaning: str) -> Signature:
    """Sign a passage as it reads now.

    Raises:
        RefusedError: the role does not allow it, or the typed name is not the signer's.
        UserError: the digest is not one, or the same text is signed by this person already.
    """
    person = work.permit(reviewer, "sign")
    if " ".join(confirmed.split()).casefold() != " ".join(person.name.split()).casefold():
        raise RefusedError("signature", "the name typed is not your printed name", person.name, "Type it to confirm.")
    if not _DIGEST.fullmatch(digest):
        raise UserError("signature", "not a digest of the passage's text", "64 hex digits")
    same = (signatures.c.passage_id == passage_id) & (signatures.c.digest == digest)
    query = select(signatures.c.id).where(same, signatures.c.reviewer == person.id, signatures.c.meaning == meaning)
    if work.connection.execute(query).first():
        raise UserError(passage_id, f"{person.name} has signed this text already")
    row = {
        "id": token(), "passage_id": plain(passage_id, "passage id"), "digest": digest, "reviewer": person.id,
        "name": person.name, "meaning": plain(meaning, "meaning"), "mode": work.mode, "at": work.at,
    }  # fmt: skip
    work.record(signatures, row, person.id, "passage signed", passage_id)
    return signature_of(row)


def all_signatures(connection: Connection, passage_id: str | None) -> tuple[Signature, ...]:
    """The signatures under a passage, or under all, oldest first."""
    query = select(signatures).order_by(signatures.c.at, signatures.c.id)
    query = query.where(signatures.c.passage_id == passage_id) if passage_id is not None else query
    return tuple(signature_of(dict(row)) for row in connection.execute(query).mappings())


def signature_of(row: Mapping[str, Any]) -> Signature:
    """A row of `signatures` as a record."""
    return Signature(**row)
