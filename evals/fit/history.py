"""F-treatment and F-line: treatments and lines told as the reader's that the record does not bear out."""

from collections.abc import Iterator

from evals.fit.found import finding, shown
from evals.fit.known import Known
from evals.fit.sayings import Clause, Saying
from evals.fit.treatment_lines import wrong_lines
from evals.fit.treatments import Named, find_named, may_name, pattern
from evals.records import Finding

_OF_LINES = frozenset({"line", "lines", "treatment", "treatments", "kinds", "regimens"})


def check_history(known: Known, saying: Saying) -> Iterator[Finding]:
    """What a sentence says of the reader's treatments against the record's."""
    if not saying.tells:
        return
    named = may_name(saying.text, saying.tokens)
    for clause in saying.clauses:
        if clause.assumed:
            continue
        for one in find_named(saying.words(clause)) if named else ():
            yield from _withheld(known, saying, clause, one)
            if saying.asserts(clause.start + one.start):
                yield from _treatment(known, saying, clause, one)
        yield from _none_yet(known, saying, clause)
        yield from _treated_before(known, saying, clause)
        if not saying.tokens.isdisjoint(_OF_LINES):
            for line in wrong_lines(known, saying, clause):
                yield _found("line_contradicted", saying, clause, f"“{line}” of the reader", known, rule="F-line")
        yield from _removal(known, saying, clause)
        yield from _all_over(known, saying, clause)


def _treatment(known: Known, saying: Saying, clause: Clause, named: Named) -> Iterator[Finding]:
    said = saying.words(clause)
    before, after = said[: named.start], said[named.end :]
    given, names = known.given, {named.name, *named.kinds}
    if named.specific:
        names = {named.name}
    has = bool(names & given.had) or (not named.specific and bool(set(named.kinds) & given.had))
    if pattern("not_had").search(before):
        if has:
            yield _found("treatment_contradicted", saying, clause, f"that {named.name} was not given", known)
        return
    if _says_had(before, after, named):
        if not has and not names & given.mentioned and not _asked(known, named):
            yield _found(_absent(known), saying, clause, f"that {named.name} was given", known)
        elif names & given.going and _says_over(before, after):
            yield _found("treatment_contradicted", saying, clause, f"that {named.name} is over", known)
        elif names & given.ended and pattern("taking").search(before) and pattern("still").search(before):
            yield _found("treatment_contradicted", saying, clause, f"that {named.name} goes on", known)


def _withheld(known: Known, saying: Saying, clause: Clause, named: Named) -> Iterator[Finding]:
    """ "CAR-T, which you have not received": the denial stands in the clause after."""
    end = clause.start + named.end
    match = pattern("not_had_after").search(saying.text[end:])
    names = {named.name} if named.specific else {named.name, *named.kinds}
    if match and names & known.given.had and saying.about_reader(end + match.start()):
        yield _found("treatment_contradicted", saying, clause, f"that {named.name} was not given", known)


def _says_had(before: str, after: str, named: Named) -> bool:
    if pattern("had").search(before) or pattern("had_after").search(after):
        # "after your surgery next week" is still to come; "your earlier chemo" is not.
        return not pattern("following").search(before) or not pattern("future").search(f"{before} {after[:25]}")
    if pattern("taking").search(before):
        return True
    if pattern("own").search(before) and pattern("over_after").search(after) and not pattern("not_over").search(before):
        return True
    # "your nivolumab" is had or being had; "your chemo" may be still to come, and so may anything before "starts".
    return named.specific and bool(pattern("own").search(before)) and not pattern("future").search(before + " " + after)


def _says_over(before: str, after: str) -> bool:
    return bool(pattern("ended").search(before) or pattern("ended_after").search(after))


def _absent(known: Known) -> str:
    return "treatment_contradicted" if known.given.had else "treatment_unknown"


def _asked(known: Known, named: Named) -> bool:
    return any(named.name == one.name for one in find_named(known.asked))


def _none_yet(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    said = saying.words(clause)
    match = pattern("not_had").search(said)
    none = bool(match and pattern("any").match(said, match.end())) if match else False
    other = match if none else pattern("untreated").search(said)
    if other and known.given.had and saying.asserts(clause.start + other.start()):
        yield _found("line_contradicted", saying, clause, "that no treatment was given", known, rule="F-line")


def _treated_before(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    """Treatment that is over, of a reader whose record has none."""
    if known.given.had or known.given.mentioned or pattern("told_treated").search(known.asked):
        return
    match = pattern("treated_before").search(saying.words(clause))
    if match and saying.asserts(clause.start + match.end() - 1):
        yield _found("line_unknown", saying, clause, "that an earlier treatment was given", known, rule="F-line")


def _removal(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    match = pattern("remove").search(saying.words(clause))
    if not match or "surgery" not in known.given.had or not saying.about_reader(clause.start + match.start()):
        return
    said = saying.words(clause)
    if pattern("line_next").search(said) or pattern("line_next").search(saying.text):
        yield _found(
            "treatment_contradicted", saying, clause, "that surgery to remove the tumor is still to come", known
        )


def _all_over(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    match = pattern("all_over").search(saying.words(clause))
    if match and known.given.going and saying.asserts(clause.start + match.start()):
        yield _found("treatment_contradicted", saying, clause, "that treatment is over", known)


def _found(kind: str, saying: Saying, clause: Clause, what: str, known: Known, rule: str = "F-treatment") -> Finding:
    record = known.given.wording
    about = f"the record lists “{shown(record)}”" if record else "the record lists no treatment"
    end = clause.start + len(saying.words(clause).rstrip(" ,;:.–—("))
    return finding(
        rule, kind, f"The answer says {what}; {about}.", saying=saying, start=clause.start, end=end, record=record
    )
