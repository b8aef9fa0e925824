"""How long a signed-in person may be idle. The page's own sign-in does not look at time, so each write does."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evals.review.records import RefusedError

IDLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in person and when they last did something (aware time)."""

    reviewer: str
    last_active: datetime

    def renewed(self, now: datetime, idle: timedelta = IDLE) -> "Session":
        """The session with this moment as the last activity.

        Raises:
            RefusedError: the person was idle for too long; what they typed before is in the draft.
        """
        if now - self.last_active > idle:
            minutes = int(idle.total_seconds() // 60)
            raise RefusedError(
                "session", f"idle for more than {minutes} minutes", fix="Sign in again; your draft is kept."
            )
        return replace(self, last_active=max(now, self.last_active))
