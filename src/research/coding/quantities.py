"""Numbers in figures and in words, with their unit and their bound ("up to")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from research.text import ENCLITICS, PROCLITICS, fold, fold_label

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


# What counts or shares without a cardinal; for prose, where a number in any words must be bound.
_AMOUNTS = {
    "en": "hundreds thousands million millions billion billions trillion trillions dozen dozens half halves thirds "
    "one_third a_third_of third_of quarter quarters twice thrice double doubled triple tripled quadruple quadrupled "
    "twofold threefold fourfold fivefold sixfold sevenfold eightfold ninefold tenfold hundredfold tens_of scores_of",
    "fr": "dizaine dizaines douzaine douzaines quinzaine vingtaine trentaine quarantaine cinquantaine soixantaine "
    "centaine centaines millier milliers million millions milliard milliards cents moitié moitiés le_tiers un_tiers "
    "deux_tiers tiers_des quart quarts demi demie double doublé triple triplé quadruple quatre-vingt",
    "ar": "مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي ألفان ألفين ألفا ألفي آلاف ألوف مليون مليونا مليونان "
    "مليونين ملايين مليار مليارا ملياران مليارين مليارات بليون مئات مئة مائة عشرات نصف ثلث ثلثا ثلثي ثلثان ثلثين "
    "ربع أرباع ضعفا ضعفي ضعفين أضعاف دزينة "
    "ثلاثمائة ثلاثمئة أربعمائة أربعمئة خمسمائة خمسمئة ستمائة ستمئة سبعمائة سبعمئة ثمانمائة ثمانمئة تسعمائة تسعمئة",
}
_ROMAN = re.compile(r"(?<!\w)[A-ZÀ-Þ]\w+[ \u00a0-]([IVX]{2,})(?!\w)")
_BARE = re.compile(r"(?<![\w.,])[.,]\d+|(?<!\w)(?:\d+[gd]|\d{2,}[GD])(?!\w)")  # ".75" and "14g", which is no 5G
_ORDINAL = re.compile(r" (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|(?:et )?unieme)(?!\w)")
_GENERATIONS = ("g", "d")  # 5G and 3D are names
_NEW = re.compile(
    r"(?:(?<!\w)(?:est|sera|etait|soit|tout|flambant|quoi de)|(?<!\w)(?:un|une|le|la|du|au|ce|cet) \w+) $"
)


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
        if match["glued"] in _GENERATIONS or (match["word"] and _is_other(folded.text, match)):
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


def _is_other(folded: str, match: re.Match[str]) -> bool:
    """Whether a number word is another: « neuf » that is new, and لست, "I am not", unless it is "for six hours"."""
    if match["word"] == "neuf":
        return _NEW.search(folded, 0, match.start()) is not None
    return match["word"] == "ست" and match[0].startswith("لست") and not (match["unit"] or "").endswith("ات")


@cache
def _amounts(language: str) -> re.Pattern[str]:
    words = (word for form in _AMOUNTS[language].split() for word in [fold_label(form.replace("_", " "))])
    listed = "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))
    before = "|".join(sorted(map(re.escape, PROCLITICS - {""}), key=lambda p: (-len(p), p)))
    after = "|".join(sorted(map(re.escape, ENCLITICS - {""}), key=lambda p: (-len(p), p)))
    # Arabic alone attaches particles and pronouns; there, a letter after them is none of these words.
    return re.compile(rf"(?<!\w)(?:{before})?({listed})(?:{after})?(?!\w)")


def find_amounts(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where prose says how many or how much by other words than `find_numbers` reads, or in Roman figures.

    >>> text = "Hundreds signed, a third of them twice, under Plan IV for .75 of 14g."
    >>> [text[start:end] for start, end in find_amounts(text, "en")]
    ['Hundreds', 'a third of', 'twice', 'IV', '.75', '14g']
    """
    folded = fold(text)
    spans = [folded.raw(*match.span(1)) for match in _amounts(language).finditer(folded.text)]
    spans += [match.span(1) for match in _ROMAN.finditer(text)] + [match.span() for match in _BARE.finditer(text)]
    yield from ((start, start + len(text[start:end].rstrip())) for start, end in sorted(spans))


def _figure(figure: str) -> float:
    """A decimal comma or point is one that three digits do not follow."""
    whole, mark, rest = figure, "", ""
    found = re.search(r"([.,])(\d+)$", figure)
    if found and len(found[2]) != 3:
        whole, mark, rest = figure[: found.start()], ".", found[2]
    return float(re.sub(r"[ .,]", "", whole) + mark + rest)
