import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research import ResearchError, load_corpus
from research.corpus import iter_documents
from research.corpus.sources import SOURCE_COLUMNS

BODY = "Une phrase assez longue pour être le corps d'un article, avec plus de douze mots en tout."


def assert_offsets(corpus):
    for name, column in (("passages", "text"), ("boilerplate", "text"), ("dates", "surface")):
        for row in getattr(corpus, name).to_dict("records"):
            assert corpus.text(row["doc_id"])[row["start"] : row["end"]] == row[column]


def test_offsets_are_exact_in_every_encoding(tmp_path):
    text = f"العنوان الأول من ستة كلمات هنا\r\n\r\n{BODY} Le 3 mars 2025.\r\n"
    for name, encoding in {"a": "utf-8", "b": "utf-8-sig", "c": "utf-16"}.items():
        (tmp_path / f"{name}.txt").write_bytes(text.encode(encoding))
    (tmp_path / "d.txt").write_bytes(
        "كانت هذه جملة طويلة بما يكفي لتكون فقرة من المقال وفيها أكثر من عشر كلمات.".encode("cp1256")
    )
    corpus = load_corpus(tmp_path)
    assert_offsets(corpus)
    assert corpus.documents.set_index("doc_id").loc["d", "encoding"] == "cp1256"
    assert corpus.text("a") == text and corpus.text("c") == text


@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_the_loader(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "x.txt"
    file.write_bytes(content)
    (document,) = iter_documents(file.parent)
    record = document.rows
    if "refused" in record:
        return
    text = content.decode(record["documents"][0]["encoding"])
    for row in record["passages"] + record["boilerplate"]:
        assert text[row["start"] : row["end"]] == row["text"]


def test_page_furniture_is_left_out_under_a_rule_and_nothing_else(tmp_path):
    page = f"English\nEspañol\nLundi 3 mars 2025\n21.5 C\nNice\nS'abonner\nUn titre de plus de quatre mots\n{BODY}\nIntertitre court\n{BODY}\nLire aussi\n"
    (tmp_path / "p.txt").write_text(page, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    rules = dict(zip(corpus.boilerplate["text"], corpus.boilerplate["rule"], strict=True))
    assert rules == {
        "English": "language switcher", "Español": "language switcher", "Lundi 3 mars 2025": "page date",
        "21.5 C": "weather", "Nice": "before the article", "S'abonner": "page tools", "Lire aussi": "related articles",
    }  # fmt: skip
    assert corpus.passages["kind"].tolist() == ["title", "paragraph", "heading", "paragraph"]
    assert corpus.documents["published"].item() == ""
    assert "only the page's clock (2025-03-03)" in corpus.documents["published_how"].item()


def test_an_unusable_file_is_listed_and_the_rest_loads(tmp_path):
    (tmp_path / "good.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "empty.txt").write_bytes(b" \n")
    (tmp_path / "binary.txt").write_bytes(b"%PDF-1.7\x00\xff\xfe\x00\x01")
    (tmp_path / "menu.txt").write_text("Accueil\nContact\n", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["good"]
    assert dict(zip(corpus.refused["file"], corpus.refused["reason"], strict=True)) == {
        "binary.txt": "not text in any known encoding", "empty.txt": "the file is empty", "menu.txt": "no body text",
    }  # fmt: skip
    with pytest.raises(ResearchError, match=r"binary\.txt: not text in any known encoding; save the article"):
        load_corpus(tmp_path, strict=True)


def test_a_folder_of_nothing_is_listed_and_a_missing_one_is_an_error(tmp_path):
    corpus = load_corpus(tmp_path)
    assert corpus.documents.empty and corpus.refused["reason"].tolist() == ["no articles here"]
    with pytest.raises(ResearchError, match=r"no articles here; add \.txt"):
        load_corpus(tmp_path, strict=True)
    with pytest.raises(ResearchError, match="no such folder"):
        load_corpus(tmp_path / "nowhere")


def test_the_second_of_two_files_of_one_name_is_refused(tmp_path):
    for ending in ("txt", "md"):
        (tmp_path / f"a.{ending}").write_text(BODY, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["file"].tolist() == ["a.md"]
    assert corpus.refused[["file", "reason"]].to_dict("records") == [
        {"file": "a.txt", "reason": "same document name 'a' as in a.md"}
    ]


def test_a_file_that_is_not_the_one_in_the_source_sheet_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    sheet = tmp_path / "sources.csv"
    sheet.write_text(",".join(SOURCE_COLUMNS) + f"\na.txt,{'0' * 64},,,,,\n", encoding="utf-8")
    with pytest.raises(ResearchError, match="differs from the source sheet"):
        load_corpus(tmp_path, sources=sheet, strict=True)


def test_the_text_of_a_changed_file_is_not_handed_out(tmp_path):
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    (tmp_path / "a.txt").write_text(BODY + " Plus.", encoding="utf-8")
    with pytest.raises(ResearchError, match="changed since it was loaded"):
        corpus.text("a")


def test_the_five_articles(seeds):
    corpus = seeds.corpus
    assert_offsets(corpus)
    documents = corpus.documents.assign(short=corpus.documents["doc_id"].str[:3]).set_index("short")
    assert documents["language"].to_dict() == {"000": "ar", "001": "ar", "002": "fr", "003": "ar", "004": "ar"}
    assert documents.loc["000", "published"] == "2026-02-02" and "resolved" in documents.loc["000", "published_how"]
    assert documents.loc[["001", "002", "003", "004"], "published"].tolist() == [""] * 4
    assert (documents.loc[["000", "002", "004"], "title"] == "").all()
    assert documents["byline"].to_dict() == {"000": "", "001": "", "002": "", "003": "رشيد محمودي", "004": ""}
    left_out = corpus.boilerplate["text"].tolist()
    assert left_out == ["Français", "Español", "English", "الجمعة, 16 يناير 2026", "13.1 C", "Casablanca", "اشترك", "أحدث المقالات", "قد يعجبك ايضا"]  # fmt: skip


def test_a_long_title_is_a_title_and_a_long_line_before_it_is_never_lost(tmp_path):
    title = "Un titre qui compte bien plus de douze mots et qui ne finit par aucun point du tout"
    (tmp_path / "a.txt").write_text(f"{title}\n{BODY}\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text(f"{BODY}\n{title}\n{BODY}\n", encoding="utf-8")
    passages = load_corpus(tmp_path).passages
    assert passages[passages["doc_id"] == "a"]["kind"].tolist() == ["title", "paragraph"]
    assert passages[passages["doc_id"] == "b"]["kind"].tolist() == ["paragraph"] * 3


def test_an_article_that_is_edited_can_be_loaded_again(tmp_path):
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    assert load_corpus(tmp_path).text("a") == BODY
    (tmp_path / "a.txt").write_text(BODY + " Fin.", encoding="utf-8")
    assert load_corpus(tmp_path).text("a") == BODY + " Fin."


def test_a_publication_date_that_is_no_date_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    sheet = tmp_path / "sources.csv"
    sheet.write_text(",".join(SOURCE_COLUMNS) + "\na.txt,,,,,,16/01/2026\n", encoding="utf-8")
    with pytest.raises(ResearchError, match=r"sources\.csv, a\.txt: published '16/01/2026'; write it as 2026-01-31"):
        load_corpus(tmp_path, sources=sheet, strict=True)


def test_several_processes_give_what_one_gives(tmp_path):
    lines = [f'{{"text": "{BODY} Le {day} mars 2025, {n} voix."}}' for n, day in enumerate([3, 4] * 60, start=100)]
    (tmp_path / "x.jsonl").write_text("\n".join(["not json", *lines]), encoding="utf-8")
    one, two = (load_corpus(tmp_path, workers=workers) for workers in (1, 2))
    for name in ("documents", "passages", "boilerplate", "dates", "story_links", "refused"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert len(two.documents) == 120 and two.refused["file"].tolist() == ["x.jsonl, line 1"]


def test_a_passage_has_its_own_language_and_a_short_one_its_documents(tmp_path):
    quoted = "أكدت المديرة أن الماء أمانة بين الناس جميعا وأن البلدة لن تبيعه لأحد."
    (tmp_path / "a.txt").write_text(f"{BODY}\n{quoted}\nOui.\n{BODY}", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.passages["language"].tolist() == ["fr", "ar", "fr", "fr"]
    assert corpus.documents["language"].item() == "fr"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", BODY), ("utf-16", BODY), ("utf-16-le", BODY), ("cp1252", BODY.replace("'", "’")),
        ("cp1256", "صادق مجلس المدينة يوم الخميس على ميزانية السنة المقبلة، وقال الرئيس إن الأولوية للماء والمدارس."),
        ("iso8859_6", "صادق مجلس المدينة يوم الخميس على ميزانية السنة المقبلة، وقال الرئيس إن الأولوية للماء والمدارس."),
    ],
)  # fmt: skip
def test_an_encoding_is_found_and_recorded(tmp_path, encoding, text):
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    corpus = load_corpus(tmp_path, strict=True)
    assert (corpus.documents["encoding"].item(), corpus.text("a")) == (encoding, text)


def test_marks_that_only_the_eye_or_none_sees_shift_no_offset(tmp_path):
    text = "\u200fقالت\u00a0المديرة\u200c إنّ الأشغـــال ستنتهي يوم ١٢ شتنبر ٢٠٢٥ بـ\u202bسرمدة\u202c، ثم تفتح المدرسة أبوابها للتلاميذ.\r\n"
    presentation = "ﻗﺎﻝ ﺍﻟﻮﺯﻳﺮ ﺇﻥ ﺍﻷﺷﻐﺎﻝ ﺳﺘﺒﺪﺃ ﻳﻮﻡ 3 ﻣﺎﺭﺱ 2025 ﻓﻲ ﻛﻞ ﺃﺣﻴﺎﺀ ﺍﻟﻤﺪﻳﻨﺔ ﺍﻟﻘﺪﻳﻤﺔ."
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.txt").write_text(unicodedata.normalize("NFD", f"{BODY} Été le 1er août 2025."), encoding="utf-8")
    (tmp_path / "c.txt").write_text(presentation, encoding="utf-8")
    corpus = load_corpus(tmp_path, strict=True)
    assert_offsets(corpus)
    assert corpus.dates["from"].tolist() == ["2025-09-12", "2025-08-01", "2025-03-03"]
    assert corpus.documents["language"].tolist() == ["ar", "fr", "ar"]


def test_an_article_in_another_language_is_refused_and_the_rest_goes_on(tmp_path):
    german = (
        "Das Ministerium für Digitalisierung hat am Montag in Berlin eine Absichtserklärung über ein neues Rechenzentrum "
        "unterzeichnet. Nach Angaben der Behörde sollen die Arbeiten im kommenden Jahr beginnen, wenn man zustimmt."
    )
    (tmp_path / "de.txt").write_text(german, encoding="utf-8")
    (tmp_path / "fr.txt").write_text("Le ministère a signé un accord sur les centres de données de la capitale.", encoding="utf-8")  # fmt: skip
    corpus = load_corpus(tmp_path)
    assert corpus.documents["doc_id"].tolist() == ["fr"]
    (row,) = corpus.refused.to_dict("records")
    assert row["file"] == "de.txt" and "another language (de)" in row["reason"] and row["remedy"]
