"""Claims kept from training -> calibration.json: the rule that turns windows into labels.

    python -m training.calibrate --data DIR

The written claims are judged as in use: against all free passages and the documents of the kept claims together, found
by search; those on passages a second time without their own passage, when nothing there speaks of them. The public ones
(the tenth for calibration, not the tenth for measuring) are each judged against their own premise.
Cut-offs follow from the rates in `RATES`, on the written claims, predicted by folds that the rule was not fitted on.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata

from evals.judges.evidence import Evidence
from evals.judges.verifier import weights_digest
from evals.judges.verifier.encoder import WEIGHTS
from evals.judges.weighing import (
    FEATURES,
    LABELS,
    features,
    label_of,
    look,
    named,
    nearest_look,
)
from evals.records import Passage
from evals.words import stems
from training.cutoffs import RATES, Row, choose, choose_decisive, contradictions, raised, reliability
from training.own import HERE, documents, passages
from training.public import claim_key, for_calibration, held_out
from training.public import rows as rows_of

VERSION = "1"
PENALTY = 0.05
FOLDS = 10


# What a label of the data sets says of the four labels; "unsupported" leaves open which.
SHARES = {
    "supported": (1.0, 0.0, 0.0, 0.0),
    "contradicted": (0.0, 1.0, 0.0, 0.0),
    "partly": (0.0, 0.0, 1.0, 0.0),
    "not_enough": (0.0, 0.0, 0.0, 1.0),
    "unsupported": (0.0, 0.1, 0.45, 0.45),
}


def main() -> None:
    """Read the claims, fit, choose cut-offs, write the file and print the reliability table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    data: Path = arguments.parse_args().data
    rows = [*written_rows(data), *public_rows(data)]
    values = np.array([row.values for row in rows])
    wanted = np.array([row.wanted for row in rows])
    written = np.array([row.written for row in rows])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = (values - mean) / scale
    folds = _folds(rows)
    shares = np.zeros((len(rows), len(LABELS)))
    for fold in range(FOLDS):
        weights, bias = fit(scaled[folds != fold], wanted[folds != fold])
        shares[folds == fold] = softmax(scaled[folds == fold] @ weights.T + bias)
    weights, bias = fit(scaled, wanted)
    labels = wanted[written].argmax(axis=1)
    named_by_check = np.array([named(row.looks) for row in rows])
    by_name = named_by_check[written]
    looks = [row.looks for row in rows if row.written]
    bounds = choose_decisive(looks, labels)
    shares = raised(shares, rows, bounds)
    cutoffs = choose(shares[written], labels, by_name)
    closeness = np.array([nearest_look(one).closeness for one in looks])
    cutoffs["closeness"] = round(float(np.quantile(closeness[labels != 3], RATES["told_called_nothing"])), 3)
    table = reliability(shares[written], labels)
    content = {
        "version": VERSION, "fitted_for": weights_digest(), "claims": {"written": int(written.sum()), "all": len(rows)},
        "features": FEATURES, "labels": LABELS, "mean": _round(mean), "scale": _round(scale),
        "weights": _round(weights), "bias": _round(bias), "cutoffs": cutoffs, "decisive": bounds,
        "rates": RATES, "reliability": table,
        "contradictions": contradictions(shares, wanted, named_by_check, cutoffs),
    }  # fmt: skip
    (WEIGHTS / "calibration.json").write_text(json.dumps(content, indent=1) + "\n")
    _report(shares[written], labels, by_name, cutoffs, table)
    public = [row.source.partition(":")[0] for row in rows]
    for name in sorted(set(public)):
        inside = np.array([one == name for one in public])
        if not (wanted[inside, 0] > 0.5).any():
            continue
        print(f"{name:20} n={inside.sum()} supported AUROC {auroc(shares[inside, 0], wanted[inside, 0] > 0.5):.3f}")


def written_rows(data: Path) -> Iterator[Row]:
    """The kept written claims with the features of the windows found for them among all texts."""
    claims = [row for row in _claims() if held_out(row["source"])]
    texts = sorted({row["source"].partition("@")[0] for row in claims if "@" in row["source"]})
    reading = [Passage(id=name, title=documents(data)[name][0], text=documents(data)[name][1]) for name in texts]
    evidence = Evidence([*passages().values(), *reading])
    for row in claims:
        name, source = row["source"].partition("@")[0].partition("#")[0], "written:"
        looks = [look(row["claim"], match) for match in evidence.find(row["claim"])]
        if looks:
            yield Row(source + name, features(looks), SHARES[row["label"]], True, tuple(looks))
        if name not in passages():
            continue
        # An answer says much that no passage speaks of; what remains near by chance must not count against it.
        others = frozenset(passages()) - {name, *_akin(name)}
        looks = [look(row["claim"], match) for match in evidence.find(row["claim"], others)]
        if looks:
            yield Row(f"unspoken:{name}", features(looks), SHARES["not_enough"], False, tuple(looks))


def _akin(name: str) -> frozenset[str]:
    """Passages on the same disease, or on a title with a word in common, which may speak of the claim too."""
    mine, own = passages()[name], set(stems(passages()[name].title))
    return frozenset(
        other.id
        for other in passages().values()
        if own & set(stems(other.title)) or (mine.cancer != ("general",) and mine.cancer == other.cancer)
    )


def public_rows(data: Path) -> Iterator[Row]:
    """The public rows kept for calibration, each with the features of the windows of its own premise."""
    labels = {"SUPPORT": "supported", "CONTRADICT": "contradicted", "REFUTE": "contradicted"}
    for name, key in KEYS.items():
        for row in rows_of(data, name):
            if not for_calibration(key(row)):
                continue
            label = labels.get(row["original_label"], "not_enough")
            if name == "evidence_inference":
                label = "supported" if int(row["label"]) else "contradicted"
            if name == "begin_dev":
                label = "supported" if row["original_label"] == "Fully attributable" else "unsupported"
            evidence = Evidence([Passage(id="premise", title="", text=row["premise"])])
            looks = [look(row["hypothesis"], match) for match in evidence.find(row["hypothesis"])]
            if looks:
                yield Row(f"{name}:{key(row)}", features(looks), SHARES[label], False, tuple(looks))


def _article(row: dict[str, Any]) -> str:
    return str(row["pmcid"])


def _premise(row: dict[str, Any]) -> str:
    return str(row["premise"])


KEYS: dict[str, Callable[[dict[str, Any]], str]] = {
    "scifact_train": claim_key,
    "check_covid_train_dev": claim_key,
    "evidence_inference": _article,
    "begin_dev": _premise,
}


def _claims() -> Iterator[dict[str, str]]:
    for name in ("written_pairs.jsonl", "written_paragraphs.jsonl"):
        for line in (HERE / name).read_text().splitlines():
            yield json.loads(line)


def _folds(rows: list[Row]) -> np.ndarray:
    order = {source: place % FOLDS for place, source in enumerate(sorted({row.source for row in rows}))}
    return np.array([order[row.source] for row in rows])


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def fit(values: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of a multinomial logistic regression with a quadratic penalty."""
    count, width = len(LABELS), values.shape[1]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = flat[: count * width].reshape(count, width), flat[count * width :]
        found = softmax(values @ weights.T + bias)
        error = (found - wanted) / len(values)
        value = -(wanted * np.log(found + 1e-12)).sum(axis=1).mean() + PENALTY / 2 * (weights**2).sum()
        return value, np.concatenate(((error.T @ values + PENALTY * weights).ravel(), error.sum(axis=0)))

    best = minimize(loss, np.zeros(count * (width + 1)), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x
    return best[: count * width].reshape(count, width), best[count * width :]


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    ranks = rankdata(scores)
    count = positive.sum()
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(positive) - count)))


def _round(values: np.ndarray) -> object:
    return np.round(values, 5).tolist()


def _report(
    shares: np.ndarray,
    labels: np.ndarray,
    by_name: np.ndarray,
    cutoffs: dict[str, float],
    table: list[dict[str, float]],
) -> None:
    said = [
        label_of(dict(zip(LABELS, row, strict=True)), cutoffs, bool(one))
        for row, one in zip(shares, by_name, strict=True)
    ]
    print(cutoffs)
    for place, name in enumerate(LABELS):
        mine = [one for one, label in zip(said, labels, strict=True) if label == place]
        print(f"{name:13} n={len(mine)}", {one: round(mine.count(one) / len(mine), 3) for one in LABELS})
    for row in table:
        print(row)


if __name__ == "__main__":
    main()
