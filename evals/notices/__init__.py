"""Notices in an answer: which are there, by meaning, and whether they stand where they must."""
