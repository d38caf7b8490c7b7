"""Clusters of passages: k-means on PCA, and how firmly each passage belongs to its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from research.embedding import Matrix, unit_length
from research.topics.terms import LARGE, Labels


class Reducer(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """PCA, each row then brought to length 1.

    k-means on the result goes by direction (Dhillon and Modha 2001): a long passage is not set apart from a short one
    on the same thing, and the same clusters are found again more often.

    Parameters
    ----------
    dimensions : int
        At most; fewer where the passages are few.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def fit(self, vectors: Matrix, y: object = None) -> Reducer:
        """Learn the directions in which `vectors` differ most."""
        from sklearn.decomposition import PCA

        dimensions = max(1, min(self.dimensions, vectors.shape[1], len(vectors) - 1))
        with np.errstate(invalid="ignore"):  # the share of the variance, where there is none
            self.pca_ = PCA(dimensions, svd_solver="covariance_eigh").fit(vectors)
        return self

    def transform(self, vectors: Matrix) -> Matrix:
        """Each vector as a direction in few dimensions."""
        return unit_length(self.pca_.transform(vectors))


def reducer(rows: int) -> Reducer:
    """The reducer for a collection of so many passages."""
    return Reducer(5 if rows <= LARGE else 100)


def clusterer(count: int, seed: int, rows: int, *, starts: int = 3) -> Any:
    """k-means for a collection of so many passages; a small one is started often, for there it matters where."""
    from sklearn.cluster import KMeans

    return KMeans(count, n_init=50 if rows <= LARGE else starts, random_state=seed)


def cluster(vectors: Matrix, count: int, seed: int, rows: int) -> Labels:
    """Clusters of a sample of a collection of `rows` passages."""
    reduced = reducer(rows).fit_transform(vectors)
    return np.asarray(clusterer(min(count, count_distinct(reduced)), seed, rows, starts=1).fit_predict(reduced))


def count_distinct(reduced: Matrix) -> int:
    """How many different rows there are."""
    return len({row.tobytes() for row in reduced.round(9) + 0.0})


def centres_of(reduced: Matrix, labels: Labels) -> tuple[Labels, Matrix]:
    """The topics, and the centre of each."""
    ids = np.unique(labels)
    return ids, np.stack([reduced[labels == topic].mean(axis=0) for topic in ids])


def plane(centres: Matrix) -> Any:
    """The plane in which the centres are furthest apart."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    padded = make_pipeline(FunctionTransformer(_at_least_two), PCA(2, svd_solver="full"))
    return padded.fit(np.vstack([centres, centres.mean(axis=0)]))


def _at_least_two(points: Matrix) -> Matrix:
    return np.pad(points, ((0, 0), (0, max(0, 2 - points.shape[1]))))


def nearest(reduced: Matrix, ids: Labels, centres: Matrix) -> Labels:
    """The topic whose centre is nearest to each passage."""
    return np.asarray(ids[_distances(reduced, centres).argmin(axis=1)])


def margins(reduced: Matrix, labels: Labels, ids: Labels, centres: Matrix) -> tuple[Matrix, Matrix]:
    """How much nearer each passage is to its own topic's centre than to the next, in [-1, 1]; and how near, a cosine.

    A margin of 1 is at its own centre, 0 half-way between two.
    """
    column, rows = np.searchsorted(ids, labels), np.arange(len(reduced))
    distances = _distances(reduced, centres)
    own = distances[rows, column]
    distances[rows, column] = np.inf
    other = distances.min(axis=1) if len(ids) > 1 else own
    scale = np.maximum(own, other)
    margin = np.divide(other - own, scale, out=np.zeros_like(own), where=scale > 0)
    return margin, (reduced * unit_length(centres)[column]).sum(axis=1)


def _distances(reduced: Matrix, centres: Matrix) -> Matrix:
    squares = (reduced**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)[None] - 2 * reduced @ centres.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def firmness(reduced: Matrix, labels: Labels) -> Matrix:
    """How firmly each passage belongs to its topic, in [0, 1]: near its centre, and far from all others."""
    margin, cosine = margins(reduced, labels, *centres_of(reduced, labels))
    return np.clip(margin, 0, 1) * np.clip(cosine, 0, 1)
