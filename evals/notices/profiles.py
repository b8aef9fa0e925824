"""Which notices are required, and where, by jurisdiction and channel: `datasets/lexicons/notices_profiles.yaml`."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.notices.elements import Element, Place, Required, check, load_elements

_FILE = "notices_profiles.yaml"
_WHERE = f"datasets/lexicons/{_FILE}"


@cache
def elements_for(profile: str, channel: str) -> tuple[Element, ...]:
    """The notices in order, with what this profile and this channel ask of them.

    Raises:
        UserError: no such profile or channel, or the file names an unknown notice, condition or place.
    """
    asked = _entry("profiles", profile, "required", get_args(Required))
    placed = _entry("channels", channel, "place", get_args(Place))
    return tuple(
        replace(element, required=asked.get(element.id, element.required), place=placed.get(element.id, element.place))
        for element in load_elements()
    )


def check_profile(profile: str) -> None:
    """Make sure that there is such a profile.

    Raises:
        UserError: there is none.
    """
    known = load_yaml(_FILE)["profiles"]
    if profile not in known:
        fix = did_you_mean(str(profile), known)
        raise UserError("setting 'profile' of scorer 'disclaimer'", repr(profile), f"a profile of {_WHERE}", fix)


def _entry(part: str, name: str, field: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    entries = load_yaml(_FILE)[part]
    if name not in entries:
        raise UserError(f"{_WHERE}: {part}", f"no entry {name!r}", fix=did_you_mean(name, entries))
    found: Mapping[str, Any] = entries[name][field]
    ids = [element.id for element in load_elements()]
    for element, value in found.items():
        check(f"{_WHERE}: {name}", element, tuple(ids))
        check(f"{_WHERE}: {name}: {element}", value, allowed)
    return found
