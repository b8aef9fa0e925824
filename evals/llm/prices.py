"""Public list prices of models, out of a dated data file. A model that is not listed has no known price: never 0."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from evals.errors import UserError
from evals.llm.endpoint import Endpoint
from evals.shipped import shipped_root

_FILE = "datasets/models/prices.yaml"
# A dated snapshot of a model costs what the model costs, and providers' prefixes name the same model.
_SNAPSHOT = re.compile(r"[-@](20\d\d-?\d\d-?\d\d|latest)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens of prompt (`tokens_in`) and reply (`tokens_out`), where and when it was seen."""

    tokens_in: float
    tokens_out: float
    source: str
    as_of: str

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """US dollars for so many tokens."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


def price(model: str) -> Price | None:
    """The list price of a model by its name, null when the list does not know it.

    Raises:
        UserError: the price list is broken.
    """
    known = _list()
    return known.get(model) or known.get(_SNAPSHOT.sub("", model))


def price_of(endpoint: Endpoint) -> Price | None:
    """What an endpoint charges: as its suite says, else the list price; null when neither is known.

    Raises:
        UserError: the price list is broken.
    """
    if endpoint.price is not None:
        return Price(tokens_in=endpoint.price[0], tokens_out=endpoint.price[1], source="the suite", as_of="")
    return price(endpoint.model)


@cache
def _list() -> Mapping[str, Price]:
    path = shipped_root() / _FILE
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            model: Price(
                tokens_in=float(row["in"]),
                tokens_out=float(row["out"]),
                source=str(provider["source"]),
                as_of=str(provider["as_of"]),
            )
            for provider in content["providers"]
            for model, row in provider["models"].items()
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(str(path), f"cannot be read as a price list ({type(error).__name__})") from error
