"""What a session knows of one endpoint while it runs: its gate, its bill, what its server has shown it can do."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from evals.llm.endpoint import Endpoint
from evals.llm.gate import Gate
from evals.llm.prices import Price
from evals.llm.retries import Budget
from evals.llm.schemas import schema_text
from evals.llm.service import Service
from evals.llm.starting import Starting
from evals.llm.usage import Tally
from evals.llm.wire import Form

_FEWEST_BYTES_A_TOKEN = 2
"""English has about four bytes a token, dense scripts about three: half as many tokens as bytes is a safe most."""


@dataclass(slots=True)
class Line:
    """The way to one endpoint or service.

    `price`: of tokens, or US dollars of one request to a service. `reached`: it has ever answered; `good`: it has ever
    given a reply. `length`: the name of the longest-length parameter, once the server has asked for another one.
    """

    target: Endpoint | Service
    gate: Gate
    tally: Tally
    budget: Budget
    start: Starting
    price: Price | float | None = None
    reached: bool = False
    good: bool = False
    length: str | None = None
    _proven: set[Form] = field(default_factory=set[Form])
    _floor: int = 0
    _known: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def waiting(self) -> str | None:
        """What this line waits for while its server starts, null once it has replied or where none is waited for."""
        return None if self.good or not self.start.waited else f"{self.target.shown}: {self.start.told}"

    def cost(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """US dollars of one reply, null when the price or the usage is not known."""
        if not isinstance(self.price, Price):
            return self.price
        return None if tokens_in is None or tokens_out is None else self.price.cost(tokens_in, tokens_out)

    def most_cost(self, body: bytes, tokens_out: int) -> float:
        """US dollars that one request may cost at most; 0 where no price is known (then there is no limit either)."""
        return self.cost(len(body) // _FEWEST_BYTES_A_TOKEN, tokens_out) or 0.0

    def forms(self, ladder: tuple[Form, ...], schema: Any) -> tuple[Form, ...]:
        """The ways to ask for a structured reply that are still worth a try, best first."""
        if schema is None:
            return ladder[-1:]
        known = self._known.get(schema_text(schema))
        return ladder[self._floor :] if known is None else ladder[known : known + 1]

    def accepted(self, ladder: tuple[Form, ...], form: Form, schema: Any) -> None:
        """Remember what worked: for all schemas, unless a better form has worked for another schema."""
        if schema is None:
            return
        place = ladder.index(form)
        self._proven.add(form)
        self._known[schema_text(schema)] = place
        if not any(ladder.index(better) < place for better in self._proven):
            self._floor = place


def digest(value: Any) -> str:
    """A digest of a JSON value."""
    return hashlib.sha256(written(value)).hexdigest()


def written(value: Any) -> bytes:
    """A JSON value as it is digested: the same bytes for equal values."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=dict)
    return text.encode("utf-8", "surrogatepass")


def written_text(text: str) -> bytes:
    """The same for a text: a prompt of thousands of characters takes a fifth of the time."""
    from pydantic_core import to_json

    try:
        return to_json(text)
    except ValueError:  # half a character
        return written(text)
