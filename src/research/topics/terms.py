"""Readable words, and which of them tell one topic from the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from research.embedding import Matrix, stop_words
from research.text import fold, is_arabic

Labels = npt.NDArray[np.int64]
_WORD = re.compile(r"[^\W\d_]{3,}")
_MARKS = re.compile(r"[\u064b-\u0652\u0640]")
_ARTICLE = re.compile(r"^[وفبك]{1,2}(?=ال)")
_PARTICLES = [("ولل", "ال"), ("لل", "ال"), ("و", ""), ("ف", "")]
LARGE = 300  # passages from which on there are enough for
_SPREAD = 3  # passages that must hold a term
_MEETINGS = 5  # times that two of a topic's terms should meet in its passages by chance


def readable_words(text: str) -> list[str]:
    """Words as a reader knows them, without stop words; Arabic ones without attached particles before ال.

    >>> readable_words("Les modèles de langue")
    ['modèles', 'langue']
    """
    return [word for found in _WORD.findall(_MARKS.sub("", text.lower())) if (word := _readable(found))]


@lru_cache(maxsize=1_000_000)  # a collection's words come again and again
def _readable(word: str) -> str:
    bare = _ARTICLE.sub("", word) if is_arabic(word) else word
    folded = fold(bare).text
    return "" if any(folded in stop_words(language) for language in ("ar", "fr", "en", "es")) else bare


def count_words(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """How often each text has each readable word: a sparse matrix of texts by words, and the words.

    An Arabic word with a particle glued to it counts as the word itself, where the texts have that too and more often.

    >>> count_words(["وزارة", "ووزارة", "وزارة التعليم", "للتعليم"])[1]
    ['التعليم', 'وزارة']
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=readable_words)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # stop words and numbers only
        return csr_matrix((len(texts), 0)), []
    words, often = list(vectorizer.get_feature_names_out()), np.asarray(counts.sum(axis=0)).ravel()
    bare = [_bare_of(word, vectorizer.vocabulary_) for word in words]
    kept = [b if b is not None and often[b] >= often[i] else i for i, b in enumerate(bare)]
    kept = [kept[i] for i in kept]  # a particle before a particle
    columns = sorted(set(kept))
    position = {column: i for i, column in enumerate(columns)}
    merge = csr_matrix((np.ones(len(words)), (range(len(words)), [position[i] for i in kept])))
    return (counts @ merge).tocsr(), [words[column] for column in columns]


def _bare_of(word: str, known: dict[str, int]) -> int | None:
    """Where the word stands without the conjunction, or with the article instead of "for the"."""
    for prefix, instead in _PARTICLES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3 and instead + word[len(prefix) :] in known:
            return known[instead + word[len(prefix) :]]
    return None


def key_terms(counts: Any, labels: Labels, weights: Matrix | None, n: int) -> dict[int, list[tuple[int, float]]]:
    """The terms that set each topic apart: in many of its passages, in few others, and more its than any other's.

    With p the share of a topic's passages that hold a term, each weighted by how firmly it belongs, and q the share of
    all passages, a term scores p·ln²(p/q): its part of the divergence of the topic from the collection (Kullback and
    Leibler 1951), a rarer term preferred. A term too rare to meet another one of its kind in the topic's passages
    counts less, and so does one that another topic can claim more: its score is multiplied by its ratio to the best.

    Parameters
    ----------
    counts : sparse matrix of passages by terms
    labels : array of int
        The topic of each passage.
    weights : array of float, optional
        Of the passages; all alike without them.
    n : int
        Terms a topic, at most.

    Returns
    -------
    dict of int to list of (int, float)
        Topic -> columns of its terms with their scores, best first.
    """
    from scipy.sparse import csr_matrix

    held = (counts > 0).astype(float).tocsr()
    spread = np.flatnonzero(np.asarray(held.sum(axis=0)).ravel() >= (_SPREAD if len(labels) > LARGE else 1))
    held = held[:, spread]
    topics, rows = np.unique(labels, return_inverse=True)
    weights = np.ones(len(labels)) if weights is None or not weights.any() else weights
    member = csr_matrix((np.maximum(weights, 1e-9), (rows, np.arange(len(labels)))), (len(topics), len(labels)))
    inside = (member @ held).toarray() / np.asarray(member.sum(axis=1)).reshape(-1, 1)
    overall = np.asarray(held.mean(axis=0)).reshape(1, -1)
    lift = np.log(np.divide(inside, overall, out=np.ones_like(inside), where=inside > overall))
    often = np.minimum(1, np.bincount(rows)[:, None] * inside**2 / _MEETINGS)
    score = np.asarray(inside * lift**2 * often)
    best = score.max(axis=0, initial=0)
    score = score * np.divide(score, best, out=np.zeros_like(score), where=best > 0)
    found = {}
    for topic, row in zip(topics.tolist(), score, strict=True):
        top = np.argsort(-row.round(12), kind="stable")[:n]
        found[topic] = [(int(spread[column]), float(row[column])) for column in top if row[column] > 0]
    return found
