import re
from dataclasses import replace

import pandas as pd
import pytest

from research import ResearchError, code_corpus, load_claims, sovereignty_ledger
from research import figures as draw
from research.brief import actors_table, instruments_table, ledger_table
from research.codebook import Codebook, Concept
from research.plotting import to_svg
from research.sovereignty import _certainty, actors, grade_claims, partners, versions
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
    ledger = sovereignty_ledger(seeds.evidence, seeds.claims, seeds.codebook, corpus=seeds.corpus).set_index("layer")
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
    corpus, evidence, claims = seeds.corpus, seeds.evidence, seeds.claims
    grades = grade_claims(claims, evidence.mentions, evidence.instruments, corpus=corpus)
    assert grades["energy-mou"] == "medium"  # one story, and an instrument with a party
    assert grades["doha-meeting"] == "low"  # two versions, but of one story
    assert grades["washington-cooperation-may-include"] == "low"  # hedged
    kinds = claims.set_index("claim_id")["kind"]
    assert set(grades[kinds.isin(["assertion", "commitment"])]) == {"low"}
    assert set(grade_claims(claims, evidence.mentions, NONE, corpus=corpus)) == {"low", "medium"}


def test_partners_are_bodies_and_a_story_told_twice_is_one_at_its_furthest(seeds):
    corpus, codebook, evidence = seeds.corpus, seeds.codebook, seeds.evidence
    everybody = partners(evidence, codebook, corpus=corpus)
    rows = partners(evidence, codebook, corpus=corpus, apart_from=("min-digital",))
    assert set(everybody["partner"]) - set(rows["partner"]) == {"min-digital"}
    assert "qatar-mcit" in set(rows["partner"]) and "qatar-ict-minister" not in set(rows["partner"])
    assert "open-parties" not in set(rows["partner"]) and set(rows["origin"]) == {"domestic", "foreign", "multilateral"}
    centre = rows[(rows["partner"] == "undp") & (rows["kind"] == "centre")]
    assert centre["status"].unique().tolist() == ["signed"]  # the other version only says that it is there
    talks = rows[rows["kind"] == "talks"]
    assert talks.groupby(["story_id", "partner"])["instrument_id"].nunique().max() == 1


def test_what_cannot_be_drawn_is_said(seeds):
    corpus, codebook, evidence = seeds.corpus, seeds.codebook, seeds.evidence
    with pytest.raises(ResearchError, match="no story is told in two languages; leave this figure out"):
        versions(evidence, codebook, corpus=replace(corpus, story_links=corpus.story_links.iloc[:0]))
    with pytest.raises(ResearchError, match="timeline: none of the events has a date"):
        draw.timeline(corpus.dates, {"nowhere#p00": "Nothing"})
    unstated = replace(evidence, instruments=evidence.instruments.assign(status=""))
    with pytest.raises(ResearchError, match="partner map: nobody is a partner in anything"):
        draw.partner_map(partners(unstated, codebook, corpus=corpus), codebook)


def test_a_title_with_a_comma_is_translated_whole():
    labels = {"road": "law of roads, bridges and ports", "mou": "memorandum"}
    book = Codebook(
        {
            key: Concept(id=key, scheme="instrument", label={"en": en, "fr": key, "ar": key})
            for key, en in labels.items()
        }
    )
    row = {"doc_id": "a", "passage_id": "a#p00", "start": 0, "parties": [], "status": "", "inferred": [], "date": ""}
    titles = ["law of roads, bridges and ports", "memorandum, law of roads, bridges and ports", "an act, memorandum"]
    frame = pd.DataFrame([row | {"title": title, "quantity": 1} for title in titles])
    made = instruments_table(frame, book, "c", source="s", language="fr").data["rows"]
    assert [line[0] for line in made] == ["road", "mou, road", "an act, mou"]


def test_actors_are_counted_by_article_and_story(seeds):
    found = actors(seeds.evidence, seeds.codebook, corpus=seeds.corpus).set_index("actor")
    assert found.loc["undp", ["origin", "documents", "stories"]].tolist() == ["multilateral", 3, 2]
    assert found.loc["us-ai-director", "speaks_for"] == "us-state-department"
    assert (found["stories"] <= found["documents"]).all() and (found["documents"] <= found["mentions"]).all()


def test_two_versions_of_a_story_are_compared_layer_by_layer(seeds):
    codebook = seeds.codebook
    counts, passages = versions(seeds.evidence, codebook, corpus=seeds.corpus)
    assert list(counts.columns) == ["ar", "fr"] and counts.index.tolist() == [
        x for x in codebook.layers[::-1] if x in counts.index
    ]
    assert {passage[:3] for passage in passages} == {"000", "002"} and counts.to_numpy().sum() > 0


def test_the_tables_of_every_brief_speak_its_language(seeds):
    corpus, codebook, evidence = seeds.corpus, seeds.codebook, seeds.evidence
    ledger = sovereignty_ledger(evidence, seeds.claims, codebook, corpus=corpus)
    graded = ledger_table(ledger, codebook, "Une table", source="s", language="fr").data
    assert graded["columns"][0] == "Couche" and graded["rows"][0][0] == "Gouvernance et confiance"
    assert ["Puces et semi-conducteurs", "–", "–", "0", "0", "0", "Sans mention"] in graded["rows"]
    papers = instruments_table(evidence.instruments, codebook, "جدول", source="s", language="ar").data
    assert ["مذكرة تفاهم، اتفاقية", "وزارة الانتقال الرقمي"] in [row[:2] for row in papers["rows"]]
    assert any(row[2].endswith("*") for row in papers["rows"]) and papers["passages"][0].startswith("000")
    assert all(re.fullmatch(r"\d{3}#p\d\d", row[-1]) for row in papers["rows"])
    again = evidence.instruments.replace({"passage_id": {r"^002_\w+": "000_another"}}, regex=True)
    numbers = [row[-1] for row in instruments_table(again, codebook, "c", source="s").data["rows"]]
    assert all("_" in number for number in numbers) and any(n.startswith("000_another#") for n in numbers)
    named = actors_table(actors(evidence, codebook, corpus=corpus), codebook, "Actors", source="s").data
    assert ["Current AI", "International", "–", "1", "1", "1"] in named["rows"]


def test_the_charts_of_every_brief_tell_their_values_in_words(seeds):
    corpus, codebook, evidence = seeds.corpus, seeds.codebook, seeds.evidence
    ledger = sovereignty_ledger(evidence, seeds.claims, codebook, corpus=corpus)
    matrix = draw.layer_status(evidence.codes, ledger, codebook, language="fr")
    denied = draw.layer_status(evidence.codes.assign(negated=True), ledger, codebook)
    assert denied.data.to_numpy().sum() == 0 and denied.alt.count("none") == len(codebook.layers)
    assert "Puces et semi-conducteurs\u00a0: aucun." in matrix.alt and len(matrix.passages) > 30
    rows = partners(evidence, codebook, corpus=corpus)
    mapped = draw.partner_map(rows, codebook, language="ar")
    assert "أجنبي، Mistral AI: " in mapped.alt and set(mapped.data.columns) == {"origin", "partner", "layer", "status"}
    chart = draw.timeline(corpus.dates, {"000_9b17c5c41cb9bef3#p06": "A day", "001_eea382bfc51c9b51#p02": "A meeting"})
    assert chart.alt == "Events by date. A meeting: July 2025 (worked out). A day: 12 January 2026 (stated in full)."
    assert to_svg(mapped.figure) == to_svg(draw.partner_map(rows, codebook, language="ar").figure)
    assert matrix._repr_png_().startswith(b"\x89PNG")


def test_every_figure_and_table_of_the_brief_knows_its_passages():
    import json

    from conftest import ROOT

    record = json.loads((ROOT / "report" / "run.json").read_text(encoding="utf-8"))
    assert len(record["figures"]) == 5 and len(record["tables"]) == 3
    assert all(entry["passages"] for kind in ("figures", "tables") for entry in record[kind].values())
