"""PDF pages to paragraphs, from where the letters stand on the page.

PDFium gives letters and boxes. A line that ends where the next word would not have fitted goes on in the next one.
Arabic words that come letter by letter from the left, as browsers write them, are turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from research.corpus.lines import TERMINAL
from research.errors import ResearchError
from research.text import is_arabic

_ARABIC_WORD = re.compile(r"[\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufefc]{2,}")
_WIDER = 1.3  # of the usual distance of two lines; from there on it is a gap between paragraphs
_ALIKE = 0.15  # of a line's height, by which lines of one paragraph may differ
_SPACE = 0.35  # of a line's height
_NEAR = 60  # lines around one, among which its column's edges are looked for


class _Line(NamedTuple):
    """A line's text, its edges on the page, and the width of its first word."""

    text: str
    left: float
    right: float
    bottom: float
    height: float
    word: float


def pdf_text(raw: bytes, name: str) -> str:
    """The paragraphs of a PDF, one a line.

    Raises
    ------
    ResearchError
        It is locked, broken, or holds no text (a scan).
    """
    import pypdfium2

    remedy = "save the article's text as UTF-8 .txt, or remove the file"
    try:
        with pypdfium2.PdfDocument(raw) as pdf:
            found = [paragraph for page in pdf for paragraph in _paragraphs(list(_lines(page.get_textpage())))]
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        what = "a locked PDF" if locked else "not a readable PDF"
        remedy = "save it without its password" if locked else "save it again from its source, or remove it"
        raise ResearchError(what, where=name, remedy=remedy) from error
    if not any(paragraph.strip() for paragraph in found):
        raise ResearchError("a PDF without text, perhaps a scan", where=name, remedy=remedy)
    return "\n".join(found)


def _lines(page: Any) -> Iterator[_Line]:
    """The lines of a page in the order in which it holds them."""
    text = page.get_text_range()
    if len(text) != page.count_chars():  # letters beyond the first plane are two to PDFium: no box can be found
        for line in text.splitlines():
            yield _Line(line.strip(), 0, 0, 0, 0, 0)
        return
    for match in re.finditer(r"[^\r\n]+", text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        end = match.start() + len(match[0].rstrip())
        if start >= end:
            continue
        boxes = [page.get_charbox(i, loose=True) for i in range(start, end) if not text[i].isspace()]
        first = boxes[: len(text[start:end].split(maxsplit=1)[0])]
        yield _Line(
            _turned(page, text, start, end),
            left=min(box[0] for box in boxes),
            right=max(box[2] for box in boxes),
            bottom=boxes[0][1],
            height=max(box[3] - box[1] for box in boxes),
            word=max(box[2] for box in first) - min(box[0] for box in first),
        )


def _turned(page: Any, text: str, start: int, end: int) -> str:
    """The line, each Arabic word whose first letter stands left of its last turned round."""
    pieces, done = [], start
    for word in _ARABIC_WORD.finditer(text, start, end):
        backwards = page.get_charbox(word.start())[0] < page.get_charbox(word.end() - 1)[0]
        pieces += [text[done : word.start()], word[0][::-1] if backwards else word[0]]
        done = word.end()
    return "".join([*pieces, text[done:end]])


def _paragraphs(lines: list[_Line]) -> list[str]:
    """The lines, joined where one goes on in the next."""
    found: list[str] = []
    for i, line in enumerate(lines):
        low = max(i - _NEAR, 0)
        if i and _goes_on(lines[low : i + _NEAR], i - 1 - low):
            found[-1] += f" {line.text}"
        else:
            found.append(line.text)
    return found


def _goes_on(lines: list[_Line], i: int) -> bool:
    """Whether line `i` goes on in the next: that one's first word did not fit."""
    line, below = lines[i], lines[i + 1]
    if not line.height or not _is_alike(line, below):
        return False
    arabic = is_arabic(line.text)
    edges = [(other.right, other.left) if arabic else (other.left, other.right) for other in lines]
    own, end = edges[i]
    beside = [far for near, far in edges if abs(near - own) < line.height]
    room = end - min(beside) if arabic else max(beside) - end
    if room > below.word + _SPACE * line.height:
        return False
    step = line.bottom - below.bottom
    if step > 0:
        return step <= _WIDER * _usual_step(lines, line)
    # In the next column, or on another line of this one.
    return not line.text.endswith(TERMINAL) and (arabic or below.text[:1].islower())


def _is_alike(one: _Line, other: _Line) -> bool:
    return abs(one.height - other.height) <= _ALIKE * one.height


def _usual_step(lines: list[_Line], line: _Line) -> float:
    """The distance of two lines of this one's size, where they stand closest."""
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if _is_alike(a, line) and _is_alike(b, line)]
    return min((step for step in steps if step > line.height / 2), default=0.0)
