"""Readable words, and which of them tell one topic from the others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from research.embedding import Matrix, stop_words
from research.text import fold

Labels = npt.NDArray[np.int64]
_WORD = re.compile(r"[^\W\d_]{3,}")
_MARKS = re.compile(r"[\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
_PLAIN = re.compile("^(?:وبال|ولل|وال|بال|لل)(?=.{4})")
_ARTICLES = ("وبال", "ولل", "وال", "فال", "بال", "كال", "لل")  # each holds ال
_CONJUNCTIONS = {"و": 3, "ف": 4}  # and how many letters must be left: فكرة "idea" is not "and so a ball"
LARGE = 300  # passages from which on there are enough for
_SPREAD = 3  # passages that must hold a term
_MEETINGS = 5  # times that two of a topic's terms should meet in its passages by chance


def readable_words(text: str) -> list[str]:
    """Words as a reader knows them, without stop words, direction marks and vowel signs.

    The Arabic article loses the particle before it where that is plain from the word's length.

    >>> readable_words("Les modèles de langue, وبالابتكار")
    ['modèles', 'langue', 'الابتكار']
    """
    plain = _MARKS.sub("", unicodedata.normalize("NFC", text).lower())
    return [_PLAIN.sub("ال", word) for word in _WORD.findall(plain) if not _is_stop_word(word)]


@lru_cache(maxsize=1_000_000)  # a collection's words come again and again
def _is_stop_word(word: str) -> bool:
    return fold(word).text in _stop_words() or (word[0] in _CONJUNCTIONS and word[1:] in _arabic_stop_words())


@cache
def _stop_words() -> frozenset[str]:
    """Of all languages at once: a topic's words come from several.

    The English and Spanish lists of stopwordsiso hold words that texts are about ("research", "general"): of English,
    scikit-learn's list, of Spanish the short ones.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    short = {word for word in stop_words("es") if len(word) <= 4}
    return frozenset(stop_words("ar") | stop_words("fr") | set(ENGLISH_STOP_WORDS) | short)


@cache
def _arabic_stop_words() -> frozenset[str]:
    """As they are written, not folded: وإلى is "and to", والي a governor."""
    import stopwordsiso

    return frozenset(_MARKS.sub("", word) for word in stopwordsiso.stopwords("ar"))


def count_words(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """How often each text has each readable word: a sparse matrix of texts by words, and the words."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=readable_words)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # stop words and numbers only
        return csr_matrix((len(texts), 0)), []
    words = vectorizer.get_feature_names_out().tolist()
    forms = bare_forms(dict(zip(words, np.asarray(counts.sum(axis=0)).ravel().tolist(), strict=True)))
    kept = sorted({forms.get(word, word) for word in words})
    column = {word: i for i, word in enumerate(kept)}
    columns = [column[forms.get(word, word)] for word in words]
    merge = csr_matrix((np.ones(len(words)), (range(len(words)), columns)), (len(words), len(kept)))
    return (counts @ merge).tocsr(), kept


def bare_forms(often: Mapping[str, float]) -> dict[str, str]:
    """Arabic word with a particle glued to it -> the word itself, where a collection has that too.

    With a conjunction, which may be a letter of the word, only where the collection has the bare word more often.

    >>> bare_forms({"وزارة": 3, "ووزارة": 1, "التعليم": 1, "للتعليم": 2, "والبحث": 1})
    {'ووزارة': 'وزارة', 'للتعليم': 'التعليم'}
    """
    found = {}
    for word in often:
        bare, sure = _bare_of(word, often)
        if bare is not None and (sure or often[bare] >= often[word]):
            found[word] = bare
    return {word: found.get(bare, bare) for word, bare in found.items()}  # a particle before a particle


def _bare_of(word: str, known: Mapping[str, float]) -> tuple[str | None, bool]:
    """The word without its particle, if the texts have it so, and whether it surely is one."""
    for prefix in _ARTICLES:
        bare = "ال" + word[len(prefix) :]
        if word.startswith(prefix) and len(word) - len(prefix) >= 3 and bare in known:
            return bare, True
    if len(word) - 1 >= _CONJUNCTIONS.get(word[0], len(word)) and word[1:] in known:
        return word[1:], False
    return None, False


def key_terms(counts: Any, labels: Labels, weights: Matrix | None, n: int) -> dict[int, list[tuple[int, float]]]:
    """The terms that set each topic apart: weighty in its passages, rare in others, and more its than any other's.

    With p the share of a topic's passages that hold a term, q the share of all, and w the term's mean TF-IDF in the
    topic's passages, each passage as heavy as its weight, a term scores w·ln²(p/q). A term too rare to meet another one
    of its kind in the topic's passages counts less, and so does one that another topic can claim more: its score is
    multiplied by its ratio to the best. Of the scores tried on BBC_News and ant_ar this one had the most coherent terms
    at nine in ten distinct ones, counted on texts it had not seen (``benchmarks/topics.py``).

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
    inside, overall = (member @ held).toarray(), (weights @ held).reshape(1, -1) / weights.sum()
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
