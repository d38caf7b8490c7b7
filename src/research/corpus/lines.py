"""Lines of a page, and the paragraphs that were wrapped over several of them."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import NamedTuple

from research.text import Span, trimmed

TERMINAL = (*'.!?؟…:;؛»”"″', ".)", "!)", "?)", "؟)")
_WIDTHS = range(40, 111)  # characters; the widths at which mail programs, editors and PDFs wrap
BULLET = re.compile(r"(?:[-–—•*▪◦‣]|\d{1,2}[.)-])\s+\S")
_LINE = re.compile(r"[^\r\n\u2028\u2029]*(?:\r\n|[\r\n\u2028\u2029]|\Z)")
_NEARLY = 0.8  # of the width; a line that goes on in small letters may break so early
_CONTINUED = 0.8  # of the line ends in a wrapped block are there because the next word did not fit


def paragraphs(text: str) -> tuple[list[Span], list[int]]:
    """Spans of the paragraphs and single lines of `text`, and for each the number of its block.

    A block is lines with no blank line between them. A line that ends only because the next word would not have
    fitted goes on in the next one; so a hard-wrapped paragraph is one span, line breaks inside.

    Examples
    --------
    >>> wrapped = "The council voted on Thursday to reopen the\\nward that was closed last year after a pipe\\nburst."
    >>> text = "Menu\\n\\n" + wrapped
    >>> [text[start:end] == wrapped for start, end in paragraphs(text)[0]]
    [False, True]
    """
    lines, blocks = _lines(text)
    spans: list[Span] = []
    numbers: list[int] = []
    rows = [
        [line for line, _ in group] for _, group in groupby(zip(lines, blocks, strict=True), key=lambda row: row[1])
    ]
    widths = [_width(text, row) for row in rows]
    usual = max((width for width in widths if width), default=0)
    for number, (row, own) in enumerate(zip(rows, widths, strict=True)):
        width = own or (usual if max(line.width for line in row) <= usual else 0)
        for position, line in enumerate(row):
            if position and width and _wrapped(text, row[position - 1], line, width, cased=not own):
                spans[-1] = (spans[-1][0], line.end)
            else:
                spans.append((line.start, line.end))
                numbers.append(number)
    return spans, numbers


class _Line(NamedTuple):
    """Where a line's words stand, and how wide it is with its indent."""

    start: int
    end: int
    width: int


def _lines(text: str) -> tuple[list[_Line], list[int]]:
    """The lines that are not blank, and the block of each."""
    lines: list[_Line] = []
    blocks: list[int] = []
    number, blank = 0, False
    for match in _LINE.finditer(text):
        start, end = trimmed(text, *match.span())
        if start >= end:
            blank = True
            continue
        number += blank and bool(lines)
        blank = False
        lines.append(_Line(start, end, end - match.start()))
        blocks.append(number)
    return lines, blocks


def _width(text: str, lines: list[_Line]) -> int:
    """The width at which a block is wrapped, or 0: nearly every line that ends no sentence is as full as it can be."""
    width = max(line.width for line in lines)
    if len(lines) < 3 or width not in _WIDTHS:
        return 0
    wrapped = [pair for pair in pairwise(lines) if _wrapped(text, *pair, width)]
    whole = sum(text.endswith(TERMINAL, 0, a.end) for a, b in pairwise(lines) if not _wrapped(text, a, b, width))
    cased = [text[b.start] for _, b in wrapped if text[b.start].lower() != text[b.start].upper()]
    # A list of headlines of one length is no paragraph: each begins with a capital.
    lower = sum(char.islower() for char in cased) >= len(cased) / 2
    # The longest line is as full as can be in any block: of a wrapped one, most full lines end amid a sentence.
    amid = sum(not text.endswith(TERMINAL, 0, a.end) for a, _ in wrapped)
    enough = len(wrapped) >= _CONTINUED * (len(lines) - 1 - whole)
    return width if amid * 2 > len(wrapped) and lower and enough else 0


def _wrapped(text: str, line: _Line, following: _Line, width: int, *, cased: bool = False) -> bool:
    """Whether `following` goes on with the sentence of `line`; `cased` asks that it begin with no capital."""
    opening = text[following.start : following.end]
    if BULLET.match(opening) or (cased and opening[0].isupper()):
        return False
    runs_on = opening[0].islower() and line.width >= _NEARLY * width and not text.endswith(TERMINAL, 0, line.end)
    return runs_on or line.width + 1 + len(opening.split(maxsplit=1)[0]) > width
