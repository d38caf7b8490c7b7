import pytest

from conftest import ARTICLES, CLAIMS
from research import ResearchError, code_corpus, load_claims
from research.claims import check_terms, mark_reviewed, to_annotations
from research.errors import BrokenQuote


def load(tmp_path, corpus, text):
    file = tmp_path / "claims.yaml"
    file.write_text(text, encoding="utf-8")
    return load_claims(file, corpus)


def test_a_quote_is_found_with_its_context_position_and_hash(tmp_path, corpus):
    (quote,) = load(tmp_path, corpus, CLAIMS)["quotes"].item()
    text = corpus.text("a")
    assert text[quote["start"] : quote["end"]] == quote["exact"]
    assert text.startswith(quote["prefix"] + quote["exact"] + quote["suffix"])
    assert quote["sha256"] == corpus.documents.set_index("doc_id").loc["a", "sha256"]


def test_a_broken_quote_names_claim_and_file_and_proposes_the_nearest_text(tmp_path, corpus):
    with pytest.raises(
        BrokenQuote, match=r"claims\.yaml:7:12: claim 'lakes-mou': .* is not in a; nearest text: .*Orbanel"
    ):
        load(tmp_path, corpus, CLAIMS.replace("avec Orbanel sur un centre", "avec Orbanel pour un centre"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("doc: a,", "doc: z,", "unknown document 'z'"),
        ("kind: fact", "kind: rumour", "kind: Input should be"),
        ('exact: "Le ministère des Lacs a signé un mémorandum d\'entente avec Orbanel sur un centre de données"', 'exact: "formation"', "stands 2 times"),
        ("- id: lakes-mou", "- id: lakes-mou\n  kind: fact\n  statement: {en: x}\n  quotes: [{doc: a, exact: Orbanel}]\n- id: lakes-mou", "duplicate claim id"),
    ],
)  # fmt: skip
def test_a_wrong_claim_is_one_clear_error(tmp_path, corpus, old, new, message):
    with pytest.raises(ResearchError, match=message):
        load(tmp_path, corpus, CLAIMS.replace(old, new))


def test_what_the_loader_left_out_of_a_page_is_no_ground_for_a_claim(tmp_path):
    from research import load_corpus

    (tmp_path / "a.txt").write_text(ARTICLES["a.txt"] + "\nLire aussi : Orbanel achète la Lune\n", encoding="utf-8")
    corpus = load_corpus(tmp_path / "a.txt")
    assert "related" in " ".join(corpus.boilerplate["rule"])
    moon = CLAIMS[: CLAIMS.index("  quotes:")] + '  quotes: [{doc: a, exact: "Orbanel achète la Lune"}]'
    with pytest.raises(BrokenQuote, match="does not begin and end in a passage of a; quote the article itself"):
        load(tmp_path, corpus, moon)


def test_a_layer_or_an_actor_that_the_codebook_lacks_is_named(tmp_path, corpus, codebook):
    for old, new in (("[compute]", "[computee]"), ("status: signed", "status: signed\n  attributed_to: [nobody]")):
        with pytest.raises(
            ResearchError, match=r"claim 'lakes-mou' names '(computee|nobody)', which is not in the codebook"
        ):
            check_terms(load(tmp_path, corpus, CLAIMS.replace(old, new)), codebook)


def test_instruments_that_a_claim_quotes_are_reviewed(tmp_path, corpus, codebook):
    instruments = code_corpus(corpus, codebook).instruments
    claims = load(tmp_path, corpus, CLAIMS)
    assert mark_reviewed(instruments, claims)["reviewed"].any() and not instruments["reviewed"].any()


def test_the_study_s_claims_are_many_whole_and_known_to_the_codebook(seeds):
    study, claims, codebook = seeds.study, seeds.claims, seeds.codebook
    assert len(claims) >= 60 and set(claims["kind"]) == {"fact", "ambition", "commitment", "assertion"}
    assert (claims["statement_en"].str.len() > 20).all()
    assert {layer for layers in claims["layers"] for layer in layers} <= set(codebook.layers)
    assert {actor for actors in claims["attributed_to"] for actor in actors} <= set(codebook.concepts)
    cited = {claim for item in study.recommendations() for claim in item.claims}
    assert cited <= set(claims["claim_id"])


def test_nothing_is_claimed_signed_in_doha_or_washington(seeds):
    meetings = seeds.claims[seeds.claims["claim_id"].str.startswith(("doha", "washington", "us-"))]
    assert "signed" not in set(meetings["status"]) and "operating" not in set(meetings["status"])


def test_claims_are_web_annotations_whose_selectors_find_the_words(tmp_path, corpus):
    claims = load(tmp_path, corpus, CLAIMS)
    collection = to_annotations(claims, {"a": "seeds/a.txt"}, passages=corpus.passages, run_id="cafe")
    (annotation,) = collection["first"]["items"]
    assert collection["type"] == "AnnotationCollection" and collection["total"] == 1
    assert annotation["body"] == [{"type": "TextualBody", "value": claims["statement_en"].item(), "language": "en", "format": "text/plain"}]  # fmt: skip
    (target,) = annotation["target"]
    words, position = target["selector"]
    text = corpus.text("a")
    assert text[position["start"] : position["end"]] == words["exact"] and target["source"] == "seeds/a.txt"
    assert words["prefix"] + words["exact"] + words["suffix"] in text
    assert target["passage"] == "a#p00" and collection["run"] == "cafe"
    own = set(collection["@context"][1]) & (set(collection) | set(annotation) | set(target))
    assert own == set(collection["@context"][1])
