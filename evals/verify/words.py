"""What the judge of pairs adds to the rule of the corpus: how many of a statement's words the premise has.

The weights are in `pairs.json` beside the verifier's; `training/calibrate_pairs.py` says how they were chosen.
"""

import json
import math
from collections.abc import Mapping
from functools import cache, lru_cache

from evals.judges.verifier.encoder import WEIGHTS
from evals.lexicons import load_yaml
from evals.words import stem, stems

_SUREST = 1e-3


def log_odds(share: float) -> float:
    """The log odds of a share, held within what the rule can tell."""
    kept = min(max(share, _SUREST), 1 - _SUREST)
    return math.log(kept / (1 - kept))


def words_shared(statement: str, premise: str) -> float:
    """The share of a statement's content words that the premise has, in [0, 1]; 1 for a statement without any."""
    wanted = _content(statement)
    return len(wanted & _content(premise)) / len(wanted) if wanted else 1.0


def probability(share: float, statement: str, premise: str) -> float:
    """The chance that the premise bears a statement out, from the rule's share of "supported"."""
    rule = pairs_rule()
    odds = log_odds(share) + rule["words"] * words_shared(statement, premise)
    return 1 / (1 + math.exp(-(rule["slope"] * odds + rule["offset"])))


@cache
def pairs_rule() -> Mapping[str, float]:
    """The shipped weights."""
    content = json.loads((WEIGHTS / "pairs.json").read_text(encoding="utf-8"))
    return {name: float(content[name]) for name in ("words", "slope", "offset")}


@lru_cache(maxsize=64)
def _content(text: str) -> frozenset[str]:
    return frozenset(stems(text)) - _stop_words()


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("search.yaml")["stop_words"])
