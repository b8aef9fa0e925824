"""How often the safety scorers are right on labelled short texts."""
