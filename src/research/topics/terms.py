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
    """The terms that set each topic apart: weighty in its passages, rare in others, and more its than any other's.

    With p the share of a topic's passages that hold a term, q the share of all, and w the term's mean TF-IDF in the
    topic's passages, a term scores w·ln²(p/q). A term too rare to meet another one of its kind in the topic's passages
    counts less, and so does one that another topic can claim more: its score is multiplied by its ratio to the best.
    Of the scores tried on BBC_News and ant_ar this one had the most coherent terms, counted on texts it had not seen,
    with at least nine in ten of them distinct (``benchmarks/topics.py``).

    Parameters
    ----------
    counts : sparse matrix of passages by terms
    labels : array of int
        The topic of each passage.
    weights : array of float, optional
        How firmly each passage belongs to its topic; all alike without them.
    n : int
        Terms a topic, at most.

    Returns
    -------
    dict of int to list of (int, float)
        Topic -> columns of its terms with their scores, best first.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    topics, rows = np.unique(labels, return_inverse=True)
    spread = np.flatnonzero(counts.getnnz(axis=0) >= (_SPREAD if len(labels) > LARGE else 1))
    if not len(spread):
        return {topic: [] for topic in topics.tolist()}
    counts = counts[:, spread]
    held = (counts > 0).astype(float)
    weights = np.ones(len(labels)) if weights is None or not weights.any() else np.maximum(weights, 1e-9)
    member = csr_matrix((weights, (rows, np.arange(len(labels)))), (len(topics), len(labels)))
    member = member.multiply(1 / member.sum(axis=1)).tocsr()  # a weighted mean of a topic's passages
    inside, overall = (member @ held).toarray(), np.asarray(held.mean(axis=0)).reshape(1, -1)
    lift = np.log(np.divide(inside, overall, out=np.ones_like(inside), where=inside > overall))
    often = np.minimum(1, np.bincount(rows)[:, None] * inside**2 / _MEETINGS)
    score = (member @ TfidfTransformer().fit_transform(counts)).toarray() * lift**2 * often
    best = score.max(axis=0, initial=0)
    score *= np.divide(score, best, out=np.zeros_like(score), where=best > 0)
    found = {}
    for topic, row in zip(topics.tolist(), score, strict=True):
        top = np.argsort(-row.round(12), kind="stable")[:n]
        found[topic] = [(int(spread[column]), float(row[column])) for column in top if row[column] > 0]
    return found
