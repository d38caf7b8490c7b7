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
from research import figures as draw
from research.brief import Cover, Figure, Notes, Recommendations, Table, fact, guard
from research.brief.blocks import MIME
from research.brief.check import check_length, check_parity, check_prose
from research.brief.exporters import BriefHTMLExporter, BriefPDFExporter
from research.brief.model import core_words, from_notebook
from research.codebook import Codebook, Concept
from research.errors import CheckFailed
from research.plotting import Chart

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


def test_a_notebook_with_a_cell_that_failed_makes_no_brief(notes):
    made = executed("Signed.[^lakes-mou]", notes)
    failed = nbformat.v4.new_output("error", ename="CheckFailed", evalue="no longer true: one lake", traceback=[])
    made.cells[1].outputs.append(failed)
    with pytest.raises(ResearchError, match=r"nb.ipynb, cell 2: CheckFailed: no longer true: one lake; mend it"):
        BriefHTMLExporter().from_notebook_node(made, {"metadata": {"name": "nb"}})


def test_an_export_says_what_is_wrong_with_the_prose(notes, caplog):
    BriefHTMLExporter().from_notebook_node(executed("It is said.", notes), {"metadata": {"name": "nb"}})
    assert 'nb.ipynb, cell 3, line 1: neither cited nor bound: "It is said."' in caplog.text


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
    rows = Chart(bars().figure, pd.DataFrame({"n": [1234]}), "A bar of 1,234.")
    assert Figure(rows, "short", name="f", source="s").data["values"] == [[1234]]
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


def test_a_label_is_drawn_letter_for_letter():
    labels = {"en": "US$5bn \\of US$9bn \a", "fr": "US$5bn, US$9bn", "ar": "x"}
    book = Codebook({"plan": Concept(id="plan", scheme="layer", label=labels)})
    chart = draw.parity(pd.DataFrame({"ar": [1], "fr": [2]}, index=["plan"]), book)
    drawn = [text.get_text() for text in chart.figure.axes[0].get_yticklabels()]
    assert drawn == ["US$5bn \\of US$9bn "] and Figure(chart, "short", name="f", source="s").data["svg"]


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
    notes = Notes(seeds.claims, seeds.corpus)
    doc = from_notebook(executed(prose, fact("talk_signatures", 0), notes))
    assert (check_prose(doc, seeds.comparison) == []) is passes


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
    notes = Notes(seeds.claims, seeds.corpus)
    for word, passes in (("No", True), ("Signed", False)):
        doc = from_notebook(executed(f'{{{{ facts.none | zero("{word}") }}}} law is there.', fact("none", 0), notes))
        assert (check_prose(doc, seeds.comparison) == []) is passes


def test_what_has_one_name_is_there_once(notes):
    with pytest.raises(ResearchError, match="a second fact 'n'"):
        from_notebook(executed("x", fact("n", 1), fact("n", 2), notes))
    twice = [Table(pd.DataFrame({"n": [1]}), "Words", name="words") for _ in range(2)]
    with pytest.raises(ResearchError, match="a second table named 'words'"):
        from_notebook(executed("x", *twice, notes))
    with pytest.raises(ResearchError, match="table words: evidence for 1 of 2 rows"):
        Table(pd.DataFrame({"n": [1, 2]}), "Words", name="words", evidence=[["lakes-mou"]])
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
        return check_prose(from_notebook(executed("", figure, *beside, notes)), seeds.comparison)

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
