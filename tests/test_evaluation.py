import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support

from research.evaluation import agreement, instrument_agreement, span_agreement

PASSAGES = [f"p{n}" for n in range(12)]
GOLD = pd.DataFrame(
    {"passage_id": ["p0", "p1", "p2", "p3", "p3", "p9"], "layer": ["data", "data", "data", "data", "chips", "chips"]}
)
FOUND = pd.DataFrame(
    {"passage_id": ["p0", "p1", "p5", "p3", "p9"], "layer": ["data", "data", "data", "chips", "energy"]}
)


def test_agreement_is_what_scikit_learn_says_of_each_layer():
    table = agreement(FOUND, GOLD, passages=PASSAGES).set_index("layer")
    for layer in ("data", "chips"):
        ours, theirs = (
            [(p, layer) in set(frame.itertuples(index=False, name=None)) for p in PASSAGES] for frame in (FOUND, GOLD)
        )
        precision, recall, f1, _ = precision_recall_fscore_support(theirs, ours, average="binary")
        row = table.loc[layer]
        assert row[["precision", "recall", "f1"]].tolist() == pytest.approx([precision, recall, f1])
        assert row["kappa"] == pytest.approx(cohen_kappa_score(theirs, ours))
        assert row["f1_low"] <= row["f1"] <= row["f1_high"]
    assert table.loc["mean", "f1"] == pytest.approx(table.loc[["data", "chips"], "f1"].mean())  # energy is in no gold
    assert table.loc["all", ["gold", "found", "both"]].tolist() == [6, 5, 3]


def test_agreement_with_oneself_is_whole_and_the_bootstrap_has_a_seed():
    assert set(agreement(GOLD, GOLD, passages=PASSAGES)["f1"]) == {1.0}
    assert agreement(FOUND, GOLD, passages=PASSAGES).equals(agreement(FOUND, GOLD, passages=PASSAGES))


def test_instruments_are_paired_once_by_kind_passage_and_status():
    def rows(*cells):
        return pd.DataFrame(cells, columns=["doc_id", "passage_id", "kind", "status"])

    found = rows(("a", "a#1", "mou", "signed"), ("a", "a#2", "mou", "announced"), ("a", "a#2", "law", "discussed"))
    gold = rows(("a", "a#2", "mou", "signed"), ("a", "a#1", "mou", "signed"), ("b", "b#1", "law", "discussed"))
    assert instrument_agreement(found, gold) == [(0, 1), (1, 0)]


def test_statuses_are_compared_like_layers():
    ours = pd.DataFrame({"passage_id": ["p1", "p2"], "status": ["signed", "signed"]})
    theirs = pd.DataFrame({"passage_id": ["p1", "p2"], "status": ["signed", "announced"]})
    table = agreement(ours, theirs, passages=["p1", "p2", "p3"], by="status").set_index("status")
    assert table.loc["signed", ["precision", "recall"]].tolist() == [0.5, 1.0] and table.loc["announced", "f1"] == 0


def test_spans_agree_over_characters_and_exactly():
    ours = pd.DataFrame({"doc_id": ["a", "a", "b"], "start": [0, 20, 0], "end": [10, 30, 5]})
    theirs = pd.DataFrame({"doc_id": ["a", "a"], "start": [0, 25], "end": [10, 35]})
    assert span_agreement(ours, theirs) == {"precision": 0.6, "recall": 0.75, "f1": 0.6667, "exact": 0.4}
