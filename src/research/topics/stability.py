"""Whether topics are found again: bootstrap samples, and the number of topics that they decide on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from research.embedding import Matrix
from research.topics.clusters import cluster, count_distinct, reducer
from research.topics.terms import LARGE, Labels, key_terms

FEWEST = 30  # passages: the lowest rung of the ladder; `LARGE` is the next
SHARE = 0.8  # of the stories or passages in a bootstrap sample
SAME_TOPIC = 0.5  # Jaccard similarity from which a sample's cluster is the topic found again
_TERMS = 10


def draw_samples(frame: pd.DataFrame, runs: int, *seed: int) -> list[Labels]:
    """Positions in each bootstrap sample: 80 % of the stories, or of the passages when stories are few."""
    unit = "story_id" if frame["story_id"].nunique() >= 10 else "passage_id"
    of_row, units = pd.factorize(frame[unit])  # in the order of the texts, whatever the names
    drawn = []
    for run in range(runs):
        generator = np.random.default_rng([*seed, run])
        chosen = generator.choice(len(units), size=round(SHARE * len(units)), replace=False)
        drawn.append(np.flatnonzero(np.isin(of_row, chosen)))
    return drawn


def choose_number(vectors: Matrix, samples: list[Labels], n_topics: int | None, seed: int) -> tuple[int, str]:
    """The number of topics, and the rung of the ladder it comes from.

    Of the numbers that are found again as well as the best one, to within its standard error (the rule of Breiman et
    al. 1984), the smallest. The topics must be judged by other samples than those that decide here.
    """
    rows = len(vectors)
    distinct = count_distinct(reducer(rows).fit_transform(vectors))
    if n_topics is not None:
        if n_topics > distinct:
            return distinct, f"k-means on PCA, {distinct} topics: {n_topics} asked, only {distinct} distinct passages"
        return n_topics, f"k-means on PCA, {n_topics} topics as asked"
    if distinct < FEWEST or rows > LARGE:
        count = min(distinct, max(8, round(rows**0.5 / 2)))
        return count, f"k-means on PCA, {count} topics for {rows} passages"
    means, errors = {}, {}
    for count in range(4, 9):
        whole = cluster(vectors, count, seed, rows)
        scores = [_rand(whole[sample], cluster(vectors[sample], count, seed, rows)) for sample in samples]
        means[count], errors[count] = float(np.mean(scores)), float(np.std(scores) / len(scores) ** 0.5)
    steadiest = max(means, key=lambda count: means[count])
    best = min(count for count in means if means[count] >= means[steadiest] - errors[steadiest])
    return best, f"k-means on PCA, {best} topics: the fewest of the steadiest numbers from 4 to 8 for {rows} passages"


def _rand(a: Labels, b: Labels) -> float:
    """Adjusted Rand index of two clusterings (Hubert and Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(a, b))


def find_again(
    vectors: Matrix, labels: Labels, samples: list[Labels], counts: Any, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cluster each sample anew, and pair its clusters with the topics one to one.

    Parameters
    ----------
    vectors : array of passages by dimensions
    labels : array of int
        Topics of the passages.
    samples : list of array of int
        Positions of the passages in each sample.
    counts : sparse matrix of passages by words
        For the overlap of terms.
    seed : int
        The runs have seeds of their own that follow it.

    Returns
    -------
    DataFrame, DataFrame
        One row a sample: run, passages, ari. One row a topic: found_in_runs, and term_overlap, the mean share of its
        terms that the paired cluster has too.
    """
    from scipy.optimize import linear_sum_assignment

    ids, column = np.unique(labels, return_inverse=True)
    terms = [{term for term, _ in best} for best in key_terms(counts, labels, None, _TERMS).values()]
    found, overlap, rows = np.zeros(len(ids), dtype=int), np.zeros(len(ids)), []
    for run, sample in enumerate(samples):
        again = cluster(vectors[sample], len(ids), seed + run + 1, len(vectors))
        rows.append({"run": run, "passages": len(sample), "ari": _rand(labels[sample], again)})
        likeness = _jaccard(column[sample], again, len(ids))
        pairs = np.column_stack(linear_sum_assignment(-likeness))
        terms_again = key_terms(counts[sample], again, None, _TERMS)
        for topic, other in pairs.tolist():
            found[topic] += likeness[topic, other] >= SAME_TOPIC
            shared = terms[topic] & {term for term, _ in terms_again.get(other, [])}
            overlap[topic] += len(shared) / max(len(terms[topic]), 1) / len(samples)
    stability = pd.DataFrame(rows, columns=["run", "passages", "ari"])
    return stability, pd.DataFrame({"found_in_runs": found, "term_overlap": overlap}, index=ids)


def _jaccard(topics: Labels, clusters: Labels, count: int) -> Matrix:
    """Passages in both over passages in either, of each topic with each cluster."""
    both = np.zeros((count, count))
    np.add.at(both, (topics, clusters), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))
