"""Turn passages into vectors offline: words and characters within a language, codebook concepts across languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from research.codebook import Codebook
from research.errors import ResearchError
from research.text import PROCLITICS, fold, fold_all, is_arabic

if TYPE_CHECKING:
    from research.coding.matcher import Matcher

Matrix = npt.NDArray[np.float64]
STEMMED = {"en": "english", "fr": "french", "ar": "arabic", "es": "spanish"}
_PART = 20_000  # texts whose sparse rows are in memory at once when new texts are embedded
_WORD = re.compile(r"[^\W\d_]{2,}")


def stems(text: str, language: str = "") -> list[str]:
    """Stems of the words in `text`, Arabic particles taken off; without `language`, the words decide.

    >>> stems("والمعاهد", "ar") == stems("معاهد", "ar")
    True
    >>> stems("les centres de données")
    ['le', 'centr', 'de', 'donne']
    """
    words = _WORD.findall(fold(text).text)
    return _stemmed(words, language or guess_language(words))


def guess_language(words: Sequence[str]) -> str:
    """The language most of folded `words` are of, by script and stop words: enough to choose a stemmer, and quick.

    >>> guess_language("le lac et la rive".split()), guess_language("the lake".split())
    ('fr', 'en')
    """
    counts = [sum(spoken) for spoken in zip(*map(_traits, words), strict=True)] or [0]
    return list(STEMMED)[counts.index(max(counts))]  # English where nothing speaks for another


@lru_cache(maxsize=1_000_000)
def _traits(word: str) -> tuple[bool, ...]:
    """Whether a word speaks for each of the languages of `STEMMED`."""
    if is_arabic(word):
        return tuple(language == "ar" for language in STEMMED)
    return tuple(language != "ar" and word in stop_words(language) for language in STEMMED)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Folded stop words of a language."""
    import stopwordsiso

    return frozenset(fold(word).text for word in stopwordsiso.stopwords(language))


def _stemmed(words: Sequence[str], language: str) -> list[str]:
    return [stem for stem in (_stem(word, language) for word in words) if len(stem) > 1]


@lru_cache(maxsize=1_000_000)  # a collection's words come again and again
def _stem(word: str, language: str) -> str:
    return str(_stemmer(language).stemWord(_bare(word) if language == "ar" else word))


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(STEMMED.get(language, "english"))


_GLUED_ARTICLES = sorted((p for p in PROCLITICS if p.endswith(("ال", "لل"))), key=len, reverse=True)


def _bare(word: str) -> str:
    """The word without its longest particle run, as long as three letters stay and the article is part of it."""
    for prefix in _GLUED_ARTICLES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word[len(prefix) :]
    return word


class LexicalEmbedder(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """Deterministic vectors from the collection itself; nothing is downloaded.

    Words (stems) and characters (n-grams inside words) are weighted by TF-IDF and reduced by truncated SVD (latent
    semantic analysis, Deerwester et al. 1990). With a codebook, a passage is also the TF-IDF of the concepts it
    mentions, which are the same in every language: that part bridges languages. A passage that mentions none has the
    collection's mean in its place.

    Parameters
    ----------
    codebook : Codebook, optional
        Without it, the vectors are words and characters only.
    bridge : float
        Share of the squared length that the concepts get, in [0, 1]. Below a half, passages that tell the same in
        two languages are further apart than strangers in one (``benchmarks/topics.py`` prints the sweep).
    n_components : int
        Largest number of dimensions for words and characters.
    ngram_range : tuple of int
        Shortest and longest character n-gram.
    seed : int
        For the randomised SVD.

    Examples
    --------
    >>> LexicalEmbedder().fit_transform(["un lac", "un moulin", "un lac bleu"]).shape
    (3, 2)
    """

    def __init__(
        self,
        codebook: Codebook | None = None,
        *,
        bridge: float = 0.7,
        n_components: int = 100,
        ngram_range: tuple[int, int] = (4, 4),
        seed: int = 0,
    ) -> None:
        self.codebook = codebook
        self.bridge = bridge
        self.n_components = n_components
        self.ngram_range = ngram_range
        self.seed = seed

    def fit(self, texts: Sequence[str], y: object = None) -> LexicalEmbedder:
        """Learn vocabulary and weights from `texts`."""
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts: Sequence[str], y: object = None) -> Matrix:
        """Fit, then return one row a text, each of length 1 (0 where a text has no words and there is no codebook)."""
        from sklearn.decomposition import TruncatedSVD

        texts = list(texts)
        self.words_ = _WordsAndCharacters(self.ngram_range)
        sparse = self.words_.fit_transform(texts)
        rank = min(self.n_components, min(sparse.shape) - 1)
        self.svd_ = TruncatedSVD(rank, n_iter=2, random_state=self.seed) if rank >= 1 else None
        reduced = self.svd_.fit_transform(sparse) if self.svd_ else sparse.toarray()
        concepts = self._fit_concepts(texts)
        vectors = self._join(reduced, concepts)
        self.width_ = vectors.shape[1]
        return vectors

    def transform(self, texts: Sequence[str]) -> Matrix:
        """Vectors of new texts in the fitted space."""
        parts = [self._part(part) for part in _parts(texts)]
        return np.vstack(parts) if parts else np.zeros((0, self.width_))

    def _part(self, texts: list[str]) -> Matrix:
        sparse = self.words_.transform(texts)
        reduced = self.svd_.transform(sparse) if self.svd_ else sparse.toarray()
        return self._join(reduced, self.concepts_.transform(texts).toarray() if self.concepts_ else None)

    def _fit_concepts(self, texts: list[str]) -> Matrix | None:
        self.concepts_ = None
        if self.codebook is None:
            return None
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer=ConceptFinder(self.codebook), sublinear_tf=True)
        try:
            concepts = np.asarray(vectorizer.fit_transform(texts).toarray())
        except ValueError:  # no text mentions any concept: there is nothing to bridge with
            return None
        self.concepts_ = vectorizer
        self.neutral_ = unit_length(unit_length(concepts).mean(axis=0, keepdims=True))
        return concepts

    def _join(self, reduced: Matrix, concepts: Matrix | None) -> Matrix:
        words = unit_length(reduced)
        if concepts is None:
            return words
        # Left to its words alone, a passage without a concept would stand with all others of its language.
        bridge = np.where(concepts.any(axis=1, keepdims=True), unit_length(concepts), self.neutral_)
        return unit_length(np.hstack([np.sqrt(1 - self.bridge) * words, np.sqrt(self.bridge) * bridge]))


class _WordsAndCharacters:
    """TF-IDF of stems beside TF-IDF of character n-grams inside words, each row of each of length 1.

    A text is read once, into counts of its words. All else is found out once for each distinct word, and multiplied:
    the n-grams of a text are its words' n-grams, its stems its words' stems.
    """

    def __init__(self, ngram_range: tuple[int, int]) -> None:
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

        self._ngrams = CountVectorizer(analyzer="char_wb", ngram_range=ngram_range, lowercase=False)
        self._weights = TfidfTransformer(sublinear_tf=True), TfidfTransformer(sublinear_tf=True)
        self._stems: dict[str, int] = {}

    def fit_transform(self, texts: list[str]) -> Any:
        counts, words = _counted(texts)
        if not words:
            raise ResearchError("no words in any of the texts", remedy="give passages that hold words")
        self._stems = {}
        return self._weighted(counts, words, fit=True)

    def transform(self, texts: list[str]) -> Any:
        return self._weighted(*_counted(texts), fit=False)

    def _weighted(self, counts: Any, words: list[str], *, fit: bool) -> Any:
        from scipy.sparse import hstack

        of_word = self._ngrams.fit_transform(words) if fit else self._ngrams.transform(words)
        parts = [self._stem_counts(counts, words, fit=fit), counts @ of_word]
        pairs = zip(self._weights, parts, strict=True)
        return hstack([w.fit_transform(part) if fit else w.transform(part) for w, part in pairs]).tocsr()

    def _stem_counts(self, counts: Any, words: list[str], *, fit: bool) -> Any:
        """Texts by stems; a text's words are stemmed in the language that most of them are of."""
        from scipy.sparse import csr_matrix, diags_array

        traits = csr_matrix(np.array([_traits(word) for word in words], dtype=float).reshape(-1, len(STEMMED)))
        language = (counts @ traits).toarray().argmax(axis=1)
        pairs: list[tuple[Any, list[int], list[int]]] = []
        for i, name in enumerate(STEMMED):
            own = (diags_array((language == i).astype(float)) @ counts).tocsc()
            used = np.flatnonzero(np.diff(own.indptr)).tolist()
            stemmed = [_stem(words[column], name) for column in used]
            if fit:
                for stem in stemmed:
                    self._stems.setdefault(stem, len(self._stems))
            known = [
                (column, self._stems[stem]) for column, stem in zip(used, stemmed, strict=True) if stem in self._stems
            ]
            pairs.append((own, [column for column, _ in known], [stem for _, stem in known]))
        shape = (len(words), len(self._stems))
        return sum(own @ csr_matrix((np.ones(len(rows)), (rows, columns)), shape) for own, rows, columns in pairs)


def _counted(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """How often each text has each folded word: a sparse matrix of texts by words, and the words."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=_words)
    try:
        counts = vectorizer.fit_transform(folded.text for folded in fold_all(texts))
    except ValueError:  # no words at all
        return csr_matrix((len(texts), 0)), []
    return counts, vectorizer.get_feature_names_out().tolist()


class ConceptFinder:
    """The codebook's concepts in a text: what it is about, not who or where.

    A class rather than a function, so that what holds it can be pickled; an automaton can't be, and is made anew.
    """

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook

    def __call__(self, text: str) -> list[str]:
        return [m.concept_id for m in self._matcher.find(text) if m.how == "label" and m.concept_id in self._wanted]

    def __getstate__(self) -> dict[str, Any]:
        return {"codebook": self.codebook}

    @cached_property
    def _matcher(self) -> Matcher:
        from research.coding.matcher import matcher_of

        return matcher_of(self.codebook)

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(concept.id for concept in self.codebook.scheme("layer", "concept", "initiative"))


def _words(folded: str) -> list[str]:
    return _WORD.findall(folded)


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    stream = iter(texts)
    while part := list(islice(stream, _PART)):
        yield part


def unit_length(matrix: Matrix) -> Matrix:
    """Each row divided by its length; a row of zeros stays."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0))
