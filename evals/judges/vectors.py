"""Sentences -> one vector each, for finding passages that say the same in other words.

Nearness finds what to read; it never says that a claim is borne out (measured: useless for that). Vectors of the
shipped guidelines come with the package; those of other corpora are made once and kept in the user's cache folder.
"""

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from evals.judges.verifier.encoder import LAYER, WEIGHTS, Floats, encode

_LOG = logging.getLogger(__name__)
SHIPPED = WEIGHTS / "sentences.npz"
KEEP_FROM = 200
"""New sentences from which a corpus is worth keeping on disk: fewer take about a second."""


def sentence_vector(text: str) -> Floats:
    """The mean of a sentence's word-piece vectors, of length 1; (384,)."""
    # Rounded as stored ones are, so that a vector is the same whether it was stored or made now.
    return np.asarray(np.float16(encode(text).whole), dtype=np.float32)


def sentence_vectors(texts: Sequence[str]) -> Floats:
    """One row for each text: from the package, from the cache folder, or made now; (len(texts), 384)."""
    keys = [key_of(text) for text in texts]
    known = _shipped()
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if len(missing) >= KEEP_FROM:
        stored = _read(_cache_file())
        made = {key: sentence_vector(text) for key, text in missing.items() if key not in stored}
        if made:
            _keep({**stored, **made})
        known = {**known, **stored, **made}
    else:
        known = {**known, **{key: sentence_vector(text) for key, text in missing.items()}}
    return np.stack([known[key] for key in keys]) if keys else np.zeros((0, LAYER), dtype=np.float32)


def key_of(text: str) -> str:
    """What a sentence's vector is stored under."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


@cache
def _shipped() -> Mapping[str, Floats]:
    return _read(SHIPPED)


@cache
def _cache_file() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    encoder = hashlib.sha256((WEIGHTS / "encoder.onnx").read_bytes()).hexdigest()[:16]
    return base / "navis-evals" / f"sentence-vectors-{encoder}.npz"


def _read(path: Path) -> Mapping[str, Floats]:
    if not path.is_file():
        return {}
    try:
        with np.load(path) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"].astype(np.float32), strict=True))
    except (OSError, ValueError, KeyError) as error:
        _LOG.warning("The cache %s cannot be read (%s); its vectors are made again.", path, error)
        return {}


def write_vectors(path: Path, vectors: Mapping[str, Floats]) -> None:
    """Write a file of vectors, all at once or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
    np.savez_compressed(
        part, keys=sorted(vectors), vectors=np.array([vectors[key] for key in sorted(vectors)], dtype=np.float16)
    )
    part.replace(path)


def _keep(vectors: Mapping[str, Floats]) -> None:
    try:
        write_vectors(_cache_file(), vectors)
    except OSError as error:
        _LOG.warning("Sentence vectors cannot be kept (%s); they are made anew each time.", error)
