"""What was once true: superseded passages, known former statements, and passages whose review is overdue."""

import hashlib
import json
from functools import cache

from evals.corpus import Corpus
from evals.records import Passage
from evals.shipped import find

_FORMER = "datasets/faults/outdated.jsonl"


def overdue(corpus: Corpus) -> frozenset[str]:
    """Ids of passages whose review was due before the newest passage was written.

    The corpus' own newest date stands for today: a score must not change because a day has passed.
    """
    newest = max((passage.as_of for passage in corpus.passages.values() if passage.as_of), default=None)
    late = (p for p in corpus.searched if p.review_by is not None and newest is not None and p.review_by < newest)
    return frozenset(passage.id for passage in late)


def former(corpus: Corpus) -> tuple[Passage, ...]:
    """Superseded passages, and former statements on the subjects of passages that the corpus holds."""
    kept = (corpus.passages[name] for name in corpus.superseded)
    stated = (
        Passage(id=row["id"], title=row["topic"], text=row["outdated"])
        for row in _statements()
        if row["passage"] in corpus.passages
    )
    return (*kept, *stated)


def now(former_id: str, corpus: Corpus) -> str:
    """What holds today instead of a superseded passage or former statement, in a sentence."""
    for row in _statements():
        if row["id"] == former_id:
            return f"Since {row['changed_on']}: {row['current']}"
    newer = next((p for p in corpus.searched if former_id in p.supersedes), None)
    return f"{newer.id} ({newer.title}) has replaced {former_id}." if newer else ""


def digest(corpus: Corpus) -> str:
    """16 hex digits over everything here that a verdict depends on besides the corpus."""
    content = json.dumps([dict(row) for row in _statements()], sort_keys=True)
    return hashlib.sha256((content + ",".join(sorted(overdue(corpus)))).encode()).hexdigest()[:16]


@cache
def _statements() -> tuple[dict[str, str], ...]:
    text = find(_FORMER, "former statements").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.split("\n") if line.strip())
