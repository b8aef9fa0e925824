"""Overreach: sentences in which an answer stops being information. What is said, to whom, and in what scope."""
