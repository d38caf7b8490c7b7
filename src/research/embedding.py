"""Turn passages into vectors offline: words and characters within a language, codebook concepts across languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from research.codebook import Codebook
from research.errors import ResearchError
from research.text import PROCLITICS, fold, is_arabic

Matrix = npt.NDArray[np.float64]
_STEMMERS = {"ar": "arabic", "fr": "french", "en": "english", "es": "spanish"}


def stems(text: str, language: str = "") -> list[str]:
    """Stems of the words in `text`, Arabic particles taken off; without `language`, the script decides.

    >>> stems("والمعاهد", "ar") == stems("معاهد", "ar")
    True
    """
    language = language or ("ar" if is_arabic(text) else "en")
    words = re.findall(r"[^\W\d_]{2,}", fold(text).text)
    bare = [_bare(word) if is_arabic(word) else word for word in words]
    return [word for word in _stemmer(language).stemWords(bare) if len(word) > 1]


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(_STEMMERS.get(language, "english"))


def _bare(word: str) -> str:
    """The word without its longest particle run, as long as three letters stay and the article is part of it."""
    for prefix in sorted(PROCLITICS, key=len, reverse=True):
        if ("ل" in prefix[-2:] and len(prefix) > 1) and word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word[len(prefix) :]
    return word


class LexicalEmbedder(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Deterministic vectors from the collection itself; nothing is downloaded.

    Words (stems) and characters (3- to 5-grams inside words) are weighted by TF-IDF and reduced by truncated SVD
    (latent semantic analysis, Deerwester et al. 1990). With a codebook, a passage is also the TF-IDF of the
    concepts it mentions, which are the same in every language: that part bridges languages.

    Parameters
    ----------
    codebook : Codebook, optional
        Without it, the vectors are words and characters only.
    bridge : float
        Share of the squared length that the concepts get, in [0, 1].
    n_components : int
        Largest number of dimensions for words and characters.
    seed : int
        For the randomised SVD.
    """

    def __init__(
        self, codebook: Codebook | None = None, *, bridge: float = 0.7, n_components: int = 100, seed: int = 0
    ) -> None:
        self.codebook = codebook
        self.bridge = bridge
        self.n_components = n_components
        self.seed = seed

    def fit(self, texts: Sequence[str], y: object = None) -> LexicalEmbedder:
        """Learn vocabulary and weights from `texts`."""
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts: Sequence[str], y: object = None) -> Matrix:
        """Fit, then return one row a text, each of length 1 (or 0 where a text has no words)."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union

        texts = list(texts)
        self._words = make_union(
            TfidfVectorizer(analyzer=stems, sublinear_tf=True),
            TfidfVectorizer(preprocessor=_folded, analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
        )
        try:
            sparse = self._words.fit_transform(texts)
        except ValueError as error:
            raise ResearchError("no words in any of the texts", remedy="give passages that hold words") from error
        rank = min(self.n_components, min(sparse.shape) - 1)
        self._svd = TruncatedSVD(rank, random_state=self.seed) if rank >= 1 else None
        reduced = self._svd.fit_transform(sparse) if self._svd else sparse.toarray()
        self._concepts = self._concept_weights(texts)
        return self._join(reduced, texts)

    def transform(self, texts: Sequence[str]) -> Matrix:
        """Vectors of new texts in the fitted space."""
        texts = list(texts)
        sparse = self._words.transform(texts)
        return self._join(self._svd.transform(sparse) if self._svd else sparse.toarray(), texts)

    def _concept_weights(self, texts: list[str]) -> Any:
        if self.codebook is None:
            return None
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer=self._concept_finder(), sublinear_tf=True)
        try:
            return vectorizer.fit(texts)
        except ValueError:  # no text mentions any concept: there is nothing to bridge with
            return None

    def _concept_finder(self) -> Callable[[str], list[str]]:
        from research.coding.matcher import Matcher

        assert self.codebook is not None
        matcher, concepts = Matcher(self.codebook), self.codebook.concepts
        wanted = {"layer", "concept", "initiative"}  # what a text is about, not who or where
        return lambda text: [
            m.concept_id for m in matcher.find(text) if m.how != "never" and concepts[m.concept_id].scheme in wanted
        ]

    def _join(self, reduced: Matrix, texts: list[str]) -> Matrix:
        words = _unit(reduced)
        if self._concepts is None:
            return words
        concepts = _unit(self._concepts.transform(texts).toarray())
        return _unit(np.hstack([np.sqrt(1 - self.bridge) * words, np.sqrt(self.bridge) * concepts]))


def _folded(text: str) -> str:
    return fold(text).text


def _unit(matrix: Matrix) -> Matrix:
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0))
