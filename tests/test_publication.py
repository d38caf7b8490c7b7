import pytest

from research import load_corpus

A = "Le conseil de Brévanne a voté la réouverture du bassin, fermé depuis l'inondation de l'hiver dernier."
B = "Les travaux dureront quatorze mois et coûteront 3,2 millions d'euros, selon la directrice des services."
TITLE = "Le bassin de Brévanne rouvrira au printemps"


def published(tmp_path, *lines, name="x.txt", sources=None):
    (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    corpus = load_corpus(tmp_path, sources=sources, strict=True)
    row = corpus.documents.iloc[0]
    return row["published"], row["published_how"], row["place"], corpus


@pytest.mark.parametrize(
    ("lines", "day", "how"),
    [
        ((TITLE, "Publié le 12 mars 2025 à 10h30", A, B), "2025-03-12", "stated: a publication line"),
        ((TITLE, "Published: 04/03/2025 06:10 Updated: 05/03/2025 11:42", A, B), "2025-03-04", "stated, read day first: a publication line"),
        (("مسبح المدينة يفتح أبوابه من جديد في الربيع", "نشر في: ١٢ آذار/مارس ٢٠٢٥", "صادق مجلس المدينة يوم الخميس على إعادة فتح المسبح البلدي المغلق منذ السنة الماضية."), "2025-03-12", "stated: a publication line"),
        ((TITLE, "Martes, 14 de enero de 2026 | 10:25 h", A, B), "2026-01-14", "stated, but 2026-01-14 is not the weekday given: a publication line"),
        ((TITLE, "Par Lina Berrada | 12 févr. 2025", A, B), "2025-02-12", "stated: a publication line"),
        ((f"Brévanne, 12 sept. 2025 (APX) – {A}", B), "2025-09-12", "stated: the dateline"),
        (("Accueil | Sports", "Lundi 17 mars 2025 - 09:12", "Météo | 12 °C | Brévanne", TITLE, A, B), "", "empty: only the page's clock (2025-03-17)"),
        ((TITLE, "Publié le 6 mars à 7 h", A, B), "", "empty: no date stated"),
        ((TITLE, A, f"La loi du 12 juin 2009 le permet. {B}"), "", "empty: no date stated"),
        ((TITLE, f"Hier lundi, {A}", B), "", 'empty: "Hier lundi" has no date in the document to count from'),
        ((TITLE, f"Hier lundi, {A}", "Le salon se tient du 1er au 4 février 2026 à Brévanne, comme chaque année."), "2026-02-03", 'resolved: the day after "Hier lundi", the only such day within "1er au 4 février 2026"'),
        ((TITLE, f"Hier mardi, {A}", "Le salon se tiendra le 14 octobre 2025 à Brévanne, comme chaque année à cette date."), "", 'empty: "Hier mardi" has no date in the document to count from'),
        ((TITLE, "Publié à 10:05 12 mars 2025", A, B), "2025-03-12", "stated: a publication line"),
        ((TITLE, "Né le 4 mars 1925 à Oujda", A, B), "", "empty: no date stated"),
        ((TITLE, f"Le rapport publié le 12 mars 2021 par la banque dit ceci. {A}", B), "", "empty: no date stated"),
        (("Accueil | Sports", TITLE, A, B, "Commentaires", "Paul, 3 mars 2024", "Bravo à tous ceux qui ont travaillé pour cela."), "", "empty: no date stated"),
    ],
)  # fmt: skip
def test_a_day_is_given_only_where_the_document_settles_it(tmp_path, lines, day, how):
    found, found_how, _, corpus = published(tmp_path, *lines)
    assert (found, found_how) == (day, how)
    chosen = corpus.dates[corpus.dates["chosen"]]
    assert chosen["from"].tolist() == ([day] if day else [])
    assert set(chosen["role"]) <= {"published"}


def test_the_source_sheet_comes_before_the_page_and_every_candidate_stays(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("file,sha256,outlet,url,licence,accessed,published\nx.txt,,,,,,2025-03-11\n", encoding="utf-8")
    day, how, _, corpus = published(
        tmp_path, "Accueil | Sports", "17 mars 2025", TITLE, "Publié le 12 mars 2025", A, B, sources=sheet
    )
    assert (day, how) == ("2025-03-11", "from the source sheet")
    assert sorted(corpus.dates["from"]) == ["2025-03-11", "2025-03-12", "2025-03-17"]
    assert corpus.dates.loc[corpus.dates["chosen"], "from"].tolist() == ["2025-03-11"]


def test_metadata_that_is_no_date_leaves_the_day_open(tmp_path):
    (tmp_path / "x.csv").write_text(f'text,published\n"{A}",bientôt\n', encoding="utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.documents["published_how"].item() == "empty: the metadata's 'bientôt' is no date"


@pytest.mark.parametrize(
    ("opening", "place"),
    [
        ("Tazrout, 12 mars –", "Tazrout"), ("NORTHPORT —", "NORTHPORT"), ("الواحة –", "الواحة"), ("Valdehoz · ", "Valdehoz"),
        ("Aïn Tafrount (APX) –", "Aïn Tafrount"), ("NORTHPORT, Nov. 3 (APX) --", "NORTHPORT"), ("Valdemiel (APX).-", "Valdemiel"),
        ("", ""), ("Une chose est sûre :", ""), ("Le maire, 52 ans, et", ""),
    ],
)  # fmt: skip
def test_the_place_is_the_datelines(tmp_path, opening, place):
    assert published(tmp_path, f"{opening} {A}", B)[2] == place


def test_dates_of_a_heading_keep_their_place_in_markdown(tmp_path):
    *_, corpus = published(tmp_path, "# Le bassin de Brévanne rouvre le 3 mars 2025", "", A, "", B, name="x.md")
    (row,) = corpus.dates.to_dict("records")
    assert corpus.text("x")[row["start"] : row["end"]] == row["surface"] == "3 mars 2025"


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        ((TITLE, "Rendez-vous le 9 mars 2031", A, B), "empty: no date stated"),
        ((TITLE, "Par décret royal du 12 mars 2021", A, B), "empty: no date stated"),
        (("خبر عن الجنود في المدينة القديمة", "نشر 5000 جندي منذ 12 مارس 2021", "صادق مجلس المدينة يوم الخميس على إعادة فتح المسبح البلدي المغلق منذ السنة الماضية."), "empty: no date stated"),
        ((TITLE, "Mis à jour le 12 mars 2025", A, B), "empty: only the day of an update (2025-03-12)"),
        ((TITLE, "Publié le 12/03/25", A, B), 'empty: "12/03/25" is not read (a year of two digits)'),
        ((TITLE, "نشر في 15 رجب 1447", A, B), 'empty: "15 رجب 1447" is not read (a Hijri date)'),
        ((TITLE, "3 mars 2025", A, B, "9 mars 2025", B, A, "14 avril 2025", A, B), "empty: no date stated"),
        ((TITLE, f"Hier lundi, {A}", "Le maire l'a dit avant le sommet prévu du 3 au 7 mars 2025 à Brévanne, où il ira."), 'empty: "Hier lundi" has no date in the document to count from'),
    ],
)  # fmt: skip
def test_a_day_of_something_else_is_not_the_articles(tmp_path, lines, how):
    assert published(tmp_path, *lines)[:2] == ("", how)


@pytest.mark.parametrize(
    ("value", "day", "how"),
    [
        ("3/4/2025", "2025-04-03", "stated, read day first: the file's metadata"),
        ("4/13/2025", "2025-04-13", "stated, month first: the file's metadata"),
        ("2025-04-13T10:00:00Z", "2025-04-13", "stated: the file's metadata"),
        ("1970-01-01", "", "empty: the metadata's '1970-01-01' is no date"),
        ("0001-01-01", "", "empty: the metadata's '0001-01-01' is no date"),
    ],
)
def test_metadata_days(tmp_path, value, day, how):
    (tmp_path / "x.csv").write_text(f'text,published\n"{A}",{value}\n', encoding="utf-8")
    row = load_corpus(tmp_path).documents.iloc[0]
    assert (row["published"], row["published_how"]) == (day, how)


def test_a_day_and_hour_in_numbers_alone_is_a_date(tmp_path):
    assert published(tmp_path, TITLE, "4/3/2025 16:20", A, B)[:2] == (
        "2025-03-04",
        "stated, read day first: a publication line",
    )


def test_a_coming_weekday_is_not_put_in_the_past(tmp_path):
    *_, corpus = published(
        tmp_path, TITLE, "Publié le 12 mars 2025", f"Le match aura lieu samedi. {A}", f"Il a plu lundi. {B}"
    )
    found = corpus.dates.set_index("surface")
    assert found.loc["samedi", "from"] == "" and "coming" in found.loc["samedi", "how"]
    assert found.loc["lundi", "from"] == "2025-03-10"


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (("Samedi 22 novembre 2025", TITLE, "Publié le 12 mars 2025", A, B), "2025-03-12"),
        ((TITLE, "Mis à jour à 15h30 le 14 mars 2025", "Publié le 12 mars 2025", A, B), "2025-03-12"),
        ((TITLE, "Mise à jour le ven. 14 mars 2025", A, B), ""),
        ((TITLE, "Updated 3:45 PM EDT, Fri March 14, 2025 | Published 9:00 AM, Wed March 12, 2025", A, B), "2025-03-12"),
        (("مسبح المدينة يفتح أبوابه من جديد في الربيع", "آخر تحديث: 15:30 - 14 مارس 2025", "نشر: 12 مارس 2025", "صادق مجلس المدينة يوم الخميس على إعادة فتح المسبح البلدي المغلق منذ السنة الماضية."), "2025-03-12"),
        (("Accueil | Sports | Météo", TITLE, A, B, "15 mars 2025", "Le port de Safi rouvre", "14 mars 2025", "Une école ferme"), ""),
        ((TITLE, f"Hier mardi, {A}", "Les inondations du 3 au 9 mars 2024 avaient fermé deux cents écoles de la région."), ""),
        (("Operator launches rural tariff", "Anna Reid in Northport", "Wed 12 Mar 2025 09.15 GMT", A, B), "2025-03-12"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_article_comes_before_what_stands_near_it(tmp_path, lines, day):
    assert published(tmp_path, *lines)[0] == day


@pytest.mark.parametrize(
    "markup",
    [
        '<time itemprop="datePublished" datetime="2025-11-20">20 nov.</time>',
        '<script type="application/ld+json">//<![CDATA[\n{"@graph": [{"@type": "WebPage", "datePublished": "2019-01-01"}, {"@type": "NewsArticle", "headline": "a\nb", "datePublished": "2025-03-12"}]}\n//]]></script>',
        '<meta name="date" content="2025-11-22">',
    ],
)  # fmt: skip
def test_a_page_that_shows_its_day_is_of_that_day(tmp_path, markup):
    page = f"<html><head><title>{TITLE}</title></head><body>{markup}<article><h1>{TITLE}</h1><p>Publié le 12 mars 2025</p><p>{A}</p><p>{B}</p></article></body></html>"
    (tmp_path / "x.html").write_text(page, encoding="utf-8")
    assert load_corpus(tmp_path).documents["published"].item() == "2025-03-12"
    (tmp_path / "x.html").write_text(page.replace("Publié le 12 mars 2025", ""), encoding="utf-8")
    assert ("NewsArticle" in markup) == (load_corpus(tmp_path).documents["published"].item() == "2025-03-12")
