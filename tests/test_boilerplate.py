import pytest

from research import load_corpus
from research.corpus.boilerplate import classify, furniture
from research.corpus.cues import rule_for
from research.corpus.lines import paragraphs
from research.corpus.signals import Line
from research.dates import find_dates
from research.text import fold

A = "Le conseil de Brévanne a voté jeudi la réouverture du bassin, fermé depuis l'inondation de l'hiver dernier."
B = "Les travaux dureront quatorze mois et coûteront 3,2 millions d'euros, selon la directrice des services."


def judged(*lines, **hints):
    made = [Line(text, fold(text).text, 0, tuple(m.surface for m in find_dates(text))) for text in lines]
    return list(zip(lines, classify(made, **hints), strict=True))


def left_out(*lines, **hints):
    return {text: rule for text, (kind, rule) in judged(*lines, **hints) if not kind}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Lire aussi : le phare est en panne", "related articles"),
        ("Te puede interesar", "related articles"),
        ("إقرأ أيضًا: أزمة الماء في القرى", "related articles"),
        ("Comments (2)", "comments"),
        ("3 réactions", "comments"),
        ("الوسوم: ماء، مدينة", "tags"),
        ("#feria #ceramica", "tags"),
        ("شارك 37 واتساب 12 فيسبوك 25", "page tools"),
        ("2 min read    54 shares", "page tools"),
        ("© 2025 El Faro", "rights"),
        ("Le maire au marché (Photo : Agence Lune)", "photo credit"),
        ("Nous utilisons des cookies pour mesurer l'audience de ce site.", "cookies"),
        ("Recevez chaque matin l'essentiel de l'actualité. Désinscription à tout moment.", "newsletter or subscription"),
        ("Publicidad", "advert"),
        ("21.5 °C", "weather"),
    ],
)  # fmt: skip
def test_what_pages_print_goes_under_its_rule_even_inside_the_body(line, rule):
    assert left_out("Un titre de plus de quatre mots", A, line, B) == {line: rule}


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell on Monday.",
        "ودعت الجمعية الناس إلى الاشتراك في خدمة الرسائل القصيرة.",
        "La publicité sur les abribus rapportera 40 000 euros.",
        "El ayuntamiento pide compartir los datos con los vecinos.",
        "The weather did not help.",
        "Oui.",
        "- quai nord : 120 mètres",
        "2) un comité de suivi",
        "Un tiers de moins",
        "« Bonjour les lève-tôt. »",
        "Comments from residents were mixed, the council said.",
    ],
)
def test_a_line_of_the_body_stays_whatever_its_words(line):
    assert left_out("Un titre de plus de quatre mots", A, line, B) == {}


def test_the_article_is_found_between_menu_and_comments():
    page = [
        "Accueil", "Sports", "Météo : 12 °C", "Lundi 3 mars 2025 - 14:05", "Économie",
        "Le bassin de Brévanne rouvrira au printemps", "Par Lina Berrada", "Publié le 1er mars 2025 à 8h", A, "Lire aussi", "Le phare est en panne", B,
        "Lina Berrada couvre la vie locale depuis dix ans.", "Commentaires", "Paul", "Quelle bonne nouvelle pour tous les enfants du quartier, merci à tous.",
    ]  # fmt: skip
    kinds = {text: kind for text, (kind, _) in judged(*page) if kind}
    assert kinds == {
        "Le bassin de Brévanne rouvrira au printemps": "title", "Par Lina Berrada": "byline", A: "paragraph", B: "paragraph",
    }  # fmt: skip
    assert left_out(*page)["Lina Berrada couvre la vie locale depuis dix ans."] == "author note"


def test_text_that_is_no_page_loses_nothing_at_its_end():
    last = "Le règlement complet est affiché à la mairie, à la piscine et dans les trois écoles de la commune"
    assert left_out(A, B, last) == {}
    assert judged(A, B, "Édith Maurevel")[-1] == ("Édith Maurevel", ("byline", ""))


def test_a_title_that_comes_twice_is_left_out_once():
    title = "Le bassin de Brévanne rouvrira au printemps"
    assert left_out(f"Accueil > Sports > {title}", title, "Publié le 1er mars 2025", title, A, B) == {
        f"Accueil > Sports > {title}": "menu", "Publié le 1er mars 2025": "publication date", title: "repeated title",
    }  # fmt: skip


def test_what_articles_of_one_site_share_is_learnt_from_the_collection(tmp_path):
    slogan, appeal = (
        "Le Ruisseau, journal des deux rives",
        "Ce journal vit de ses lecteurs, et de rien d'autre, depuis 1987.",
    )
    bodies = [
        f"{A[:-1]} en {year}.\nUn commentaire propre à {year}, avec assez de mots pour être une phrase.\n{B} ({year})."
        for year in range(2019, 2024)
    ]
    texts = [f"{slogan}\n{body}\n{appeal}" for body in bodies]
    assert furniture(texts) == {slogan, appeal}
    assert furniture(texts[:3]) == {slogan}  # a sentence may be a formula of the articles' own
    assert furniture(texts[:2]) == frozenset() and furniture([texts[0]] * 5) == frozenset()
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_text(f"Accueil | Sports | Météo\n{text}", encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert set(corpus.boilerplate["text"]) == {"Accueil | Sports | Météo", slogan, appeal}


def test_an_extractor_says_which_lines_are_the_article():
    rules = left_out("Menu", A, B, "Autre chose qui se passe ailleurs, et qui finit par un point.", body={A, B})
    assert set(rules) == {"Menu", "Autre chose qui se passe ailleurs, et qui finit par un point."}


def test_wrapped_paragraphs_are_one_and_lists_are_not():
    wrapped = "The council of Northport voted on Thursday to reopen\nthe ward that was closed last year after a burst pipe\nhad flooded two floors."
    menu = "Home\nNews\nSport"
    items = "- a label for heather honey that all members share;\n- free courses for everyone under the age of thirty;\n- a fund."
    for text, parts in (
        (f"{menu}\n\n{wrapped}", 4),
        (wrapped, 1),
        (f"{wrapped}\n\n{items}", 4),
        (wrapped.replace("\n", "\r\n"), 1),
    ):
        spans, _ = paragraphs(text)
        assert len(spans) == parts, text
    assert len(paragraphs(f"{A}\n{B}\nOui.\n{A[:60]}.")[0]) == 4
    arabic = "صادق مجلس المدينة يوم الخميس على ميزانية السنة المقبلة التي\nبلغت قيمتها الإجمالية نحو مئتي مليون درهم وخصص ثلثها لقطاع\nالماء."
    assert len(paragraphs(arabic)[0]) == 1


def test_a_rule_needs_a_short_line():
    assert rule_for("© " + "mot " * 90, words=91, ends_sentence=False) == ""


def test_an_interviewer_named_above_asks_to_the_end():
    page = [
        "Accueil | Sports",
        "Un titre de plus de quatre mots",
        "Propos recueillis par Sara Alami",
        A,
        "Sara Alami : Que faut-il faire ?",
        "Karim Saïdi : Réparer les réseaux d'abord, puis le reste.",
    ]
    assert left_out(*page) == {"Accueil | Sports": "menu"} or left_out(*page) == {
        "Accueil | Sports": "before the article"
    }


MENU, TITLE = "Accueil | Sports | Météo", "Un titre de plus de quatre mots"
LONG = (
    "Selon les riverains interrogés mercredi, le chantier a commencé trop tôt, et personne ne leur a dit combien de "
    "temps il durera ni qui en paiera la dernière tranche avant l'été."
)


@pytest.mark.parametrize(
    "lines",
    [
        (A, B, "Réactions", LONG, LONG.replace("mercredi", "vendredi")),
        (A, B, "Commentaire", LONG, B),
        (A, B, "L'auteur", LONG, B),
        (A, "Sondage : 54 % des habitants approuvent le projet, selon l'institut local.", B),
        (A, "تعليق: قال رئيس المجلس إن الأشغال ستنتهي قبل الصيف المقبل.", B),
        (A, "Sign up for the vaccination drive opened on Monday at the town hall, officials said.", B),
        (A, "« Inscrivez-vous dès maintenant », a lancé le maire aux familles venues mercredi.", B),
        (A, "Mr Bell, already a member of the union, voted against the plan in May.", B),
        (A, "Copyright law will change next year, the minister told the chamber.", B),
        (A, "Images : les sauveteurs ont filmé la crue pendant trois nuits, selon le préfet.", B),
        (A, "Trois réseaux sont visés :", "- Facebook", "- Instagram", "- X", B),
        (A, "Langues des élèves :", "- Français : 45 %", "- Tamazight : 30 %", B),
        (A, B, "Les villes signataires sont les suivantes :", "Brévanne", "Tazrout", "Aïn Tafrount", "Partager"),
        (A, "Article premier", B),
        (A, "Article 2", B),
        (A, "Rendez-vous le 9 mars 2031", B),
    ],
)
def test_a_section_an_offer_in_a_sentence_and_a_list_stay(lines):
    shown = {text: rule for text, rule in left_out(MENU, TITLE, *lines).items() if text not in (MENU, "Partager")}
    assert shown == {}


def test_readers_comments_still_close_the_page():
    reader = "Quelle bonne nouvelle pour tous les enfants du quartier, merci à tous ceux qui ont travaillé pour cela."
    for label in ("Commentaires (2)", "Réactions", "3 réactions"):
        assert {reader, "Paul"} <= set(left_out(MENU, TITLE, A, LONG, label, "Paul", reader))


def test_days_that_head_the_parts_of_a_chronology_are_headings():
    days = ("3 mars 2025", "9 mars 2025", "14 avril 2025")
    page = [MENU, TITLE, *(line for day in days for line in (day, f"{A[:-1]} ({day}).", B))]
    assert left_out(*page).keys() == {MENU}
    assert [text for text, (kind, _) in judged(*page) if kind == "heading"] == list(days)


def test_short_lines_are_a_text_too():
    poem = ["Le port s'éveille", "la mer se tait", "un bateau passe", "et puis plus rien"]
    assert left_out(*poem) == {}


def test_markdown_marks_are_no_words():
    line = Line("**Le port** a [rouvert](https://example.org) *hier*.", "")
    assert line.plain == "Le port a rouvert hier."


def test_what_versions_of_one_story_share_is_not_their_sites(tmp_path):
    shared = [A, B]
    own = [
        f"{A[:-1]}, en {year}, et rien d'autre ne changera avant cette date ni après elle."
        for year in (2021, 2022, 2023)
    ]
    versions = ["\n".join([*shared, text]) for text in own]
    assert furniture(versions) == frozenset()
    for number, text in enumerate(versions):
        (tmp_path / f"{number}.txt").write_text(f"{MENU}\n{text}", encoding="utf-8")
    assert set(load_corpus(tmp_path).boilerplate["text"]) == {MENU}


@pytest.mark.parametrize(
    "page",
    [
        ("ميزانية جديدة للماء بتازروت", "12 مارس 2025", "صادق المجلس الجماعي يوم الأربعاء على ميزانية قدرها أربعون مليون درهم لتجديد شبكة الماء", "وقال الرئيس إن الأشغال ستنطلق قبل متم السنة", "وكان التصويت متقاربا بين الأغلبية والمعارضة", "شارك"),
        (TITLE, LONG, "Publié le 12 mars 2025", "54 commentaires", A, B),
        (MENU, TITLE, A, "Le service est réservé aux abonnés de la ville.", "Les clients pourront se désabonner à tout moment, sans frais.", B),
        (MENU, TITLE, A, "The phishing message lands in your inbox disguised as an invoice.", B),
        (MENU, TITLE, A, "Le régulateur reproche à ce site d'avoir déposé des cookies sans le consentement des internautes.", B),
        (MENU, TITLE, A, "Il y va de son image : l'opérateur avait perdu deux procès l'an dernier.", B),
        (MENU, TITLE, A, "تعليق: لا جديد في الملف", B, LONG),
        (MENU, TITLE, A, B, "Les plus lus", "Le port rouvre", "Une école ferme", "Les syndicats décideront vendredi d'une grève."),
        (MENU, TITLE, "Par Karim Alaoui", A, B, "Karim Alaoui et deux élus ont quitté la salle.", "Le débat reprendra en mai."),
        (MENU, "Sondage : 54 % des Marocains favorables à l'IA à l'école", "Publié le 3 mars 2025", A, B),
        (MENU, "WhatsApp modifie sa politique de confidentialité au Maroc", A, B),
        (MENU, TITLE, A, B, "Chiffres clés", "400 communes", "40 millions de dirhams", "Partager"),
    ],
)  # fmt: skip
def test_ordinary_pages_lose_nothing_of_their_article(page):
    furniture = {
        MENU,
        "شارك",
        "12 مارس 2025",
        "Publié le 12 mars 2025",
        "Publié le 3 mars 2025",
        "54 commentaires",
        "Les plus lus",
        "Le port rouvre",
        "Une école ferme",
        "Partager",
    }
    assert left_out(*page).keys() <= furniture
