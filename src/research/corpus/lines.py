"""Lines of a page, and the paragraphs that were wrapped over several of them."""

from __future__ import annotations

import re
from itertools import groupby

from research.text import Span, trimmed

TERMINAL = tuple('.!?؟…:;؛»”"″)')
_WIDTHS = range(40, 111)  # characters; the widths at which mail programs, editors and PDFs wrap
_CONTINUED = 0.8  # of the line ends in a wrapped block are there because the next word did not fit


def paragraphs(text: str) -> tuple[list[Span], list[int]]:
    """Spans of the paragraphs and single lines of `text`, and for each the number of its block.

    A block is lines with no blank line between them. A line that ends only because the next word would not have
    fitted goes on in the next one; so a hard-wrapped paragraph is one span, line breaks inside.

    Examples
    --------
    >>> text = "Menu\\n\\nThe council of Northport voted on Thursday to\\nreopen the ward that was closed last year by a\\nflood."
    >>> [text[start:end].split() == text[start:end].split(" ") for start, end in paragraphs(text)[0]]
    [True, False]
    """
    lines, blocks = _lines(text)
    spans: list[Span] = []
    numbers: list[int] = []
    rows = [[line for line, _ in group] for _, group in groupby(zip(lines, blocks, strict=True), key=lambda row: row[1])]
    widths = [_width(text, row) for row in rows]
    usual = max((width for width in widths if width), default=0)
    for number, (row, width) in enumerate(zip(rows, widths, strict=True)):
        width = width or (usual if max(end - start for start, end in row) <= usual else 0)
        for position, line in enumerate(row):
            if position and width and _wrapped(text, row[position - 1], line, width):
                spans[-1] = (spans[-1][0], line[1])
            else:
                spans.append(line)
                numbers.append(number)
    return spans, numbers


def _lines(text: str) -> tuple[list[Span], list[int]]:
    """Spans of the lines that are not blank, white space at their ends left out, and the block of each."""
    spans: list[Span] = []
    blocks: list[int] = []
    number, blank = 0, False
    for match in re.finditer(r"[^\r\n\u2028\u2029]*(?:\r\n|[\r\n\u2028\u2029]|\Z)", text):
        start, end = trimmed(text, *match.span())
        if start >= end:
            blank = True
            continue
        number += blank and bool(spans)
        blank = False
        spans.append((start, end))
        blocks.append(number)
    return spans, blocks


def _width(text: str, lines: list[Span]) -> int:
    """The width at which a block is wrapped, or 0: nearly every line that ends no sentence is as full as it can be."""
    width = max(end - start for start, end in lines)
    if len(lines) < 3 or width not in _WIDTHS:
        return 0
    pairs = list(zip(lines, lines[1:], strict=False))
    wrapped = [pair for pair in pairs if _wrapped(text, *pair, width)]
    broken = [a for a, b in pairs if (a, b) not in wrapped and not text[a[0] : a[1]].endswith(TERMINAL)]
    cased = [text[b[0]] for _, b in wrapped if text[b[0]].lower() != text[b[0]].upper()]
    # A list of headlines of one length is no paragraph: each begins with a capital.
    lower = sum(char.islower() for char in cased) >= len(cased) / 2
    return width if wrapped and lower and len(wrapped) >= _CONTINUED * (len(wrapped) + len(broken)) else 0


def _wrapped(text: str, line: Span, following: Span, width: int) -> bool:
    word = re.match(r"\S+", text[following[0] : following[1]])
    return word is not None and line[1] - line[0] + 1 + len(word[0]) > width
