"""What prose may say: no more than the claims beside it, in headings, counts, quotations and words for numbers."""

import pytest

from research import ResearchError
from research.brief import Notes, Recommendations, fact, guard
from research.brief.check import check_parity, check_prose
from research.brief.model import from_notebook
from test_brief import executed


def read(seeds, prose, *blocks, language="en", tags=(), title="First things first"):
    """What is wrong with prose on the claims of this repository."""
    notes = Notes(seeds.claims, seeds.corpus, language=language)
    facts = [fact("papers", 8), fact("signed_papers", 8), fact("laws", 0), fact("silent", ["chips"])]
    doc = from_notebook(executed(prose, *facts, *blocks, notes, language=language, tags=tags, title=title))
    return check_prose(doc, seeds.comparison)


@pytest.mark.parametrize(
    ("prose", "problem"),
    [
        ("**Mistral signed nothing.** A cooperation agreement was signed.[^dco-agreement]", "the name Mistral"),
        ("**Huawei.** A cooperation agreement was signed.[^dco-agreement]", "the name Huawei"),
        ("**No rule.** A cooperation agreement was signed.[^dco-agreement]", "a denial that nothing counts"),
        ("**Operating.** A cooperation agreement was signed.[^dco-agreement]", "the status operating"),
        ("## Huawei\n\nAn agreement was signed.[^dco-agreement]", "the name Huawei"),
        ("## Plants in operation\n\nAn agreement was signed.[^dco-agreement]", "the status operating"),
        ("## Nothing is not signed\n\nAn agreement was signed.[^dco-agreement]", "a denial that nothing counts"),
        ("## Signed\n\n## Agreements\n\nAn agreement was signed.[^dco-agreement]", "the status signed"),
        ("Huawei holds {{ facts.papers }} papers.", "the name Huawei"),
        ("Zorvex holds {{ facts.papers }} papers.", "the name Zorvex"),
        ("There are {{ facts.papers }} papers, signed.", "the status signed"),
        ("There are {{ facts.papers }} papers, none of them lawful.", "a denial that nothing counts"),
        ('{{ facts.laws | zero("No") }} law binds what is signed.', "the status signed"),
    ],
)
def test_headings_and_counts_say_no_more_than_what_stands_beside_them(seeds, prose, problem):
    assert any(problem in line for line in read(seeds, prose))


@pytest.mark.parametrize(
    "prose",
    [
        "**Signed.** A cooperation agreement was signed.[^dco-agreement]",
        "## Xylophones\n\n**Yodelling.** A cooperation agreement was signed.[^dco-agreement]",
        "## Signed\n\n### Agreements\n\nAn agreement was signed.[^dco-agreement]",
        '## No law\n\n{{ facts.laws | zero("No") }} law is there.',
        "There are {{ facts.signed_papers }} papers that are signed.",
        "No passage speaks of {{ facts.silent | any }}.",
        "An agreement with the Digital Cooperation Organization was signed.[^dco-agreement] With the Digital "
        "Cooperation Organization there are {{ facts.papers }} papers.",
    ],
)
def test_headings_and_counts_may_say_what_stands_beside_them(seeds, prose):
    assert read(seeds, prose) == []


def test_a_title_says_no_more_than_the_claims_and_a_guard_warrants_a_denial(seeds):
    prose = "An agreement was signed.[^dco-agreement]"
    assert "the name Huawei" in read(seeds, prose, title="Huawei pays")[0]
    assert "a denial" in read(seeds, prose, title="Nobody pays")[0]
    assert read(seeds, prose, guard(condition=True, message="nobody pays"), title="Nobody pays") == []


def test_the_authors_own_headings_stand_in_their_box_and_may_say_what_they_like(seeds):
    assert read(seeds, "## Huawei should not sign\n\nSo we think.", tags=("judgement",)) == []


def test_a_problem_names_its_line_though_the_sentence_is_wrapped_emphasised_or_repeated(notes):
    prose = "It was signed.[^lakes-mou]\n\nIt is\nsaid.\n\n- It *is* said.\n- Signed.[^lakes-mou]\n\nIt is said."
    places = [line.partition(":")[0] for line in check_prose(from_notebook(executed(prose, notes)))]
    assert places == ["cell 3, line 3", "cell 3, line 6", "cell 3, line 9"]


def test_what_stands_between_two_comments_is_printed(notes):
    prose = "<!-- a --> The deal was annulled. <!-- b -->\n\n<!-- c --> So <!-- d --> it is."
    problems = check_prose(from_notebook(executed(prose, notes)))
    assert ["The deal was annulled." in problems[0], "it is." in problems[1]] == [True, True]
    with pytest.raises(ResearchError, match=r"cell 3, line 1: prints '\[\^lakes-mou\]' as it stands"):
        from_notebook(executed("<!-- a --> Annulled.[^lakes-mou] <!-- b -->", notes))


@pytest.mark.parametrize(
    "broken",
    ["{{ facts.n } was signed", "`{{ facts.n }}`", "[^lakes-mou ]", "{ facts.n }}", "{facts.n}", "{% x %}", "    {{ n"],
)
def test_a_broken_value_or_reference_is_not_printed(notes, broken):
    with pytest.raises(ResearchError, match=r"nb, cell 3, line 3: prints .* as it stands; write {{ facts.name }}"):
        from_notebook(executed(f"Signed.[^lakes-mou]\n\n{broken}", fact("n", 2), notes), "nb")


@pytest.mark.parametrize(
    ("quotation", "passes"),
    [
        ("“we will jail every journalist”", False),
        ("« the biggest theft »", False),
        ("‘a ministry’s theft of all’", False),
        ("'a theft of all'", False),
        ("“we will jail", False),
        ("“signed a cooperation agreement with … the Digital Cooperation Organization”", True),
        ("“Digital Cooperation Organization”", True),
        ("“Digital Morocco 2030”", True),
        ("“cooperation agreements”", True),
        ("“300”", False),
        ("“agreement”", True),
    ],
)
def test_what_is_quoted_stands_in_the_claims_or_is_a_name(seeds, quotation, passes):
    found = read(seeds, f"The cooperation agreement, {quotation}, was signed.[^dco-agreement]")
    assert any("the quotation" in line for line in found) is not passes


def test_the_word_for_nought_and_a_fact_of_words_say_nothing_more(seeds):
    for word in ("No signed", "No Huawei", "No such law"):
        (found, *_) = read(seeds, f'{{{{ facts.laws | zero("{word}") }}}} paper is there.')
        assert 'which says more than "no"' in found
    for value, passes in (("Lakes and mills", True), ("They signed it all", False), ("12 mills", False)):
        found = read(seeds, "Of them: {{ facts.said }}.", fact("said", value))
        assert any("facts.said prints a sentence or a number" in line for line in found) is not passes


@pytest.mark.parametrize(
    ("language", "prose", "problems"),
    [
        ("en", "They stole lakes under plan B. It was signed.[^lakes-mou]", 1),
        ("en", "They stole lakes, etc. The paper was signed.[^lakes-mou]", 1),
        ("en", "It was signed by J. Zorvex and Dr. Kaleido.[^lakes-mou]", 0),
        ("fr", "Il a été signé par M. Le Goff.[^lakes-mou]", 0),
        ("ar", "سرقوا البحيرات وفق الخطة ب. ووقعت الوزارة المذكرة.[^lakes-mou]", 1),
        ("ar", "وقعها د. نور.[^lakes-mou]", 0),
    ],
)
def test_no_sentence_rides_on_the_next_ones_citation(notes, language, prose, problems):
    assert len(check_prose(from_notebook(executed(prose, notes, language=language)))) == problems


def test_advice_has_the_same_numbers_and_dates_in_every_language(notes):
    from research.study import Recommendation

    def doc(language, deadline):
        texts = {key: {language: text} for key, text in (("actor", "x"), ("action", "x"), ("text", "70 %"))}
        item = Recommendation(id="r", claims=["lakes-mou"], deadline={language: deadline}, **texts)
        return from_notebook(executed("x", Recommendations([item], language=language), notes, language=language))

    english, french = doc("en", "by 31 March 2027"), doc("fr", "avant le 31 mars 2027")
    assert check_parity({"en": english, "fr": french}) == []
    assert check_parity({"en": english, "fr": doc("fr", "avant le 31 mai 2027")}) == [
        "fr lacks recommendations of en: r (lakes-mou, 31, 70, 2027, month 3)",
        "en lacks recommendations of fr: r (lakes-mou, 31, 70, 2027, month 5)",
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "hundreds of|thousands|two million|a dozen|half|a third of|twice|threefold|.75|14g|Phase IV"),
        ("fr", "une dizaine|des centaines|des milliers|un million|la moitié|un tiers|deux milliards"),
        ("ar", "ثلاثمائة|خمسمئة|مئتان|ألفان|مليون|بملايين|مئات|آلاف|عشرات|نصف|ثلث|ربع|نصفها"),
    ],
)
def test_a_number_in_any_words_is_bound_or_in_a_quote(notes, language, words):
    for word in words.split("|"):
        doc = from_notebook(executed(f"x {word} x.[^lakes-mou]", notes, language=language))
        assert [line for line in check_prose(doc) if "is not bound" in line], word
        doc.claims["lakes-mou"]["quotes"][0]["exact"] += " " + word
        again = [line for line in check_prose(doc) if "is not bound" in line]
        assert again == [] or word in ("two million", "deux milliards"), word


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Le centre est neuf"),
        ("fr", "Un accord neuf est là"),
        ("ar", "لست متأكدا"),
        ("en", "5G and 3D by a third party"),
    ],
)
def test_what_is_no_number_is_none(notes, language, words):
    assert check_prose(from_notebook(executed(f"{words}.[^lakes-mou]", notes, language=language))) == []
