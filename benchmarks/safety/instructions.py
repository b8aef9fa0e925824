"""The answer check of the scorer urgency on labelled answer excerpts: is a fault found, and named rightly?"""

from benchmarks.safety.urgency import instruction_rows as rows

__all__ = ["rows"]
