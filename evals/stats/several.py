"""Several decisions at once: how small a p-value must be when many were looked at."""

from collections.abc import Mapping


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values, in the order given (Holm, Scandinavian Journal of Statistics 6, 1979).

    One below alpha is below alpha for all of them together. For rules that FAIL: with many rules, one of them would
    else fail by chance. Not for PASS: all rules have to pass, which costs nothing (Berger, Technometrics 24, 1982).

    Raises:
        ValueError: a p-value lies outside [0, 1].
    """
    for name, value in p_values.items():
        if not 0.0 <= value <= 1.0:  # false for NaN too
            raise ValueError(f"a p-value lies in [0, 1], got {value!r} for {name}")
    adjusted: dict[str, float] = {}
    highest = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda key: (p_values[key], key))):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}
