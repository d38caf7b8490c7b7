"""What turns passages into vectors, by name: the lexical embedder, or a model that is already on this machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from research.codebook import Codebook
from research.embedding import LexicalEmbedder, Matrix
from research.errors import ResearchError

_COMMIT = re.compile("[0-9a-f]{7,40}")
_USES = "'lexical', 'sentence-transformers:NAME@COMMIT', 'model2vec:NAME@COMMIT' or an object with transform(texts)"


def load_engine(embedding: Any, codebook: Codebook | None, seed: int) -> tuple[Any, str]:
    """The engine that `embedding` names or is, with ``fit_transform`` and ``transform``, and its exact description.

    Parameters
    ----------
    embedding : str or object
        ``"lexical"``; ``"sentence-transformers:NAME"`` or ``"model2vec:NAME"`` with NAME a folder, or a model of the
        hub with its commit, ``NAME@COMMIT``; a scikit-learn transformer; a BERTopic backend.
    codebook : Codebook, optional
        For the lexical embedder.
    seed : int
        For the lexical embedder.

    Returns
    -------
    object, str
        The description names the commit of a model, or the hash of a folder.

    Raises
    ------
    ResearchError
        An unknown name, a package or weights that are not on this machine, no commit. Nothing is downloaded.

    Examples
    --------
    >>> load_engine("lexical", None, 0)[1]
    'lexical'
    """
    if not isinstance(embedding, str):
        return _object(embedding)
    if embedding == "lexical":
        return LexicalEmbedder(codebook, seed=seed), "lexical"
    kind, _, name = embedding.partition(":")
    if kind not in _LOADERS or not name:
        raise ResearchError(f"unknown embedding {embedding!r}", remedy=f"use {_USES}")
    if Path(name).is_dir():
        return _loaded(kind, name, None), f"{kind}:{Path(name).name}@sha256:{_hash(Path(name))}"
    if Path(name).is_absolute() or name.startswith("."):
        raise ResearchError(f"no folder {name}", remedy="give the folder that holds the model")
    name, _, revision = name.rpartition("@")
    if not name or not _COMMIT.fullmatch(revision):
        raise ResearchError(
            f"embedding {embedding!r} names no commit",
            remedy=f"pin it, {kind}:{name or revision}@COMMIT, so that the study can be repeated",
        )
    return _loaded(kind, name, revision), f"{kind}:{name}@{revision}"


def _loaded(kind: str, name: str, revision: str | None) -> Encoder:
    try:
        return Encoder(_LOADERS[kind](name, revision))
    except ImportError as error:
        raise ResearchError(
            f"{kind} is not installed, and embedding {kind}:{name} needs it", remedy=f"pip install {kind}"
        ) from error
    except Exception as error:  # each library has its own errors for weights that are absent or broken
        what = f"{name} at {revision} is not on this machine" if revision else f"{name} holds no {kind} model to read"
        remedy = f"hf download {name} --revision {revision}" if revision else "give the folder of a whole model"
        raise ResearchError(f"embedding {kind}: {what} ({type(error).__name__})", remedy=remedy) from error


def dense(vectors: Any, rows: int) -> Matrix:
    """What an engine returned, as a dense array of numbers.

    Raises
    ------
    ResearchError
        It has not one row of numbers for each of so many texts.
    """
    found = np.asarray(vectors.toarray() if hasattr(vectors, "toarray") else vectors, dtype=float)
    if found.ndim != 2 or len(found) != rows or not np.isfinite(found).all():
        raise ResearchError(
            f"the embedding gave an array of shape {found.shape} for {rows} texts, or not only numbers",
            remedy="give an engine that returns one row of finite numbers a text",
        )
    return found


def _sentence_transformer(name: str, revision: str | None) -> Callable[[list[str]], Matrix]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(name, revision=revision, local_files_only=True, device="cpu")
    return lambda texts: np.asarray(model.encode(texts, show_progress_bar=False))


def _static_model(name: str, revision: str | None) -> Callable[[list[str]], Matrix]:
    from model2vec import StaticModel

    if revision:
        from huggingface_hub import snapshot_download

        name = snapshot_download(name, revision=revision, local_files_only=True)
    model = StaticModel.from_pretrained(name)
    return lambda texts: np.asarray(model.encode(texts))


_LOADERS: dict[str, Callable[[str, str | None], Callable[[list[str]], Matrix]]] = {
    "sentence-transformers": _sentence_transformer,
    "model2vec": _static_model,
}


class Encoder:
    """A trained model with the methods of a transformer; there is nothing for it to learn from a collection."""

    def __init__(self, encode: Callable[[list[str]], Any]) -> None:
        self.encode = encode

    def fit_transform(self, texts: Sequence[str]) -> Matrix:
        """One row a text."""
        return self.transform(texts)

    def transform(self, texts: Sequence[str]) -> Matrix:
        """One row a text."""
        return np.asarray(self.encode(list(texts)), dtype=float)


def _object(given: Any) -> tuple[Any, str]:
    described = type(given).__name__
    if hasattr(given, "fit_transform") and hasattr(given, "transform"):
        return deepcopy(given), described  # fitted here, and not again under the model that keeps it
    for method in ("transform", "embed", "encode"):  # of scikit-learn, BERTopic, sentence-transformers
        if callable(getattr(given, method, None)):
            return Encoder(getattr(given, method)), described
    raise ResearchError(f"a {described} turns no texts into vectors", remedy=f"use {_USES}")


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
