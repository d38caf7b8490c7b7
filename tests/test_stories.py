import shutil

from hypothesis import given, settings
from hypothesis import strategies as st

from research import load_corpus
from research.sketches import Source, sketches
from research.text import fold, is_arabic

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
    corpus = seeds.corpus
    (link,) = corpus.story_links.to_dict("records")
    assert (link["doc_id_a"][:3], link["doc_id_b"][:3], link["kind"]) == ("000", "002", "translation")
    assert corpus.documents["story_id"].nunique() == 4


def test_one_event_told_anew_is_one_story_and_the_next_event_is_another(tmp_path):
    first = (
        "Le conseil de Brévanne a voté 412 000 euros pour le bassin, a dit Maryam Toufali à la sortie.\n"
        "Les travaux dureront 14 mois, selon la directrice Lina Berrada, et 36 couloirs seront refaits.\n"
        "Les clubs de natation demandent que le petit bassin reste ouvert aux enfants pendant les travaux."
    )
    again = first.replace("Le conseil de Brévanne a voté", "Feu vert pour le bassin : le conseil de Brévanne a adopté")
    again = again.partition("\nLes clubs")[0] + "\nLe maire n'a pas souhaité dire un mot de plus à la presse ce soir."
    other = (
        "Le conseil de Brévanne a fermé le bassin pour 9 jours, a dit Maryam Toufali à la sortie.\n"
        "Une fuite de 75 litres par minute a été trouvée, selon la directrice Lina Berrada, jeudi soir.\n"
    )
    for name, text in {"first": first, "again": again, "other": other}.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    (link,) = load_corpus(tmp_path).story_links.to_dict("records")
    assert (link["doc_id_a"], link["doc_id_b"], link["kind"]) == ("again", "first", "near-duplicate")
    assert 0.5 <= link["score"] < 1 and "word triples" in link["evidence"][0]


def test_concepts_of_a_codebook_are_evidence_across_languages(tmp_path):
    french = (
        "La ministre a réuni Orbanel le 3 mars 2031 pour parler des écoles et des données, du calcul et de la langue."
    )
    arabic = "اجتمعت الوزيرة مع أوربانيل يوم 3 مارس 2031 للحديث عن المدارس والبيانات والحوسبة واللغة في مقر الوزارة."
    (tmp_path / "fr.txt").write_text(french, encoding="utf-8")
    (tmp_path / "ar.txt").write_text(arabic, encoding="utf-8")
    assert load_corpus(tmp_path).story_links.empty
    shared = ["minister", "firm", "schools", "data", "compute", "language", "ministry"]
    corpus = load_corpus(tmp_path, concepts=lambda text: shared)
    assert corpus.story_links["kind"].tolist() == ["translation"]


def test_many_copies_are_one_story_without_all_their_pairs(tmp_path):
    rows = "".join(f'{{"text": {OTHER!r}}}\n'.replace("'", '"') for _ in range(300))
    (tmp_path / "x.jsonl").write_text(rows, encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["story_id"].nunique() == 1 and len(corpus.story_links) == 299


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="abو ال.15", max_size=40), min_size=1, max_size=5))
def test_a_sketch_does_not_depend_on_its_neighbours(texts):
    sources = [Source(text, fold(text).text, "ar" if is_arabic(text) else "fr") for text in texts]
    assert sketches(sources) == [sketches([source])[0] for source in sources]


def test_reports_in_the_same_words_with_other_numbers_are_other_stories(tmp_path):
    words = "L'indice de la place a clos la séance à {} points, en hausse de {} %, et {} titres ont changé de main pour {} euros."
    for name, numbers in {"a": (1234, 35, 4512, 98000), "b": (1190, 41, 3987, 76500)}.items():
        (tmp_path / f"{name}.txt").write_text(words.format(*numbers), encoding="utf-8")
    assert load_corpus(tmp_path).story_links.empty


def test_two_matches_of_the_same_clubs_are_told_apart_by_their_day(tmp_path):
    french = (
        "Le Raja Brévanne a battu le Wydad Tazrout samedi au stade Mansour devant 45 000 spectateurs. Karim Belkadi a "
        "marqué à la 23e minute avant Youssef Raghib et Anouar Slimani. L'entraîneur Nabil Ferrand a salué Samir Dahbi."
    )
    english = (
        "Raja Brévanne lost to Wydad Tazrout on {} at the Mansour stadium before 45,000 people. Youssef Raghib and "
        "Anouar Slimani scored after Karim Belkadi in the 23rd minute. Coach Nabil Ferrand praised Samir Dahbi."
    )
    (tmp_path / "fr.txt").write_text(french, encoding="utf-8")
    for day, count in (("Sunday", 0), ("Saturday", 1)):
        (tmp_path / "en.txt").write_text(english.format(day), encoding="utf-8")
        assert len(load_corpus(tmp_path).story_links) == count


CONGRATULATIONS = (
    "Sa Majesté a adressé un message de félicitations au président de la {0}, {1}, à l'occasion de la fête de son pays. "
    "Dans ce message, le Souverain exprime à {1} ses chaleureuses félicitations et au peuple de {2} ses vœux de progrès. "
    "Il se réjouit des liens d'amitié qui unissent les deux pays et de leur volonté de les renforcer dans tous les domaines. "
    "Il assure de sa détermination à œuvrer avec lui pour une coopération fructueuse au service des deux peuples frères."
)


def test_messages_in_the_same_words_to_other_people_are_other_events(tmp_path):
    for name, words in (
        ("a", ("Zambalie", "Tomasi Okello", "Lusara")),
        ("b", ("Karovie", "Andreï Volkan", "Merenska")),
    ):
        (tmp_path / f"{name}.txt").write_text(CONGRATULATIONS.format(*words), encoding="utf-8")
    assert load_corpus(tmp_path).story_links.empty


def test_figures_of_one_strategy_do_not_merge_two_days(tmp_path):
    french = (
        "La ministre Lina Seghrouchni a signé jeudi à Paris un accord avec la société Onx. Le pays vise 240.000 emplois "
        "et 100 milliards de dirhams à l'horizon 2030, selon la stratégie Digital Morocco, dotée de 11 milliards."
    )
    english = (
        "Digital minister Lina Seghrouchni opened the Gitex Africa fair in Marrakech on Wednesday. The Digital Morocco "
        "strategy aims at 240,000 jobs and 100 billion dirhams by 2030, with a budget of 11 billion, Seghrouchni said."
    )
    (tmp_path / "fr.txt").write_text(french, encoding="utf-8")
    (tmp_path / "en.txt").write_text(english, encoding="utf-8")
    assert load_corpus(tmp_path).story_links.empty
