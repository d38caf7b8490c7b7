"""A BERTopic of this project's parts. Whatever touches BERTopic's internals is here."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer

from research.codebook import Codebook
from research.embedding import Matrix, unit_length
from research.engines import dense
from research.topics.clusters import clusterer, firmness, reducer
from research.topics.terms import count_words, key_terms, readable_words

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="IProgress not found")  # nobody waits for a progress bar here
    import bertopic._bertopic
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.representation._base import BaseRepresentation

if find_spec("hdbscan") is None:
    # BERTopic 0.17 without HDBSCAN asks isinstance(model, None) before it assigns new texts, which is a TypeError.
    bertopic._bertopic.is_supported_hdbscan = lambda model: False

TERMS = 10
Words = list[tuple[str, float]]


def new_model(embedder: Any, n_topics: int, *, rows: int, seed: int = 0, **options: Any) -> BERTopic:
    """An unfitted BERTopic: k-means on PCA, readable words, key terms.

    Parameters
    ----------
    embedder : transformer
        Anything with ``transform(texts)``; `fit_topics` keeps the one it used in ``Topics.embedder``.
    n_topics : int
        Number of clusters.
    rows : int
        Passages that will be fitted, for the number of dimensions.
    seed : int
        For k-means.
    **options
        Any other option of BERTopic: ``seed_topic_list``, ``zeroshot_topic_list``, ``calculate_probabilities`` …
    """
    parts = {
        "embedding_model": Backend(embedder),
        "umap_model": reducer(rows),
        "hdbscan_model": clusterer(n_topics, seed, rows),
        "vectorizer_model": CountVectorizer(analyzer=readable_words),
        "representation_model": KeyTerms(),
        "top_n_words": TERMS,
    }
    return BERTopic(**parts | options)


class Backend(BaseEmbedder):  # type: ignore[misc]
    """A fitted transformer as BERTopic's embedding model."""

    def __init__(self, embedder: Any) -> None:
        super().__init__()
        self.embedder = embedder

    def embed(self, documents: Sequence[str], verbose: bool = False) -> Matrix:
        """One row a document."""
        return dense(self.embedder.transform(list(documents)), len(documents))


class KeyTerms(BaseRepresentation):  # type: ignore[misc]
    """BERTopic's representation of a topic by `key_terms`, which share fewer words between topics than c-TF-IDF.

    Attributes
    ----------
    known : tuple or None
        What is known of the passages that are being fitted, by BERTopic's document id: their reduced vectors, so that
        those at the heart of a topic count more, and their `count_words`. Only for as long as the fit lasts.
    """

    def __init__(self) -> None:
        self.known: tuple[Matrix, Any, list[str]] | None = None

    def extract_topics(
        self, topic_model: BERTopic, documents: pd.DataFrame, c_tf_idf: Any, topics: Mapping[int, Words]
    ) -> Mapping[int, Words]:
        """Topic -> its terms, best first; c-TF-IDF's where none stands out."""
        labels = documents["Topic"].to_numpy(dtype=int)
        if self.known is not None:
            reduced, counts, words = self.known
            ids = documents["ID"].to_numpy()
            weights, counts = firmness(reduced[ids], labels), counts[ids]
        else:
            weights, (counts, words) = None, count_words(documents["Document"].tolist())
        found = key_terms(counts, labels, weights, topic_model.top_n_words)
        named = {topic: [(words[column], score) for column, score in best] for topic, best in found.items()}
        return {topic: _padded(named.get(topic) or given, topic_model.top_n_words) for topic, given in topics.items()}


def _padded(words: Words, n: int) -> Words:
    return [*words[:n], *[("", 1e-5)] * (n - len(words))]  # as BERTopic itself fills a short list


class Guided:
    """An embedder that draws passages towards what guides them, as BERTopic's guided mode does.

    A passage nearer to a guide than to the mean of the collection moves a quarter of the way to it; here new passages
    move as the fitted ones did.

    Parameters
    ----------
    embedder : transformer
    guides : list of str
        Texts; of a codebook, `layer_words`.
    """

    def __init__(self, embedder: Any, guides: list[str]) -> None:
        self.embedder = embedder
        self.guides = guides

    def fit_transform(self, texts: list[str]) -> Matrix:
        """One row a text."""
        vectors = dense(self.embedder.fit_transform(texts), len(texts))
        self.towards_ = np.vstack([dense(self.embedder.transform(self.guides), len(self.guides)), vectors.mean(axis=0)])
        return self._moved(vectors)

    def transform(self, texts: list[str]) -> Matrix:
        """One row a text."""
        return self._moved(dense(self.embedder.transform(texts), len(texts)))

    def _moved(self, vectors: Matrix) -> Matrix:
        nearest = (unit_length(vectors) @ unit_length(self.towards_).T).argmax(axis=1)
        moves = (nearest < len(self.guides))[:, None]
        return np.where(moves, 0.75 * vectors + 0.25 * self.towards_[nearest], vectors)


def layer_words(codebook: Codebook) -> list[str]:
    """Each layer's names in all languages, as one text."""
    named = [
        [*layer.label.values(), *(name for names in layer.alt.values() for name in names)]
        for layer in codebook.scheme("layer")
    ]
    return [" ".join(names) for names in named]
