"""Vectors of the shipped passages' sentences -> sentences.npz beside the encoder. Run after a passage changes.

python -m training.embed_corpus
"""

from pathlib import Path

from evals.corpus import load_corpus
from evals.judges.evidence import passage_sentences
from evals.judges.vectors import SHIPPED, key_of, sentence_vector, write_vectors


def main() -> None:
    """Embed every sentence of the shipped corpus once."""
    corpus = load_corpus([Path(__file__).parents[1] / "datasets" / "guidelines"])
    texts = sorted({text for passage in corpus.passages.values() for _, _, text in passage_sentences(passage)})
    write_vectors(SHIPPED, {key_of(text): sentence_vector(text) for text in texts})
    print(f"{len(texts)} sentences, {SHIPPED.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
