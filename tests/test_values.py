"""How values, dates and text are written in each language, and what prose may ask of a fact."""

import datetime

import pytest

from research import ResearchError
from research.brief import Facts, fact
from research.brief.runs import runs, spaced
from research.brief.values import Bound, Values
from research.codebook import Codebook, Concept
from research.tables import table
from research.wording import _entries, words

MADE = {
    "papers": 1234, "none": 0, "share": 0.5, "saving": 70, "name": "Plan", "held": datetime.date(2026, 2, 1), "silent": ["chips", "ai"],
}  # fmt: skip


@pytest.fixture
def values():
    def made(language="en"):
        items = {name: dict(fact(name, value).data) for name, value in MADE.items()}
        items["silent"]["labels"] = ["chips and wires", "AI models"]
        return Values(items, ["bars"], ["words"], language=language)

    return made


@pytest.mark.parametrize(
    ("expression", "english", "french", "arabic"),
    [
        ("facts.papers", "1,234", "1\u202f234", "1.234"),
        ("facts.share", "0.50", "0,50", "0,50"),
        ("facts.saving | percent", "70%", "70\u202f%", "70%"),
        ("facts.held", "1 February 2026", "1er février 2026", "1 فبراير 2026"),
        (
            "facts.silent | any",
            "chips and wires or AI models",
            "chips and wires ou AI models",
            "chips and wires أو AI models",
        ),
        ("facts.silent", "chips and wires and AI models", "chips and wires et AI models", "chips and wires وAI models"),
        ("facts.silent | count", "2", "2", "2"),
        ('facts.none | zero("no")', "no", "no", "no"),
        ("facts.name", "Plan", "Plan", "Plan"),
    ],
)
def test_each_language_writes_a_value_in_its_own_way(values, expression, english, french, arabic):
    found = [values(language).evaluate(expression) for language in ("en", "fr", "ar")]
    assert [bound.text for bound in found] == [english, french, arabic]
    assert {bound.name for bound in found} == {expression.split(".")[1].split()[0]}


def test_a_reference_names_its_figure_or_table(values):
    assert values().evaluate("figures.bars") == Bound("figure", "bars")
    assert values().evaluate("tables.words") == Bound("table", "words")


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ('facts.papers | zero("no")', "papers is 1234, not nought"),
        ('facts.silent | zero("no")', "not nought"),
        ("facts.nothing", "no such value|nothing"),
        ("facts.papers + 1", "unsupported operand"),
        ("facts.papers.__class__", "no such value|unsafe|class"),
        ("facts.papers.value.__class__.__mro__", "."),
        ("facts", "not one fact"),
        ("7", "not one fact"),
        ("range(9)", "range"),
        ("''.join(['a'])", "not one fact"),
        ("facts.papers | upper", "upper"),
        ("facts.papers |", "."),
        ("", "."),
    ],
)
def test_prose_reaches_facts_and_nothing_else(values, expression, why):
    with pytest.raises(ValueError, match=why):
        values().evaluate(expression)


def test_a_name_in_a_list_keeps_its_capital(codebook):
    chips = Concept(id="chips", scheme="layer", label={"en": "Chips", "fr": "Puces", "ar": "الرقائق"})
    codebook = Codebook({**codebook.concepts, "chips": chips})
    made = Facts()
    made.add(None, named=["firm", "chips"])
    (item,) = Facts(made.table(), codebook, language="en").data["items"]
    assert item["labels"] == ["Orbanel", "chips"]


def test_facts_travel_as_a_table_with_the_passages_they_count():
    found = Facts()
    rows = table(
        "quantities",
        [
            {
                "passage_id": "a#p01",
                "doc_id": "a",
                "value": 3.0,
                "unit": "x",
                "bound": "exact",
                "start": 0,
                "end": 1,
                "surface": "3",
            }
        ],
    )
    shown = found.add(rows, **MADE)
    assert "facts.papers" in shown._html() and len(found.data["items"]) == len(MADE)
    made = found.table()
    assert made["name"].tolist() == list(MADE) and made["passages"].tolist()[0] == ["a#p01"]
    assert made.set_index("name").loc["held", ["value", "type"]].tolist() == ["2026-02-01", "date"]
    again = Facts(made)
    assert again["papers"] == 1234 and again.data["items"] == found.data["items"]
    with pytest.raises(ResearchError, match="a fact of type set"):
        found.add(None, odd={1})
    with pytest.raises(ResearchError, match="facts"):
        found.add(None, papers=1)
        found.table()


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("Qui signe ? Personne !", "Qui signe\u202f? Personne\u202f!"),
        ("Options : « signer »; attendre", "Options\u00a0: «\u00a0signer\u00a0»\u202f; attendre"),
        ("70 % à 12:30", "70\u00a0% à 12:30"),
        ("https://a.example/x?y=1;z", "https://a.example/x?y=1;z"),
    ],
)
def test_french_prose_has_the_spaces_of_french(text, french):
    assert spaced(text, "french"[:2]) == french and spaced(text, "en") == text


def test_text_is_cut_into_runs_of_one_script():
    assert runs("وقعت DCO (2025) اتفاقا", "ar") == [{"v": "وقعت "}, {"v": "DCO", "l": "en"}, {"v": " (2025) اتفاقا"}]
    (long,) = runs("x" * 10_000, "en")
    assert max(map(len, long["v"].split("\u200b"))) == 40 and long["v"].replace("\u200b", "") == "x" * 10_000


def test_every_word_of_the_interface_is_in_every_language():
    assert all(set(entry) == set(_entries()["locale"]) for entry in _entries().values())
    assert all(entry[language] or not entry["en"] for entry in _entries().values() for language in _entries()["locale"])
    with pytest.raises(ResearchError, match="no brief can be written in 'de'; one of en, fr, ar"):
        words("de")
