import shutil

from research import load_corpus

FRENCH = (
    "À Bélanger, la directrice Maryam Toufali a rencontré Karim Bensouda et Hadrien Valmorin le 14 juin 2031, en marge "
    "du salon Numerika. Selon Toufali, la ville de Sarmada recevra 350 élèves et la société Delmaris en formera 75."
)
ARABIC = (
    "التقت المديرة مريم توفالي في بيلانجي كريم بنسودة وهادريان فالموران يوم 14 يونيو 2031 على هامش معرض نوميريكا. "
    "وأكدت توفالي أن مدينة سرمدة ستستقبل 350 تلميذا وأن شركة ديلماريس ستكون 75 منهم في السنة."
)
OTHER = (
    "استقبل رئيس المجلس سعيد الودغيري وفدا من مدينة تازروت لمناقشة مشروع النقل الجديد، وقال الودغيري إن 12 حافلة "
    "ستدخل الخدمة قبل نهاية سنة 2031 في جميع أحياء المدينة القديمة."
)


def test_copies_and_translations_are_one_story_and_other_events_are_not(tmp_path):
    for name, text in {"fr": FRENCH, "ar": ARABIC, "other": OTHER}.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    shutil.copy(tmp_path / "other.txt", tmp_path / "other2.txt")
    corpus = load_corpus(tmp_path)
    links = {(row.doc_id_a, row.doc_id_b): row.kind for row in corpus.story_links.itertuples()}
    assert links == {("ar", "fr"): "translation", ("other", "other2"): "copy"}
    assert corpus.documents["story_id"].nunique() == 2


def test_the_doha_story_is_told_twice(seeds):
    _, corpus = seeds
    (link,) = corpus.story_links.to_dict("records")
    assert (link["doc_id_a"][:3], link["doc_id_b"][:3], link["kind"]) == ("000", "002", "translation")
    assert corpus.documents["story_id"].nunique() == 4
