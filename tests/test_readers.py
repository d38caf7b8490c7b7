import base64
import csv
import io
import json
import os
import re
import zipfile
from datetime import date
from types import SimpleNamespace

import docx
import pandas as pd
import pytest
import typst
from docx.oxml import parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from research import ResearchError, load_corpus
from research.corpus import iter_documents, readers
from research.corpus.pdf import _turned
from research.study import ARTICLES

FIRST = "Le conseil de Brévanne a voté jeudi la réouverture du bassin, fermé depuis l'inondation de l'hiver dernier."
SECOND = "Les travaux dureront quatorze mois et coûteront 3,2 millions d'euros, selon la directrice des services."
PAGE = f"""<!doctype html><html><head><meta charset="utf-8"><title>Le bassin rouvre</title>
<meta property="article:published_time" content="2025-03-12T08:00:00+01:00"></head><body>
<nav><ul><li><a href="/">Accueil</a></li><li><a href="/s">Sports</a></li></ul></nav>
<article><h1>Le bassin de Brévanne rouvrira au printemps</h1><p>{FIRST}</p><ul><li>douze couloirs</li></ul>
<p>{SECOND}</p><p>Oui.</p></article><script>alert("non")</script><p hidden>caché</p>
<footer>© 2025 Le Ruisseau</footer></body></html>"""
LOCKED = base64.b64decode(
    "JVBERi0xLjMKJeLjz9MKMSAwIG9iago8PAovUHJvZHVjZXIgPGIyNTk2NzI0YzE+Cj4+CmVuZG9iagoyIDAgb2JqCjw8Ci9UeXBlIC9QYWdl"
    "cwovQ291bnQgMQovS2lkcyBbIDQgMCBSIF0KPj4KZW5kb2JqCjMgMCBvYmoKPDwKL1R5cGUgL0NhdGFsb2cKL1BhZ2VzIDIgMCBSCj4+CmVu"
    "ZG9iago0IDAgb2JqCjw8Ci9UeXBlIC9QYWdlCi9SZXNvdXJjZXMgPDwKPj4KL01lZGlhQm94IFsgMC4wIDAuMCAxMDAgMTAwIF0KL1BhcmVu"
    "dCAyIDAgUgo+PgplbmRvYmoKNSAwIG9iago8PAovViAxCi9SIDIKL0xlbmd0aCA0MAovUCA0Mjk0OTY3MjkyCi9GaWx0ZXIgL1N0YW5kYXJk"
    "Ci9PIDxlNWE4ZDI2ODdiZDlkMGNmZjk0NmI3YWM1NWY1MTA4MWRjZjBkMTE2NTU0YzRiZmNiMGE1ZTQ0NmY2OWVhNDhhPgovVSA8MDY3NzQ1"
    "MTA5ZWMzNTIyM2VjNDY2MWRhMjI4OTJlYWFlZTgwYzcyODI2ZDdmZTE5MDE2MDFkOTQyN2MyNTcyNj4KPj4KZW5kb2JqCnhyZWYKMCA2CjAw"
    "MDAwMDAwMDAgNjU1MzUgZiAKMDAwMDAwMDAxNSAwMDAwMCBuIAowMDAwMDAwMDU5IDAwMDAwIG4gCjAwMDAwMDAxMTggMDAwMDAgbiAKMDAw"
    "MDAwMDE2NyAwMDAwMCBuIAowMDAwMDAwMjYxIDAwMDAwIG4gCnRyYWlsZXIKPDwKL1NpemUgNgovUm9vdCAzIDAgUgovSW5mbyAxIDAgUgov"
    "SUQgWyA8ZmM2M2VjNWU1ZjZhZjM5Zjk3OThmYmI3ZmJmMzM4YjM+IDxmYzYzZWM1ZTVmNmFmMzlmOTc5OGZiYjdmYmYzMzhiMz4gXQovRW5j"
    "cnlwdCA1IDAgUgo+PgpzdGFydHhyZWYKNDc1CiUlRU9GCg=="
)


def assert_offsets(corpus):
    for name, column in (("passages", "text"), ("boilerplate", "text"), ("dates", "surface")):
        for row in getattr(corpus, name).to_dict("records"):
            assert corpus.text(row["doc_id"])[row["start"] : row["end"]] == row[column]


def pdf(text):
    return typst.compile(f"#set page(width: 12cm)\n{text}".encode())


def word(*paragraphs):
    out, document = io.BytesIO(), docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def test_one_loader_reads_every_format_of_a_mixed_folder(tmp_path):
    rows = [{"text": f"{FIRST}\n{SECOND} ({n}).", "id": f"row-{n}", "published": "2025-03-0" + str(n)} for n in (1, 2)]
    (tmp_path / "a.txt").write_text(f"{FIRST}\n{SECOND}", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Le bassin de Brévanne rouvre\n\n{FIRST}\n\n{SECOND}", encoding="utf-8")
    (tmp_path / "c.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "d.pdf").write_bytes(pdf(f"{FIRST}\n\n{SECOND}"))
    (tmp_path / "e.docx").write_bytes(word(FIRST, SECOND))
    (tmp_path / "f.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pd.DataFrame(rows).assign(id=["csv-1", "csv-2"]).to_csv(tmp_path / "g.csv", index=False)
    pd.DataFrame(rows).assign(id=["pq-1", "pq-2"], published=[date(2025, 1, 1), None]).to_parquet(
        tmp_path / "h.parquet"
    )
    corpus = load_corpus(tmp_path)
    assert corpus.refused.empty
    assert_offsets(corpus)
    documents = corpus.documents.set_index("doc_id")
    assert documents.index.tolist() == ["a", "b", "c", "d", "e", "row-1", "row-2", "csv-1", "csv-2", "pq-1", "pq-2"]
    for doc_id in documents.index:
        own = corpus.passages.query("doc_id == @doc_id and kind == 'paragraph'")["text"]
        body = [" ".join(text.split()).replace("’", "'") for text in own]
        assert any(FIRST in text for text in body) and any(SECOND in text for text in body), doc_id
    assert documents.loc["b", "title"] == "Le bassin de Brévanne rouvre"
    assert documents.loc[["c", "row-1", "pq-1", "pq-2"], "published"].tolist() == [
        "2025-03-12",
        "2025-03-01",
        "2025-01-01",
        "",
    ]
    assert documents.loc["c", "published_how"] == "stated: the file's metadata"


def test_the_study_watches_every_format_the_loader_reads():
    assert {pattern.removeprefix("*") for pattern in ARTICLES} == {*readers.READERS, *readers.COLLECTIONS}


def test_a_page_keeps_what_a_reader_sees_and_says_what_is_not_the_article(tmp_path):
    (tmp_path / "c.html").write_text(PAGE, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.passages["text"].tolist() == [
        "Le bassin de Brévanne rouvrira au printemps", FIRST, "- douze couloirs", SECOND, "Oui.",
    ]  # fmt: skip
    assert corpus.boilerplate["text"].tolist() == ["- Accueil", "- Sports", "© 2025 Le Ruisseau"]
    assert "alert" not in corpus.text("c") and "caché" not in corpus.text("c")


def test_the_text_beside_a_page_is_its_stored_text(tmp_path):
    (tmp_path / "c.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "c.txt").write_text(f"{FIRST}\nRelu à la main.\n{SECOND}", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["file"].tolist() == ["c.html"]
    assert "Relu à la main." in corpus.text("c")
    assert_offsets(corpus)


def test_a_pattern_reaches_into_subfolders_and_names_files_from_its_fixed_part(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.txt").write_text(FIRST, encoding="utf-8")
    corpus = load_corpus(str(tmp_path / "**" / "*.txt"))
    assert corpus.documents["file"].tolist() == ["x/x.txt", "y/y.txt"]
    assert corpus.text("y") == FIRST


def test_columns_are_named_where_they_are_not_called_so(tmp_path):
    frame = pd.DataFrame({"corps": [f"{FIRST}\n{SECOND}"], "titre": ["Un titre"], "jour": ["12/03/2025"]})
    frame.to_csv(tmp_path / "x.csv", index=False, sep=";")
    with pytest.raises(ResearchError, match=r"x\.csv: no column 'text' among corps, titre, jour; say which"):
        load_corpus(tmp_path, strict=True)
    corpus = load_corpus(tmp_path, columns={"text": "corps", "title": "titre", "published": "jour"})
    assert corpus.documents[["doc_id", "title", "published"]].values.tolist() == [["x-00001", "Un titre", "2025-03-12"]]
    assert corpus.text("x-00001") == f"{FIRST}\n{SECOND}"
    with pytest.raises(ResearchError, match=r"columns for \['texte'\]; name columns for text, id"):
        load_corpus(tmp_path, columns={"texte": "corps"}, strict=True)


def test_a_bad_row_is_refused_with_its_line_and_the_rest_loads(tmp_path):
    good = json.dumps({"text": FIRST})
    (tmp_path / "x.jsonl").write_text(f'{good}\n{{"text": \n\n["list"]\n{{"text": " "}}\n{good}\n', encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["x-00001", "x-00006"]
    assert corpus.refused[["file", "reason"]].values.tolist() == [
        ["x.jsonl, line 2", "malformed JSON (Expecting value)"],
        ["x.jsonl, line 4", "not a JSON object"],
        ["x.jsonl, row 5", "no text in 'text'"],
    ]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"word/{n}.xml", b"\0" * 40_000_000)
    return out.getvalue()


BAD = {
    "bomb.docx": (bomb, "unpacks to 120,000,000 bytes"),
    "broken.docx": (lambda: b"PK\x03\x04 nothing of the kind", "not a readable .docx"),
    "locked.docx": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 64, "a locked or old Word document"),
    "blank.docx": (lambda: word(" "), "a document without text"),
    "broken.pdf": (lambda: b"%PDF-1.7 and no more", "not a readable PDF"),
    "locked.pdf": (lambda: LOCKED, "a locked PDF"),
    "scan.pdf": (lambda: pdf("#rect()"), "a PDF without text, perhaps a scan"),
    "blank.html": (lambda: b"<html><script>1</script></html>", "no visible text"),
    "empty.html": (lambda: b" \n", "the file is empty"),
    "old.doc": (lambda: b"text", ".doc is not read"),
    "noise.txt": (lambda: bytes(range(1, 32)) * 4, "not text in any known encoding"),
    "broken.parquet": (lambda: b"PAR1 no", "not a readable Parquet file"),
    "wrong.csv": (lambda: b"text,n\n" + FIRST.encode() + b",1,2\n", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path, name):
    make, reason = BAD[name]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "good.txt").write_text(FIRST, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["good"]
    (refused,) = corpus.refused.to_dict("records")
    assert refused["file"].startswith(name) and refused["remedy"] and "\n" not in refused["reason"]
    assert refused["reason"] == (reason or "more cells than columns")


def test_a_file_over_the_limit_and_a_link_out_of_the_folder_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.txt").write_text(FIRST, encoding="utf-8")
    (folder / "long.txt").write_text(FIRST * 40, encoding="utf-8")
    (tmp_path / "secret.txt").write_text(FIRST, encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "lost.txt").symlink_to(folder / "nowhere")
    monkeypatch.setattr(readers, "MAX_BYTES", 1000)
    corpus = load_corpus(folder)
    assert corpus.documents["doc_id"].tolist() == ["good"]
    assert dict(corpus.refused[["file", "reason"]].values.tolist()) == {
        "link.txt": "a link out of the folder", "long.txt": "larger than 1,000 bytes",
        "lost.txt": "cannot be read (No such file or directory)",
    }  # fmt: skip


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text(FIRST, encoding="utf-8")

    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    assert load_corpus(tmp_path).refused["reason"].tolist() == ["cannot be read (Permission denied)"]


@pytest.mark.parametrize("suffix", [*readers.READERS, *readers.COLLECTIONS])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
)
def test_no_bytes_in_any_format_break_the_loader_or_an_offset(tmp_path_factory, suffix, content):
    folder = tmp_path_factory.mktemp("any")
    (folder / f"x{suffix}").write_bytes(content)
    corpus = load_corpus(folder)
    assert len(corpus.documents) + len(corpus.refused) > 0 or not content.strip() or suffix in readers.COLLECTIONS
    assert_offsets(corpus)


WORDS = st.lists(
    st.sampled_from(
        ["Accueil", "Le port", "12 mars 2025", "Lire aussi : le phare", "الاثنين 13 يناير", "© 2025", "", FIRST]
    )
)


@settings(max_examples=60, deadline=None)
@given(lines=WORDS, end=st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]))
def test_every_word_of_a_page_is_kept_or_listed(tmp_path_factory, lines, end):
    folder = tmp_path_factory.mktemp("page")
    text = end.join(lines)
    (folder / "x.txt").write_bytes(text.encode())
    for document in iter_documents(folder):
        record = document.rows
        if "refused" in record:
            continue
        spans = sorted((row["start"], row["end"]) for name in ("passages", "boilerplate") for row in record[name])
        covered = "".join(text[start:end] for start, end in spans)
        assert re.sub(r"[\s\u2028]", "", covered) == re.sub(r"[\s\u2028]", "", text)


def test_what_one_file_does_stops_no_other(tmp_path):
    (tmp_path / "good.txt").write_text(FIRST, encoding="utf-8")
    row = json.dumps({"id": "\ud83d", "text": f"{FIRST} \ud83d"})
    (tmp_path / "a.jsonl").write_text(row, encoding="utf-8")
    (tmp_path / "b.html").write_bytes(f"<meta charset=x-user-defined><p>{FIRST}</p>".encode())
    (tmp_path / "c.txt").symlink_to(tmp_path / "c.txt")
    (tmp_path / "d.csv").symlink_to(tmp_path / "nowhere.csv")
    os.mkfifo(tmp_path / "e.txt")
    (tmp_path / "f.csv").write_text(f'id,text\none,"{FIRST}\ntwo,{FIRST}\n', encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert_offsets(corpus)
    assert corpus.documents["doc_id"].tolist() == ["?", "b", "good"]
    assert corpus.refused["file"].tolist() == ["c.txt", "d.csv", "f.csv"]


def test_the_first_of_two_rows_of_one_id_keeps_its_text(tmp_path):
    rows = [{"id": "one", "text": FIRST}, {"id": "one", "text": SECOND}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.text("one") == FIRST and corpus.refused["reason"].tolist() == [
        "same document name 'one' as in a.jsonl"
    ]


def test_a_stored_text_that_is_a_link_is_not_followed(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text(SECOND, encoding="utf-8")
    (folder / "c.html").write_text(PAGE, encoding="utf-8")
    (folder / "c.txt").symlink_to(tmp_path / "secret.txt")
    corpus = load_corpus(folder)
    assert SECOND in corpus.text("c") and FIRST in corpus.text("c")
    assert corpus.refused["file"].tolist() == ["c.txt"]


def test_a_page_whose_tags_nest_deep_is_read_to_its_end(tmp_path):
    (tmp_path / "a.html").write_text(f"<p>{FIRST}</p>{'<font>' * 400}<p>{SECOND}</p>", encoding="utf-8")
    assert load_corpus(tmp_path).passages["text"].tolist() == [FIRST, SECOND]


def test_a_table_is_read_row_by_row_and_stays(tmp_path):
    rows = "<table><tr><th>Club</th><th>Points</th></tr><tr><td>Brévanne</td><td>3-1</td></tr></table>"
    page = f"<article><h1>Le club de Brévanne gagne encore</h1><p>{FIRST}</p>{rows}<p>{SECOND}</p></article>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text(page.replace(f"<p>{SECOND}</p>", ""), encoding="utf-8")
    for doc_id, passages in load_corpus(tmp_path).passages.groupby("doc_id"):
        assert {"Club | Points", "Brévanne | 3-1"} <= set(passages["text"]), doc_id


def test_word_shows_its_lists_insertions_controls_and_equal_cells(tmp_path):
    document = docx.Document()
    document.add_paragraph(FIRST)
    document.add_paragraph("douze couloirs", style="List Bullet")
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("12", "12", "nord"), strict=True):
        cell.text = text
    body = document.element.body
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for xml in (
        f"<w:p {space}><w:ins><w:r><w:t>{SECOND}</w:t></w:r></w:ins><w:del><w:r><w:delText>non</w:delText></w:r></w:del></w:p>",
        f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>Le maire a signé l'accord hier.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    ):
        body.insert(len(body) - 1, parse_xml(xml))
    document.save(tmp_path / "a.docx")
    text = load_corpus(tmp_path).text("a")
    assert text.splitlines() == [FIRST, "- douze couloirs", "12 | 12 | nord", SECOND, "Le maire a signé l'accord hier."]


def test_what_was_typed_beside_a_page_or_a_scan_is_read(tmp_path):
    added = "Une ligne que la page ne montrait pas, tapée à la main par l'analyste."
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    text = load_corpus(tmp_path).text("a")
    (tmp_path / "a.txt").write_text(text.replace(SECOND, f"{SECOND}\n{added}"), encoding="utf-8")
    (tmp_path / "b.PDF").write_bytes(pdf("#rect()"))
    (tmp_path / "b.txt").write_text(f"{FIRST}\n{SECOND}", encoding="utf-8")
    corpus = load_corpus(tmp_path, strict=True)
    assert added in set(corpus.passages["text"]) and corpus.documents["file"].tolist() == ["a.html", "b.PDF"]
    assert corpus.text("b") == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        ('<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "datePublished": "2024-01-02"}]}</script>', ""),
        ('<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"], "datePublished": "2025-01-02T08:00"}]}</script>', "2025-01-02"),
        ('<article><h1>Le bassin rouvre</h1><p>Le salon ouvre ses portes aux familles de toute la région <time datetime="2025-06-07">le 7 juin</time> à neuf heures.</p></article>', ""),
        ('<article><h1>Le bassin rouvre</h1><p>Publié <time datetime="2025-03-07">vendredi</time></p></article>', "2025-03-07"),
    ],
)  # fmt: skip
def test_a_page_says_when_it_was_published_not_what_it_lists(tmp_path, markup, day):
    (tmp_path / "a.html").write_text(f"<body>{markup}<p>{FIRST}</p><p>{SECOND}</p></body>", encoding="utf-8")
    assert load_corpus(tmp_path).documents["published"].item() == day


def test_collections_in_utf16_long_lines_and_no_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "MAX_BYTES", 1000)
    rows = [{"id": "one", "text": FIRST}, {"id": "long", "text": "a " * 3000}, {"id": "two", "text": SECOND}]
    lines = "".join(json.dumps(row) + "\n" for row in [*rows, {"id": "t", "text": True}, {"id": "l", "text": ["a"]}])
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-16")
    (tmp_path / "b.csv").write_text(f'id,text\nthree,"{FIRST} {SECOND}"\n', encoding="utf-16")
    (tmp_path / "c.csv").write_text("id,text\n", encoding="utf-8")
    (tmp_path / "d.html").write_text(f'<meta charset="utf-16"><p>{FIRST}</p>', encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["one", "two", "three", "d"]
    assert corpus.documents["encoding"].tolist() == ["utf-16", "utf-16", "utf-16", "utf-8"]
    assert corpus.refused[["file", "reason"]].values.tolist() == [
        ["a.jsonl, line 2", "longer than 1,000 characters"],
        ["a.jsonl, row 4", "'text' is a bool, not text"],
        ["a.jsonl, row 5", "'text' is a list, not text"],
        ["c.csv", "no rows"],
    ]
    for doc_id in corpus.documents["doc_id"]:
        assert FIRST in corpus.text(doc_id) or SECOND in corpus.text(doc_id)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("a.txt,,,,,,,too much\n", "more cells than columns"),
        ("a.txt,,\n", "fewer cells than columns"),
        ("a.txt,,,,,,\na.txt,,,,,,\n", "a second row for 'a.txt'"),
    ],
)
def test_a_broken_source_sheet_is_one_line_and_its_mark_is_no_column(tmp_path, rows, what):
    (tmp_path / "a.txt").write_text(FIRST, encoding="utf-8")
    sheet = tmp_path / "sources.csv"
    head = "file,sha256,outlet,url,licence,accessed,published\n"
    sheet.write_text(f"{head}a.txt,,,,,,2025-03-04\n", encoding="utf-8-sig")
    assert load_corpus(tmp_path, sources=sheet).documents["published"].item() == "2025-03-04"
    sheet.write_text(head + rows, encoding="utf-8")
    with pytest.raises(ResearchError, match=what):
        load_corpus(tmp_path, sources=sheet)


CELLS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    [FIRST, f"{FIRST}\r\n{SECOND}", "نعم", "\0"]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(CELLS, min_size=1, max_size=5), suffix=st.sampled_from([".jsonl", ".csv", ".parquet"]))
def test_any_row_is_loaded_exactly_or_refused(tmp_path_factory, texts, suffix):
    folder = tmp_path_factory.mktemp("rows")
    rows = pd.DataFrame({"id": [f"d{n}" for n in range(len(texts))], "text": texts})
    file = folder / f"a{suffix}"
    {".jsonl": lambda: rows.to_json(file, orient="records", lines=True), ".csv": lambda: rows.to_csv(file, index=False, quoting=csv.QUOTE_ALL),
     ".parquet": lambda: rows.to_parquet(file)}[suffix]()  # fmt: skip
    corpus = load_corpus(folder)
    assert_offsets(corpus)
    assert len(corpus.documents) + len(corpus.refused) == len(texts) or file.name in set(corpus.refused["file"])
    for doc_id in corpus.documents["doc_id"]:
        assert corpus.text(doc_id) == texts[int(doc_id[1:])]


THIRD = "Le conseil se réunira de nouveau en avril pour fixer les tarifs des clubs et des écoles de la ville."


@pytest.mark.parametrize(
    "markup",
    [
        "<table><tr><td><h1>Le bassin de Brévanne rouvrira</h1>{0}<br><br>{1}<br><br>{2}</td></tr></table><p>© 2025 Le Ruisseau - Tous droits réservés</p>",
        "<h1>Le bassin de Brévanne rouvrira</h1>{0}<br><br>{1}<br><br>{2}<p>Le Ruisseau, 12 rue du Port, Tazrout. Téléphone 0500000000.</p>",
        "<div class=wrap><h1>Le bassin de Brévanne rouvrira</h1><h2>{0}</h2><img src=a.jpg><div class=body><p>{1}</p><p>{2}</p></div></div>",
        "<div class=container><h1>Le bassin de Brévanne rouvrira</h1><div class=standfirst>{0}</div><div class=date>12 mars 2025</div><div class=content><p>{1}</p><p>{2}</p></div></div>",
        "<article><h1>Le bassin de Brévanne rouvrira</h1><p>{0}</p><p>{1}</p></article><div class=rest><p>{2}</p></div>",
    ],
)  # fmt: skip
def test_old_and_odd_pages_lose_no_sentence(tmp_path, markup):
    page = f"<body><nav><a href=/>Accueil</a></nav>{markup.format(FIRST, SECOND, THIRD)}<footer>© 2025 Le Ruisseau</footer></body>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert {FIRST, SECOND, THIRD} <= set(load_corpus(tmp_path).passages["text"])


def test_a_pdf_in_columns_gives_its_paragraphs_and_title(tmp_path):
    title = "Le conseil de Brévanne vote un budget pour rouvrir le bassin de la ville"
    for columns in (1, 2, 3):
        page = f"#set page(columns: {columns})\n= {title}\nPar Lina Berrada\n\nPublié le 12 mars 2025\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}"
        (tmp_path / f"{columns}.pdf").write_bytes(typst.compile(page.encode()))
    corpus = load_corpus(tmp_path)
    assert set(corpus.documents["title"]) == {title} and set(corpus.documents["published"]) == {"2025-03-12"}
    for _, passages in corpus.passages[corpus.passages["kind"] == "paragraph"].groupby("doc_id"):
        assert passages["text"].str.replace("’", "'").tolist() == [FIRST, SECOND, THIRD]


def test_arabic_words_that_a_pdf_holds_backwards_are_turned_round():
    boxes = {char: 10.0 * at for at, char in enumerate("سلجم")}
    page = SimpleNamespace(get_charbox=lambda i: (boxes["سلجم"[i]], 0, 0, 0))
    assert _turned(page, "سلجم", 0, 4) == "مجلس"
    page = SimpleNamespace(get_charbox=lambda i: (-10.0 * i, 0, 0, 0))
    assert _turned(page, "مجلس 12", 0, 7) == "مجلس 12"
