"""The words that charts, tables and the brief print themselves, in each language a brief may be written in.

They stand in ``wording.yaml``; a further language is one more entry a key. What a study speaks of has its labels in
the study's codebook.
"""

from __future__ import annotations

import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from research.errors import ResearchError

if TYPE_CHECKING:
    from research.codebook import Codebook

RIGHT_TO_LEFT = ("ar",)


@cache
def _entries() -> dict[str, dict[str, str]]:
    import yaml

    text = (files("research") / "wording.yaml").read_text(encoding="utf-8")
    return {str(key): value for key, value in yaml.load(text, yaml.CSafeLoader).items()}


@cache
def words(language: str) -> dict[str, str]:
    """Every word of the interface in `language`.

    >>> words("fr")["figure"], words("ar")["signed"]
    ('Figure', 'توقيع')
    """
    known = _entries()["locale"]
    if language not in known:
        raise ResearchError(f"no brief can be written in {language!r}", remedy=f"one of {', '.join(known)}")
    return {key: entry[language] for key, entry in _entries().items()}


def _locale(language: str) -> str:
    """Whose conventions numbers and dates follow."""
    return words(language)["locale"]


def number(value: int | float, language: str) -> str:
    """A number as `language` writes it; a float with two decimals.

    >>> number(1234.5, "fr"), number(1234, "en")
    ('1\\u202f234,50', '1,234')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0.00" if isinstance(value, float) else "#,##0"
    return str(format_decimal(value, format=pattern, locale=_locale(language)))


def percent(value: int | float, language: str) -> str:
    """A percentage given as such: 70 is seventy per cent.

    >>> percent(70, "en"), percent(70, "fr")
    ('70%', '70\\u202f%')
    """
    sign = {"fr": "\u202f%"}.get(language, "%")
    return number(value, language) + sign


def day(value: Any, language: str, *, short: bool = False) -> str:
    """A date in full, or with a short name of the month.

    >>> import datetime
    >>> day(datetime.date(2026, 2, 1), "fr"), day(datetime.date(2026, 1, 12), "ar")
    ('1er février 2026', '12 يناير 2026')
    """
    from babel.dates import format_date

    written = str(format_date(value, "d MMM y" if short else "d MMMM y", locale=_locale(language)))
    return f"1er{written[1:]}" if language == "fr" and value.day == 1 else written


def span(first: str, last: str, language: str, *, short: bool = False) -> str:
    """A span of ISO dates: a day, a whole month by its name, or two days.

    >>> span("2025-07-01", "2025-07-31", "en"), span("2026-02-01", "2026-02-04", "en", short=True)
    ('July 2025', '1 Feb 2026 – 4 Feb 2026')
    """
    from babel.dates import format_date

    start, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    if (
        start.day == 1
        and (end + datetime.timedelta(days=1)).day == 1
        and (start.year, start.month) == (end.year, end.month)
    ):
        return str(format_date(start, "LLL y" if short else "LLLL y", locale=_locale(language)))
    return " – ".join(dict.fromkeys(day(value, language, short=short) for value in (start, end)))


def month(value: Any, language: str) -> str:
    """The name of a date's month, short.

    >>> import datetime
    >>> month(datetime.date(2026, 1, 12), "fr")
    'janv.'
    """
    from babel.dates import format_date

    return str(format_date(value, "LLL", locale=_locale(language)))


def label(codebook: Codebook, concept_id: str, language: str) -> str:
    """A concept's label as it is printed: with the apostrophe of print, and nothing that a chart cannot draw."""
    from research.brief.runs import clean

    return clean(codebook.label(concept_id, language)).replace("'", "’")


def listed(items: list[str], language: str, *, style: Literal["standard", "or"] = "standard") -> str:
    """Items as one phrase: "a, b and c"; with the style "or", "a, b or c".

    >>> listed(["puces", "connectivité"], "fr", style="or")
    'puces ou connectivité'
    """
    from babel.lists import format_list

    return str(format_list(items, style=style, locale=_locale(language)))
