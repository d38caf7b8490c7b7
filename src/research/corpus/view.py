"""Rows of a corpus in their raw text, for reading in a notebook."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

if TYPE_CHECKING:
    from IPython.display import HTML

    from research.corpus import Corpus

_SHOWN = 240  # characters of a span
_STYLE = (
    "<style>.in-text td,.in-text th{text-align:start!important;vertical-align:top;max-width:60em}"
    ".in-text mark{background:#fde68a}.in-text small{opacity:.7}</style>"
)


def in_text(corpus: Corpus, rows: pd.DataFrame, *, around: int = 60) -> HTML:
    """A table whose every row shows where it stands: the span marked in its raw text, with a link to the file.

    Parameters
    ----------
    corpus : Corpus
        Where the rows come from.
    rows : DataFrame
        Rows of any table with ``doc_id``, and ``start`` and ``end`` where they have a place in the text.
    around : int
        Characters of raw text shown on either side.

    Returns
    -------
    IPython.display.HTML
        Text of articles is escaped; nothing in it is markup.
    """
    from IPython.display import HTML

    files = corpus.documents.set_index("doc_id")["file"]
    placed = {"start", "end", "text", "surface"} & set(rows.columns) if "start" in rows else set()
    shown = [column for column in rows.columns if column not in placed]
    head = "".join(f"<th>{escape(column)}</th>" for column in [*shown, *(["in the raw text"] if placed else [])])
    body = []
    for row in rows.to_dict("records"):
        cells = [_cell(column, str(row[column]), corpus, files) for column in shown]
        if placed:
            cells.append(_marked(corpus.text(row["doc_id"]), row["start"], row["end"], around))
        body.append("<tr>" + "".join(f'<td dir="auto">{cell}</td>' for cell in cells) + "</tr>")
    return HTML(f'{_STYLE}<table class="in-text"><tr>{head}</tr>{"".join(body)}</table>')


def _cell(column: str, value: str, corpus: Corpus, files: pd.Series) -> str:
    if not column.startswith("doc_id") or value not in files.index:
        return escape(value)
    link = os.path.relpath(Path(corpus.root, files[value]), Path.cwd())
    return f'<a href="{escape(quote(Path(link).as_posix()))}" target="_blank">{escape(value)}</a>'


def _marked(text: str, start: int, end: int, around: int) -> str:
    if start == end:
        return "<small>not in the text</small>"
    before, after = text[max(start - around, 0) : start], text[end : end + around]
    inner = text[start:end] if end - start <= _SHOWN else f"{text[start : start + _SHOWN]} …"
    small, mark, rest = (f"<bdi>{escape(piece).replace(chr(10), ' ⏎ ')}</bdi>" for piece in (before, inner, after))
    return f"<small>{small}</small><mark>{mark}</mark><small>{rest}</small>"
