"""Addresses that pass for a known body's and are not (E13)."""

import re
from collections.abc import Iterator
from functools import cache

from evals.citations.library import Library
from evals.citations.registry import bodies_in, host_of
from evals.citations.standing import known_host
from evals.lexicons import load_yaml
from evals.records import Answer, Finding

_WRITTEN = re.compile(r"(?:https?://|www\.)[^\s)\]>\"”]{3,300}")
_SHORTEST = 3


def odd_addresses(answer: Answer, library: Library) -> Iterator[Finding]:
    """Links whose words or whose host name a known body, but which lead to a site that is no body's."""
    links = [(link.start, link.end, link.url) for link in answer.links]
    written = [(match.start(), match.end(), match[0]) for match in _WRITTEN.finditer(answer.text)]
    seen: set[int] = set()
    for start, end, address in sorted({*links, *written}):
        host = host_of(address)
        if not host or start >= end or start in seen or known_host(host, library):
            continue
        if _imitates(host) or bodies_in(answer.text[start:end][:200]):
            seen.add(start)
            yield Finding(
                rule="E13", severity=load_yaml("citations.yaml")["severities"]["impossible"], start=start, end=end,
                message=f"The address {host} bears the name of a known body but is not known to be its site.",
            )  # fmt: skip


def _imitates(host: str) -> bool:
    """Whether a part of a host's name is the short name of a known body: "nccn-help.com"."""
    return any(part in _short_names() for part in re.split(r"[.-]", host)[:-1])


@cache
def _short_names() -> frozenset[str]:
    known = {row["name"] for row in load_yaml("documents.yaml")["facts"]}
    rows = [row for row in load_yaml("attributions.yaml")["bodies"] if row["name"] in known]
    spelled = set(load_yaml("attributions.yaml")["as_spelled"])  # also words: "who", "nice", "ash"
    short = [alias for row in rows for alias in row["aliases"] if " " not in alias and alias not in spelled]
    return frozenset(alias.lower() for alias in short if len(alias) >= _SHORTEST)
