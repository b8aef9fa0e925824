"""How a call to a model can fail, by kind; each failure is one clear line and never holds a key."""

from typing import Literal, get_args

Kind = Literal[
    "auth",
    "not_found",
    "bad_request",
    "rate_limit",
    "server",
    "connection",
    "timeout",
    "bad_reply",
    "refused",
    "cost",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class ModelError(Exception):
    """Why a model gave no usable reply: one line naming URL (without userinfo and query), model and cause.

    `fatal` = the whole run cannot go on (wrong key, wrong URL, unreachable, `max_cost` reached): stop, exit 4, resume
    later. Otherwise only this one answer or claim ends as an error.
    """

    def __init__(self, kind: Kind, message: str, *, fatal: bool = False) -> None:
        self.kind: Kind = kind
        self.fatal = fatal
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        # The default would drop `kind`; errors cross process borders.
        return _again, (self.kind, str(self), self.fatal)


def _again(kind: Kind, message: str, fatal: bool) -> ModelError:
    return ModelError(kind, message, fatal=fatal)
