"""This server: for whom it may show anything, in which mode, and with which review store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import marked
import opened
import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from evals.dashboard import MODE_VARIABLE, check_address, loopback, sign_in
from evals.errors import UserError
from evals.review import Mode, Store, open_store
from evals.review.database import FILE, VARIABLE
from evals.review.key import FILE_VARIABLE

_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded")
_FIX = "Set up sign-in as docs/hosting.md says."


def mode() -> Mode:
    """`shared` where people sign in, else `local`.

    Raises:
        UserError: the settings of the sign-in are broken or were taken away: then nobody may look.
    """
    settings = sign_in([Path(name) for name in st.get_option("secrets.files")])
    if settings is None and os.environ.get(MODE_VARIABLE) == "shared":
        raise UserError("sign-in", "people are to sign in, and nothing says where", "[auth] in secrets.toml", _FIX)
    return "local" if settings is None else "shared"


def check() -> None:
    """Refuse to serve anybody but this machine while nobody signs in, however the server was started.

    Raises:
        UserError: it listens for other machines, or something forwards other machines to it.
    """
    shared, headers = mode() == "shared", st.context.headers
    if not headers:
        return  # no browser has asked: this is a test
    check_address(st.get_option("server.address"), shared)
    if shared:
        if st.get_option("server.trustedUserHeaders"):
            fix = "Take server.trustedUserHeaders out of Streamlit's settings."
            raise UserError("sign-in", "headers that anybody can send may replace it", "no such headers", fix)
        return
    host = headers.get("Host")
    # A proxy, or a name that somebody else's web page points at this machine.
    if (host is not None and not loopback(host)) or any(headers.get(name) for name in _FORWARDED):
        raise UserError("dashboard", "asked for from another machine, and nobody signs in", "this machine only", _FIX)


def has_store() -> bool:
    """Whether there is a review store yet: one who only looks should not make one."""
    return bool(os.environ.get(VARIABLE)) or (opened.reports() / FILE).exists()


def store() -> Store:
    """The review store, one for each process. Where it cannot be opened, the page says why and ends."""
    try:
        surroundings = tuple(os.environ.get(name) for name in (VARIABLE, FILE_VARIABLE))
        return _open(str(opened.reports().absolute()), surroundings, mode())
    except UserError as error:
        end("The reviews cannot be opened.", error)


@contextmanager
def reached() -> Iterator[None]:
    """Whatever a database that went away makes a reader raise, as a UserError."""
    try:
        yield
    except SQLAlchemyError as error:
        fix = "Try again; if it stays so, tell whoever runs this server."
        raise UserError("review store", "it cannot be read just now", "the database it was opened on", fix) from error


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(reports: str, surroundings: tuple[str | None, ...], kind: Mode) -> Store:  # noqa: ARG001  (keys of the cache)
    # In local mode whoever sits here could as well use the command line, which needs no role to add people.
    return open_store(mode=kind, reports=Path(reports), operator=kind == "local")


def end(title: str, error: UserError) -> NoReturn:
    """Say why nothing is shown, and show nothing more."""
    st.warning(f"**{title}**")
    st.html(f"<p>{marked.plain(error)}</p>")
    st.stop()
