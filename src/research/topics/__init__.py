"""Topics by BERTopic: the same whatever the order, found again in samples, labelled in three languages.

The ladder for size: fewer than `FEWEST` distinct passages give no topics, and the result says so; up to `LARGE`,
k-means on PCA with the number of topics chosen by stability; above, k-means on PCA with a number that grows with the
collection; above `SAMPLE`, the same on a sample, and every other passage goes to the topic that is nearest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from research.codebook import Codebook
from research.corpus import Corpus
from research.counterparts import counterparts
from research.embedding import Matrix, guess_language
from research.engines import dense, load_engine
from research.errors import ResearchError
from research.evaluation import npmi_of_counts
from research.tables import table
from research.topics import clusters
from research.topics import labels as naming
from research.topics import stability as steady
from research.topics.stability import FEWEST
from research.topics.terms import LARGE, Labels, count_words, readable_words

if TYPE_CHECKING:
    from bertopic import BERTopic

SAMPLE = 20_000  # passages that are fitted at most
STEADY = 0.8  # share of samples below which a topic is unstable
LOW_MARGIN = 0.05  # a passage less than a twentieth nearer to its own topic than to the next hardly belongs to it
Terms = dict[int, dict[str, list[str]]]  # topic -> language -> words
_DECIDE = 20  # samples that decide on the number of topics
_SEEDS = 2**31
_GLANCE = 200  # characters that tell a text's language
_PART = 10_000  # passages assigned at once
_TERMS = 10


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
    embedder : transformer or None
        What turned the passages into vectors: for `BERTopic.load` and for new models on the same vectors.
    texts : DataFrame
        passage_id, language and text of the passages that were fitted, in the order the model has them.
    vectors : array of passages by dimensions
        Theirs.
    """

    model: BERTopic | None
    topics: pd.DataFrame
    assignments: pd.DataFrame
    stability: pd.DataFrame
    rung: str
    parameters: dict[str, Any] = field(default_factory=dict)
    embedder: Any = None
    texts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["passage_id", "language", "text"]))
    vectors: Matrix = field(default_factory=lambda: np.zeros((0, 0)))


def fit_topics(
    passages: Corpus | pd.DataFrame | Sequence[str],
    *,
    codebook: Codebook | None = None,
    embedding: Any = "lexical",
    n_topics: int | None = None,
    seed: int = 0,
    runs: int = 20,
    guided: bool = False,
) -> Topics:
    """Fit topics to passages.

    Parameters
    ----------
    passages : Corpus, DataFrame or sequence of str
        A Corpus (its paragraphs are used), a table with a ``text`` column (``passage_id``, ``doc_id``,
        ``language`` and ``story_id`` are used when there), or plain texts.
    codebook : Codebook, optional
        Bridges languages and names topics.
    embedding : str or object
        ``"lexical"``: offline and deterministic. ``"sentence-transformers:NAME"`` or ``"model2vec:NAME"``, NAME a
        folder, or NAME@COMMIT of a model that is already on this machine. Or an object: a scikit-learn transformer
        (a copy is fitted) or a BERTopic backend.
    n_topics : int, optional
        Chosen by stability when not given.
    seed : int
        For the clustering and the bootstrap samples.
    runs : int
        Bootstrap samples: each of 80 % of the stories (or of the passages, below ten stories).
    guided : bool
        Draw the topics towards the codebook's layers (BERTopic's guided mode).

    Returns
    -------
    Topics

    Raises
    ------
    ResearchError
        No texts, two passages of one name, an embedding that is unknown or not installed, an impossible number of
        topics, or `guided` without a codebook that has layers.

    Examples
    --------
    >>> fit_topics(["une phrase", "une autre"]).rung
    'no topics: 2 distinct passages, fewer than 30'
    """
    frame, pairs = _frame(passages)
    _refuse_numbers(seed=seed, runs=runs, n_topics=n_topics, rows=len(frame))
    embedder, engine = load_engine(embedding, codebook, seed)
    if guided:
        embedder = _guided(embedder, codebook)
    parameters = {"embedding": engine, "n_topics": n_topics, "seed": seed, "runs": runs, "guided": guided}
    reason = _too_little(frame)
    return _none(reason, parameters) if reason else _fit(frame, pairs, codebook, embedder, parameters)


def _fit(
    frame: pd.DataFrame, pairs: pd.DataFrame, codebook: Codebook | None, embedder: Any, parameters: dict[str, Any]
) -> Topics:
    seed, runs = parameters["seed"], parameters["runs"]
    fitted = _fitted_rows(frame, seed)
    core = frame.iloc[fitted].reset_index(drop=True)
    texts = core["text"].tolist()
    vectors = dense(embedder.fit_transform(texts), len(core))
    # Threads of k-means add up in any order; on a small collection they also cost more than they save.
    with threadpool_limits(1, user_api="openmp" if len(core) > LARGE else None):
        deciding = steady.draw_samples(core, _DECIDE, seed, 1)
        count, rung = steady.choose_number(vectors, deciding, parameters["n_topics"], seed)
        if count < 2:
            return _none("no topics: the embedding finds all passages alike", parameters)
        samples = steady.draw_samples(core, runs, seed)
        counts, words = count_words(texts)
        model, of_core = _fit_bertopic(texts, vectors, (counts, words), embedder, count, seed)
        stability, found = steady.find_again(vectors, of_core, samples, counts, seed)
    rung += f", fitted on a sample of {len(core)}" if len(core) < len(frame) else ""
    labels, margins, weights = _assign(frame, fitted, vectors, of_core, model, embedder)
    assignments = frame[["passage_id"]].assign(
        topic_id=labels,
        margin=margins.round(6),
        low_margin=margins < LOW_MARGIN,
        representative=naming.representatives(frame, labels, weights),
    )
    terms = naming.terms_by_language(core, counts, words, of_core, weights[fitted], _TERMS)
    names = naming.name_topics(of_core, naming.concepts_in(texts, codebook), codebook, terms)
    found["npmi"] = pd.Series(_coherence(core, of_core, counts, words, terms))
    found["ari"], found["unstable"] = stability["ari"].mean(), found["found_in_runs"] < STEADY * runs
    rows = _describe(frame, labels, terms, names, found, naming.made_by_language(frame, labels, pairs))
    return Topics(
        model,
        table("topics", rows),
        table("topic_passages", assignments.sort_values("passage_id")),
        stability,
        rung,
        parameters | {"n_topics": count},
        embedder,
        core[["passage_id", "language", "text"]],
        vectors,
    )


def map_positions(found: Topics) -> pd.DataFrame:
    """Where the fitted passages lie in the plane that sets the topics' centres apart best (PCA of the centres).

    Returns
    -------
    DataFrame
        passage_id, topic_id, low_margin, x, y; empty where there are no topics.
    """
    placed = found.texts[["passage_id"]].merge(found.assignments[["passage_id", "topic_id", "low_margin"]])
    if found.model is None:
        return placed.assign(x=0.0, y=0.0)
    reduced = found.model.umap_model.transform(found.vectors)
    _, centres = clusters.centres_of(reduced, placed["topic_id"].to_numpy())
    x, y = clusters.plane(centres).transform(reduced).T.round(6)
    return placed.assign(x=x, y=y)


def term_shares(found: Topics, language: str) -> pd.DataFrame:
    """The key terms of each topic in `language`, and the share of its fitted passages in that language with each.

    Returns
    -------
    DataFrame
        topic_id, term, share; a topic's best term first.
    """
    fitted = found.texts.merge(found.assignments[["passage_id", "topic_id"]])
    counts, words = count_words(fitted["text"].tolist())
    column = {word: i for i, word in enumerate(words)}
    rows = []
    for row in found.topics.itertuples(index=False):
        own = np.flatnonzero((fitted["topic_id"] == row.topic_id) & (fitted["language"] == language))
        for term in row.terms.get(language, []):
            rows.append((row.topic_id, term, float((counts[own][:, [column[term]]] > 0).mean())))
    return pd.DataFrame(rows, columns=["topic_id", "term", "share"])


def _none(reason: str, parameters: dict[str, Any]) -> Topics:
    blank = pd.DataFrame(columns=["run", "passages", "ari"])
    return Topics(None, table("topics", []), table("topic_passages", []), blank, reason, parameters)


def _refuse_numbers(*, seed: int, runs: int, n_topics: int | None, rows: int) -> None:
    whole = all(isinstance(n, int | np.integer) for n in (seed, runs, n_topics) if n is not None)
    if not whole or not 0 <= seed < _SEEDS:
        raise ResearchError(
            f"seed={seed}, runs={runs}, n_topics={n_topics}", remedy="give whole numbers, seed 0 or more"
        )
    if runs < 1:
        raise ResearchError(f"runs={runs}", remedy="give at least one bootstrap sample")
    if rows >= FEWEST and n_topics is not None and not 2 <= n_topics <= rows // 2:
        raise ResearchError(f"n_topics={n_topics}", remedy=f"give a number from 2 to {rows // 2}")


def _frame(passages: Corpus | pd.DataFrame | Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Passages in an order of their own, so that the order they came in can change nothing; and which correspond."""
    pairs = pd.DataFrame(columns=["passage_id", "counterpart"])
    if isinstance(passages, Corpus):
        frame = passages.passages.query("kind == 'paragraph'")
        frame = frame.merge(passages.documents[["doc_id", "story_id"]], on="doc_id")
        pairs = counterparts(passages.passages, passages.story_links)
    elif isinstance(passages, pd.DataFrame):
        frame = passages.loc[:, ~passages.columns.duplicated()].copy()
    elif isinstance(passages, str):
        raise ResearchError("one text is no collection", remedy="give a list of texts")
    else:
        frame = pd.DataFrame({"text": list(passages)})
    if "text" not in frame or frame.empty:
        raise ResearchError("no passages to model", remedy="give a Corpus, a table with a text column or texts")
    odd = [value for value in frame["text"] if not isinstance(value, str)]
    if odd:
        raise ResearchError(
            f"{len(odd)} of {len(frame)} passages are no text but {type(odd[0]).__name__}", remedy="drop or fill them"
        )
    frame = frame.reset_index(drop=True)
    named = "passage_id" in frame
    if not named:
        frame["passage_id"] = [f"p{i:06d}" for i in range(len(frame))]
    frame["passage_id"] = frame["passage_id"].astype(str)
    if frame["passage_id"].duplicated().any():
        twice = frame.loc[frame["passage_id"].duplicated(), "passage_id"].iloc[0]
        raise ResearchError(f"two passages are called {twice}", remedy="give each a passage_id of its own")
    for column, instead in (("doc_id", "passage_id"), ("story_id", "doc_id")):
        given = frame[column] if column in frame else frame[instead]
        frame[column] = given.where(given.notna(), frame[instead]).astype(str)
    frame["language"] = _languages(frame)
    # Without names of their own, equal texts are told apart by what is known of them, not by where they stood.
    known = [c for c in ("story_id", "doc_id") if named or not frame[c].equals(frame["passage_id"])]
    frame = frame.sort_values(["text", *known, "language", "passage_id"], kind="stable").reset_index(drop=True)
    return frame, pairs


def _languages(frame: pd.DataFrame) -> list[str]:
    """The languages given, ``fr-FR`` as ``fr``; guessed where there is none."""
    given = frame["language"].tolist() if "language" in frame else [None] * len(frame)
    return [
        language.strip().lower().partition("-")[0]
        if isinstance(language, str) and language.strip()
        else guess_language(text[:_GLANCE].lower().split())
        for language, text in zip(given, frame["text"], strict=True)
    ]


def _too_little(frame: pd.DataFrame) -> str:
    distinct = frame["text"].nunique()
    if distinct < FEWEST:
        return f"no topics: {distinct} distinct passages, fewer than {FEWEST}"
    words: set[str] = set()
    for text in frame["text"]:
        words.update(readable_words(text))
        if len(words) > 1:
            return ""
    return f"no topics: {len(words)} words other than stop words in {distinct} distinct passages"


def _fitted_rows(frame: pd.DataFrame, seed: int) -> Labels:
    """Positions of the passages that the model is fitted on: all, or a sample that the seed alone decides."""
    if len(frame) <= SAMPLE:
        return np.arange(len(frame))
    return np.sort(np.random.default_rng([seed, SAMPLE]).choice(len(frame), size=SAMPLE, replace=False))


def _guided(embedder: Any, codebook: Codebook | None) -> Any:
    from research.topics.model import Guided, layer_words

    guides = layer_words(codebook) if codebook is not None else []
    if not guides:
        raise ResearchError(
            "guided=True without a codebook that has layers", remedy="give one: its layers are the guide"
        )
    return Guided(embedder, guides)


def _fit_bertopic(
    texts: list[str], vectors: Matrix, counted: tuple[Any, list[str]], embedder: Any, count: int, seed: int
) -> tuple[BERTopic, Labels]:
    from research.topics.model import new_model

    model = new_model(embedder, count, rows=len(texts), seed=seed)
    model.representation_model.known = clusters.reducer(len(texts)).fit_transform(vectors), *counted
    labels, _ = model.fit_transform(texts, vectors)
    model.representation_model.known = None
    return model, np.asarray(labels)


def _assign(
    frame: pd.DataFrame, fitted: Labels, vectors: Matrix, of_core: Labels, model: BERTopic, embedder: Any
) -> tuple[Labels, Matrix, Matrix]:
    """Topic, margin and firmness of every passage: the fitted ones', then, in parts, the others'."""
    reduced = model.umap_model.transform(vectors)
    labels, margin, cosine = np.zeros(len(frame), dtype=np.int64), np.zeros(len(frame)), np.zeros(len(frame))
    ids, centres = clusters.centres_of(reduced, of_core)
    labels[fitted] = of_core
    margin[fitted], cosine[fitted] = clusters.margins(reduced, of_core, ids, centres)
    others = np.setdiff1d(np.arange(len(frame)), fitted)
    for first in range(0, len(others), _PART):
        rows = others[first : first + _PART]
        part = model.umap_model.transform(dense(embedder.transform(frame["text"].iloc[rows].tolist()), len(rows)))
        labels[rows] = clusters.nearest(part, ids, centres)
        margin[rows], cosine[rows] = clusters.margins(part, labels[rows], ids, centres)
    return labels, margin, np.clip(margin, 0, 1) * np.clip(cosine, 0, 1)


def _describe(
    frame: pd.DataFrame,
    labels: Labels,
    terms: Terms,
    names: dict[int, dict[str, str]],
    found: pd.DataFrame,
    by_language: dict[int, bool],
) -> list[dict[str, Any]]:
    rows = []
    for topic, members in frame.groupby(labels):
        languages = Counter(members["language"])
        rows.append(
            {
                "topic_id": int(topic),
                **{f"label_{language}": name for language, name in names[topic].items()},
                "size": len(members),
                "n_documents": members["doc_id"].nunique(),
                "n_stories": members["story_id"].nunique(),
                "languages": {language: languages[language] for language in sorted(languages)},
                "terms": terms[topic],
                **found.loc[topic].to_dict(),
                "language_only": by_language[topic],
            }
        )
    return rows


def _coherence(core: pd.DataFrame, labels: Labels, held: Any, words: list[str], terms: Terms) -> dict[int, float]:
    """Mean NPMI of each topic's terms, language by language, each as heavy as its passages in the topic."""
    column = {word: i for i, word in enumerate(words)}
    total, weight = dict.fromkeys(terms, 0.0), dict.fromkeys(terms, 0)
    for language in sorted(core["language"].unique()):
        rows = np.flatnonzero(core["language"] == language)
        sizes = Counter(labels[rows].tolist())
        columns = [[column[term] for term in terms[topic].get(language, [])] for topic in terms]
        for topic, value in zip(terms, npmi_of_counts(columns, held[rows]), strict=True):
            if not np.isnan(value):
                total[topic] += value * sizes[topic]
                weight[topic] += sizes[topic]
    return {topic: total[topic] / weight[topic] if weight[topic] else float("nan") for topic in terms}
