import json
import re
import subprocess
import sys

import nbformat
import pandas as pd
import pypdfium2
import pytest

from conftest import notebook
from research import ResearchError, load_claims
from research.brief import Cover, Figure, Notes, Recommendations, Table, fact, guard
from research.brief.blocks import MIME
from research.brief.check import check_length, check_parity, check_prose
from research.brief.exporters import BriefHTMLExporter, BriefPDFExporter
from research.brief.model import core_words, from_notebook
from research.codebook import Codebook, Concept
from research.errors import CheckFailed
from research.plotting import Chart
from research.statements import Comparison

HOSTILE = '#eval("1") <script>alert(1)</script> $\\input{/etc/passwd}$ \u202eevil\u0007 **x** [a](javascript:b) 漢字 🙂'


BOOK = Codebook(
    {"plan": Concept(id="plan", scheme="initiative", label=dict.fromkeys(("en", "fr", "ar"), "Plan Lac 2030"))}
)


class _Study:
    authors, edition, title = ["Nobody"], 1, "Lakes"
    edition_date = pd.Timestamp("2025-05-01").date()


def cover(**changes):
    return Cover(_Study(), **({"subject": "Brief", "audience": "all", "codebook": BOOK} | changes))


def executed(prose, *blocks, tags=(), title="First things first", language="en"):
    """A notebook as it looks after running: blocks as outputs of one cell."""
    made = notebook(("md", f"# {title}", []), ("code", "show()", []), ("md", prose, list(tags)))
    made.cells[1].execution_count = 1
    made.cells[1].outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {MIME: json.loads(json.dumps(b.data))}}
        for b in (cover(language=language), *blocks)
    ]
    for i, output in enumerate(made.cells[1].outputs):
        made.cells[1].outputs[i] = type(made.cells[1])(output)
    return made


@pytest.fixture
def notes(tmp_path, corpus):
    from conftest import CLAIMS

    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    return Notes(load_claims(tmp_path / "claims.yaml", corpus), corpus)


def flat(doc):
    return json.dumps(doc.blocks, ensure_ascii=False)


def test_claims_are_numbered_in_order_and_facts_printed(notes):
    doc = from_notebook(executed("Signed.[^lakes-mou] Seen {{ facts.n }} times.[^lakes-mou]", fact("n", 7), notes))
    assert doc.cited == ["lakes-mou"] and doc.meta["title"] == "First things first"
    assert '"v": "7"' in flat(doc) and flat(doc).count('"t": "ref", "n": 1') == 2
    assert flat(doc).count('"first": true') == 1
    (block,) = [b for b in doc.blocks if b["t"] == "notes"]
    assert block["items"][0]["quotes"][0]["passage"] == "a#p00"


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        (
            "Signed.[^nobody-said-so]",
            r"nb, cell 3, line 1: cites an unknown claim \[\^nobody-said-so\]; correct the id",
        ),
        ("One.\n\nSigned.[^no-one]", "nb, cell 3, line 3: cites an unknown claim"),
        ("Seen {{ facts.nothing }} times.", "cannot print .*nothing"),
        ("Seen {{ facts.__class__ }} times.", "cannot print"),
        ("Seen {{ 7 }} times.", "cannot print"),
        ("Seen {{ facts.n + 1 }} times.", "cannot print"),
        ("Seen {{ facts. }} times.", "cannot print"),
        ("Seen {{ figures.nothing }}.", "cannot print .*no attribute 'nothing'|cannot print"),
        ("| a |\n|---|\n| b |", "a Markdown table; display Table"),
        ("![A lake](lake.png)", r"an image; display Figure\(…\)"),
    ],
)
def test_what_cannot_be_printed_stops_the_build_and_names_the_cell(notes, prose, message):
    with pytest.raises(ResearchError, match=message):
        from_notebook(executed(prose, notes), "nb")


def test_a_notebook_that_was_not_executed_is_one_clear_error(notes):
    made = executed("x", notes)
    made.cells[1].outputs, made.cells[1].execution_count = [], None
    for exporter in (BriefPDFExporter, BriefHTMLExporter):
        with pytest.raises(ResearchError, match="has not been executed; run all its cells"):
            exporter().from_notebook_node(made, {"metadata": {"name": "nb"}})


def test_a_server_is_never_shut_down_by_an_export_that_fails():
    from jupyter_core.application import JupyterApp

    JupyterApp.instance()
    try:
        with pytest.raises(ResearchError):
            BriefPDFExporter().from_notebook_node(notebook(("code", "1 + 1", [])), {"metadata": {"name": "nb"}})
    finally:
        JupyterApp.clear_instance()


def test_nbconvert_says_it_in_one_line_and_exits_with_2(tmp_path):
    file = tmp_path / "brief.ipynb"
    nbformat.write(notebook(("md", "# Title", []), ("code", "1 + 1", [])), file)
    for exporter in ("brief_pdf", "brief_html"):
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", exporter, str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "brief: brief.ipynb, cell 2: the notebook has not been executed; run all its cells" in done.stderr
    assert list(tmp_path.iterdir()) == [file]


def test_a_notebook_without_title_or_cover_is_refused(notes):
    made = executed("x", notes)
    made.cells[0].source = "no title"
    with pytest.raises(ResearchError, match="no title"):
        from_notebook(made)
    made.cells[1].outputs = made.cells[1].outputs[1:]
    with pytest.raises(ResearchError, match="no cover"):
        from_notebook(made)


@pytest.mark.parametrize(
    ("prose", "problem"),
    [
        ("It is said.", "neither cited nor bound"),
        ("It was signed.[^lakes-mou] It is said.", "neither cited nor bound"),
        ("Seven were signed.[^lakes-mou]", 'the number "Seven" is not bound'),
        ("In 2031 it was signed.[^lakes-mou]", 'the number "2031" is not bound'),
        ("- It is said.", "neither cited nor bound"),
        ("**It is said.**", "neither cited nor bound"),
        ("**It is said**.", "neither cited nor bound"),
        ("- **It is said** …", "neither cited nor bound"),
        ("**Seven were signed.**[^lakes-mou]", 'the number "Seven" is not bound'),
        ("**Seven lakes dried up.** It was signed.[^lakes-mou]", 'the number "Seven" is not bound'),
        ("He said “it is done.”[^lakes-mou] Lakes dried up.", 'neither cited nor bound: "Lakes dried up."'),
    ],
)
def test_a_loose_sentence_or_number_of_the_record_is_found(notes, prose, problem):
    (found,) = check_prose(from_notebook(executed(prose, notes)))
    assert problem in found and found.startswith("cell 3")


@pytest.mark.parametrize(
    ("prose", "tags"),
    [
        ("It was signed.[^lakes-mou] There are {{ facts.n }} of them.", ()),
        ("The Plan Lac 2030 was “signed in 1999”.[^lakes-mou]", ()),
        ("**Lakes.** It was signed.[^lakes-mou]", ()),
        ("We advise 3 things.", ("judgement",)),
        ("Five articles.", ("method",)),
    ],
)
def test_bound_cited_and_judged_prose_passes(notes, prose, tags):
    assert check_prose(from_notebook(executed(prose, fact("n", 2), notes, tags=tags))) == []


@pytest.mark.parametrize("tags", [(), ("judgement",), ("method",)])
@pytest.mark.parametrize(
    "prose", ["We turn to {{ facts.topic }}.[^lakes-mou]", "## Lakes · Mills", "- So lakes · mills it is.[^lakes-mou]"]
)
def test_no_prose_names_a_topic_that_is_not_found_again(notes, prose, tags):
    doc = from_notebook(executed(prose, fact("topic", "Lakes · Mills"), notes, tags=tags))
    (found,) = [line for line in check_prose(doc, unstable=["Lakes · Mills"]) if "unstable" in line]
    assert found == 'cell 3: names the topic "Lakes · Mills", which is unstable'
    assert not [line for line in check_prose(doc, unstable=["Roads · Mills", "Mill", "mou"]) if "unstable" in line]


def test_a_title_keeps_its_emphasised_words_and_a_boxed_cell_its_order_and_headings(notes):
    doc = from_notebook(
        executed("## A\n\ntext\n\n### B\n\nmore", notes, tags=("judgement",), title="One **two** *three*")
    )
    assert doc.meta["title"] == "One two three"
    (box,) = [block for block in doc.blocks if block["t"] != "notes"]
    assert [(block["t"], block.get("level")) for block in box["c"]] == [("h", 1), ("p", None), ("h", 2), ("p", None)]


def test_hostile_text_comes_out_as_text(notes):
    item = notes.data["items"][0]
    item["statement"] = item["quotes"][0]["exact"] = HOSTILE
    table = Table(pd.DataFrame({HOSTILE: [HOSTILE]}), HOSTILE, name="t", source=HOSTILE)
    made = executed(
        "A [link](javascript:alert(1)) and <b>raw</b>.[^lakes-mou]", table, fact("x", HOSTILE), notes, title=HOSTILE
    )
    html, _ = BriefHTMLExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    assert "<script" not in html and 'href="javascript' not in html and "<b>raw" not in html
    assert "&lt;script&gt;" in html and "\u202e" not in html and "\u0007" not in html
    assert "script-src" not in html and "default-src 'none'" in html
    pdf, _ = BriefPDFExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    assert pdf.startswith(b"%PDF") and b"javascript" not in pdf


def test_the_pdf_is_tagged_copyable_and_the_same_twice(notes):
    table = Table(pd.DataFrame({"Arabic": ["مذكرة تفاهم"]}), "Words", name="t")
    made = executed("Signed.[^lakes-mou]", table, notes)
    one, two = (BriefPDFExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})[0] for _ in range(2))
    assert one == two
    assert b"/MarkInfo" in one and b"pdfuaid" in one and b"pdfaid" in one
    with pypdfium2.PdfDocument(one) as pdf:
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        assert pdf.get_metadata_dict()["Title"] == "First things first"
    assert "First things first" in text and "ministère des Lacs a signé" in text
    assert "مذكرة" in text or "ةركذم" in text  # pdfium hands out either order


def bars(language="en"):
    from research import figures as draw

    return draw.parity(
        pd.DataFrame({"ar": [1], "fr": [2]}, index=["plan"]), BOOK, language=language, passages=("a#p00",)
    )


def test_a_figure_needs_a_short_title_a_source_and_words_for_those_who_do_not_see_it():
    with pytest.raises(ResearchError, match="the title has 11 words"):
        Figure(bars(), "one two three four five six seven eight nine ten eleven", name="f", source="s")
    with pytest.raises(ResearchError, match="no alternative text or no source"):
        Figure(bars().figure, "short", name="f", source="s")
    with pytest.raises(ResearchError, match="no alternative text or no source"):
        Figure(bars(), "short", name="f", source=" ")
    with pytest.raises(ResearchError, match="its alternative text lacks 2"):
        Figure(bars(), "short", name="f", source="s", alt="One bar of 1.")
    halves = Chart(bars().figure, pd.DataFrame({"share": [0.25]}), "Une part de 0,25.")
    assert Figure(halves, "short", name="f", source="s").data["values"] == [[0.25]]
    one, two = (Figure(bars(), "short", name="f", source="s") for _ in range(2))
    assert one.data == two.data and one._png == two._png
    assert "<text" not in one.data["svg"] and "dc:date" not in one.data["svg"]
    assert one.data["alt"].endswith("Plan Lac 2030: 1 Arabic, 2 French.") and one.data["passages"] == ["a#p00"]
    assert one._repr_mimebundle_()["image/png"]


def test_a_chart_is_turned_round_and_named_in_arabic():
    english, arabic = bars(), bars("ar")
    (left, right), (first, last) = english.figure.axes[0].get_xlim(), arabic.figure.axes[0].get_xlim()
    assert left < right and first > last and arabic.figure.axes[0].yaxis.get_ticks_position() == "right"
    assert "1 العربية، 2 الفرنسية" in arabic.alt


def test_a_guard_that_no_longer_holds_stops_the_notebook():
    assert "✓ still so" in guard(True, "still so")._html()
    with pytest.raises(CheckFailed, match="no longer true: still so; rewrite"):
        guard(False, "still so")
    with pytest.raises(ResearchError, match="fact name 'not a name'"):
        fact("not a name", 1)


def test_recommendations_are_judgement_with_their_evidence(notes):
    from research.study import Recommendation

    one = {"en": "x"}
    item = Recommendation(id="r", actor=one, action=one, deadline=one, claims=["lakes-mou"], text=one)
    doc = from_notebook(executed("Signed.[^lakes-mou]", Recommendations([item]), notes))
    (advice,) = [b for b in doc.blocks if b["t"] == "recommendations"]
    assert advice["items"][0]["refs"][0]["id"] == "lakes-mou" and advice["items"][0]["action"] == [
        {"t": "run", "v": "X"}
    ]
    assert check_prose(doc) == []
    with pytest.raises(ResearchError, match=r"seeds/recommendations.yaml, r: no actor in 'fr'; write it"):
        Recommendations([item], language="fr")


def test_the_exporters_are_where_nbconvert_looks_for_them():
    from nbconvert.exporters import get_exporter

    assert get_exporter("brief_pdf") is BriefPDFExporter and get_exporter("brief_html") is BriefHTMLExporter


def test_a_paragraph_of_the_record_shows_the_certainty_of_its_least_certain_claim(tmp_path, corpus):
    from conftest import CLAIMS

    (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    claims = load_claims(tmp_path / "claims.yaml", corpus)
    claims = pd.concat([claims, claims.assign(claim_id="lakes-twice")], ignore_index=True)
    first, second = claims["claim_id"]
    grades = pd.Series("high", index=claims["claim_id"])
    grades[second] = "low"
    notes = Notes(claims, corpus, grades=grades)
    prose = f"One.[^{first}]\n\nTwo.[^{first}] *Really.[^{second}]*\n\n- Three.[^{first}]\n\nNothing cited."
    printed = flat(from_notebook(executed(prose, notes)))
    assert printed.count('"grade": "high"') == 2 and printed.count('"grade": "low"') == 1  # a paragraph each
    assert printed.count('"certainty": "high"') == printed.count('"certainty": "low"') == 1  # a note each
    assert '"grade"' not in flat(from_notebook(executed(prose, notes, tags=["judgement"])))
    assert '"grade"' not in flat(from_notebook(executed(prose, Notes(claims, corpus))))
    html, _ = BriefHTMLExporter().from_notebook_node(executed(prose, notes), {"metadata": {"name": "nb"}})
    assert html.count("low certainty") == 2 and html.count("high certainty") == 3  # and with each note


@pytest.mark.parametrize(
    ("prose", "passes"),
    [
        ('The articles report talks, and {{ facts.talk_signatures | zero("no") }} signature.[^doha-meeting]', True),
        ('The articles report talks, and {{ facts.talk_signatures | zero("no") }} inauguration.[^doha-meeting]', False),
    ],
)
def test_a_counted_no_denies_only_the_status_that_its_fact_is_named_for(seeds, prose, passes):
    study, corpus = seeds
    notes = Notes(study.claims(corpus), corpus)
    doc = from_notebook(executed(prose, fact("talk_signatures", 0), notes))
    assert (check_prose(doc, Comparison(study.codebook())) == []) is passes


def test_a_figure_is_referred_to_by_name_before_or_after_it_stands(notes):
    figure = Figure(bars(), "short", name="sides", source="s")
    words = Table(pd.DataFrame({"n": [1]}), "Words", name="words")
    doc = from_notebook(executed("See {{ figures.sides }} and {{ tables.words }}.[^lakes-mou]", figure, words, notes))
    assert [(p["kind"], p["n"]) for p in doc.blocks[-1]["c"] if p["t"] == "xref"] == [("figure", 1), ("table", 1)]
    made = executed("See {{ figures.sides }}.[^lakes-mou]", figure, notes, language="fr")
    html, _ = BriefHTMLExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    assert '<a href="#figure-sides">figure 1</a>' in html and 'id="figure-sides"' in html
    with pytest.raises(ResearchError, match=r"the name '../x' of a figure or table"):
        Figure(bars(), "short", name="../x", source="s")


@pytest.mark.parametrize(
    ("language", "direction", "label"), [("en", "ltr", "Table"), ("fr", "ltr", "Tableau"), ("ar", "rtl", "الجدول")]
)
def test_a_brief_is_labelled_and_turned_for_its_language(notes, language, direction, label):
    table = Table(pd.DataFrame({"n": [1]}), "Words", name="words")
    made = executed("Signed.[^lakes-mou]", table, notes, language=language)
    html, _ = BriefHTMLExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    assert f'<html lang="{language}" dir="{direction}">' in html and f"<caption>{label} 1." in html
    assert '<span class="quote" lang="fr" dir="ltr">' in html  # what the citation shows when it is pointed at
    pdf, _ = BriefPDFExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    assert re.search(rb"/Type/Catalog.*/Lang\(" + language.encode(), pdf)


def test_what_stands_before_the_annexes_is_counted(notes):
    made = executed("word " * 40, notes, tags=("summary",))
    made.cells += [*notebook(("md", "## Annex\n\n" + "more " * 2000, ["annex"])).cells]
    doc = from_notebook(made)
    assert core_words(doc) == 40 and check_length(doc) == []
    long = from_notebook(executed("word " * 1501, notes, tags=("summary",)))
    assert check_length(long) == [
        "the text before the annexes has 1501 words; at most 1500",
        "the summary has 1501 words; at most 150",
    ]
    headed = from_notebook(executed("## Two words\n\n" + "word " * 149, notes, tags=("summary",)))
    assert check_length(headed) == ["the summary has 151 words; at most 150"]
    with pytest.raises(ResearchError, match="cell 3: an annex before any text"):
        from_notebook(executed("word " * 2000, notes, tags=("annex",)))
    vowels = from_notebook(executed("وُقّعت مذكّرات", notes))
    assert core_words(vowels) == 2  # marks are no letters of their own


def test_languages_must_say_the_same(notes):
    def doc(prose, language, *blocks):
        return from_notebook(executed(prose, *blocks, fact("n", 2), fact("m", 3), notes, language=language))

    same = [
        doc("Two: {{ facts.n }}.[^lakes-mou]", language, Figure(bars(language), "c", name="f", source="s"))
        for language in ("en", "ar")
    ]
    assert check_parity(dict(zip(["en", "ar"], same, strict=True))) == []
    other = doc("{{ facts.m }}.", "fr")
    assert check_parity({"en": same[0], "fr": other}) == [
        "fr lacks bound values of en: n = 2",
        "en lacks bound values of fr: m = 3",
        "fr lacks citations of en: lakes-mou",
        "fr lacks figures of en: f [[1, 2]]",
    ]


def test_every_page_has_its_number_and_every_note_the_page_that_cites_it(notes):
    made = executed("Signed.[^lakes-mou]\n\n" + "Words and more words. " * 900, notes, tags=("method",))
    (annex,) = notebook(("md", "## Annex\n\nMore.", ["annex"])).cells
    annex.id = "annex"
    made.cells.append(annex)
    pdf, _ = BriefPDFExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert len(pages) > 2
    assert all(f"{number} of {len(pages)}" in text for number, text in enumerate(pages, start=1))
    assert "first cited: p. 1" in "".join(pages).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("prose", "problem"),
    [
        ('{{ facts.none | zero("14") }} papers name a lake.', 'prints "14" for nought'),
        ('{{ facts.none | zero("Fourteen") }} papers name a lake.', 'prints "Fourteen" for nought'),
        ("## Fourteen papers", 'the number "Fourteen" is not bound'),
        ("Algeria owns \ue00114\ue001 plants.", "neither cited nor bound"),
        ("“14 lakes” dried up in {{ facts.none }} years.", 'the number "14" is not bound'),
    ],
)
def test_no_number_comes_in_by_another_door(notes, prose, problem):
    assert any(problem in line for line in check_prose(from_notebook(executed(prose, fact("none", 0), notes))))


def test_the_word_for_nought_must_deny(seeds):
    study, corpus = seeds
    notes, comparison = Notes(study.claims(corpus), corpus), Comparison(study.codebook())
    for word, passes in (("No", True), ("Signed", False)):
        doc = from_notebook(executed(f'{{{{ facts.none | zero("{word}") }}}} law is there.', fact("none", 0), notes))
        assert (check_prose(doc, comparison) == []) is passes


def test_what_has_one_name_is_there_once(notes):
    with pytest.raises(ResearchError, match="a second fact 'n'"):
        from_notebook(executed("x", fact("n", 1), fact("n", 2), notes))
    twice = [Table(pd.DataFrame({"n": [1]}), "Words", name="words") for _ in range(2)]
    with pytest.raises(ResearchError, match="a second table named 'words'"):
        from_notebook(executed("x", *twice, notes))
    with pytest.raises(ResearchError, match="table empty: no columns"):
        Table(pd.DataFrame(), "Nothing", name="empty")
    with pytest.raises(ResearchError, match="table words: 3 widths; give one a column"):
        Table(pd.DataFrame({"n": [1]}), "Words", name="words", widths=[1, 1, 1])


def test_key_figures_are_one_list_and_titles_cite_nothing(notes):
    assert from_notebook(executed("- **{{ facts.n }}** lakes", fact("n", 2), notes, tags=("numbers",))).blocks
    with pytest.raises(ResearchError, match="not one list of numbers"):
        from_notebook(executed("- **{{ facts.n }}** lakes\n\nAnd more.", fact("n", 2), notes, tags=("numbers",)))
    with pytest.raises(ResearchError, match="a citation in the title"):
        from_notebook(executed("x", notes, title="Lakes[^lakes-mou]"))


def test_a_caption_has_only_numbers_that_are_shown_and_denies_nothing_unguarded(notes, seeds):
    def problems(caption, *beside):
        figure = Figure(bars(), caption, name="f", source="s")
        return check_prose(from_notebook(executed("", figure, *beside, notes)), Comparison(seeds[0].codebook()))

    assert problems("2 of 3 lakes") == problems("All of 14 lakes", fact("lakes", 14)) == []
    assert problems("All of 14 lakes") == ['cell 2: the number "14" is in no value of f: "All of 14 lakes"']
    assert problems("No lake is named") == [
        'cell 2: a caption that denies, and no guard(…) beside it: "No lake is named"'
    ]
    assert problems("No lake is named", guard(condition=True, message="no lake is named")) == []
    words = Table(pd.DataFrame({"Word": ["lake"], "n": [7]}), "7 lakes of 8", name="words")
    (found,) = check_prose(from_notebook(executed("", words, notes)))
    assert found == 'cell 2: the number "8" is in no value of words: "7 lakes of 8"'


def test_a_comment_in_the_prose_is_not_printed(notes):
    doc = from_notebook(executed("<!-- who checks\nthis? -->\n\nSigned.[^lakes-mou]<!-- later --> <b>x</b>", notes))
    assert "checks" not in flat(doc) and "later" not in flat(doc) and "<b>" in flat(doc)


def read(seeds, prose, *blocks, language="en", tags=(), title="First things first"):
    """What is wrong with prose on the claims of this repository."""
    study, corpus = seeds
    notes = Notes(study.claims(corpus), corpus, language=language)
    facts = [fact("papers", 8), fact("signed_papers", 8), fact("laws", 0), fact("silent", ["chips"])]
    doc = from_notebook(executed(prose, *facts, *blocks, notes, language=language, tags=tags, title=title))
    return check_prose(doc, Comparison(study.codebook()))


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
