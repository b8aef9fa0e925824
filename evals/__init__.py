"""Is this AI answer safe to show to someone with cancer? Generate, judge, score and report, each on its own."""
