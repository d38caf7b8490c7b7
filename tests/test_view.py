import os

from research import load_corpus
from research.corpus.view import in_text

HOSTILE = 'Le conseil a voté <script>alert("x")</script> la réouverture du bassin & du marché, fermés depuis un an.'


def test_every_row_shows_its_words_in_the_raw_text_and_nothing_is_markup(tmp_path):
    (tmp_path / "a.txt").write_text(f"Accueil | Sports | Météo\n{HOSTILE}\nPublié le 3 mars 2025\n", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    shown = (
        in_text(corpus, corpus.boilerplate).data
        + in_text(corpus, corpus.passages).data
        + in_text(corpus, corpus.dates).data
    )
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert (
        "<mark><bdi>Accueil | Sports | Météo</bdi></mark>" in shown and "<mark><bdi>3 mars 2025</bdi></mark>" in shown
    )
    assert f'<a href="{os.path.relpath(tmp_path / "a.txt")}"' in shown


def test_a_row_without_a_place_says_so(tmp_path):
    (tmp_path / "a.csv").write_text(
        f'text,published\n"{HOSTILE}",2025-03-03\n'.replace('"x"', '""x""'), encoding="utf-8"
    )
    corpus = load_corpus(tmp_path)
    assert "not in the text" in in_text(corpus, corpus.dates).data
    shown = in_text(corpus, corpus.documents[["doc_id", "language"]]).data
    assert "<mark>" not in shown and ">fr</td>" in shown and "a.csv" in shown
