"""Sign-ins and when each was last used. Knows nothing of Streamlit."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from evals.errors import UserError
from evals.review import IDLE, RefusedError, Session

IDLE_VARIABLE = "EVALS_IDLE_MINUTES"
LONGEST = timedelta(hours=12)
"""A sign-in ends after a working day, used or not."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in: which provider's, whose, and when; a new tab of the same browser has the same."""

    issuer: str
    subject: str
    nonce: str
    at: datetime


def signed_in_at(claims: Mapping[str, Any]) -> SignIn:
    """The sign-in that an identity token's claims tell of.

    Raises:
        RefusedError: the claims do not say whose it is or when it was.
    """
    subject, issued = claims.get("sub"), claims.get("iat")
    if not isinstance(subject, str) or isinstance(issued, bool) or not isinstance(issued, (int, float)):
        raise RefusedError("sign-in", "it does not say whose it is or when it was", fix="Sign in again.")
    try:
        at = datetime.fromtimestamp(issued, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise RefusedError("sign-in", "its time is none", fix="Sign in again.") from error
    return SignIn(str(claims.get("iss", "")), subject, str(claims.get("nonce", "")), at)


def email(claims: Mapping[str, Any]) -> str:
    """The e-mail address that an identity token's claims give.

    Raises:
        RefusedError: none, or one that the provider says it has not verified: anybody could have typed it.
    """
    found = claims.get("email")
    if not isinstance(found, str) or not found or claims.get("email_verified", True) not in (True, "true"):
        raise RefusedError("sign-in", "it gives no e-mail address that was verified", fix="Ask who runs your sign-in.")
    return found


def idle_time() -> timedelta:
    """How long a person may be idle: 30 minutes, or less by `EVALS_IDLE_MINUTES`.

    Raises:
        UserError: not a number of minutes, or more than 30.
    """
    given = os.environ.get(IDLE_VARIABLE)
    if not given:
        return IDLE
    most = IDLE.total_seconds() / 60
    try:
        minutes = float(given)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= most:
        raise UserError(IDLE_VARIABLE, repr(given), f"minutes, more than 0 and at most {most:.0f}")
    return timedelta(minutes=minutes)


class SignIns:
    """The sign-ins that this process has seen; several pages ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[SignIn, Session] = {}
        self._ended: set[SignIn] = set()

    def check(self, one: SignIn, now: datetime, idle: timedelta, *, reviewer: str, use: bool) -> None:
        """Refuse a sign-in that is over; `use` makes now its last use.

        A sign-in not seen before was last used when it was made: whoever opens a new tab, or comes after this process
        was started again, is not younger for it.

        Raises:
            RefusedError: it was idle for too long, is older than a working day, or was ended.
        """
        with self._lock:
            self._forget(now)
            if one in self._ended:
                raise RefusedError("sign-in", "you signed out", fix="Sign in again.")
            if now - one.at > LONGEST:
                hours = int(LONGEST.total_seconds() // 3600)
                raise RefusedError("sign-in", f"older than {hours} hours", fix="Sign in again; your draft is kept.")
            session = self._sessions.get(one) or Session(reviewer=reviewer, last_active=min(one.at, now))
            renewed = session.renewed(now, idle)
            if use:
                self._sessions[one] = renewed

    def end(self, one: SignIn) -> None:
        """Let a sign-in count no longer, whoever still has its cookie."""
        with self._lock:
            self._sessions.pop(one, None)
            self._ended.add(one)

    def _forget(self, now: datetime) -> None:
        # What is older than a working day is refused for that alone.
        for one in [one for one in self._sessions if now - one.at > LONGEST]:
            del self._sessions[one]
        self._ended = {one for one in self._ended if now - one.at <= LONGEST}
