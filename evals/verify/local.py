"""The local judge on one pair: the premise is the only passage, each statement of the hypothesis a claim.

Per statement: find the windows of the premise worth reading, read each, weigh them. A statement that is a sentence of
the premise, word for word, needs no reading.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from evals.judges.evidence import Evidence
from evals.judges.reasons import why
from evals.judges.weighing import calibration, label_of, look, named, nearest_look, weigh, with_share
from evals.readability.language import NAMES, language_of
from evals.records import Label, Passage, Sentence, Span
from evals.verify.reading import sentence_spans, statements
from evals.verify.verdict import PairVerdict, unscored
from evals.verify.words import probability

VERSION = "3"
LONGEST_PREMISE = 60_000
LONGEST_HYPOTHESIS = 10_000
"""Characters."""
MOST_SENTENCES = 3_000
"""Of a premise; more than that within `LONGEST_PREMISE` is no text that people read."""

# The gravest label of a part is the label of the whole.
_GRAVITY: Mapping[Label, int] = {"contradicted": 0, "partly": 1, "not_found": 2, "supported": 3}
_NO_CHARACTER = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")
_SHOWN = 120
# The encoder knows no word of that length: to it all of them are one and the same.
_ENDLESS_WORD = re.compile(r"\w{101,}")
# Enough words to tell a language by.
_FEWEST_WORDS = 5


@dataclass(frozen=True, slots=True)
class _Part:
    """What the premise makes of one statement; `share` is the chance that it bears the statement out, in [0, 1]."""

    statement: str
    label: Label
    share: float
    evidence: Span | None
    reason: str


class _Premise:
    """A premise cut into sentences; search in it is built only when a statement needs it."""

    def __init__(self, text: str) -> None:
        self.spans = sentence_spans(text)
        self.text = text
        self.quoted = {_plain(text[span.start : span.end]): span for span in reversed(self.spans)}

    @cached_property
    def evidence(self) -> Evidence:
        sentences = tuple(Sentence(start=span.start, end=span.end) for span in self.spans)
        return Evidence([Passage(id="premise", title="", text=self.text, sentences=sentences)])


@lru_cache(maxsize=4)
def _premise(text: str) -> _Premise:
    return _Premise(text)


def verify_pair(premise: str, hypothesis: str) -> PairVerdict:
    """Whether a premise bears out a hypothesis; the same two texts always give the same verdict.

    A hypothesis of several statements has the gravest label of its statements, and as score the product of theirs: the
    chance that all are borne out. Evidence and reason are those of the statement that decides.
    """
    # Half a character cannot be read; its stand-in is one character too, so offsets stay.
    premise, hypothesis = premise.translate(_NO_CHARACTER), hypothesis.translate(_NO_CHARACTER)
    if why := _too_long(premise, hypothesis) or _not_readable("premise", premise):
        return unscored(why)
    if why := _not_readable("hypothesis", hypothesis):
        return unscored(why)
    source, stated = _premise(premise), statements(hypothesis)
    if not source.spans or not stated:
        return unscored(f"The {'hypothesis' if source.spans else 'premise'} only names a text and says nothing.")
    if len(source.spans) > MOST_SENTENCES:
        return unscored(f"The premise has {len(source.spans):,} sentences; at most {MOST_SENTENCES:,} are read.")
    return _whole([_judged(source, statement) for statement in stated])


def _too_long(premise: str, hypothesis: str) -> str | None:
    for name, text, most in (("premise", premise, LONGEST_PREMISE), ("hypothesis", hypothesis, LONGEST_HYPOTHESIS)):
        if len(text) > most:
            return f"The {name} has {len(text):,} characters; at most {most:,} are read."
    return None


def _not_readable(name: str, text: str) -> str | None:
    """Why the judge, which reads English, cannot read a text; None when it can."""
    letters = [c for c in text if c.isalpha()]
    if not any(map(str.isalnum, text)):
        return f"The {name} holds no words."
    if 2 * sum(map(len, _ENDLESS_WORD.findall(text))) > len(letters):
        return f"The {name} is one endless word or code, not a text."
    # Latin and its extensions, Greek (α-fetoprotein) and the letters of units lie below U+0400 or above U+1E00.
    foreign = sum("\u0400" <= c < "\u1e00" or c >= "\u2e80" for c in letters)
    if foreign * 2 > len(letters):
        return f"The {name} is not in English, the language this judge reads."
    spoken = text.split()
    language = language_of(spoken) if len(spoken) >= _FEWEST_WORDS else None
    if language not in (None, "en"):
        return f"The {name} is in {NAMES[language]}; this judge reads English."
    return None


def _judged(source: _Premise, statement: str) -> _Part:
    if span := source.quoted.get(_plain(statement)):
        return _Part(statement, "supported", 1.0, span, "The passage says this word for word.")
    looks = [look(statement, match) for match in source.evidence.find(statement)]
    weighed = weigh(looks)
    share, label = weighed.shares["supported"], weighed.label
    if label != "contradicted":
        # Repeated words speak for a statement only where nothing says that one of them was changed.
        share = probability(share, statement, source.text)
        label = label_of(with_share(weighed.shares, "supported", share), calibration().cutoffs, named(looks))
    decisive = weighed.against if label == "contradicted" else weighed.best
    window = decisive.match.window
    evidence = None if label == "not_found" else Span(start=window.start, end=window.end)
    reason, _ = why(label, decisive if evidence else nearest_look(looks))
    return _Part(statement, label, share, evidence, reason)


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())


def _whole(parts: Sequence[_Part]) -> PairVerdict:
    """The verdict on all statements of a hypothesis together."""
    decides = min(parts, key=lambda part: (_GRAVITY[part.label], round(part.share, 9)))
    score = round(math.prod(part.share for part in parts), 3)
    return PairVerdict(
        label=decides.label, score=score, reason=_told(parts, decides),
        evidence_start=decides.evidence.start if decides.evidence else None,
        evidence_end=decides.evidence.end if decides.evidence else None,
    )  # fmt: skip


def _told(parts: Sequence[_Part], decides: _Part) -> str:
    if len(parts) == 1:
        return decides.reason
    wanting = sum(part.label != "supported" for part in parts)
    if not wanting:
        return f"All {len(parts)} statements are borne out."
    shown = decides.statement if len(decides.statement) <= _SHOWN else f"{decides.statement[:_SHOWN].rstrip()}…"
    return f"{wanting} of {len(parts)} statements not borne out; “{shown}”: {decides.reason}"


class LocalPairs:
    """The local judge as a judge of pairs."""

    @property
    def signature(self) -> str:
        from evals.judges.verifier import weights_digest
        from evals.judges.verifier.encoder import WEIGHTS
        from evals.shipped import shipped_root
        from evals.signature import digest, folder_digest

        rule = [hashlib.sha256((WEIGHTS / f).read_bytes()).hexdigest() for f in ("calibration.json", "pairs.json")]
        lexicons = folder_digest(shipped_root() / "datasets" / "lexicons")
        return f"local|v{VERSION}|{digest([weights_digest(), *rule, lexicons])}"

    def verify_pair(self, premise: str, hypothesis: str, /) -> PairVerdict:
        """The verdict on one pair, see `verify_pair`."""
        return verify_pair(premise, hypothesis)


def make_pairs() -> LocalPairs:
    """The local judge of pairs."""
    return LocalPairs()
