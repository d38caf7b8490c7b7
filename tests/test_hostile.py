"""Text that tries to be more than text: wherever an article's words are printed, they stay words."""

import json
from functools import cache

import lxml.html
import pandas as pd
import pypdfium2
import pytest

from research.brief import Figure, Notes, Recommendations, Table, fact
from research.brief.blocks import MIME
from research.brief.exporters import BriefHTMLExporter, BriefPDFExporter
from research.claims import load_claims
from research.plotting import Chart
from research.study import Recommendation
from test_brief import bars, executed

PAYLOADS = {
    "typst": '#eval("1+1") #read("/etc/passwd") #import "@preview/x:1.0.0" #set page(width: 1pt)',
    "typst markup": "= Head *bold* _em_ <label> @ref $x^2$ `raw` ~ -- \\ // gone /* gone */",
    "markdown": "[a](javascript:alert(1)) ![x](http://a.example/x.png) **b** [^lakes-mou] {{ facts.x }}",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)></style></p><iframe src=//a.example>",
    "attribute": '" onmouseover="alert(1)" x="\' autofocus onfocus=\'alert(1)',
    "latex": "\\input{/etc/passwd} \\write18{ls} $$\\frac{1}{2}$$ %",
    "bidi": "a\u202eb\u2066c\u200fd\u061ce\u2069\u202c",
    "control": "a\x00b\x07c\x1b[31md\x85\ufffe\uffff\u2028\u2029",
    "long": "x" * 10_000,
    "long arabic": "ب" * 4_000,
    "other scripts": "漢字 かな 한글 हिन्दी ไทย עברית 🙂 👩‍👩‍👧 𝔘𝔫𝔦 ﷺ",
    "jinja": "{% for x in range(9) %}{{ x }}{% endfor %} {# gone #}",
    "entities": "&lt;b&gt; &amp; &#60;script&#62; ]]> <!-- gone -->",
}


@pytest.fixture(scope="module")
def brief(tmp_path_factory, corpus):
    """A brief that prints one text wherever an article's, a codebook's or an analyst's words can stand."""
    from conftest import CLAIMS

    file = tmp_path_factory.mktemp("claims") / "claims.yaml"
    file.write_text(CLAIMS, encoding="utf-8")
    claims = load_claims(file, corpus)

    def made(text, language="en"):
        notes = Notes(claims, corpus)
        item = notes.data["items"][0]
        item["statement"] = text
        item["quotes"] = [
            item["quotes"][0] | {"exact": text, "passage": text, "published": text, "language": spoken}
            for spoken in ("ar", "fr")
        ]
        table = Table(pd.DataFrame({text: [text], "n": [1]}), text, name="t", source=text, evidence=[["lakes-mou"]])
        figure = Figure(Chart(bars().figure, pd.DataFrame(), text), "A caption", name="f", source=text)
        figure.data["caption"] = text
        said = {language: text}
        advice = Recommendations(
            [Recommendation(id="r", actor=said, action=said, deadline=said, claims=["lakes-mou"], text=said)],
            language=language,
        )
        prose = "A [link](https://a.example) and {{ facts.x }}.[^lakes-mou] See {{ figures.f }}."
        notebook = executed(prose, table, figure, advice, fact("x", text), notes, language=language)
        cover = notebook.cells[1].outputs[0]["data"][MIME]
        cover.update(subject=text, audience=text, authors=[text])
        return json_round(notebook)

    return made


def json_round(notebook):
    """As a notebook file holds it: JSON has no lone control the model would not meet."""
    import nbformat

    return nbformat.from_dict(json.loads(json.dumps(notebook)))


def skeleton(html):
    """Every element with its attributes' names: what a browser would build."""
    return [
        (e.tag, tuple(sorted(e.keys())))
        for e in lxml.html.document_fromstring(html).iter(lxml.etree.Element)
        if e.tag not in ("bdi",)
    ]


@pytest.fixture(scope="module")
def page(brief):
    @cache
    def made(text, language):
        html, _ = BriefHTMLExporter().from_notebook_node(brief(text, language), {"metadata": {"name": "nb"}})
        return html

    return made


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_the_page_is_built_of_the_same_elements_whatever_the_text(page, name, language):
    html = page(PAYLOADS[name], language)
    assert skeleton(html) == skeleton(page("plain words", language))
    tree = lxml.html.document_fromstring(html)
    assert {e.get("href")[:1] for e in tree.iter("a")} <= {"#", "h"} and len(
        tree.xpath("//a[@href='https://a.example']")
    ) == 1
    assert not any(mark in html for mark in "\x00\x07\x1b\u202e\u2066\u200f\u061c")


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_pdf_prints_it_and_does_nothing_else(brief, name):
    pdf, _ = BriefPDFExporter().from_notebook_node(brief(PAYLOADS[name]), {"metadata": {"name": "nb"}})
    assert not any(
        part in pdf for part in (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/GoToR")
    )
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        assert all(width > 500 for width, _ in (page.get_size() for page in document)) and len(document) < 120
    assert "root:" not in text  # /etc/passwd
    if name in ("typst", "html", "latex", "jinja"):
        squeezed = "".join(text.split())
        assert "".join(PAYLOADS[name].split())[:24] in squeezed
