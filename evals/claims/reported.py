"""Sentences that state nothing themselves: beliefs that are reported, words put into mouths, bare "That is not true."

Some of them hold the opposite of what the answer says, so none of them may become a claim.
"""

import re

from evals.claims.wording import any_in, pattern, patterns

_QUOTED = re.compile(r"\W{0,3}[\"“«][^\"”»]*[\"”»]\W{0,3}")
_LONGEST = 600
_LONGEST_BARE = 80


def reports(text: str, following: str) -> bool:
    """Whether a sentence tells what others believe or could say, and the next one (`following`) does not agree."""
    text = text[:_LONGEST]
    if _QUOTED.fullmatch(text):
        return True
    if pattern("beliefs", "script").search(text) and not denies(text):
        return True
    if not any_in(patterns("beliefs", "told"), text):
        return False
    # A denial in the same sentence makes it a statement of its own; consent in the next one makes the belief one.
    return not denies(text) and not pattern("beliefs", "affirmed").search(following[:_LONGEST])


def denies(text: str) -> bool:
    """Whether a sentence takes back what it reports."""
    return bool(pattern("beliefs", "denied").search(text[:_LONGEST]))


def is_bare(text: str) -> bool:
    """Whether a sentence only says yes or no to the one before: "That is not true.", "It doesn't.", "No."."""
    return len(text) <= _LONGEST_BARE and any_in(patterns("bare"), text.replace("’", "'").strip())


def is_taken_back(following: str) -> bool:
    """Whether the next sentence does nothing but deny the one before."""
    return is_bare(following) and bool(pattern("beliefs", "bare_denial").search(following.replace("’", "'")))


def opens_myth(text: str) -> bool:
    """Whether a line is labelled as a myth ("Myth: …") and does not take it back itself."""
    label = pattern("beliefs", "myth").search(text[:_LONGEST])
    return label is not None and not denies(text[label.end() :])


def opens_fact(text: str) -> bool:
    """Whether a line is labelled as the truth ("Fact: …")."""
    return bool(pattern("beliefs", "fact").search(text[:_LONGEST]))


def heads_myths(text: str) -> bool:
    """Whether what is listed under a line are myths ("Common myths", "These are not true:")."""
    return bool(pattern("beliefs", "myth_heading").search(text[:_LONGEST]))
