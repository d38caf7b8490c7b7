"""Measures of topics: coherence and diversity."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log

import numpy as np


def npmi(terms: Sequence[str], texts: Sequence[set[str]]) -> float:
    """Mean normalised pointwise mutual information of all pairs of `terms` (Bouma 2009), in [-1, 1].

    Parameters
    ----------
    terms : sequence of str
        A topic's top terms.
    texts : sequence of set of str
        The words of each text of the reference collection; two terms co-occur when one text has both.

    Returns
    -------
    float
        ``nan`` with fewer than two terms. A pair that never meets counts -1.

    Examples
    --------
    >>> round(npmi(["a", "b"], [{"a", "b"}, {"a", "b"}, {"c"}]), 6)
    1.0
    """
    count = len(texts)
    holding = {term: frozenset(i for i, words in enumerate(texts) if term in words) for term in terms}
    scores = []
    for a, b in combinations(dict.fromkeys(terms), 2):
        both = len(holding[a] & holding[b])
        if not both:
            scores.append(-1.0)
        elif both == count:
            scores.append(1.0)
        else:
            pmi = log(both * count / (len(holding[a]) * len(holding[b])))
            scores.append(pmi / -log(both / count))
    return float(np.mean(scores)) if scores else float("nan")


def diversity(topics: Sequence[Sequence[str]]) -> float:
    """Share of distinct terms among all topics' terms (Dieng et al. 2020).

    >>> diversity([["a", "b"], ["b", "c"]])
    0.75
    """
    terms = [term for topic in topics for term in topic]
    return len(set(terms)) / len(terms) if terms else float("nan")
