"""An answer of a run as a review item: what its reviewer may see, and, apart from it, what the machine said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from evals.parse import parse
from evals.records import Claim, Item, Passage, Question, Verdict
from evals.review.asking import asked_of
from evals.review.digests import canonical, text_digest
from evals.review.seen import Shown, ShownClaim, ShownPassage, ShownStatement
from evals.review.tables import items, machine
from evals.review.work import plain, token, visible_name
from evals.store import Run, decide

CHECKABLE = ("recommendation", "fact", "number", "advice", "definition")
_MACHINE_SETTINGS = ("generator", "prompt", "judge", "signatures")


def ready(item: Item) -> bool:
    """Whether there is an answer that can be reviewed."""
    return item.answer.status == "ok" and bool(item.answer.text.strip())


def shown_of(run: Run, item: Item, asked: int, random: Random) -> Shown:
    """What a blind reviewer sees of an answer; of many claims about `asked` are required (`evals.review.asking`)."""
    answer, question = item.answer, run.questions[item.answer.question_id]
    claims = [claim for claim in item.claims if claim.kind in CHECKABLE]
    drawn = asked_of(claims, asked, random)
    return Shown(
        question=answer.question or question.text,
        cancer=question.cancer,
        record=answer.record or question.record,
        title=answer.title,
        text=answer.text,
        language=answer.language,
        hidden=answer.hidden,
        blocks=answer.blocks,
        links=answer.links,
        claims=tuple(_claim(claim, claim.claim_id in drawn) for claim in claims),
        must_say=tuple(ShownStatement(id=s.id, text=s.text) for s in question.must_say),
        must_not_say=tuple(ShownStatement(id=s.id, text=s.text) for s in question.must_not_say),
        passages=_passages(run, item, question),
    )


def _claim(claim: Claim, asked: bool) -> ShownClaim:
    return ShownClaim(
        claim_id=claim.claim_id, start=claim.start, end=claim.end, claim_text=claim.claim_text, asked=asked,
        severity=claim.severity,
    )  # fmt: skip


def _passages(run: Run, item: Item, question: Question) -> tuple[ShownPassage, ...]:
    # Those that the question rests on and those the answer was given or names: never the judge's choice of evidence.
    named = [a.passage_id for a in item.answer.attributions if a.passage_id]
    ids = dict.fromkeys([*question.passages, *item.answer.passages, *named])
    return tuple(_passage(run.passages[one]) for one in ids if one in run.passages)


def _passage(passage: Passage) -> ShownPassage:
    sources = (f"{s.organisation}: {s.document}{f', {s.version}' if s.version else ''}" for s in passage.sources)
    told = tuple(dict.fromkeys(sources))
    return ShownPassage(id=passage.id, title=passage.title, text=passage.text, sources=told, as_of=passage.as_of)


def machine_of(run: Run, item: Item) -> dict[str, Any]:
    """What the machine said of an answer, with everything that it depended on. Never part of what reviewers see."""
    decided = {verdict.claim_id: verdict for verdict in decide(item.verdicts)}
    return {
        "made": {name: run.manifest.get(name) for name in _MACHINE_SETTINGS},
        "model": item.answer.model,
        "seed": item.answer.seed,
        "language": item.answer.language,
        "claims": {
            claim.claim_id: _verdict(decided.get(claim.claim_id)) for claim in item.claims if claim.kind in CHECKABLE
        },
        "scorers": {
            outcome.scorer: {
                "version": outcome.version, "status": outcome.status, "value": outcome.value,
                "findings": [{"rule": f.rule, "severity": f.severity} for f in outcome.findings],
            }
            for outcome in item.outcomes
        },
    }  # fmt: skip


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"label": verdict.label, "confidence": verdict.confidence, "code": verdict.code, "judge": verdict.judge}


# --- in the store ----------------------------------------------------------------------------------------------------


def item_id(run_id: str, question_id: str, repeat: int, text: str) -> str:
    """The id of an item: the same answer of the same run has the same id in every store."""
    return text_digest(canonical([run_id, question_id, repeat, text]))[:32]


def keep(connection: Connection, run: Run, item: Item, asked: int, seed: int) -> str:
    """Put an answer into the store unless it is there; gives the item's id. The seed draws the claims asked."""
    answer, question = item.answer, run.questions[item.answer.question_id]
    run_id = plain(str(run.manifest["run_id"]), "run id")
    one = item_id(run_id, answer.question_id, answer.repeat, answer.text)
    if connection.execute(select(items.c.id).where(items.c.id == one)).first():
        return one
    shown = shown_of(run, item, asked, Random(f"{seed}:{one}"))  # noqa: S311  (a seeded draw, to be repeated)
    connection.execute(
        insert(items).values(
            id=one, token=token(), run_id=run_id, question_id=plain(answer.question_id, "question id"),
            repeat=answer.repeat, digest=text_digest(answer.text), cluster=_word(question.cluster),
            topic=_word(question.topic), cancer=_word(question.cancer), risk=question.risk,
            shown=canonical(asdict(shown)),
        )
    )  # fmt: skip
    connection.execute(insert(machine).values(item_id=one, content=canonical(machine_of(run, item))))
    return one


def _word(text: str) -> str:
    return visible_name(text)[:320]


def read_shown(row: RowMapping) -> Shown:
    """What a reviewer sees, from a row of `items`."""
    values: Mapping[str, Any] = json.loads(row["shown"])
    return parse(Shown, values, "review item")


def machine_content(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the machine said, by item; for agreement and calibration only."""
    rows = connection.execute(select(machine).where(machine.c.item_id.in_(ids))) if ids else ()
    return {row.item_id: json.loads(row.content) for row in rows}
