"""What the gate can see, how often it errs, how long it takes: `python -m benchmarks.gate`."""
