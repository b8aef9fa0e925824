"""F-biomarker: results told as the reader's that the record does not bear out, and drugs advised against them."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.cancers import ancestors, cancers
from evals.fit.found import finding, shown
from evals.fit.known import Known, Marked, related
from evals.fit.markers import Mention, Result, find_mentions, may_name, words
from evals.fit.sayings import Clause, Saying, compiled
from evals.fit.treatments import find_named
from evals.fit.treatments import may_name as may_name_treatment
from evals.lexicons import load_yaml
from evals.records import Finding

_RULE = "F-biomarker"


def check_biomarkers(known: Known, saying: Saying) -> Iterator[Finding]:
    """What a sentence says of the reader's biomarkers against the record's."""
    named = saying.tells and may_name(saying.tokens, known.own_markers)
    for clause in saying.clauses if saying.tells else ():
        mentions = list(find_mentions(saying.text, clause.start, clause.end, known.own_markers)) if named else []
        for mention in mentions:
            if mention.result and saying.asserts(mention.start) and not _narrowed(saying, clause, mention):
                yield from _compare(known, saying, clause, _turned(saying, clause, mention))
        yield from _phrases(known, saying, clause)
        if not mentions:
            yield from _no_driver(known, saying, clause)
    yield from _drugs(known, saying)


def _narrowed(saying: Saying, clause: Clause, mention: Mention) -> bool:
    # "tested for ALK", "drugs for EGFR changes": the marker is what something is for, not what the reader has.
    before = saying.text[max(clause.start, mention.start - 40) : mention.start]
    return bool(
        compiled(
            r"\b(?:tests?|tested|testing|look(?:s|ed|ing)?|made|approved|used|works?|meant)\s+(?:for|against|in|on)\s+(?:\w+\s+)?\Z"
        ).search(before)
    )


def _turned(saying: Saying, clause: Clause, mention: Mention) -> Mention:
    """ "an EGFR change that your tumor does not have": a denial after the marker turns the result round."""
    following = saying.text[mention.end : min(len(saying.text), clause.end + 80)]
    if mention.result.state == "positive" and compiled(words()["lacking_after"]).search(following):
        return Mention(mention.marker, mention.start, mention.end, Result("negative"))
    return mention


def _compare(known: Known, saying: Saying, clause: Clause, mention: Mention) -> Iterator[Finding]:
    marked, said = _recorded(known, mention.marker), _words(saying, clause, mention)
    if marked is None:
        told = saying.names_reader(clause) and not set(related(mention.marker)) & known.asked_markers
        if told and not _elsewhere(known, mention.marker):
            message = f"The answer tells the reader “{said}”, but the record holds no {mention.marker} result."
            yield _at(saying, clause, mention, "biomarker_unknown", message, "")
        return
    if (reason := _differs(mention, marked.result)) is not None:
        message = f"The answer says “{said}”; the record says “{shown(marked.wording)}”{reason}."
        yield _at(saying, clause, mention, "biomarker_contradicted", message, marked.wording)


def _phrases(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    for marker, phrase in words()["phrases"].items():
        match = compiled(phrase).search(saying.text, clause.start, clause.end)
        if match and _recorded(known, marker) and saying.asserts(match.start()):
            denied = compiled(words()["denial"]).search(
                saying.text, max(clause.start, match.start() - 40), match.start()
            )
            said = Mention(marker, match.start(), match.end(), Result("negative" if denied else "positive"))
            yield from _compare(known, saying, clause, said)


def _elsewhere(known: Known, marker: str) -> bool:
    # A record that names it without a result we can read: nothing can be said.
    return any(mention.marker in related(marker) for mention in find_mentions(known.record.text, own=known.own_markers))


def _recorded(known: Known, marker: str) -> Marked | None:
    """The record's result for a marker, made from its parts when it is made of others."""
    if marker in known.markers:
        return known.markers[marker]
    parts = words()["parts"]
    own = [known.markers[part] for part in parts.get(marker, ()) if part in known.markers]
    if own and marker in words()["opposite"]:
        if all(part.result.state == "negative" for part in own) and len(own) < len(parts[marker]):
            return None
        state = "positive" if all(part.result.state == "negative" for part in own) else "negative"
        return Marked(Result(state), _joined(own))
    if own:
        states = {part.result.state for part in own}
        state = "positive" if "positive" in states else "pending" if "pending" in states else "negative"
        return Marked(Result(state), _joined(own))
    whole = next((known.markers[whole] for whole, of in parts.items() if marker in of and whole in known.markers), None)
    if whole is None or (whole.result.state == "positive" and "TNBC" not in related(marker)):
        return None
    return Marked(Result("negative"), whole.wording) if whole.result.state == "positive" else whole


def _joined(marked: list[Marked]) -> str:
    return "; ".join(dict.fromkeys(part.wording for part in marked))


def _differs(mention: Mention, record: Result) -> str | None:
    """Why the two differ (may be ""), or None when they can both be so."""
    said = mention.result
    if record.state == "pending":
        return ", so no result is known yet" if said.state in {"positive", "negative"} else None
    if (
        said.state in {"positive", "negative"}
        and record.state in {"positive", "negative"}
        and said.state != record.state
    ):
        return ""
    if said.variants and record.variants and not _same_variant(said.variants, record.variants):
        return ", which is another change"
    if said.number is not None and record.number is not None and said.number != record.number:
        return ""
    if said.level and record.level and said.level != record.level and said.number is None:
        return f", which counts as {record.level}"
    return None


def _same_variant(said: frozenset[str], record: frozenset[str]) -> bool:
    coarse = words()["coarse"]
    one = said | {coarse.get(variant, variant) for variant in said}
    other = record | {coarse.get(variant, variant) for variant in record}
    return bool(one & other)


def _no_driver(known: Known, saying: Saying, clause: Clause) -> Iterator[Finding]:
    match = compiled(words()["no_driver"]).search(saying.text, clause.start, clause.end)
    if (
        not match
        or not saying.asserts(match.start())
        or compiled(words()["no_driver_except"]).search(saying.words(clause))
    ):
        return
    for marker, marked in known.markers.items():
        if marker in words()["drivers"] and marked.result.state == "positive":
            message = f"The answer says “{shown(match.group())}”; the record says “{shown(marked.wording)}”."
            yield finding(
                _RULE,
                "biomarker_contradicted",
                message,
                saying=saying,
                start=match.start(),
                end=match.end(),
                record=marked.wording,
            )
            return


# --- drugs advised to the reader -------------------------------------------------------------------------------------


def _drugs(known: Known, saying: Saying) -> Iterator[Finding]:
    firm = compiled(load_yaml("personal_fit.yaml")["firm"]).search(saying.text)
    if not firm or saying.asking or not may_name_treatment(saying.text, saying.tokens):
        return
    for clause in saying.clauses:
        if clause.assumed or compiled(load_yaml("personal_fit.yaml")["against"]).search(saying.words(clause)):
            continue
        for named in find_named(saying.words(clause)):
            for row in words()["drugs"]:
                if named.name in row["generic"]:
                    yield from _misfit(
                        known, saying, clause, named.name, row, (clause.start + named.start, clause.start + named.end)
                    )


def _misfit(
    known: Known, saying: Saying, clause: Clause, drug: str, row: Mapping[str, Any], place: tuple[int, int]
) -> Iterator[Finding]:
    own = known.record.cancer
    if any(clause.assumed for clause in saying.clauses) or not _is_for(row["cancers"], own):
        return
    if not saying.about_reader(place[0]) and not compiled(load_yaml("personal_fit.yaml")["firm"]).search(
        saying.words(clause)
    ):
        return
    if row.get("first") and (
        not compiled(words()["first"]).search(saying.text) or compiled(words()["later"]).search(saying.text)
    ):
        return
    marked = _recorded(known, row["marker"])
    if marked is None or marked.result.state in {None, "pending"} or _suits(row, marked.result):
        return
    needed = f"{row['marker']} {row['need']}{' ' + row['variant'] if row.get('variant') else ''}"
    fits = f"is for tumors that are {needed}"
    if row["need"] == "negative":
        first = "as a first treatment " if row.get("first") else ""
        fits = f"{first}does not fit tumors with a change in {row['marker']}"
    message = f"The answer advises {drug} to this reader, which {fits}; the record says “{shown(marked.wording)}”."
    yield finding(
        _RULE,
        "biomarker_drug",
        message,
        saying=saying,
        start=clause.start,
        end=_trimmed(saying, clause),
        record=marked.wording,
    )


def _suits(row: Mapping[str, Any], result: Result) -> bool:
    if row.get("variant"):
        return result.state == "positive" and (not result.variants or row["variant"].lower() in result.variants)
    if row.get("not_variant") and row["not_variant"].lower() in result.variants:
        return True
    return result.state == row["need"]


def _is_for(wanted: tuple[str, ...], own: str | None) -> bool:
    if "general" in wanted:
        return True
    return own is not None and own in cancers() and bool({own, *ancestors(own)} & set(wanted))


# --- spans -----------------------------------------------------------------------------------------------------------


def _trimmed(saying: Saying, clause: Clause) -> int:
    return clause.start + len(saying.words(clause).rstrip(" ,;:.–—("))


def _words(saying: Saying, clause: Clause, mention: Mention) -> str:  # noqa: ARG001  (the clause is what is shown)
    return shown(saying.text[clause.start : _trimmed(saying, clause)])


def _at(saying: Saying, clause: Clause, mention: Mention, kind: str, message: str, record: str) -> Finding:
    return finding(
        _RULE,
        kind,
        message,
        saying=saying,
        start=clause.start,
        end=max(mention.end, _trimmed(saying, clause)),
        record=record,
    )
