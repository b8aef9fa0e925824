"""Guideline files -> passages -> corpus -> index -> search; a person's own documents -> passages on their machine."""

from evals.corpus.add import PRIVATE_FOLDER, AddedDocument, add_document, add_documents
from evals.corpus.check import DocumentRow, Problem, check_corpus, describe
from evals.corpus.load import Corpus, load_corpus, read_corpus
from evals.corpus.passages import read_passage_file
from evals.corpus.search import Hit, Index, SentenceHit

__all__ = [
    "PRIVATE_FOLDER",
    "AddedDocument",
    "Corpus",
    "DocumentRow",
    "Hit",
    "Index",
    "Problem",
    "SentenceHit",
    "add_document",
    "add_documents",
    "check_corpus",
    "describe",
    "load_corpus",
    "read_corpus",
    "read_passage_file",
]
