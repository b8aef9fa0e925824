"""Any table of pairs -> does each premise bear out its hypothesis? Judged as answers are, on other texts."""

from evals.verify.judges import JudgeError, PairJudge, make_pair_judge
from evals.verify.local import verify_pair
from evals.verify.rows import verify_rows
from evals.verify.tables import Pairs, check_out, read_pairs, write_pairs
from evals.verify.verdict import PairVerdict

__all__ = [
    "JudgeError",
    "PairJudge",
    "PairVerdict",
    "Pairs",
    "check_out",
    "make_pair_judge",
    "read_pairs",
    "verify_pair",
    "verify_rows",
    "write_pairs",
]
