"""Measures: agreement of two codings of the same passages, coherence and diversity of topics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from research.tables import STATUSES

if TYPE_CHECKING:
    from research.corpus import Corpus

_INTERVAL = (2.5, 97.5)  # percent; of the bootstrap's values


def agreement(
    found: pd.DataFrame,
    gold: pd.DataFrame,
    *,
    passages: Sequence[str],
    by: str = "layer",
    seed: int = 0,
    samples: int = 1000,
) -> pd.DataFrame:
    """Precision, recall, F1 and Cohen's κ of one coding's layers against another's, with bootstrap intervals.

    Parameters
    ----------
    found, gold : DataFrame
        The two codings: columns ``passage_id`` and `by`, one row a pair.
    passages : sequence of str
        Every passage that both coded, those without a layer among them; they are what the bootstrap draws.
    by : str
        What is compared: ``layer``, or ``status``, whether or not both gave it to the same layer.
    seed, samples : int
        Of the bootstrap (Efron 1979).

    Returns
    -------
    DataFrame
        One row a layer (or status) that either coding uses, then ``mean`` (unweighted over those of `gold`) and ``all``
        (every decision alike): `by`, gold, found, both, precision, recall, f1, f1_low, f1_high, kappa, kappa_low and
        kappa_high.
        The intervals hold 95 % of the samples; a measure that is not defined is ``nan``.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"passage_id": ["p1", "p2"], "layer": ["data", "data"]})
    >>> other = pd.DataFrame({"passage_id": ["p1"], "layer": ["data"]})
    >>> table = agreement(one, other, passages=["p1", "p2", "p3"]).set_index("layer")
    >>> table.loc["data", ["precision", "recall"]].tolist()
    [0.5, 1.0]
    """
    layers = sorted({*found[by], *gold[by]})
    ours, theirs = _matrix(found, passages, layers, by), _matrix(gold, passages, layers, by)
    used: npt.NDArray[np.bool_] = np.asarray(theirs.any(axis=0))
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, max(len(passages), 1), size=(samples, len(passages)))
    whole = np.arange(len(passages))[np.newaxis]
    measured, spread = (_measures(ours[index], theirs[index], used) for index in (whole, drawn))
    low, high = (
        {name: np.nanpercentile(values, percent, axis=0) for name, values in spread.items() if name in ("f1", "kappa")}
        for percent in _INTERVAL
    )
    rows = []
    for i, name in enumerate([*layers, "mean", "all"]):
        row: dict[str, Any] = {by: name} | {measure: values[0, i] for measure, values in measured.items()}
        row |= {f"{measure}_low": values[i] for measure, values in low.items()}
        rows.append(row | {f"{measure}_high": values[i] for measure, values in high.items()})
    columns = [by, "gold", "found", "both", "precision", "recall", "f1", "f1_low", "f1_high"]
    return pd.DataFrame(rows, columns=[*columns, "kappa", "kappa_low", "kappa_high"])


def _matrix(coding: pd.DataFrame, passages: Sequence[str], layers: Sequence[str], by: str) -> npt.NDArray[np.bool_]:
    """Passages by layers: whether the coding gives the layer."""
    matrix = np.zeros((len(passages), len(layers)), dtype=bool)
    row, column = ({name: i for i, name in enumerate(names)} for names in (passages, layers))
    for passage, layer in zip(coding["passage_id"], coding[by], strict=True):
        if passage in row:
            matrix[row[passage], column[layer]] = True
    return matrix


def _measures(
    ours: npt.NDArray[np.bool_], theirs: npt.NDArray[np.bool_], used: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.float64]]:
    """Each measure as samples by layers, ``mean`` and ``all`` behind; the arrays are samples by passages by layers."""

    def with_all(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        return np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1).astype(float)

    both, found, gold = (with_all(cells.sum(axis=1)) for cells in (ours & theirs, ours, theirs))
    total = np.full_like(both, ours.shape[1])
    total[:, -1] *= ours.shape[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (total - found - gold + 2 * both) / total
        chance = (found * gold + (total - found) * (total - gold)) / total**2
        measures = {
            "precision": both / found,
            "recall": both / gold,
            "f1": np.where(found + gold > 0, 2 * both / (found + gold), np.nan),
            "kappa": (observed - chance) / (1 - chance),
        }

    def with_mean(values: npt.NDArray[np.float64], *, counted: bool) -> npt.NDArray[np.float64]:
        own = np.where(np.isnan(values[:, :-1]), 0.0, values[:, :-1])[:, used]
        whole = own.sum(axis=1) if counted else own.sum(axis=1) / max(own.shape[1], 1)
        return np.insert(values, values.shape[1] - 1, whole, axis=1)

    counts = {"gold": gold, "found": found, "both": both}
    return {name: with_mean(values, counted=True) for name, values in counts.items()} | {
        name: with_mean(values, counted=False) for name, values in measures.items()
    }


def span_agreement(found: pd.DataFrame, gold: pd.DataFrame) -> dict[str, float]:
    """How far two sets of spans cover the same characters of the same documents.

    Parameters
    ----------
    found, gold : DataFrame
        Columns ``doc_id, start, end``.

    Returns
    -------
    dict
        ``precision``, ``recall`` and ``f1`` over characters, and ``exact``, the F1 over spans with both ends alike.

    Examples
    --------
    >>> one = pd.DataFrame({"doc_id": ["a"], "start": [0], "end": [10]})
    >>> other = pd.DataFrame({"doc_id": ["a"], "start": [5], "end": [10]})
    >>> span_agreement(one, other)
    {'precision': 0.5, 'recall': 1.0, 'f1': 0.6667, 'exact': 0.0}
    """
    spans = [set(zip(frame["doc_id"], frame["start"], frame["end"], strict=True)) for frame in (found, gold)]
    ours, theirs = ({(doc, at) for doc, start, end in part for at in range(start, end)} for part in spans)
    both = len(ours & theirs)

    def share(part: int, whole: int) -> float:
        return round(part / whole, 4) if whole else float("nan")

    return {
        "precision": share(both, len(ours)),
        "recall": share(both, len(theirs)),
        "f1": share(2 * both, len(ours) + len(theirs)),
        "exact": share(2 * len(spans[0] & spans[1]), len(spans[0]) + len(spans[1])),
    }


def claim_codes(claims: pd.DataFrame, corpus: Corpus) -> pd.DataFrame:
    """The analyst's claims as a coding of passages: ``passage_id``, ``layer`` and ``status``, a passage and layer once.

    A passage has the layers of the claims that quote it, each with the furthest status of theirs. Whoever wrote both
    claims and codebook is one coder: their agreement with the rules is not independent.
    """
    codes: dict[tuple[str, str], str] = {}
    by_doc = dict(list(corpus.passages.groupby("doc_id")))
    for row in claims.itertuples():
        for quote in row.quotes:
            rows = by_doc[quote["doc_id"]]
            inside = rows.loc[(rows["start"] < quote["end"]) & (rows["end"] > quote["start"]), "passage_id"]
            for key in ((passage, layer) for passage in inside for layer in row.layers):
                codes[key] = max(codes.get(key, ""), row.status, key=["", *STATUSES].index)
    found = [
        {"passage_id": passage, "layer": layer, "status": codes[passage, layer]} for passage, layer in sorted(codes)
    ]
    return pd.DataFrame(found, columns=["passage_id", "layer", "status"])


def instrument_agreement(found: pd.DataFrame, gold: pd.DataFrame) -> list[tuple[int, int]]:
    """Which instruments of two codings are the same: positions in `found` and in `gold`, one to one.

    Two are the same if they are of one kind in one document; where several are, those told in one passage go together,
    then those of one status, then in order.

    Parameters
    ----------
    found, gold : DataFrame
        Columns ``doc_id, passage_id, kind, status``.
    """
    pairs: list[tuple[int, int]] = []
    free_found, free_gold = set(range(len(found))), set(range(len(gold)))
    ours, theirs = found.to_dict("records"), gold.to_dict("records")
    for keys in (("passage_id", "status"), ("passage_id",), ("status",), ()):
        for i in sorted(free_found):
            same = (j for j in sorted(free_gold) if all(ours[i][k] == theirs[j][k] for k in ("doc_id", "kind", *keys)))
            j = next(same, None)
            if j is not None:
                pairs.append((i, j))
                free_found.discard(i)
                free_gold.discard(j)
    return sorted(pairs)


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
