import pytest

from conftest import code_apart
from research import code_corpus, load_corpus
from research.coding.matcher import Matcher
from research.coding.quantities import find_numbers


def found(codebook, text):
    return [(text[m.start : m.end], m.concept_id) for m in Matcher(codebook).find(text) if m.how == "label"]


def coded(tmp_path, codebook, *lines, name="x"):
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    return code_corpus(load_corpus(folder), codebook)


def test_labels_match_whole_words_with_particles_plurals_and_the_longest_first(codebook):
    assert found(codebook, "ومراكز بيانات وبمركز البيانات") == [("مركز البيانات", "compute")]
    assert found(codebook, "two data centres, datacentres") == [("data centres", "compute")]
    assert found(codebook, "l'accord et d'accord") == [("accord", "agreement")]


def test_a_surname_is_resolved_by_its_document_or_left_ambiguous(tmp_path, codebook):
    both = coded(
        tmp_path,
        codebook,
        "Hala Nour et Sami Nour ont parlé longtemps ; puis Nour a quitté la salle, dit-on, sans un mot.",
    )
    surname = both.mentions.query("surface == 'Nour'").iloc[0]
    assert surname["ambiguous"] and surname["concept_id"] == "hala|sami"
    one = coded(
        tmp_path,
        codebook,
        "Hala Nour a parlé longtemps devant la salle ; puis Nour a quitté la salle, dit-on, sans un mot.",
    )
    assert one.mentions.query("surface == 'Nour'")["concept_id"].tolist() == ["hala"]


@pytest.mark.parametrize(
    ("sentence", "status", "hedged", "negated"),
    [
        (
            "Le ministère des Lacs a signé un texte sur un centre de données avec ses partenaires hier.",
            "signed",
            False,
            False,
        ),
        (
            "Le texte a signé la paix, et vise à bâtir un centre de données dans chaque ville du pays.",
            "ambition",
            False,
            False,
        ),
        (
            "Le pays, dit-on, pourrait bâtir un centre de données dans chaque ville avant dix ans encore.",
            "ambition",
            True,
            False,
        ),
        (
            "Le ministère des Lacs n'a pas signé le texte sur un centre de données prévu de longue date.",
            "",
            False,
            True,
        ),
        (
            "Un centre de données consomme beaucoup d'eau et de courant partout dans le monde entier aujourd'hui.",
            "",
            False,
            False,
        ),
    ],
)
def test_status_follows_the_cue_and_never_rises_over_a_hedge_or_a_denial(
    tmp_path, codebook, sentence, status, hedged, negated
):
    row = coded(tmp_path, codebook, sentence).codes.query("layer == 'compute'").iloc[0]
    assert (row["status"], row["hedged"], row["negated"]) == (status, hedged, negated)


def test_an_instrument_has_its_parties_status_and_number(tmp_path, codebook):
    evidence = coded(
        tmp_path, codebook, "Le ministère des Lacs a signé un mémorandum d'entente avec Orbanel pour dix ans, le 3 mars 2025.",
        "وشهد اليوم توقيع ثماني اتفاقيات مع شركاء لم تذكر أسماؤهم في هذا النص القصير جدا كما ورد.",
    )  # fmt: skip
    mou = evidence.instruments.query("kind == 'mou'").iloc[0]
    assert (mou["status"], mou["parties"], mou["quantity"], mou["date"]) == (
        "signed",
        ["ministry", "firm"],
        1,
        "2025-03-03",
    )


def test_a_collective_signing_is_one_row_and_a_listed_paper_inherits_its_status(tmp_path, codebook):
    evidence = coded(
        tmp_path, codebook, "شهد اليوم الأول من اللقاء توقيع ثماني اتفاقيات مع عدد من الشركاء في قطاعات كثيرة.",
        "وتضمنت الاتفاقيات مذكرة تفاهم بين وزارة البحيرات وأوربانيل حول التعاون في هذا المجال الواسع جدا.",
    )  # fmt: skip
    rows = evidence.instruments[["kind", "quantity", "status", "inferred"]].values.tolist()
    assert rows == [["agreement", 8, "signed", []], ["mou", 1, "signed", ["status"]]]


def test_a_law_that_is_adopted_is_an_instrument_and_one_that_is_only_mentioned_is_not(tmp_path, codebook_file):
    from research import load_codebook

    law = "  - {id: law, scheme: instrument, label: {en: law, fr: loi, ar: قانون}}\n"
    codebook_file.write_text(codebook_file.read_text(encoding="utf-8") + law, encoding="utf-8")
    evidence = coded(
        tmp_path, load_codebook(codebook_file), "Le pays a annoncé une loi sur les lacs et les rivières devant les députés réunis ce matin.",
        "Une loi protège déjà les lacs du pays, rappelle un juriste de la ville basse à la radio locale.",
    )  # fmt: skip
    assert evidence.instruments[["kind", "status", "passage_id"]].values.tolist() == [["law", "announced", "x#p00"]]


def test_numbers_are_read_in_figures_and_words_with_unit_and_bound(tmp_path, codebook):
    assert [(n.value, n.unit) for n in find_numbers("الجهات الاثنتي عشرة")] == [(12.0, "الجهات")]
    assert list(find_numbers("القرن الحادي والعشرين يوم الاثنين")) == []
    assert [n.value for n in find_numbers("3,5 millions et 12 000 personnes")] == [3.5, 12000.0]
    row = coded(
        tmp_path, codebook, "Une baisse de la facture de jusqu'à 70 % est promise aux habitants de la ville basse."
    ).quantities
    assert row[["value", "unit", "bound"]].values.tolist() == [[70.0, "%", "up to"]]


def test_every_offset_of_the_five_articles_is_exact(seeds):
    corpus, evidence = seeds.corpus, seeds.evidence
    for table, column in (
        (evidence.mentions, "surface"),
        (evidence.quantities, "surface"),
        (evidence.instruments, "quote"),
    ):
        assert len(table)
        for row in table.to_dict("records"):
            assert corpus.text(row["doc_id"])[row["start"] : row["end"]] == row[column]


def test_the_instruments_of_the_five_articles(seeds):
    rows = seeds.evidence.instruments
    shown = rows.assign(doc=rows["doc_id"].str[:3], parties=rows["parties"].map("+".join))
    lines = shown[["doc", "kind", "status", "parties", "quantity"]].astype(str).agg(" ".join, axis=1).tolist()
    assert lines == [
        "000 talks discussed minister-digital+qatar-ict-minister 1",
        "000 centre signed undp 1",
        "000 centre announced  1",
        "001 centre announced  1",
        "001 centre announced  1",
        "001 other announced  1",
        "001 agreement signed  8",
        "001 lab announced  1",
        "001 mou announced min-digital+mistral-ai 1",
        "001 programme announced  1",
        "002 talks discussed minister-digital+qatar-ict-minister 1",
        "002 centre announced undp 1",
        "002 centre announced  1",
        "003 talks discussed minister-digital+us-ai-director 1",
        "003 programme announced  1",
        "004 mou signed min-digital 0",
        "004 mou signed min-digital+min-education 1",
        "004 mou signed min-digital+credit-agricole-maroc 1",
        "004 mou signed min-digital+min-employment 1",
        "004 centre announced min-higher-ed+region-oriental+prefecture-nador+provincial-council 1",
        "004 agreement signed min-digital+um6p 1",
        "004 mou signed open-parties+min-energy-transition 1",
        "004 mou signed undp 1",
        "004 agreement signed min-digital+dco 1",
        "004 programme announced  1",
        "004 programme announced  1",
        "004 declaration_of_intent signed open-parties+current-ai 1",
    ]


def test_the_two_seghrouchnis_are_never_taken_for_one_another(seeds):
    mentions = seeds.evidence.mentions
    people = mentions[mentions["concept_id"].isin(["minister-digital", "cndp-president"])]
    omar = people[people["surface"].str.contains("عمر")]
    assert set(omar["concept_id"]) == {"cndp-president"}
    assert set(people[people["surface"].str.contains("أمل|Amina")]["concept_id"]) == {"minister-digital"}


def test_no_passage_of_the_five_articles_speaks_of_chips_or_connectivity(seeds):
    assert set(seeds.codebook.layers) - set(seeds.evidence.codes["layer"]) == {"chips", "connectivity"}


def test_a_number_with_its_unit_attached_is_read_whole_and_a_name_with_a_figure_is_not_a_number():
    read = [(n.value, n.unit) for n in find_numbers("3.5M€, 100MW et 40k; the 1990s, 5G and 3D, 1,500,000 DH")]
    assert read == [(3.5, "M"), (100.0, "MW"), (40.0, "k"), (1990.0, "s"), (1500000.0, "DH")]


STATUSES = [
    ("L'ordre des médecins demande que nulle donnée médicale ne quitte les centres de données du pays.", "compute", "discussed"),
    ("A draft bill before parliament would oblige ministries to keep their files in national data centres.", "compute", "discussed"),
    ("The plan for a national data centre was unveiled in 2016. It was shelved two years later for want of money.", "compute", ""),
    ("Les pourparlers sur le centre de données durent depuis janvier entre les deux entreprises du secteur.", "compute", "discussed"),
    ("Le centre de données de la capitale héberge depuis janvier les fichiers de vingt administrations.", "compute", "operating"),
    ("After the talks the ministry said that no agreement was signed on the data centre with any company.", "compute", ""),
    ("Malgré des négociations, aucun accord n'a été signé sur le centre de données de la capitale du pays.", "compute", ""),
    ("رغم المباحثات التي جرت بين الطرفين لم يتم توقيع أي اتفاقية حول مركز البيانات في الرباط يوم الاثنين.", "compute", ""),
    ("Il s'agit des centres de données, a-t-on appris auprès du ministère, qui n'a pas publié la liste des signataires.", "compute", ""),
]  # fmt: skip
INSTRUMENTS = [
    ("Le ministère a donné le coup d'envoi du programme « Nour » pour les artisanes du Sud et de la montagne.", [["programme", "announced", 1]]),
    ("The Agency sat down with Telamar over a second cable in May. The two sides parted without signing anything.", [["talks", "discussed", 1]]),
    ("Dix États ont adopté et signé une charte sur l'usage responsable des algorithmes dans leurs services.", [["other", "signed", 1]]),
    ("The ministry signed several memoranda and agreements on artificial intelligence with its many partners.", [["mou", "signed", 0]]),
    ("The deputies discussed a data centre law. No one has read the law before, the speaker told the press.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def apart(tmp_path_factory, seeds):
    return code_apart(tmp_path_factory.mktemp("apart"), seeds.codebook, [text for text, *_ in STATUSES + INSTRUMENTS])


@pytest.mark.parametrize(("text", "layer", "status"), STATUSES)
def test_the_status_of_what_is_asked_drafted_dropped_or_lasting(apart, text, layer, status):
    assert apart[text].codes.set_index("layer").loc[layer, "status"] == status


@pytest.mark.parametrize(("text", "rows"), INSTRUMENTS)
def test_instruments_without_the_words_of_a_signing(apart, text, rows):
    assert apart[text].instruments[["kind", "status", "quantity"]].values.tolist() == rows


def test_two_papers_that_a_sentence_lists_have_each_its_parties(tmp_path, seeds):
    text = "ووقعت وزارة الانتقال الرقمي مذكرتي تفاهم، أولاهما مع القرض الفلاحي للمغرب والثانية مع ميسترال حول الذكاء الاصطناعي."
    rows = coded(tmp_path, seeds.codebook, text).instruments
    assert [set(parties) for parties in rows["parties"]] == [
        {"min-digital", "credit-agricole-maroc"}, {"min-digital", "mistral-ai"}
    ]  # fmt: skip
    assert rows["quantity"].tolist() == [1, 1] and rows["instrument_id"].is_unique


def test_persons_sign_for_their_bodies_and_a_law_has_no_parties(tmp_path, seeds):
    signed = "Omar Seghrouchni a signé une convention entre la CNDP et Mistral AI sur les données personnelles à Rabat."
    rows = coded(tmp_path, seeds.codebook, signed).instruments
    assert rows["parties"].map(set).tolist() == [{"cndp", "mistral-ai"}]
    law = "La CNDP applique la loi n° 09-08 sur les données personnelles, en vigueur depuis 2009 dans tout le pays."
    rows = coded(tmp_path, seeds.codebook, law).instruments
    assert rows[["kind", "status"]].values.tolist() == [["law", "operating"]] and rows["parties"].tolist() == [[]]


def test_a_subject_inside_an_instrument_and_a_cue_around_one(seeds):
    matcher, concepts = seeds.matcher, seeds.codebook.concepts
    found = {m.concept_id for m in matcher.find("They examine a data centre law.")}
    assert "law" in found and "compute" in {layer for concept in found for layer in concepts[concept].broader}
    assert not [m for m in matcher.find("ninety ins and outs of the matter") if m.label == "INS"]
