"""Measures: agreement of two codings of the same passages, coherence and diversity of topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from research.tables import STATUSES

if TYPE_CHECKING:
    from research.corpus import Corpus

Counts = npt.NDArray[np.float64]
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


def npmi(
    topics: Sequence[Sequence[str]],
    texts: Iterable[Collection[str]],
    *,
    window: int | None = None,
    epsilon: float = 1e-12,
) -> list[float]:
    """Coherence of each topic: mean normalised pointwise mutual information of all pairs of its terms.

    The method is Bouma's (2009); the small constant and the windows are those of gensim's ``c_npmi`` (Röder, Both and
    Hinneburg 2015), whose values it gives with ``window=10``.

    Parameters
    ----------
    topics : sequence of sequence of str
        The top terms of each topic.
    texts : iterable of collection of str
        The words of each text of the reference collection. It need not be the collection that was modelled.
    window : int, optional
        Two terms meet where they stand in one window of so many words; without it, where one text holds both, and
        the texts may be sets.
    epsilon : float
        Added to the probability of a pair. With 0, a pair that never meets counts -1.

    Returns
    -------
    list of float
        One value a topic, in [-1, 1]; ``nan`` with fewer than two terms.

    Examples
    --------
    >>> [round(value, 6) for value in npmi([["a", "b"], ["a", "c"]], [{"a", "b"}, {"a", "b"}, {"c"}], epsilon=0)]
    [1.0, -1.0]
    """
    terms = {term: i for i, term in enumerate(dict.fromkeys(term for topic in topics for term in topic))}
    held = _held(terms, texts, window)
    return npmi_of_counts([[terms[term] for term in dict.fromkeys(topic)] for topic in topics], held, epsilon=epsilon)


def npmi_of_counts(topics: Sequence[Sequence[int]], counts: Any, *, epsilon: float = 1e-12) -> list[float]:
    """`npmi` of topics whose terms are columns of a sparse matrix of texts by words."""
    values = []
    for columns in topics:
        held = (counts[:, list(columns)] > 0).astype(float)
        values.append(_mean_npmi((held.T @ held).toarray(), counts.shape[0], epsilon))
    return values


def _held(terms: dict[str, int], texts: Iterable[Collection[str]], window: int | None) -> Any:
    """Which windows hold which terms."""
    from scipy.sparse import csc_matrix, csr_matrix

    columns: list[int] = []
    ends = [0]
    for text in texts:
        for part in [text] if window is None else _windows(list(text), window):
            columns += {terms[word] for word in part if word in terms}
            ends.append(len(columns))
    return csc_matrix(csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, len(terms))))


def _windows(words: list[str], size: int) -> list[list[str]]:
    return [words[i : i + size] for i in range(max(len(words) - size, 0) + 1)]


def _mean_npmi(together: Counts, total: int, epsilon: float) -> float:
    """From how many texts hold each pair of terms, each term on the diagonal."""
    scores = []
    for a, b in combinations(range(len(together)), 2):
        both = together[a, b] / total + epsilon
        apart = together[a, a] * together[b, b] / total**2
        if both == 0 or apart == 0:
            scores.append(-1.0)
        elif both >= 1:
            scores.append(1.0)
        else:
            scores.append(log(both / apart) / -log(both))
    return float(np.mean(scores)) if scores else float("nan")


def diversity(topics: Sequence[Sequence[str]]) -> float:
    """Share of distinct terms among all topics' terms (Dieng et al. 2020).

    >>> diversity([["a", "b"], ["b", "c"]])
    0.75
    """
    terms = [term for topic in topics for term in topic]
    return len(set(terms)) / len(terms) if terms else float("nan")


def label_agreement(topics: Sequence[object], labels: Sequence[object]) -> dict[str, float]:
    """How far topics follow labels that somebody gave: normalised mutual information and adjusted Rand index.

    >>> label_agreement([0, 0, 1, 1], ["sport", "sport", "trade", "trade"])
    {'nmi': 1.0, 'ari': 1.0}
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    given, found = (np.unique(np.asarray(values, dtype=str), return_inverse=True)[1] for values in (labels, topics))
    return {"nmi": float(normalized_mutual_info_score(given, found)), "ari": float(adjusted_rand_score(given, found))}


def alignment(assignments: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Whether passages share the topic of what corresponds to them in the other language, beside chance.

    Parameters
    ----------
    assignments : DataFrame
        The topic_passages table.
    pairs : DataFrame
        passage_id, counterpart: see `research.counterparts`.

    Returns
    -------
    DataFrame
        One row a document: doc_id, passages (that have a counterpart), together (that share its topic), chance (how
        many would, were the topics of the other document dealt out to its passages at random).

    Examples
    --------
    >>> import pandas as pd
    >>> topics = pd.DataFrame({"passage_id": ["a#1", "a#2", "b#1", "b#2"], "topic_id": [0, 1, 0, 1]})
    >>> pairs = pd.DataFrame({"passage_id": ["a#1", "a#2"], "counterpart": ["b#1", "b#2"]})
    >>> alignment(topics, pairs).to_numpy().tolist()
    [['a', 2, 2, 1.0]]
    """
    from scipy.stats import hypergeom

    topic = assignments.set_index("passage_id")["topic_id"]
    pairs = pairs[pairs["passage_id"].isin(topic.index) & pairs["counterpart"].isin(topic.index)]
    rows = []
    for doc_id, own in pairs.groupby(pairs["passage_id"].astype(str).str.replace("#[^#]*$", "", regex=True)):
        others = topic[own["counterpart"].unique()]
        together, chance = 0, 0.0
        for passage_id, found in own.groupby("passage_id")["counterpart"]:
            together += bool((topic[found] == topic[passage_id]).any())
            same = int((others == topic[passage_id]).sum())
            chance += 1 - float(hypergeom.pmf(0, len(others), same, len(found)))
        rows.append((doc_id, own["passage_id"].nunique(), together, chance))
    return pd.DataFrame(rows, columns=["doc_id", "passages", "together", "chance"])
