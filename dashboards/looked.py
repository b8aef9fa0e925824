"""Who was shown what the machine says of which answers, on record, so that no later review of them passes for blind.

Who has not said who they are (local mode) is remembered for as long as the tab lives, and noted once they have.
"""

from collections.abc import Callable, Iterable

import opened
import streamlit as st
import who
from rows import Key

from evals.review import text_digest

_WAITING, _NOTED = "looked, not noted", "looked, noted"
_Shown = tuple[str, Key]


def note(shown: opened.Opened, keys: Iterable[Key], page: str) -> None:
    """Note that whoever looks is shown scores, findings or verdicts of these answers of a run."""
    waiting: dict[_Shown, str] = st.session_state.setdefault(_WAITING, {})
    waiting |= {(shown.run_id, key): page for key in keys}
    person = who.person()
    if person is None or not waiting:
        return
    noted: set[tuple[str, _Shown]] = st.session_state.setdefault(_NOTED, set())
    new = {one: where for one, where in waiting.items() if (person.id, one) not in noted}
    for run_id, where in dict.fromkeys((one[0], where) for one, where in new.items()):
        found = [key for (run, key), at in new.items() if (run, at) == (run_id, where)]
        with who.reached():
            who.store().note_shown(person.id, run_id, _digests(shown, run_id, found), where=where)
    noted |= {(person.id, one) for one in new}
    waiting.clear()


def copying(shown: opened.Opened, keys: Iterable[Key], page: str) -> Callable[[], None]:
    """What to call when whoever looks takes a copy of these answers' scores; it needs no page to be drawn."""
    person, store = who.person(), who.store() if who.person() else None
    found, run_id = list(keys), shown.run_id

    def noted() -> None:
        if person is not None and store is not None:
            store.note_shown(person.id, run_id, _digests(shown, run_id, found), where=page)

    return noted


def _digests(shown: opened.Opened, run_id: str, keys: Iterable[Key]) -> dict[Key, str]:
    """The answers with the digests of their texts, by which the same answer is known in another run."""
    if run_id != shown.run_id:
        return dict.fromkeys(keys, "")
    places = {key: shown.run.place_of[key] for key in keys if key in shown.run.place_of}
    told = shown.run.part(list(places)).items if len(places) == 1 else ()
    if told:
        return {next(iter(places)): text_digest(told[0].answer.text)}
    return {key: shown.sheet.digests.get(place, "") for key, place in places.items()}
