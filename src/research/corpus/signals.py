"""What a single line of a page shows on its own: its words, how it ends, its links and dates, its rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from research.corpus.cues import LINKED, cues, rule_for
from research.corpus.lines import BULLET, TERMINAL
from research.text import fold

T = TypeVar("T")
LONG = 25  # words; a line this long is prose without a full stop, too
_BYLINE_WORDS = 12
_MENU_WORDS, _ITEM_WORDS = 40, 4  # of a row of menu items, of half the items in it
_DATE_WORDS = 14
_CREDIT_WORDS = 24
_CREDIT = re.compile(  # at a caption's end: "… à Tazrout. Ph. APX", "… del triunfo. J. M. LORCE", "… — Photo Lina B."
    r"[.!?»] (?:Ph\.? ?(?:/ ?)?\w[\w .-]{1,30}|(?:[A-ZÀ-Þ]\. ?)*[A-ZÀ-Þ][A-ZÀ-Þ'’-]{2,}(?: [A-ZÀ-Þ'’-]{2,}){0,2}\*?)$"
    r"|[—–-] (?:Photo|Foto|Ph\.) [^.]{3,60}$|\((?:Handout|Archives?|Archivo|File)\)$"
)
_AROUND_DATE, _AROUND_DAY = 18, 10  # letters beside a date, and one without a year, on a line of its own
_SEPARATED = re.compile(r"[|·•›»<>]|\+{2,}|\s/|//|\t|(?<=\S) {3,}(?=\S)")
_MARKS = re.compile(r"[\[*_#>`]")
_OPENING_MARKS = re.compile(r"^[^\w#©+«“\"-]+")
_LETTER = re.compile(r"[^\W\d_]")
# What may stand before a date that is a line's whole matter: nothing, a mark, an hour, "published", then "le", "on".
_SET_OFF = re.compile(
    r"(?:^|[^\w\s'’]|\d\d|publie|mis en ligne|published|posted|publicado|نشر)\W*"
    r"(?:(?:le|the|on|el|at|a|في|يوم|بتاريخ|lun|mar|mer|jeu|ven|sam|dim"
    r"|mon|tues?|wed|thurs?|fri|sat|sun|mie|jue|vie|sab|dom)\W*)*$"
)
_AGO = re.compile(
    r"\d ?(?:h|min|heure|hour|jour|day|hora|dia|minut|ساع|دقيق|يوم|ايام)|ago|منذ (?:ساع|دقيق|يوم)|\d:\d\d"
)
_HEADING_MARK = re.compile(r"[>\s]*(?:#{1,6}\s+)?")
_LINK = r"\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)"  # bounded, or a line of brackets takes for ever
_MARKUP = re.compile(rf"!?{_LINK}|(?<!\w)[*_]{{1,3}}(?=\S)|(?<=\S)[*_]{{1,3}}(?!\w)")


class _lazy(Generic[T]):  # noqa: N801
    """`functools.cached_property` without its lock, which costs more than most of these properties on Python 3.11."""

    def __init__(self, made: Callable[[Any], T]) -> None:
        self.made = made

    def __get__(self, line: Any, _owner: type | None = None) -> T:
        value = line.__dict__[self.made.__name__] = self.made(line)
        return value


def _has_word(token: str) -> bool:
    return token.isalnum() or any(char.isalnum() for char in token)


@dataclass(frozen=True)
class Line:
    """A paragraph or single line of a page."""

    text: str
    folded: str
    block: int = 0
    dates: tuple[str, ...] = ()  # as they stand in it

    @_lazy
    def plain(self) -> str:
        """Without Markdown's marks."""
        marked = _MARKS.search(self.text)
        return _MARKUP.sub(r"\1", _HEADING_MARK.sub("", self.text, count=1)).strip() if marked else self.text

    @_lazy
    def folded_plain(self) -> str:
        return self.folded if self.plain is self.text else fold(self.plain).text

    @_lazy
    def words(self) -> int:
        tokens = self.plain.split()
        return len(tokens) if len(tokens) > LONG else sum(map(_has_word, tokens))

    @_lazy
    def ends_sentence(self) -> bool:
        return self.plain.endswith(TERMINAL) and not self.is_links

    @_lazy
    def is_links(self) -> bool:
        """Whether it is a row of menu items, or Markdown with nothing but links."""
        if "](" in self.text:
            beside = re.sub(_LINK, "", self.text)
            for surface in self.dates:
                beside = beside.replace(surface, "")
            if not _LETTER.search(beside):
                return True
        if self.words > _MENU_WORDS:
            return False
        items = _SEPARATED.split(self.plain)
        if len(items) < 3 or sorted(len(item.split()) for item in items)[len(items) // 2] > _ITEM_WORDS:
            return False
        wide = re.search(r"\S {3,}\S", self.plain) is not None
        return wide or not self.plain.endswith((".", "!", "?", "؟", "»", '"'))

    @_lazy
    def is_prose(self) -> bool:
        """Whether it reads as a sentence, or is too long for anything else."""
        return not self.is_links and ((self.ends_sentence and self.words >= 4) or self.words >= LONG)

    @_lazy
    def is_date(self) -> bool:
        """Whether it is a date, perhaps with an hour, and nothing else."""
        if not self.dates or self.words > _DATE_WORDS or BULLET.match(self.text):
            return False
        beside = len(_LETTER.findall(self.plain)) - sum(len(_LETTER.findall(surface)) for surface in self.dates)
        complete = any(re.search(r"\d{4}", surface) for surface in self.dates)
        before = fold(self.plain.partition(self.dates[0])[0]).text
        return beside <= (_AROUND_DATE if complete else _AROUND_DAY) and _SET_OFF.search(before) is not None

    def _says_when(self, folded: str) -> bool:
        """Whether it opens with "published" and goes on to a day or an hour; other numbers are of other things."""
        opening = cues().published.match(folded)
        if not opening:
            return False
        before = folded[opening.end() :].partition(fold(self.dates[0]).text if self.dates else "\0")[0]
        number = re.search(r"\d+(?!\d| ?[:h]\d)", re.sub(r"\d{1,2} ?[:h] ?\d{2}", "", before))
        return (bool(self.dates) and not number and not LINKED.search(before)) or _AGO.search(before) is not None

    @_lazy
    def rule(self) -> str:
        """The rule under which it is left out wherever it stands, or nothing."""
        if not (self.dates or _LETTER.search(self.plain)) and (
            len(re.findall(r"\d", self.plain)) < 6 or ":" in self.plain
        ):
            return "no words"
        if self.text.startswith("!["):
            return "image"
        if self.words <= _CREDIT_WORDS and _CREDIT.search(self.plain):
            return "photo credit"
        folded = _OPENING_MARKS.sub("", self.folded_plain)
        found = rule_for(folded, words=self.words, ends_sentence=self.ends_sentence)
        if found:
            return found
        if not self.ends_sentence and self.words <= 20 and self._says_when(folded):
            return "publication date"
        return "page date" if self.is_date else ""

    def unruled(self) -> Line:
        """The same line, which goes under no rule."""
        line = replace(self)
        line.__dict__["rule"] = ""
        return line

    @_lazy
    def is_byline(self) -> bool:
        if self.words > _BYLINE_WORDS or self.plain.endswith((".", ":", "?")):
            return False
        return cues().byline.match(re.sub(r"^\W+", "", self.folded_plain)) is not None
