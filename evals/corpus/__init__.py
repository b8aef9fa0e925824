"""Guideline files -> passages -> corpus -> index -> search."""

from evals.corpus.load import Corpus, load_corpus, read_corpus
from evals.corpus.passages import read_passage_file
from evals.corpus.search import Hit, Index, SentenceHit

__all__ = ["Corpus", "Hit", "Index", "SentenceHit", "load_corpus", "read_corpus", "read_passage_file"]
