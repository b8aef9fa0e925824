"""The claim judge's prompt: a data file -> the messages that ask for verdicts on claims."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from evals.errors import UserError
from evals.judges.fencing import fenced, one_line
from evals.judges.retrieval import Piece
from evals.llm import Message
from evals.parse import parse
from evals.prompt import split_front_matter
from evals.records import STRICT
from evals.shipped import find_named
from evals.tables import read_text

FIELDS = ("passages", "question", "claims", "count")
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """What the judge is told: `system`, and `body` with places for the `FIELDS`; the numbers are explained in the file.

    `digest` changes with any byte of the file.
    """

    name: str
    version: str
    description: str = ""
    source: str
    passages: int
    given: int
    cited: int
    claims: int
    quote: int
    tokens_claim: int
    tokens_frame: int
    system: str
    body: str
    digest: str

    __pydantic_config__ = STRICT

    def max_tokens(self, claims: int) -> int:
        """Room for a reply on so many claims."""
        return self.tokens_frame + self.tokens_claim * claims


@cache
def load_judge_prompt(name: str) -> JudgePrompt:
    """The judge prompt of that name (`datasets/prompts/<name>.md`) or path.

    Raises:
        UserError: there is none, or a field or place of it is unknown, missing or of the wrong kind.
    """
    path: Path = find_named(name, "prompts", ".md", "judge prompt")
    text = read_text(path)
    front, body = split_front_matter(text, str(path))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    made = parse(JudgePrompt, {**front, "body": body, "digest": digest}, str(path))
    if sorted(set(_PLACE.findall(body))) != sorted(FIELDS):
        wanted = ", ".join(f"{{{{ {field} }}}}" for field in FIELDS)
        raise UserError(str(path), "the text after the front matter has other places to fill in", wanted)
    for field in ("passages", "given", "cited", "claims", "quote", "tokens_claim", "tokens_frame"):
        if getattr(made, field) < 1:
            raise UserError(str(path), f"field {field!r} is {getattr(made, field)}", "a number from 1")
    return made


@cache
def letter(number: int) -> str:
    """How the n-th passage is named, from 0: A, B, … Z, AA, AB …"""
    name = ""
    number += 1
    while number:
        number, place = divmod(number - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def messages(
    prompt: JudgePrompt, question: str, claims: Sequence[str], shown: Sequence[Piece], guidelines: frozenset[str]
) -> tuple[Message, ...]:
    """The messages that ask for one verdict a claim; `guidelines` are the ids of passages of the corpus."""
    passages = "\n\n".join(_passage(n, piece, guidelines) for n, piece in enumerate(shown)) or "There is no passage."
    numbered = "\n".join(f"{n}. {one_line(claim)}" for n, claim in enumerate(claims, start=1))
    values = {
        "passages": passages, "question": one_line(question) or "-", "claims": numbered, "count": str(len(claims))
    }  # fmt: skip
    return (Message(role="system", content=prompt.system), Message(role="user", content=_filled(prompt.body, values)))


def _filled(body: str, values: Mapping[str, str]) -> str:
    # One pass over the template alone: what a value holds is never read as a place to fill in.
    return _PLACE.sub(lambda match: values[match.group(1)], body)


def _passage(number: int, piece: Piece, guidelines: frozenset[str]) -> str:
    kind = "guideline" if piece.passage.id in guidelines else "text the answer was given"
    title, text = _shown(piece.passage.title, piece.text)
    return f"<<<PASSAGE {letter(number)} ({kind}): {title}\n{text}\nPASSAGE {letter(number)}>>>"


@lru_cache(maxsize=2048)
def _shown(title: str, text: str) -> tuple[str, str]:
    # Most passages are shown again and again.
    return one_line(title), fenced(text)
