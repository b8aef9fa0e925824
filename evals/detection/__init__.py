"""Faults put into answers, and what each scorer catches of them: the detection matrix, and runs with faults in them."""

from evals.detection.matrix import Alarms, Matrix, Row, matrix_of
from evals.detection.measure import Caught, Examined, detect
from evals.detection.runs import faulty_run
from evals.detection.scoring import Bench, bench_of_run, shipped_bench

__all__ = [
    "Alarms",
    "Bench",
    "Caught",
    "Examined",
    "Matrix",
    "Row",
    "bench_of_run",
    "detect",
    "faulty_run",
    "matrix_of",
    "shipped_bench",
]
