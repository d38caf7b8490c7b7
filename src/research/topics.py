"""Topics by BERTopic: the same whatever the order, stable over samples, labelled in three languages.

The ladder for size: fewer than `FEWEST` distinct passages give no topics, and the result says so; up to `LARGE`,
k-means on PCA with the number of topics chosen by stability; above, k-means on PCA with a number that grows with
the collection. All of BERTopic's internals that this project touches are in this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from research.codebook import Codebook
from research.corpus import Corpus
from research.embedding import LexicalEmbedder, Matrix
from research.errors import ResearchError
from research.evaluation import npmi
from research.tables import table
from research.text import fold, is_arabic

if TYPE_CHECKING:
    from bertopic import BERTopic

FEWEST, LARGE = 30, 300
SHARE = 0.8  # of the stories or passages in a bootstrap sample
SAME_TOPIC = 0.5  # Jaccard similarity from which a sample's cluster is the topic found again
STEADY = 0.8  # share of samples below which a topic is unstable
_TERMS = 10
_DIMENSIONS = {True: 5, False: 10}  # of the PCA, for a collection up to LARGE and above
_LOW_CHANCE = 0.05

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Topics:
    """Topics of a collection.

    Attributes
    ----------
    model : BERTopic or None
        The fitted model; None where the collection is too small.
    topics : DataFrame
        The topics table, one row a topic.
    assignments : DataFrame
        The topic_passages table.
    stability : DataFrame
        One row a bootstrap sample: run, passages, ari.
    rung : str
        The rung of the ladder that was used, and why.
    parameters : dict
        What `fit_topics` was called with, and the number of topics chosen.
    """

    model: BERTopic | None
    topics: pd.DataFrame
    assignments: pd.DataFrame
    stability: pd.DataFrame
    rung: str
    parameters: dict[str, Any] = field(default_factory=dict)


def fit_topics(
    passages: Corpus | pd.DataFrame | Sequence[str],
    *,
    codebook: Codebook | None = None,
    embedding: str = "lexical",
    n_topics: int | None = None,
    seed: int = 0,
    runs: int = 20,
) -> Topics:
    """Fit topics to passages.

    Parameters
    ----------
    passages : Corpus, DataFrame or sequence of str
        A Corpus (its paragraphs are used), a table with a ``text`` column (``passage_id``, ``doc_id``,
        ``language`` and ``story_id`` are used when there), or plain texts.
    codebook : Codebook, optional
        Bridges languages and names topics.
    embedding : str
        ``"lexical"``: offline and deterministic.
    n_topics : int, optional
        Chosen by stability when not given.
    seed : int
        For the clustering and the bootstrap samples.
    runs : int
        Bootstrap samples: each of 80 % of the stories (or of the passages, below ten stories).

    Returns
    -------
    Topics

    Raises
    ------
    ResearchError
        An unknown embedding, no texts, or an impossible number of topics.

    Examples
    --------
    >>> fit_topics(["une phrase", "une autre"]).rung
    'no topics: 2 distinct passages, fewer than 30'
    """
    frame = _frame(passages)
    if runs < 1:
        raise ResearchError(f"runs={runs}", remedy="give at least one bootstrap sample")
    if embedding != "lexical":
        raise ResearchError(f"unknown embedding {embedding!r}", remedy="use 'lexical'")
    parameters = {"embedding": embedding, "n_topics": n_topics, "seed": seed, "runs": runs}
    distinct = frame["text"].nunique()
    if distinct < FEWEST:
        rung = f"no topics: {distinct} distinct passages, fewer than {FEWEST}"
        blank = pd.DataFrame(columns=["run", "passages", "ari"])
        return Topics(None, table("topics", []), table("topic_passages", []), blank, rung, parameters)
    if n_topics is not None and not 2 <= n_topics <= len(frame) // 2:
        raise ResearchError(f"n_topics={n_topics}", remedy=f"give a number from 2 to {len(frame) // 2}")
    embedder = LexicalEmbedder(codebook, seed=seed)
    vectors = embedder.fit_transform(frame["text"].tolist())
    samples = _samples(frame, runs, seed)
    count, rung = _choose(vectors, samples, n_topics, seed)
    model, labels = _fit_bertopic(frame["text"].tolist(), vectors, embedder, count, seed)
    stability, found = _stability(vectors, labels, samples, seed)
    margins, nearest = _margins(vectors, labels)
    assignments = frame[["passage_id"]].assign(
        topic_id=labels, margin=margins, representative=_representatives(frame, labels, nearest)
    )
    rows = _describe(frame, labels, codebook, model, stability, found, runs)
    return Topics(
        model,
        table("topics", rows),
        table("topic_passages", assignments.sort_values("passage_id")),
        stability,
        rung,
        parameters | {"n_topics": count},
    )


def _frame(passages: Corpus | pd.DataFrame | Sequence[str]) -> pd.DataFrame:
    """Passages in an order of their own, so that the order they came in can change nothing."""
    if isinstance(passages, Corpus):
        frame = passages.passages.query("kind == 'paragraph'")
        frame = frame.merge(passages.documents[["doc_id", "story_id"]], on="doc_id")
    elif isinstance(passages, pd.DataFrame):
        frame = passages.copy()
    else:
        frame = pd.DataFrame({"text": list(passages)})
    if "text" not in frame or frame.empty:
        raise ResearchError("no passages to model", remedy="give a Corpus, a table with a text column or texts")
    frame = frame.reset_index(drop=True)
    if "passage_id" not in frame:
        frame["passage_id"] = [f"p{i:06d}" for i in range(len(frame))]
    if "doc_id" not in frame:
        frame["doc_id"] = frame["passage_id"]
    if "story_id" not in frame:
        frame["story_id"] = frame["doc_id"]
    if "language" not in frame:
        frame["language"] = ["ar" if is_arabic(text) else "" for text in frame["text"]]
    return frame.sort_values(["text", "passage_id"], kind="stable").reset_index(drop=True)


def _samples(frame: pd.DataFrame, runs: int, seed: int) -> list[Labels]:
    """Positions in each bootstrap sample: 80 % of the stories, or of the passages when stories are few."""
    stories = sorted(frame["story_id"].unique())
    unit = "story_id" if len(stories) >= 10 else "passage_id"
    units = frame[unit].drop_duplicates().tolist()  # in the order of the texts, whatever the names
    drawn = []
    for run in range(runs):
        generator = np.random.default_rng([seed, run])
        chosen = generator.choice(len(units), size=round(SHARE * len(units)), replace=False)
        drawn.append(np.flatnonzero(frame[unit].isin({units[i] for i in chosen})))
    return drawn


def _reducer(vectors: Matrix, dimensions: int) -> Any:
    from sklearn.decomposition import PCA

    return PCA(min(dimensions, *vectors.shape, len(vectors) - 1), svd_solver="full")


def _clusterer(count: int, seed: int) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=10, random_state=seed)


def _cluster(vectors: Matrix, count: int, seed: int, dimensions: int) -> Labels:
    reduced = _reducer(vectors, dimensions).fit_transform(vectors)
    return np.asarray(_clusterer(count, seed).fit_predict(reduced))


def _choose(vectors: Matrix, samples: list[Labels], n_topics: int | None, seed: int) -> tuple[int, str]:
    rows, dimensions = len(vectors), _DIMENSIONS[len(vectors) <= LARGE]
    distinct = len(np.unique(vectors.round(9), axis=0))
    if n_topics is not None:
        return min(n_topics, distinct), f"k-means on PCA, {n_topics} topics as asked"
    if distinct < FEWEST or rows > LARGE:
        count = min(distinct, max(8, round(rows**0.5 / 2)))
        return count, f"k-means on PCA, {count} topics for {rows} passages"
    scores = {}
    for count in range(4, min(8, rows // 6) + 1):
        whole = _cluster(vectors, count, seed, dimensions)
        scores[count] = float(
            np.mean([_rand(whole[s], _cluster(vectors[s], count, seed, dimensions)) for s in samples[:10]])
        )
    best = max(scores, key=lambda count: (round(scores[count], 3), count))
    return best, f"k-means on PCA, {best} topics: the steadiest number from 4 to {max(scores)} for {rows} passages"


def _rand(a: Labels, b: Labels) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(a, b))


def _fit_bertopic(
    texts: list[str], vectors: Matrix, embedder: LexicalEmbedder, count: int, seed: int
) -> tuple[BERTopic, Labels]:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from sklearn.feature_extraction.text import CountVectorizer

    class _Backend(BaseEmbedder):  # type: ignore[misc]
        def embed(self, documents: list[str], verbose: bool = False) -> Matrix:
            return embedder.transform(documents)

    model = BERTopic(
        embedding_model=_Backend(),
        umap_model=_reducer(vectors, _DIMENSIONS[len(vectors) <= LARGE]),
        hdbscan_model=_clusterer(count, seed),
        vectorizer_model=CountVectorizer(analyzer=readable_words),
        top_n_words=_TERMS,
    )
    labels, _ = model.fit_transform(texts, vectors)
    return model, np.asarray(labels)


def readable_words(text: str) -> list[str]:
    """Words as a reader knows them, without stop words; Arabic ones without attached particles before ال.

    >>> readable_words("Les modèles de langue")
    ['modèles', 'langue']
    """
    words = []
    for word in re.findall(r"[^\W\d_]{3,}", re.sub(r"[\u064b-\u0652\u0640]", "", text.lower())):
        bare = re.sub(r"^[وفبك]{1,2}(?=ال)", "", word) if is_arabic(word) else word
        if fold(bare).text not in _stopwords():
            words.append(bare)
    return words


@cache
def _stopwords() -> frozenset[str]:
    import stopwordsiso

    return frozenset(fold(word).text for word in stopwordsiso.stopwords(["ar", "fr", "en", "es"]))


def _stability(
    vectors: Matrix, labels: Labels, samples: list[Labels], seed: int
) -> tuple[pd.DataFrame, dict[int, int]]:
    """Cluster each sample anew; count in how many each topic is found again."""
    ids = sorted(set(labels.tolist()))
    found = dict.fromkeys(ids, 0)
    rows = []
    for run, sample in enumerate(samples):
        again = _cluster(
            vectors[sample], min(len(ids), len(sample)), seed + run + 1, _DIMENSIONS[len(vectors) <= LARGE]
        )
        whole = labels[sample]
        rows.append({"run": run, "passages": len(sample), "ari": _rand(whole, again)})
        for topic in ids:
            members = whole == topic
            best = max(
                (float((members & (again == c)).sum() / (members | (again == c)).sum()) for c in set(again.tolist())),
                default=0.0,
            )
            found[topic] += best >= SAME_TOPIC
    return pd.DataFrame(rows, columns=["run", "passages", "ari"]), found


def _margins(vectors: Matrix, labels: Labels) -> tuple[Matrix, Matrix]:
    """How much nearer a passage is to its own topic's centre than to the next, in [-1, 1]; and the distance."""
    ids = sorted(set(labels.tolist()))
    centres = np.stack([vectors[labels == topic].mean(axis=0) for topic in ids])
    distances = np.linalg.norm(vectors[:, None, :] - centres[None], axis=2)
    rows = np.arange(len(vectors))
    own_column = np.array([ids.index(topic) for topic in labels])
    own = distances[rows, own_column]
    others = distances.copy()
    others[rows, own_column] = np.inf
    other = others.min(axis=1) if len(ids) > 1 else own
    scale = np.maximum(own, other)
    margin = np.divide(other - own, scale, out=np.zeros_like(own), where=scale > 0)
    return margin.round(6), own


def _representatives(frame: pd.DataFrame, labels: Labels, nearest: Matrix) -> list[bool]:
    """The passage nearest the centre in each of the up to three nearest stories."""
    chosen = [False] * len(frame)
    for topic in set(labels.tolist()):
        stories: set[str] = set()
        for i in sorted(np.flatnonzero(labels == topic), key=lambda i: (nearest[i], frame["text"][i])):
            if frame["story_id"][i] not in stories and len(stories) < 3:
                stories.add(frame["story_id"][i])
                chosen[i] = True
    return chosen


def _describe(
    frame: pd.DataFrame,
    labels: Labels,
    codebook: Codebook | None,
    model: BERTopic,
    stability: pd.DataFrame,
    found: dict[int, int],
    runs: int,
) -> list[dict[str, Any]]:
    words = [set(readable_words(text)) for text in frame["text"]]
    concepts = _concept_counts(frame["text"].tolist(), codebook)
    ari = float(stability["ari"].mean()) if len(stability) else float("nan")
    rows = []
    for topic in sorted(set(labels.tolist())):
        members = labels == topic
        terms = [word for word, _ in model.get_topic(topic) if word]
        languages = Counter(frame["language"][members])
        rows.append(
            {
                "topic_id": topic,
                **_labels(members, concepts, codebook, terms),
                "size": int(members.sum()),
                "n_documents": frame["doc_id"][members].nunique(),
                "n_stories": frame["story_id"][members].nunique(),
                "languages": {language: languages[language] for language in sorted(languages)},
                "terms": terms,
                "npmi": npmi(terms, words),
                "found_in_runs": int(found[topic]),
                "ari": ari,
                "unstable": bool(found[topic] < STEADY * runs),
                "language_only": _one_language(frame, members),
            }
        )
    return rows


def _concept_counts(texts: list[str], codebook: Codebook | None) -> list[set[str]]:
    if codebook is None:
        return [set() for _ in texts]
    from research.coding.matcher import Matcher

    matcher = Matcher(codebook)
    wanted = {c.id for c in codebook.scheme("layer", "concept", "initiative")}
    return [{m.concept_id for m in matcher.find(text)} & wanted for text in texts]


def _labels(
    members: npt.NDArray[np.bool_], concepts: list[set[str]], codebook: Codebook | None, terms: list[str]
) -> dict[str, str]:
    """Names in three languages: the two concepts that set the topic apart, else its first terms."""
    inside: Counter[str] = Counter(c for found, member in zip(concepts, members, strict=True) if member for c in found)
    overall: Counter[str] = Counter(c for found in concepts for c in found)
    size, rest = int(members.sum()), int((~members).sum())

    def weight(concept: str) -> float:
        outside = overall[concept] - inside[concept]
        return inside[concept] / size - outside / max(rest, 1)

    best = sorted((c for c in inside if inside[c] >= 2), key=lambda c: (-round(weight(c), 9), c))[:2]
    languages = ("en", "fr", "ar")
    if codebook is None or not best:
        return {f"label_{language}": " · ".join(terms[:3]) for language in languages}
    return {f"label_{language}": " · ".join(codebook.label(c, language) for c in best) for language in languages}


def _one_language(frame: pd.DataFrame, members: npt.NDArray[np.bool_]) -> bool:
    """Whether a topic holds one language only, and by more than chance (hypergeometric, 5 %)."""
    from scipy.stats import hypergeom

    inside, everywhere = set(frame["language"][members]), frame["language"]
    if len(inside) != 1 or everywhere.nunique() == 1:
        return False
    same = int((everywhere == next(iter(inside))).sum())
    chance = hypergeom.pmf(int(members.sum()), len(frame), same, int(members.sum()))
    return bool(chance < _LOW_CHANCE)
