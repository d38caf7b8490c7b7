import pandas as pd

from research import code_corpus, load_claims, sovereignty_ledger
from research.sovereignty import _certainty, grade_claims
from research.tables import table

NONE = table("instruments", [])


def row(stories, status="signed", silent=False):
    return {"stories": stories, "status_top": status, "silent": silent}


def codes(hedged=False):
    return pd.DataFrame({"hedged": [hedged], "status": ["signed"]})


def claims(kind="fact", status="signed"):
    return pd.DataFrame({"kind": [kind], "status": [status]})


def test_certainty_follows_the_rule_and_disagreement_only_lowers_it():
    named = NONE.reindex([0]).assign(kind="mou", parties=[["firm"]])
    assert _certainty(row(3), codes(), claims(), NONE) == "high"
    assert _certainty(row(3), codes(), claims(kind="assertion"), NONE) == "medium"
    assert _certainty(row(2), codes(), claims(), NONE) == "medium"
    assert _certainty(row(1), codes(), claims(), named) == "medium"
    assert _certainty(row(1), codes(), claims(), NONE) == "low"
    assert _certainty(row(3), codes(hedged=True), claims(), NONE) == "low"
    assert _certainty(row(3), codes(), claims(status="ambition"), NONE) == "medium"
    assert _certainty(row(1), codes(), claims(status="ambition"), NONE) == "low"
    assert _certainty(row(0, silent=True), codes(), claims(), NONE) == "silent"


def test_every_layer_has_a_row_and_a_silent_one_is_named(tmp_path, corpus, codebook):
    from conftest import CLAIMS

    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    ledger = sovereignty_ledger(
        code_corpus(corpus, codebook), load_claims(tmp_path / "claims.yaml", corpus), codebook, corpus=corpus
    ).set_index("layer")
    assert ledger.index.tolist() == ["compute", "talent", "chips"]
    assert ledger.loc["chips", "certainty"] == "silent" and ledger.loc["chips", "silent"]
    compute = ledger.loc["compute"]
    assert (compute["status_top"], compute["domestic"], compute["foreign"], compute["stories"]) == ("signed", 1, 1, 1)


def test_a_story_told_twice_counts_once(seeds):
    study, corpus = seeds
    evidence = code_corpus(corpus, study.codebook())
    ledger = sovereignty_ledger(evidence, study.claims(corpus), study.codebook(), corpus=corpus).set_index("layer")
    assert ledger.loc["data", "documents"] == 2 and ledger.loc["data", "stories"] == 1
    assert ledger.query("silent").index.tolist() == ["chips", "connectivity"]


def test_a_corpus_without_instruments_and_a_layer_only_denied(tmp_path, codebook):
    from research import load_corpus

    (tmp_path / "x.txt").write_text(
        "Le pays n'a pas de centre de données, dit un habitant de la ville basse à la radio.", encoding="utf-8"
    )
    evidence = code_corpus(load_corpus(tmp_path), codebook)
    ledger = sovereignty_ledger(evidence, table("claims", []), codebook).set_index("layer")
    assert evidence.instruments.empty
    assert not ledger.loc["compute", "silent"] and ledger.loc["compute", "passages"] == 0
    assert ledger.loc["talent", "silent"]


def test_each_claim_has_a_grade_by_its_own_stories_instruments_and_words(seeds):
    study, corpus = seeds
    evidence, claims = code_corpus(corpus, study.codebook()), study.claims(corpus)
    grades = grade_claims(claims, evidence.mentions, evidence.instruments, corpus=corpus)
    assert grades["energy-mou"] == "medium"  # one story, and an instrument with a party
    assert grades["doha-meeting"] == "low"  # two versions, but of one story
    assert grades["washington-cooperation-may-include"] == "low"  # hedged
    kinds = claims.set_index("claim_id")["kind"]
    assert set(grades[kinds.isin(["assertion", "commitment"])]) == {"low"}
    assert set(grade_claims(claims, evidence.mentions, NONE, corpus=corpus)) == {"low", "medium"}
