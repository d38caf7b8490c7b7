"""What the coding rules make of sentences, and how an analyst sees it, on the study's own codebook."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import code_apart
from research import ResearchError, code_corpus, load_corpus
from research.coding.discrepancies import find_discrepancies
from research.coding.view import coded, find_passages
from research.tables import table

FILLER = (
    "Ce paragraphe parle longuement d'intelligence artificielle et de transformation numérique, sans rien annoncer."
)


@pytest.fixture(scope="module")
def codebook(seeds):
    return seeds.codebook


def evidence(tmp_path, codebook, *lines, name="x"):
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    corpus = load_corpus(folder)
    return corpus, code_corpus(corpus, codebook)


STATUSES = [
    # a hedge behind its subject
    ("Un supercalculateur national pourrait être installé près du port avant la fin de la décennie.", "compute", ("ambition", True, False)),
    ("A national supercomputer could be built near the port before the end of the decade, they said.", "compute", ("ambition", True, False)),
    # the purpose of what was signed has its status, that of nothing is an aim
    ("Les deux ministères ont signé une convention visant à former des ingénieurs en semi-conducteurs.", "chips", ("signed", False, False)),
    ("Une nouvelle feuille visant à former des ingénieurs en semi-conducteurs circule dans les couloirs.", "chips", ("ambition", False, False)),
    # a cue that is itself denied
    ("Aucun contrat n'a été signé pour le supercalculateur, a répété hier le porte-parole du ministère.", "compute", ("", False, True)),
    ("No agreement has been signed for the supercomputer and nothing else is said about it so far.", "compute", ("", False, True)),
    # "without" denies what follows it, not what comes before
    ("La fibre optique fonctionne dans la vallée depuis mars sans interruption, se félicite le maire.", "connectivity", ("operating", False, False)),
    # قد is a hedge before what is to come, and none before what has been
    ("وقد شرعت الوزارة في تشغيل الحاسوب الفائق منذ شهر مارس الماضي داخل مركزها الوطني بالعاصمة.", "compute", ("operating", False, False)),
    ("قد يشمل المشروع اقتناء الحاسوب الفائق ووضعه رهن إشارة الجامعات في مرحلة لاحقة من مراحل الإنجاز.", "compute", ("ambition", True, False)),
]  # fmt: skip
INSTRUMENTS = [
    ("Le projet de loi sur l'intelligence artificielle est examiné par la commission de la Chambre.", "law", "discussed"),
    ("La loi n° 31 de 2021 impose une analyse d'impact à tout système d'intelligence artificielle public.", "law", "operating"),
    ("Parliament set aside 640 million dinars over five years for the national data centre and its staff.", "budget", "announced"),
    ("The ministry launched a national computing centre in March for the universities' supercomputer work.", "centre", "announced"),
]  # fmt: skip


@pytest.fixture(scope="module")
def apart(tmp_path_factory, codebook):
    return code_apart(tmp_path_factory.mktemp("apart"), codebook, [text for text, *_ in STATUSES + INSTRUMENTS])


@pytest.mark.parametrize(("sentence", "layer", "expected"), STATUSES)
def test_status_reads_where_its_cues_stand(apart, sentence, layer, expected):
    row = apart[sentence].codes.query("layer == @layer").iloc[0]
    assert (row["status"], row["hedged"], row["negated"]) == expected


def test_a_sentence_without_a_cue_takes_that_of_its_neighbour(tmp_path, codebook):
    _, found = evidence(
        tmp_path,
        codebook,
        "The ministry launched its cloud platform on Monday. The data centre holds four rooms of racks.",
    )
    row = found.codes.query("layer == 'compute'").iloc[0]
    assert row["status"] == "announced" and any("launched" in m or "@" in m for m in row["mention_ids"])


def test_an_ordinary_word_counts_only_in_company(tmp_path, codebook):
    _, alone = evidence(
        tmp_path, codebook, "The foundation opened its museum of silicon, dear to artificial intelligence fans."
    )
    assert "chips" not in set(alone.codes["layer"])
    _, beside = evidence(
        tmp_path, codebook, "All silicon ends in a semiconductor, say the fans of artificial intelligence in town."
    )
    assert "chips" in set(beside.codes["layer"])


def test_an_article_beside_the_subject_gives_no_evidence(tmp_path, codebook):
    lines = [
        "The team trained at the village school and the coach praised the students for their energy all week long.",
        "The budget of the club is two million dinars, and the players will receive new contracts in the autumn.",
        "The match begins at eight in the evening, and the police ask spectators to come early and on foot please.",
        "Tickets are sold at the stadium only, and children under ten years of age enter free with their parents.",
        "The captain hopes for rain, since the grass is dry and the ball runs too fast for his liking these days.",
    ]
    _, found = evidence(tmp_path, codebook, *lines)
    assert found.codes.empty and found.instruments.empty


@pytest.mark.parametrize(("sentence", "kind", "expected"), INSTRUMENTS)
def test_instruments_without_a_paper(apart, sentence, kind, expected):
    assert apart[sentence].instruments.query("kind == @kind")["status"].tolist() == [expected]


def test_a_law_told_of_twice_is_one_and_a_budget_needs_an_amount(tmp_path, codebook):
    line = "Le projet de loi sur l'intelligence artificielle est examiné ; le projet de loi sera débattu en mai."
    _, found = evidence(tmp_path, codebook, line, line.replace("en mai", "en juin prochain, dit-on"))
    assert found.instruments["kind"].tolist() == ["law"]
    _, vague = evidence(
        tmp_path, codebook, "The budget of the data centre is a matter for parliament, the minister of health said."
    )
    assert "budget" not in set(vague.instruments["kind"])


STORY_FR = (
    "À Tanger, Driss Belmoudi, ministre du Numérique, et Hana Restoun ont signé neuf accords le 14 juin 2031, en marge du salon "
    "Numerika. Selon Belmoudi, la ville de Sarmada recevra 350 serveurs et la société Delmaris en louera 75 à l'université."
)
STORY_AR = (
    "وقع وزير الرقمنة المنتدب إدريس بلمودي وهناء رستون ثماني اتفاقيات بطنجة يوم 15 يونيو 2031 على هامش معرض نوميريكا. "
    "وأكد بلمودي أن مدينة سرمدة ستستقبل 350 خادما وأن شركة ديلماريس ستؤجر 75 منها للجامعة في السنة نفسها."
)


def test_two_versions_of_a_story_are_compared(tmp_path, codebook):
    from research.codebook import Codebook, Concept

    driss = Concept(id="driss", scheme="actor", type="person", label={"en": "Driss Belmoudi", "fr": "Driss Belmoudi", "ar": "إدريس بلمودي"})  # fmt: skip
    delegate = codebook.concepts["minister-delegate"].model_copy(update={"alt": {"ar": ["وزير الرقمنة المنتدب"]}})
    book = Codebook({**codebook.concepts, "driss": driss, "minister-delegate": delegate})
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ar.txt").write_text(STORY_AR, encoding="utf-8")
    (folder / "fr.txt").write_text(STORY_FR, encoding="utf-8")
    corpus = load_corpus(folder)
    link = {"doc_id_a": "ar", "doc_id_b": "fr", "kind": "translation", "score": 1.0, "evidence": []}
    corpus = replace(corpus, story_links=table("story_links", [link]))
    found = find_discrepancies(corpus, code_corpus(corpus, book), book)
    by_kind = dict(list(found.groupby("kind")))
    (number,) = by_kind["number"].to_dict("records")
    assert (number["surface_a"], number["surface_b"]) == ("ثماني", "neuf") and "contradict" in number["note"]
    (day,) = by_kind["date"].to_dict("records")
    assert "contradict" in day["note"] and "2031-06-14" in day["note"] and "2031-06-15" in day["note"]
    (title,) = by_kind["title"].to_dict("records")
    assert title["surface_b"] == "ministre" and "Driss Belmoudi" in title["note"]


def test_the_minister_s_rank_and_spelling_differ_between_the_two_doha_articles(seeds, codebook):
    found = find_discrepancies(seeds.corpus, seeds.evidence, codebook).set_index("kind")
    assert found.loc["title", ["surface_a", "surface_b"]].tolist() == ["وزيرة", "ministre déléguée"]
    assert found.loc["spelling", "surface_b"] == "Amina Flah Saghrouchni"


def test_a_passage_is_shown_with_its_mentions_and_why(tmp_path, codebook):
    corpus, found = evidence(
        tmp_path,
        codebook,
        "Le ministère a signé <b>hier</b> un accord sur un centre de données & ses serveurs.",
        FILLER,
    )
    html = coded(corpus, found, codebook, find_passages(corpus, found, "x")).data
    assert "<b>" not in html and "&lt;b&gt;hier" in html
    assert "concept data-centre, label: " in html and ">a signé</mark>" in html
    assert "signed ← " in html and html.count('class="coded"') == 2
    assert find_passages(corpus, found, "compute") == ["x#p00"] and find_passages(corpus, found, "") == [
        "x#p00",
        "x#p01",
    ]
    with pytest.raises(ResearchError, match="nothing is called 'nowhere'"):
        find_passages(corpus, found, "nowhere")


LEAST = {"seeds": (0.92, 0.78, 0.90, 0.94), "last": (0.80, 0.75, 0.65, 0.90)}


@pytest.mark.parametrize("name", LEAST)
def test_what_the_rules_reached_on_coded_articles_they_keep(name, capsys):
    script = Path(__file__).parents[1] / "benchmarks" / "coding.py"
    spec = importlib.util.spec_from_file_location("coding_benchmark", script)
    module = sys.modules["coding_benchmark"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.score(name, wrong=False)
    lines = capsys.readouterr().out.splitlines()
    told = {line[:22].strip(): line for line in lines}
    reached = (
        float(told["layers, macro F1"].split()[3]),
        float(told["status of right layers"].split()[-1]),
        float(told["instruments, F1"].split()[-1]),
        float(told["actors, F1"].split()[-1]),
    )
    assert all(value >= least for value, least in zip(reached, LEAST[name], strict=True)), reached


def test_the_analyst_s_claims_are_a_coding_of_passages(seeds):
    from research.evaluation import agreement, claim_codes

    quoted = claim_codes(seeds.claims, seeds.corpus)
    assert not quoted.duplicated(["passage_id", "layer"]).any() and set(quoted["layer"]) <= set(seeds.codebook.layers)
    measured = agreement(seeds.evidence.codes, quoted, passages=sorted(set(quoted["passage_id"]))).set_index("layer")
    assert measured.loc["all", "f1"] > 0.6
