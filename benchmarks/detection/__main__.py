"""The detection matrix on the shipped good answers, held-out half of the wordings; and, with --gate, a gate's.

    python -m benchmarks.detection [--json] [--seeds N] [--limit N] [--kinds NAMES] [--owners] [--half train]
    python -m benchmarks.detection --gate RUN [--policy P] [--rates 0.05,0.1,0.5] [--kinds NAMES]

Each fault goes alone into one answer; faults of single sentences only into those that a person who read the answers
blind found borne out by a passage. Kinds that fall short of the share asked for (nine in ten; critical kinds all) are
marked; --json has what was missed. Findings on untouched answers are told apart by whether that person says the same.
Nothing here is tuned: scorers and operators are taken as they are. To work on them, use the other half (--half train).
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from evals.detection import Examined, Matrix, detect, matrix_of, shipped_bench
from evals.detection.gating import gate_matrix
from evals.errors import UserError
from evals.faults.answer_fault import wanted_kinds
from evals.gate import load_policy
from evals.shipped import find_named
from evals.store import read_run


def main() -> None:
    """Measure and print."""
    options = _options()
    names = options.kinds.split(",") if options.kinds else None
    if options.gate:
        _gate(options, names)
        return
    tested: list[Examined] = []
    for seed in range(options.seeds):
        bench = shipped_bench(options.limit)
        tested += detect(bench, half=options.half, kinds_=names, seed=seed, every_scorer=not options.owners)
    matrix = matrix_of(tested, wanted_kinds(names))
    if options.json:
        print(json.dumps(matrix.as_json(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(_lines(matrix)))


def _lines(matrix: Matrix) -> list[str]:
    lines = [f"faults in {matrix.answers} answers; exact 95% intervals; * = fewer than asked for"]
    for row in matrix.rows:
        share = f"{row.caught:>3}/{row.faults:<3} = {row.caught / row.faults:4.0%} ({row.low:.0%} to {row.high:.0%})"
        borne = f"; {row.grounded_caught}/{row.grounded} where the judge bore it out before" if row.grounded else ""
        seen = f"; {row.remarked} more in a remark" if row.remarked else ""
        told = f"{row.wordings} wordings; own rule {row.named}{seen}{borne}"
        lines.append(f"  {'*' if row.short else ' '} {row.kind:14} {row.severity:8} {share}; {told}")
    short = [row.kind for row in matrix.rows if row.short]
    lines.append(f"short: {len(short)} of {len(matrix.rows)} kinds: {', '.join(short)}")
    lines.append("untouched answers with a finding of severity moderate or worse")
    for one in matrix.alarms:
        share = f"{one.alarmed}/{one.answers} ({one.low:.0%} to {one.high:.0%})"
        read = f"{one.agreed} of which the blind reader makes too, {one.disputed} not"
        wrong = f"{one.disputed_answers}/{one.answers} ({one.disputed_low:.0%} to {one.disputed_high:.0%})"
        lines.append(f"    {one.scorer:14} {share}, {one.findings} findings: {read}; answers with one of these {wrong}")
    return lines


def _gate(options: argparse.Namespace, names: list[str] | None) -> None:
    policy = load_policy(find_named(options.policy, "policies", ".yaml", "policy"))
    rates = [float(rate) for rate in options.rates.split(",")]
    chosen = [kind.name for kind in wanted_kinds(names)]
    rows = []
    for one in gate_matrix(read_run(options.gate), policy, kinds=chosen, rates=rates, seeds=range(options.seeds)):
        rows.append(asdict(one))
        if not options.json:
            about = f"{one.kind} in {one.rate:.0%} of answers" if one.kind else "no fault"
            print(f"  {about:30} FAIL {one.failed}/{one.runs}, UNDECIDED {one.undecided}; {', '.join(one.rules)}")
    if options.json:
        print(json.dumps(rows, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description="The detection matrix.")
    parser.add_argument("--json", action="store_true", help="everything as JSON, missed faults included")
    parser.add_argument("--seeds", type=int, default=1, help="how often faults are drawn anew")
    parser.add_argument("--limit", type=int, help="only the first N answers")
    parser.add_argument("--half", choices=["measure", "train"], default="measure", help="which half of the wordings")
    parser.add_argument("--kinds", help="kinds, codes or families, separated by commas")
    parser.add_argument("--owners", action="store_true", help="ask only the scorers that answer for a kind")
    parser.add_argument("--gate", type=Path, metavar="RUN", help="what the gate makes of this run with faults in it")
    parser.add_argument("--policy", default="default", help="the policy of the gate")
    parser.add_argument("--rates", default="0.05,0.2,1.0", help="shares of answers that have the fault")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
