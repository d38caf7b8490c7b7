"""Numbers in figures and in words, with their unit and their bound ("up to")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from research.text import PROCLITICS, fold, fold_label

# Cardinals as the press writes them; compounds above twenty are rare in words and left alone.
_VALUES = (*range(2, 21), 30, 40, 50, 60, 70, 80, 90, 100, 1000)
_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent mille",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil",
    "ar": "اثنان/اثنين/اثنتان/اثنتين ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني/ثمان تسعة/تسع "
    "عشرة/عشر أحد_عشر/إحدى_عشرة اثنا_عشر/اثني_عشر/اثنتا_عشرة/اثنتي_عشرة ثلاثة_عشر/ثلاث_عشرة "
    "أربعة_عشر/أربع_عشرة خمسة_عشر/خمس_عشرة ستة_عشر/ست_عشرة سبعة_عشر/سبع_عشرة ثمانية_عشر/ثماني_عشرة "
    "تسعة_عشر/تسع_عشرة عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين "
    "ثمانون/ثمانين تسعون/تسعين مائة/مئة ألف",
}


_ORDINAL = re.compile(r" (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|(?:et )?unieme)(?!\w)")
_GENERATIONS = ("g", "d")  # 5G and 3D are names


@dataclass(frozen=True, slots=True)
class Number:
    """A number at ``text[start:end]``."""

    start: int
    end: int
    value: float
    unit: str


@cache
def _words(language: str) -> dict[str, int]:
    """Folded number word -> value; a language without a list has Arabic, French and English ones."""
    lists = [_WORDS[language]] if language in _WORDS else [_WORDS[code] for code in ("ar", "fr", "en")]
    return {
        fold_label(form.replace("_", " ")): value
        for words in lists
        for value, forms in zip(_VALUES, words.split(), strict=True)
        for form in forms.split("/")
    }


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _words(language)), key=lambda w: (-len(w), w)))
    proclitic = "|".join(sorted(map(re.escape, PROCLITICS - {""}), key=lambda p: (-len(p), p)))
    return re.compile(
        rf"(?<![\w.,])(?:{proclitic})?"
        rf"(?:(?P<figure>\d++(?:[ .,]\d{{3}}(?!\d))*+(?:[.,]\d++)?+)|(?P<word>{words})(?!\w))"
        rf"(?P<percent> ?%| ?في المائه| pour cent| percent| per cent)?(?P<glued>[^\W\d_]+)?(?P<unit> [^\W\d]+)?"
    )


def find_numbers(text: str, language: str = "") -> Iterator[Number]:
    """Numbers in `text`, in order; number words in `language`, or in Arabic, French and English.

    >>> [(n.value, n.unit) for n in find_numbers("بنسبة تصل إلى 70%، ثماني اتفاقيات, 1,500 jobs")]
    [(70.0, '%'), (8.0, 'اتفاقيات'), (1500.0, 'jobs')]
    """
    folded = fold(text)
    words = _words(language)
    for match in _pattern(language).finditer(folded.text):
        attached = folded.text[match.start() : match.start("word")] if match["word"] else ""
        if attached == "وال" or (attached.endswith("ال") and words[match["word"]] == 2):
            continue  # half of an ordinal (الحادي والعشرين, "twenty-first"), or Monday (الاثنين)
        if match["word"] and _ORDINAL.match(folded.text, match.end("word")):
            continue  # twenty-first
        if match["glued"] in _GENERATIONS:
            continue
        name = "figure" if match["figure"] else "word"
        start, end = folded.raw(match.start(name), match.end("percent") if match["percent"] else match.end(name))
        value = _figure(match["figure"]) if match["figure"] else float(words[match["word"]])
        unit = "%" if match["percent"] else ""
        if not unit and attached.endswith("ال"):  # a definite number follows its noun: الجهات الاثنتي عشرة
            before = re.search(r"([^\W\d]+) $", folded.text[: match.start()])
            unit = text[slice(*folded.raw(*before.span(1)))] if before else ""
        elif not unit and match["glued"]:
            unit = text[slice(*folded.raw(*match.span("glued")))]
        elif not unit and match["unit"]:
            unit = text[slice(*folded.raw(*match.span("unit")))].strip()
        yield Number(start, start + len(text[start:end].rstrip()), value, unit)


def _figure(figure: str) -> float:
    """A decimal comma or point is one that three digits do not follow."""
    whole, mark, rest = figure, "", ""
    found = re.search(r"([.,])(\d+)$", figure)
    if found and len(found[2]) != 3:
        whole, mark, rest = figure[: found.start()], ".", found[2]
    return float(re.sub(r"[ .,]", "", whole) + mark + rest)
