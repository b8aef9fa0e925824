"""`python -m evals` is the console script `evals`."""

from evals.cli import main

main()
