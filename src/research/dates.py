"""Dates as the press writes them in Arabic, French, English and Spanish, and what each one resolves to.

Month and weekday names come from CLDR (through Babel): Moroccan, Levantine, Algerian and standard Arabic forms.
Nothing is guessed: a date that the same document does not settle stays empty and says why.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

from research.text import PROCLITICS, Folded, fold, fold_label

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LOCALES = ("ar_MA", "ar", "ar_LB", "ar_DZ", "fr", "en", "en_GB", "es")
# Months that are also other words ("may", the planet, أب): they count after one of these words, or with a capital.
_DOUBTFUL = {"may", "march", "august", "mars", "aout", "اب", "مارس", "اوت", "ماي"}
_BEFORE_MONTH = (
    "in", "since", "until", "by", "of", "from", "last", "next", "en", "de", "du", "depuis", "fin", "debut", "mi",
    "mois", "des", "avant", "apres", "au", "d", "في", "من", "شهر", "منذ", "خلال", "نهايه", "بدايه", "مطلع", "الي",
    "حتي", "قبل", "بعد",
)  # fmt: skip
_YESTERDAY = ("امس", "البارحه", "hier", "yesterday", "ayer")
_LAST = ("الماضي", "المنصرم", "الفارط", "dernier", "derniere", "pasado", "pasada")
_NEXT = ("المقبل", "القادم", "prochain", "prochaine", "proximo", "proxima")
_YEAR = re.compile(r"[12](?<![\d/.].)(?:(?<=1)9|(?<=2)0)\d\d(?![\d/])")
_FIRST = {"premier": 1, "primero": 1, "فاتح": 1}
_HIJRI = (
    "محرم", "صفر", "ربيع", "جمادي", "رجب", "شعبان", "رمضان", "شوال", "ذو القعده", "ذي القعده", "ذو الحجه", "ذي الحجه",
    "muharram", "mouharram", "safar", "rabi", "joumada", "jumada", "rajab", "chaabane", "shaban", "ramadan", "chaoual",
    "shawwal", "dhu", "dou",
)  # fmt: skip
_COMING = frozenset(  # words of a sentence that speaks of what is to come, or was long before
    re.findall(
        r"\w+",
        """aura auront prevu prevue prevus prevues tiendra tiendront debutera commencera ouvrira demarrera avant
        prochain prochaine prochains prochaines will scheduled due upcoming before next planned
        previsto prevista previstos previstas tendra celebrara comenzara antes proximo proxima proximos proximas
        المقرر المقرره المرتقب المرتقبه المزمع المقبل المقبله القادم القادمه قبل
        avait avaient precedent precedente precedentes had previous earlier habia habian anterior anteriores
        السابق السابقه الماضيه السالفه كانت""",
    )
) | {
    conjunction + person + verb
    for conjunction in ("", "و")
    for person in ("سي", "ست")
    for verb in re.findall(r"\w+", "عقد نعقد قام كون نطلق جري تم بدا شارك حتضن لتقي واجه فتتح ستضيف نظم")
}
_STOPS = ".!?؟;"
_AROUND = 200  # characters of a sentence that are looked at
_THIS = ("الجاري", "الحالي", "courant", "actuel", "current", "corriente")


class DateMention(NamedTuple):
    """A date found in a text; `first` and `last` are None while it is unresolved."""

    start: int
    end: int
    surface: str
    first: date | None
    last: date | None
    how: str
    year: int | None = None
    month: int | None = None
    days: tuple[int, int] | None = None
    weekday: int | None = None
    shift: str = ""  # yesterday, last, next, this or nothing
    coming: bool = False  # whether the sentence around a weekday or a period speaks of what is to come


@cache
def _names(field: str, widths: tuple[str, ...] = ("wide", "abbreviated")) -> dict[str, int]:
    from babel import Locale

    names: dict[str, int] = {}
    for width in widths if field == "months" else ("wide",):
        for code in _LOCALES:
            for number, name in getattr(Locale.parse(code), field)["format"][width].items():
                names.setdefault(fold_label(name).rstrip("."), number)
    return names


def _alternation(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


@cache
def _openings() -> ahocorasick_rs.AhoCorasick:
    """What a date can begin with: a digit, or the name of a day, a month or "yesterday"."""
    names = {*_names("days"), *_names("months"), *_YESTERDAY, *_FIRST, "last", "next"}
    return ahocorasick_rs.AhoCorasick([*string.digits, *sorted(names)])


@cache
def _pattern() -> re.Pattern[str]:
    """A date, from its first character, in folded text, where hyphens are spaces."""
    month, weekday = _alternation(_names("months")), _alternation(_names("days"))
    yesterday, after = _alternation(_YESTERDAY), _alternation((*_LAST, *_NEXT, *_THIS))
    ordinal, year = r"(?:er|st|nd|rd|th)?", r"(?P<{}>(?:19|20)\d\d)"
    day = (
        rf"(?P<d1>\d{{1,2}}|{_alternation(_FIRST)}){ordinal}"
        rf"(?: ?(?: |الي|au|to|al|a|et|و) ?(?:(?:{weekday}) )?(?P<d2>\d{{1,2}}))?(?: ?[,/] ?| (?:de |del |of |من )?)"
    )
    forms = [
        r"(?P<iso>(?P<iy>(?:19|20)\d\d)(?P<is>[ /.])(?P<im>\d\d)(?P=is)(?P<id>\d\d)(?!\d))",
        r"(?P<short>\d{1,2}/\d{1,2}/\d\d(?![\d/]))",
        rf"(?P<hijri>\d{{1,2}} (?:من )?(?:{_alternation(_HIJRI)})(?: [^\W\d]+){{0,2}},? 1[34]\d\d(?!\d))",
        r"(?P<nd>\d{1,2})(?P<ns>[ /.])(?P<nm>\d{1,2})(?P=ns)(?P<ny>(?:19|20)\d\d)(?!\d)",
        rf"(?P<from>\d{{1,2}}){ordinal} (?:de |of )?(?P<from_month>{month})\.? (?:au|to|al|a|الي|until|till|و) "
        rf"(?P<to>\d{{1,2}}){ordinal} (?:de |of )?(?P<to_month>{month})\.?(?:,? (?:de |del )?"
        rf"{year.format('to_year')})(?!\w)",
        rf"(?:(?:(?P<yesterday>{yesterday}),? )?(?P<weekday>{weekday})[ ,]{{1,2}})?(?:{day})?"
        rf"(?P<month>{month})\.?(?: ?/ ?(?:{month}))?(?: (?P<d3>\d{{1,2}}){ordinal}(?=,? \d{{4}}))?"
        rf"(?:,? (?P<shift>{after}))?(?:,? (?:de |del |of )?{year.format('year')})?(?!\w)",
        rf"(?P<before>last|next) (?P<month2>{month})(?!\w)",
        rf"(?:(?P<yesterday2>{yesterday}),? )?(?P<weekday2>{weekday})(?: (?P<shift2>{after}))?(?!\w)",
    ]
    return re.compile("|".join(forms))


@cache
def _bare_month() -> re.Pattern[str]:
    months, proclitic = _alternation(_names("months", widths=("wide",))), _alternation(PROCLITICS - {""})
    return re.compile(
        rf"(?<!\w)(?:(?P<before>{_alternation(_BEFORE_MONTH)})[ '])?(?:{proclitic})?(?P<month>{months})(?!\w)"
    )


def find_months(text: str) -> list[tuple[int, int, int]]:
    """Months that are named, with or without a day: where, and which.

    >>> find_months("It may open in May or, en mars, fin novembre, في نونبر")
    [(15, 18, 5), (26, 30, 3), (36, 44, 11), (49, 54, 11)]
    """
    folded, found = fold(text), []
    for match in _bare_month().finditer(folded.text):
        start, end = folded.raw(*match.span("month"))
        capital = text[start].isupper() and match["month"] != "mars"
        if match["month"] not in _DOUBTFUL or match["before"] or capital:
            found.append((start, end, _names("months")[match["month"]]))
    return found


def find_dates(text: str, folded: Folded | None = None) -> list[DateMention]:
    """Dates in `text`, stated ones resolved, the others waiting for `resolve`.

    Parameters
    ----------
    text : str
        Any text.
    folded : Folded, optional
        ``fold(text)``, where it is known.

    Returns
    -------
    list of DateMention
        In order of appearance; a bare year is not a date.

    Examples
    --------
    >>> [(d.surface, d.first.isoformat()) for d in find_dates("le 1er août 2025 puis 12 يناير 2026")]
    [('1er août 2025', '2025-08-01'), ('12 يناير 2026', '2026-01-12')]
    >>> find_dates("يوم الاثنين بالرباط")[0].how
    'unresolved: a weekday without a date'
    """
    folded = folded or fold(text)
    found: list[DateMention] = []
    done = 0
    pattern, searched = _pattern(), folded.text
    for _, at, _ in _openings().find_matches_as_indexes(searched):
        if at < done or (at and searched[at - 1] != " " and not _opens_word(searched, at)):
            continue
        match = pattern.match(searched, at)
        if match is None:
            continue
        done = match.end()
        start, end = folded.raw(at, done)
        surface = text[start:end].rstrip(" ,،")
        if " " in (match["is"], match["ns"]) and " " in surface:
            continue  # three numbers in a row; folded hyphens are spaces, too
        mention = _read(match, DateMention(start, start + len(surface), surface, None, None, ""))
        if mention is None:
            continue
        if (mention.days and mention.first != mention.last) or (mention.weekday is not None and mention.month is None):
            mention = mention._replace(coming=_is_coming(searched, at, done))
        found.append(mention)
    return found


def _opens_word(folded: str, at: int) -> bool:
    """Whether a word begins there, or only an attached particle stands before it."""
    if folded[at - 1].isdigit() or folded[at - 1] == ":":  # amid a number, or the minutes of an hour
        return False
    left = at
    while left and (folded[left - 1].isalnum() or folded[left - 1] == "_"):
        left -= 1
    return folded[left:at] in PROCLITICS


def _read(match: re.Match[str], blank: DateMention) -> DateMention | None:
    """What the match says, put into `blank`, or None if that is no date."""
    part = match.groupdict()
    if part["iso"]:
        return _stated(blank, int(part["iy"]), int(part["im"]), (int(part["id"]),) * 2)
    if part["short"] or part["hijri"]:
        return blank._replace(how=f"unread: {'a year of two digits' if part['short'] else 'a Hijri date'}")
    if part["nd"]:
        return _numeric(blank, int(part["nd"]), int(part["nm"]), int(part["ny"]))
    if part["from"]:
        return _across_months(blank, part)
    weekday = part["weekday"] or part["weekday2"]
    number = _names("days")[weekday] if weekday else None
    shift = _shift(part)
    month_name = part["month"] or part["month2"]
    if month_name is None:
        return blank._replace(weekday=number, shift=shift, how="unresolved: a weekday without a date")
    month = _names("months")[month_name]
    first = part["d1"] or part["d3"]
    days = (day := _FIRST.get(first) or int(first), int(part["d2"] or day)) if first else None
    if days and days[0] > days[1]:
        return None
    if part["year"]:
        return _stated(blank._replace(weekday=number), int(part["year"]), month, days)
    if days is None and not shift:
        return None  # "mars", "may": a word, not a date, unless a day or "last" goes with it
    return blank._replace(month=month, days=days, weekday=number, shift=shift, how="unresolved: no year")


def _across_months(blank: DateMention, part: dict[str, str]) -> DateMention | None:
    """From a day of one month to one of another."""
    year, months = int(part["to_year"]), [_names("months")[part[name]] for name in ("from_month", "to_month")]
    try:
        first = date(year - (months[0] > months[1]), months[0], int(part["from"]))
        last = date(year, months[1], int(part["to"]))
    except ValueError:
        return None
    days = (first.day, last.day)
    return blank._replace(first=first, last=last, how="stated", year=year, month=months[0], days=days)


def _numeric(blank: DateMention, day: int, month: int, year: int) -> DateMention | None:
    """Day first, unless that is no date."""
    if month > 12:
        mention = _stated(blank, year, day, (month,) * 2)
        return mention and mention._replace(how="stated, month first")
    mention = _stated(blank, year, month, (day,) * 2)
    return mention and (mention._replace(how="stated, read day first") if day <= 12 and day != month else mention)


def _is_coming(folded: str, start: int, end: int) -> bool:
    """Whether the sentence around the date speaks of what is to come."""
    low, high = max(start - _AROUND, 0), end + _AROUND
    left = max((at + 1 for stop in _STOPS if (at := folded.rfind(stop, low, start)) >= 0), default=low)
    right = min((at for stop in _STOPS if (at := folded.find(stop, end, high)) >= 0), default=high)
    return not _COMING.isdisjoint(folded[left:right].replace(",", " ").replace("،", " ").split())


def _shift(part: dict[str, str | None]) -> str:
    if part["yesterday"] or part["yesterday2"]:
        return "yesterday"
    word = part["shift"] or part["shift2"] or part["before"] or ""
    if word in (*_LAST, "last"):
        return "last"
    if word in (*_NEXT, "next"):
        return "next"
    return "this" if word else ""


def _stated(mention: DateMention, year: int, month: int, days: tuple[int, int] | None) -> DateMention | None:
    try:
        first, last = _span(year, month, days)
    except ValueError:
        return None
    how = "stated"
    if mention.weekday is not None and days and first.weekday() != mention.weekday:
        how = f"stated, but {first.isoformat()} is not the weekday given"
    return mention._replace(first=first, last=last, how=how, year=year, month=month, days=days)


def _span(year: int, month: int, days: tuple[int, int] | None) -> tuple[date, date]:
    if days:
        return date(year, month, days[0]), date(year, month, days[1])
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def resolve(mention: DateMention, *, reference: date | None, years: set[int], known: list[DateMention]) -> DateMention:
    """Resolve `mention` from what the same document says, or leave it empty with the reason.

    Parameters
    ----------
    mention : DateMention
        As `find_dates` gives it.
    reference : date or None
        The day the document speaks from: its publication date or its page's date.
    years : set of int
        The years that the document's passage names.
    known : list of DateMention
        Periods of the document that are already resolved.
    """
    if mention.first is not None:
        return mention
    if mention.month is not None:
        return _resolve_month(mention, reference, years)
    if mention.weekday is None:
        return mention
    if mention.coming and mention.shift not in ("yesterday", "last"):
        return mention._replace(how="unresolved: a coming day, perhaps")
    return _resolve_weekday(mention, reference, known)


def _resolve_month(mention: DateMention, reference: date | None, years: set[int]) -> DateMention:
    assert mention.month is not None
    if mention.shift in ("last", "next") and reference:
        year = reference.year
        if mention.shift == "last" and mention.month >= reference.month:
            year -= 1
        if mention.shift == "next" and mention.month <= reference.month:
            year += 1
        reason = f'resolved: "{mention.shift}" from {reference.isoformat()}'
    elif len(years) == 1 and mention.shift == "this" and (reference is None or reference.year in years):
        (year,) = years
        reason = f"resolved: the passage names {year}"
    else:
        why = "no date to count from" if mention.shift in ("last", "next") else "no single year named beside it"
        return mention._replace(how=f"unresolved: {why}")
    try:
        first, last = _span(year, mention.month, mention.days)
    except ValueError:
        return mention._replace(how="unresolved: no such day")
    return mention._replace(first=first, last=last, how=reason)


def _resolve_weekday(mention: DateMention, reference: date | None, known: list[DateMention]) -> DateMention:
    assert mention.weekday is not None
    if reference and mention.shift == "yesterday":
        day = reference - timedelta(days=1)
        if day.weekday() == mention.weekday:
            return mention._replace(first=day, last=day, how=f"resolved: the day before {reference.isoformat()}")
    elif reference and mention.shift != "next":
        day = reference - timedelta(days=(reference.weekday() - mention.weekday) % 7)
        return mention._replace(first=day, last=day, how=f"resolved: the last such day by {reference.isoformat()}")
    candidates = set()
    for other in known:
        if other.first and other.last and 0 < (other.last - other.first).days < 7:
            span = range((other.last - other.first).days + 1)
            days = [other.first + timedelta(days=offset) for offset in span]
            candidates |= {(day, other.surface) for day in days if day.weekday() == mention.weekday}
    if mention.shift == "yesterday" and len({day for day, _ in candidates}) == 1:
        day, surface = min(candidates)
        return mention._replace(first=day, last=day, how=f'resolved: the only such day within "{surface}"')
    why = "no date in the document settles it" if not candidates else "more than one such day"
    return mention._replace(how=f"unresolved: {why}")


def bare_years(text: str, folded: Folded | None = None) -> list[tuple[int, int, int]]:
    """Years named on their own: ``(start, end, year)``.

    >>> bare_years("Digital Morocco 2030")
    [(16, 20, 2030)]
    """
    folded = folded or fold(text)
    if "19" not in folded.text and "20" not in folded.text:
        return []
    return [(*folded.raw(*match.span()), int(match.group())) for match in _YEAR.finditer(folded.text)]
