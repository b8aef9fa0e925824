"""How often the intervals cover, on the score distributions of runs, resampled by question cluster."""
