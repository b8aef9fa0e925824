"""Reading and signing a guideline passage: who signed which text, and the form for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import marked
import streamlit as st
import who
from rows import cell

from evals.errors import UserError
from evals.records import Passage
from evals.review import Reviewer, Signature, text_digest
from evals.review.work import MAY

_OUTCOME = "signing"
_MEANS = (
    "I have read this passage and the sources it names, and it is right to judge answers to patients by it as it "
    "stands today."
)


def signatures() -> dict[str, list[Signature]]:
    """All signatures by passage, oldest first; none where no store was begun."""
    found: defaultdict[str, list[Signature]] = defaultdict(list)
    for one in who.store().signatures() if who.has_store() else ():
        found[one.passage_id].append(one)
    return dict(found)


def stale(one: Signature, told: Passage) -> bool:
    """Whether a signature stands under another text than the passage has now."""
    return one.digest != text_digest(told.text)


def in_short(told: Passage, given: Sequence[Signature]) -> str | None:
    """Who signed a passage last, for a table; None where nobody did on a page like this."""
    if not given:
        return None
    last = given[-1]
    valid = [one for one in given if not stale(one, told)]
    if not valid:
        return f"text changed since {last.name} signed"
    return f"{valid[-1].name}, {valid[-1].at[:10]}"


def holds(told: Passage, given: Sequence[Signature]) -> bool:
    """Whether anybody has signed the text as it is now."""
    return any(not stale(one, told) for one in given)


def panel(told: Passage, given: Sequence[Signature]) -> None:
    """The signatures under a passage, and the form to add one."""
    st.subheader("Read and signed by")
    st.html(_listed(told, given))
    _say_outcome(told)
    person = who.person()
    if person is None:
        with st.expander("Sign this passage"):
            who.choose()
    elif person.role not in MAY["sign"]:
        st.caption(f"Adjudicators and leads sign passages; you are here as a {person.role}.")
    elif any(one.reviewer == person.id and not stale(one, told) for one in given):
        st.caption("You have signed this text.")
    else:
        _form(told, person)


def _say_outcome(told: Passage) -> None:
    passage_id, error = st.session_state.pop(_OUTCOME, (None, None))
    if isinstance(error, UserError):
        who.refused(error)
    elif passage_id == told.id:
        st.success("**Signed.** It is on record with your name, the time and the text as you read it.")


def _listed(told: Passage, given: Sequence[Signature]) -> str:
    rows = [_row(told, one) for one in reversed(given)]
    if told.signed_by:
        day = marked.plain(told.signed_on or "no date")
        rows.append(f"<li>{marked.plain(told.signed_by)}, {day}, <span class='quiet'>in the guideline file</span></li>")
    return f"<ul>{''.join(rows)}</ul>" if rows else "<p><strong class='warn'>no clinician yet</strong></p>"


def _row(told: Passage, one: Signature) -> str:
    local = "; local: nobody checked the name" if one.mode == "local" else ""
    about = f"<span class='quiet'>{marked.plain(one.meaning)}, {one.at[:16].replace('T', ' ')} UTC{local}</span>"
    if not stale(one, told):
        return f"<li>✓ {marked.plain(one.name)} {about}</li>"
    why = "<strong class='warn'>the text has changed since, so this counts no longer</strong>"
    return f"<li>✗ {marked.plain(one.name)} {about}: {why}</li>"


def _form(told: Passage, person: Reviewer) -> None:
    digest = text_digest(told.text)
    key = f"sign-{told.id}-{digest[:16]}"
    with st.form(f"form-{key}"):
        st.html(f"<p><strong>Sign this passage.</strong> “{_MEANS}”</p>")
        label = f"To confirm, type your name as printed: {marked.label(person.name)}"
        st.text_input(label, key=key, autocomplete="off")
        # The digest is that of the text on the page: were the file to change meanwhile, the signature would show it.
        st.form_submit_button(
            "Sign", type="primary", icon=":material/draw:", on_click=_sign, args=(told.id, digest, key)
        )


def _sign(passage_id: str, digest: str, key: str) -> None:
    outcome: UserError | None = None
    try:
        person = who.writer("sign")
        who.store().sign_passage(passage_id, person.id, digest, confirmed=st.session_state[key])
    except UserError as error:
        outcome = error
    st.session_state[_OUTCOME] = (passage_id, outcome)


def documents(
    passages: Sequence[Passage], given: Mapping[str, Sequence[Signature]], today: str
) -> list[dict[str, object]]:
    """One row for each document that passages rest on: its version, how old what we have of it is, and who signed."""
    found: defaultdict[tuple[str, str, str], list[Passage]] = defaultdict(list)
    for told in passages:
        for key in dict.fromkeys((one.organisation, one.document, one.version or "") for one in told.sources):
            found[key].append(told)
    rows = [_document(key, held, given, today) for key, held in found.items()]
    return sorted(rows, key=lambda row: (-int(str(row["overdue"])), str(row["organisation"]), str(row["document"])))


def _document(
    key: tuple[str, str, str], held: Sequence[Passage], given: Mapping[str, Sequence[Signature]], today: str
) -> dict[str, object]:
    organisation, document, version = (cell(part) for part in key)
    return {
        "organisation": organisation,
        "document": document,
        "version": version,
        "passages": len(held),
        "as_of": min((one.as_of for one in held if one.as_of), default=""),
        "review_by": min((one.review_by for one in held if one.review_by), default=""),
        "overdue": sum(one.review_by is not None and one.review_by < today for one in held),
        "unsigned": sum(not one.signed_by and not holds(one, given.get(one.id, ())) for one in held),
    }
