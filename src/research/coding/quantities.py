"""Numbers in figures and in words, with their unit and their bound ("up to")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from research.text import PROCLITICS, fold, fold_label

# Cardinals as the press writes them; compounds above twenty are rare in words and left alone.
_WORDS: dict[int, str] = {
    2: "two deux اثنان اثنين اثنتان اثنتين dos",
    3: "three trois ثلاثة ثلاث tres",
    4: "four quatre أربعة أربع cuatro",
    5: "five cinq خمسة خمس cinco",
    6: "six ستة ست seis",
    7: "seven sept سبعة سبع siete",
    8: "eight huit ثمانية ثماني ثمان ocho",
    9: "nine neuf تسعة تسع nueve",
    10: "ten dix عشرة عشر diez",
    11: "eleven onze أحد_عشر إحدى_عشرة once",
    12: "twelve douze اثنا_عشر اثني_عشر اثنتا_عشرة اثنتي_عشرة doce",
    15: "fifteen quinze خمسة_عشر خمس_عشرة quince",
    20: "twenty vingt عشرون عشرين veinte",
    30: "thirty trente ثلاثون ثلاثين treinta",
    50: "fifty cinquante خمسون خمسين cincuenta",
    100: "hundred cent مائة مئة cien",
    1000: "thousand mille ألف mil",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number at ``text[start:end]``."""

    start: int
    end: int
    value: float
    unit: str


@cache
def _words() -> dict[str, int]:
    table = {}
    for value, forms in _WORDS.items():
        for form in forms.split():
            folded = fold_label(form.replace("_", " "))
            table[folded] = value
    return table


@cache
def _pattern() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _words()), key=lambda w: (-len(w), w)))
    proclitic = "|".join(sorted(map(re.escape, PROCLITICS - {""}), key=lambda p: (-len(p), p)))
    return re.compile(
        rf"(?<![\w.,])(?:{proclitic})?(?:(?P<figure>\d+(?:[ .,]\d{{3}})*(?:[.,]\d+)?)|(?P<word>{words}))"
        rf"(?P<percent> ?%| ?في المائه| pour cent| percent| per cent)?(?![\w])(?P<unit> [^\W\d]+)?"
    )


def find_numbers(text: str) -> Iterator[Number]:
    """Numbers in `text`, in order.

    >>> [(n.value, n.unit) for n in find_numbers("بنسبة تصل إلى 70%، ثماني اتفاقيات, 1,500 jobs")]
    [(70.0, '%'), (8.0, 'اتفاقيات'), (1500.0, 'jobs')]
    """
    folded = fold(text)
    for match in _pattern().finditer(folded.text):
        attached = folded.text[match.start() : match.start("word")] if match["word"] else ""
        if attached == "وال" or (attached.endswith("ال") and _words()[match["word"]] == 2):
            continue  # half of an ordinal (الحادي والعشرين, "twenty-first"), or Monday (الاثنين)
        name = "figure" if match["figure"] else "word"
        start, end = folded.raw(match.start(name), match.end("percent") if match["percent"] else match.end(name))
        value = _figure(match["figure"]) if match["figure"] else float(_words()[match["word"]])
        unit = "%" if match["percent"] else ""
        if not unit and attached.endswith("ال"):  # a definite number follows its noun: الجهات الاثنتي عشرة
            before = re.search(r"([^\W\d]+) $", folded.text[: match.start()])
            unit = text[slice(*folded.raw(*before.span(1)))] if before else ""
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
