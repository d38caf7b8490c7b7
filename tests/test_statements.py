import pytest

from conftest import CLAIMS
from research import load_claims
from research.codebook import Codebook, Concept
from research.statements import Comparison, check_statements

QUOTES = [
    "وقعت وزارة الشؤون الرقمية مع شركة سولفان، يوم الاثنين 12 يناير، مذكرة تفاهم لبناء ثلاثة مراكز في مدينة تازروت",
    "Le ministère pourrait ouvrir un quatrième site, mais n'a pas donné de date.",
]


@pytest.fixture(scope="module")
def comparison():
    def entry(id_, scheme, en, fr, ar, **more):
        return Concept(id=id_, scheme=scheme, label={"en": en, "fr": fr, "ar": ar}, **more)

    concepts = [
        entry("ministry", "actor", "Ministry of Digital Affairs", "ministère des Affaires numériques", "وزارة الشؤون الرقمية"),
        entry("solvane", "actor", "Solvane", "Solvane", "سولفان"),
        entry("delmaris", "actor", "Delmaris", "Delmaris", "ديلماريس"),
        entry("signed", "status", "signed", "a signé", "وقعت"),
        entry("announced", "status", "announced", "a annoncé", "أعلنت"),
        entry("hedge", "hedge", "could", "pourrait", "قد"),
        entry("negation", "negation", "not", "n'a pas", "لم"),
    ]  # fmt: skip
    return Comparison(Codebook({concept.id: concept for concept in concepts}))


RIGHT = "On Monday 12 January the Ministry of Digital Affairs signed a memorandum with Solvane for three centres in Tazrout."


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("three", "four", "the number 4"),
        ("three", "3", None),
        ("12 January", "13 January", "the number 13"),
        ("12 January", "12 February", "the date of month 2"),
        ("Tazrout", "Tazrout in November", "the date of month 11"),
        ("Tazrout", "Tazrout in May", "the date of month 5"),
        ("Tazrout", "Tazrout, as it may", None),
        ("Monday", "Tuesday", "the date Tuesday"),
        ("Solvane", "Delmaris", "the name Delmaris"),
        ("Solvane", "Kaleido", "the name Kaleido"),
        ("Tazrout", "Sarmada", "the name Sarmada"),
        ("Tazrout", "XYZ", "the name XYZ"),
        ("Tazrout.", "Tazrout (Kaleido paid).", "the name Kaleido"),
        ("On Monday", "Kaleido says: on Monday", "the name Kaleido"),
        ("On Monday", "Signing on Monday", None),
        ("signed", "announced", '"announced"'),
        ("signed", "has not signed", "a negation"),
        ("with Solvane ", "", None),
    ],
)
def test_a_sentence_may_say_less_than_its_quotes_and_not_more(comparison, old, new, problem):
    assert old in RIGHT
    assert comparison.unsupported(RIGHT.replace(old, new), "en", QUOTES[:1]) == ([problem] if problem else [])


def test_a_hedge_and_a_negation_may_not_be_dropped(comparison):
    assert comparison.unsupported("The ministry could open a site; it has not given a date.", "en", QUOTES[1:]) == []
    assert comparison.unsupported("The ministry opens a site; no date.", "en", QUOTES[1:]) == [
        "without the negation",
        "without the hedge",
    ]


def test_each_language_of_a_claim_is_checked_in_its_own_numbers(tmp_path, corpus, codebook):
    file = tmp_path / "claims.yaml"
    file.write_text(CLAIMS, encoding="utf-8")
    claims = load_claims(file, corpus)
    assert check_statements(claims, Comparison(codebook)) == []
    wrong = claims.assign(statement_fr="Le ministère des Lacs a signé douze mémorandums avec Orbanel.")
    assert check_statements(wrong, Comparison(codebook)) == [
        "claim 'lakes-mou', French: not in its quotes: the number 12"
    ]


def test_a_month_alone_is_a_date_in_every_language(comparison):
    source = ["La signature a eu lieu en novembre, et les travaux en mars."]
    assert comparison.unsupported("تم ذلك في نونبر ثم في مارس", "ar", source) == []
    assert comparison.unsupported("تم ذلك في دجنبر", "ar", source) == ["the date of month 12"]
    assert comparison.unsupported("en avril", "fr", source) == ["the date of month 4"]
    assert comparison.unsupported("by March and in November", "en", source) == []
