from datetime import date

import pytest

from research.dates import bare_years, find_dates, resolve


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("le 1er août 2025", "2025-08-01", "2025-08-01"),
        ("يوم 12 شتنبر 2025", "2025-09-12", "2025-09-12"),
        ("٣ كانون الثاني ٢٠٢٤", "2024-01-03", "2024-01-03"),
        ("5 يوليو/تموز 2024", "2024-07-05", "2024-07-05"),
        ("du 1er au 4 février 2026", "2026-02-01", "2026-02-04"),
        ("March 3, 2025", "2025-03-03", "2025-03-03"),
        ("2025-03-02", "2025-03-02", "2025-03-02"),
        ("20 de marzo de 2024", "2024-03-20", "2024-03-20"),
    ],
)
def test_a_stated_date_is_read(text, first, last):
    (found,) = find_dates(text)
    assert (str(found.first), str(found.last), found.how) == (first, last, "stated")
    assert found.surface == text[found.start : found.end]


def test_an_impossible_day_is_no_date_and_a_wrong_weekday_is_flagged():
    assert not [d for d in find_dates("le 31 février 2025") if d.first]
    assert "not the weekday" in find_dates("mardi 3 mars 2025")[0].how


def test_a_day_first_reading_of_an_ambiguous_number_is_said():
    assert find_dates("03/04/2025")[0].how == "stated, read day first"


def test_words_that_are_also_months_or_weekdays_are_not_dates():
    assert find_dates("May the best win, أحد الرواد, un mars") == []


def test_yesterday_is_resolved_only_within_a_range_that_has_one_such_day():
    yesterday, span = find_dates("أمس الأحد"), find_dates("من 1 إلى 4 فبراير 2026")
    known = resolve(yesterday[0], reference=None, years=set(), known=span)
    assert known.first == date(2026, 2, 1)
    alone = resolve(yesterday[0], reference=None, years=set(), known=[])
    assert alone.first is None and alone.how.startswith("unresolved")


def test_last_july_counts_from_the_reference():
    july = find_dates("يوليو الماضي")[0]
    assert resolve(july, reference=date(2026, 1, 16), years=set(), known=[]).first == date(2025, 7, 1)
    assert resolve(july, reference=None, years={2026}, known=[]).first is None


def test_bare_years_are_found_apart_from_dates():
    text = "Maroc Digital 2030"
    assert bare_years(text) == [(14, 18, 2030)]


def test_the_year_in_a_name_does_not_date_a_day_without_a_year():
    (day,) = find_dates("Le 12 janvier, la ministre a parlé de Maroc Digital 2030")
    assert resolve(day, reference=None, years={2030}, known=[]).how.startswith("unresolved")
    (current,) = find_dates("من 1 إلى 4 فبراير الجاري")
    assert resolve(current, reference=None, years={2026}, known=[]).first == date(2026, 2, 1)
    assert resolve(current, reference=date(2025, 2, 3), years={2030}, known=[]).first is None
