"""A sentence -> its statements, cut at conjunctions only where each part says something by itself.

In doubt a sentence stays whole: half a sentence that lost its condition says what nobody said.
"""

import re

from evals.claims.grammar import LONGEST, Token, is_command, main_clause, stands_alone, tokens
from evals.claims.kinds import kind_of
from evals.claims.wording import any_in, patterns, words

_JOINT = re.compile(r";\s+(?:(?:and|but|yet|however|also),?\s+)?|,\s+(?:and|but|yet)\s+|\s+but\s+", re.IGNORECASE)
_BUT = re.compile(r"[,;]?\s+but\s+(?=\w)", re.IGNORECASE)
_CLOSED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\"“«][^\"”»]*[\"”»]")
_SUBJECTS = frozenset({"you", "we", "i", "there", "it", "they"})
_FEWEST_WORDS = 3


def split_clauses(text: str) -> list[tuple[int, int]]:
    """The spans of the statements in a sentence, in order; one span, the whole, when it cannot safely be cut.

    A part may begin with "it" or "they": whoever knows what they stand for decides whether it stands alone.
    """
    whole = [(0, len(text))]
    if len(text) > LONGEST or not _JOINT.search(text):
        return whole
    if undone := _undone_notice(text):
        return undone
    if _is_bound(text):
        return whole
    closed = [match.span() for match in _CLOSED.finditer(text)]
    joints = [m for m in _JOINT.finditer(text) if not any(a < m.end() and m.start() < b for a, b in closed)]
    spans: list[tuple[int, int]] = []
    start = 0
    for number, joint in enumerate(joints):
        end = joints[number + 1].start() if number + 1 < len(joints) else len(text)
        commands = joint.group().startswith(";")
        if _stands(text[start : joint.start()], commands) and _follows(text[joint.end() : end], commands):
            spans.append((start, joint.start()))
            start = joint.end()
    return [*spans, (start, len(text))]


def _undone_notice(text: str) -> list[tuple[int, int]] | None:
    """ "This is not medical advice, but take it": the advice is never hidden in the notice."""
    joint = _BUT.search(text)
    if joint is None or kind_of(text[: joint.start()]) != "notice" or not stands_alone(text[joint.end() :]):
        return None
    return [(0, joint.start()), (joint.end(), len(text))]


def _is_bound(text: str) -> bool:
    """Whether a condition, a frame or somebody's speech holds for the whole sentence."""
    lexicon, found = words(), tokens(text)
    if not found or found[0].word in lexicon.frames or any(token.word in lexicon.scopes for token in found):
        return True
    return any_in(patterns("beliefs", "told"), text)


def _stands(part: str, commands: bool) -> bool:
    found = tokens(part)
    if len(found) < _FEWEST_WORDS or any(token.word in words().reporting for token in found[:-1]):
        return False
    return main_clause(part) is not None or (commands and is_command(part))


def _follows(part: str, commands: bool) -> bool:
    found, lexicon = tokens(part), words()
    if len(found) < _FEWEST_WORDS:
        return False
    if commands and is_command(part) and not _points_back(found):
        return True
    clause = main_clause(part)
    if clause is None or is_command(part):
        return False
    before = [token for token in found if token.start < clause.start]
    # Words before the verb that open a clause of their own leave the subject in doubt; "many are kept" has none.
    if any(token.word in lexicon.subordinators for token in before) or len(before) > 8:
        return False
    if all(token.word in lexicon.plurals - _SUBJECTS - lexicon.people for token in before):
        return False
    return not _points_back(found[1:] if found[0].word in _SUBJECTS or found[0].word.startswith("it's") else found)


def _points_back(found: tuple[Token, ...]) -> bool:
    return any(token.word in words().anaphora for token in found)
