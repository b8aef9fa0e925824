"""What each scorer catches of deliberate faults in the shipped good answers, and what a gate makes of faulty runs."""
