"""Whether search finds the sentence that bears a claim out: by words alone, by meaning alone, by both."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from benchmarks.faithfulness.part import Part, table
from benchmarks.faithfulness.statements import Statement, corpus, reworded_facts
from benchmarks.figures import share
from evals.judges.evidence import BY_MEANING, BY_WORDS, Evidence, Match


def measure() -> Part:
    """Look for the sentence of each held-out reworded fact among all windows of the corpus."""
    hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    windows: dict[str, int] = defaultdict(int)
    facts = [fact for fact in reworded_facts() if fact.held_out]
    for fact in facts:
        found = evidence().find(fact.text)
        for name, matches in (("words", by_words(found)), ("meaning", by_meaning(found)), ("both", found)):
            hits[name][fact.passage].append(_holds(matches, fact))
            windows[name] += len(matches)
    shares = {name: share(clusters) for name, clusters in hits.items()}
    each = {name: windows[name] / len(facts) for name in shares}
    lines = table(
        [(f"by {n}" if n != "both" else "by both", f"{each[n]:.1f} windows", s) for n, s in shares.items()], left=3
    )
    figures = {name: {**one.figures(), "windows": each[name]} for name, one in shares.items()}
    return Part(
        f"search: {len(facts)} reworded facts of held-out passages, and whether their own sentence is found",
        lines, figures,
    )  # fmt: skip


@cache
def evidence() -> Evidence:
    """All windows that the judge searches in."""
    return Evidence(corpus().searched)


def by_words(found: Sequence[Match]) -> Sequence[Match]:
    """The part of what was found that shared words alone would find: those windows come first."""
    return [match for match in found[:BY_WORDS] if match.coverage > 0]


def by_meaning(found: Sequence[Match]) -> Sequence[Match]:
    """The part of what was found that nearness of vectors alone would find: single sentences only."""
    single = [match for match in found if len(match.window.sentences) == 1]
    return sorted(single, key=lambda match: -match.nearness)[:BY_MEANING]


def _holds(matches: Sequence[Match], fact: Statement) -> bool:
    return any(m.window.passage_id == fact.passage and fact.sentence in m.window.sentences for m in matches)
