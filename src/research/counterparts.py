"""Which paragraph of an article tells what a paragraph of its translation tells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import erfc, log, sqrt

import pandas as pd

# Variance of a translation's length per character, and how often one text answers one, none or two (Gale and Church).
_VARIANCE = 6.8
_BEADS = {(1, 1): 0.89, (1, 0): 0.0099, (0, 1): 0.0099, (2, 1): 0.089, (1, 2): 0.089}


def counterparts(passages: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Pairs of paragraphs that tell the same in two languages.

    Only the order and the lengths of the paragraphs decide (Gale and Church 1993), nothing of their words: so the
    pairs can judge a model that reads the words.

    Parameters
    ----------
    passages : DataFrame
        The passages table; paragraphs are aligned.
    links : DataFrame
        The story_links table; translations are aligned.

    Returns
    -------
    DataFrame
        passage_id, counterpart: each pair in both directions.

    Examples
    --------
    >>> passages = pd.DataFrame(
    ...     {
    ...         "passage_id": ["a#1", "a#2", "b#1", "b#2"],
    ...         "doc_id": ["a", "a", "b", "b"],
    ...         "kind": "paragraph",
    ...         "text": ["un lac " * 9, "un pont", "a lake " * 9, "a bridge"],
    ...     }
    ... )
    >>> links = pd.DataFrame({"doc_id_a": ["a"], "doc_id_b": ["b"], "kind": ["translation"]})
    >>> counterparts(passages, links).to_numpy().tolist()
    [['a#1', 'b#1'], ['a#2', 'b#2'], ['b#1', 'a#1'], ['b#2', 'a#2']]
    """
    paragraphs = passages[passages["kind"] == "paragraph"]
    pairs = []
    for link in links[links["kind"] == "translation"].itertuples(index=False):
        one, other = (paragraphs[paragraphs["doc_id"] == doc_id] for doc_id in (link.doc_id_a, link.doc_id_b))
        for i, j in align(one["text"].str.len().tolist(), other["text"].str.len().tolist()):
            pair = one["passage_id"].iloc[i], other["passage_id"].iloc[j]
            pairs += [pair, pair[::-1]]
    return pd.DataFrame(sorted(pairs), columns=["passage_id", "counterpart"])


def align(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of positions whose texts correspond, from the lengths of the texts of two articles in characters.

    >>> align([100, 50, 60], [100, 115])
    [(0, 0), (1, 1), (2, 1)]
    """
    ratio = sum(other) / max(sum(one), 1)

    @cache
    def best(i: int, j: int) -> tuple[float, tuple[int, int]]:
        """The least cost of aligning the first `i` with the first `j`, and the last bead of that alignment."""
        if i == j == 0:
            return 0.0, (0, 0)
        return min(
            (best(i - a, j - b)[0] + _cost(sum(one[i - a : i]), sum(other[j - b : j]), ratio) - log(prior), (a, b))
            for (a, b), prior in _BEADS.items()
            if a <= i and b <= j
        )

    for i in range(len(one) + 1):  # from the front, so that the recursion stays shallow
        for j in range(len(other) + 1):
            best(i, j)
    pairs, (i, j) = [], (len(one), len(other))
    while i or j:
        a, b = best(i, j)[1]
        pairs += [(x, y) for x in range(i - a, i) for y in range(j - b, j)]
        i, j = i - a, j - b
    return sorted(pairs)


def _cost(one: int, other: int, ratio: float) -> float:
    """Minus the logarithm of the chance that texts which correspond differ so much in length."""
    delta = (other - one * ratio) / sqrt(max((one + other / max(ratio, 1e-9)) / 2, 1.0) * _VARIANCE)
    return -log(max(erfc(abs(delta) / sqrt(2)), 1e-300))
