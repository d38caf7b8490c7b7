"""What an analyst displays in a cell: HTML for JupyterLab, and data for the exporters.

Every block carries plain strings only. Nothing of it is markup: the exporters typeset or escape all of it.
"""

from __future__ import annotations

import base64
import html
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from research.errors import ResearchError
from research.wording import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

    from research.codebook import Codebook
    from research.corpus import Corpus
    from research.plotting import Chart
    from research.study import Recommendation, Study

MIME = "application/vnd.research.block+json"
TITLE_WORDS = 10


class Block(ABC):
    """A displayed object: `data` for the exporters, HTML for the notebook."""

    def __init__(self, data: dict[str, Any], *, png: bytes | None = None) -> None:
        self.data = data
        self._png = png

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle = {MIME: self.data, "text/html": self._html(), "text/plain": f"<{self.data['t']}>"}
        if self._png:
            bundle["image/png"] = base64.b64encode(self._png).decode()
        return bundle

    @abstractmethod
    def _html(self) -> str: ...


class Figure(Block):
    """A chart for the brief.

    Parameters
    ----------
    chart : Chart, or matplotlib Figure
        As the functions of `research.figures` draw it.
    caption : str
        The message, in ten words at most.
    name : str
        Its file name in ``figures/``, and how prose refers to it: ``{{ figures.name }}``.
    source : str
        Source, note and n, printed under it.
    alt : str, optional
        What the chart shows, in words, for those who do not see it; a `Chart` brings its own.

    Raises
    ------
    ResearchError
        The caption is too long, or there is no alternative text, or one that lacks a number of the chart's data.
    """

    def __init__(self, chart: Chart | MplFigure, caption: str, *, name: str, source: str, alt: str = "") -> None:
        from research.coding.quantities import find_numbers
        from research.plotting import Chart, to_png, to_svg

        _refuse_path(name)
        if len(caption.split()) > TITLE_WORDS:
            raise ResearchError(
                f"the title has {len(caption.split())} words: {caption!r}",
                where=f"figure {name}",
                remedy=f"say it in {TITLE_WORDS}",
            )
        drawn = chart if isinstance(chart, Chart) else Chart(chart, pd.DataFrame(), alt)
        words = alt or drawn.alt
        if not words.strip() or not source.strip():
            raise ResearchError("no alternative text or no source", where=f"figure {name}", remedy="write both")
        told = {number.value for number in find_numbers(words)}
        untold = [f"{value:g}" for value in _numbers(drawn.data) if value not in told]
        if untold:
            raise ResearchError(
                f"its alternative text lacks {', '.join(untold[:5])}", where=f"figure {name}", remedy="tell every value"
            )
        data = {
            "t": "figure",
            "name": name,
            "svg": to_svg(drawn.figure),
            "caption": caption,
            "alt": words,
            "source": source,
            "passages": list(drawn.passages),
            "values": json.loads(drawn.data.to_json(orient="values")),
        }
        super().__init__(data, png=to_png(drawn.figure))

    def _html(self) -> str:
        svg = base64.b64encode(self.data["svg"].encode()).decode()
        caption, alt, source = (html.escape(self.data[key]) for key in ("caption", "alt", "source"))
        return (
            f"<figure><figcaption><strong>{caption}</strong></figcaption>"
            f'<img alt="{alt}" src="data:image/svg+xml;base64,{svg}" style="max-width:100%;background:white">'
            f'<small style="display:block">{source}</small></figure>'
        )


def _refuse_path(name: str) -> None:
    """A name becomes a file's: letters, digits, _ and - only."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ResearchError(f"the name {name!r} of a figure or table", remedy="use letters, digits, _ and -")


def _numbers(data: pd.DataFrame) -> list[float]:
    """The numbers of a chart's data as its alternative text writes them; nothing is drawn for a zero."""
    found = data.select_dtypes("number").to_numpy().ravel().tolist()
    return sorted({round(abs(value), 2) for value in found if value and value == value})  # NaN is drawn as nothing


class Table(Block):
    """A table for the brief: cells as text, numbers to the right.

    Parameters
    ----------
    frame : DataFrame
        One row a row; column names are the headings.
    caption : str
    name : str
    source : str, optional
        Note printed under it.
    widths : sequence of float, optional
        Relative column widths, that of the evidence included.
    evidence : sequence of sequence of str, optional
        Claim ids behind each row; they become numbered references in a last column.
    passages : sequence of str, optional
        Ids of the passages behind the whole.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        caption: str,
        *,
        name: str,
        source: str = "",
        widths: Sequence[float] | None = None,
        evidence: Sequence[Sequence[str]] | None = None,
        passages: Sequence[str] = (),
    ) -> None:
        _refuse_path(name)
        if frame.columns.empty:
            raise ResearchError("no columns", where=f"table {name}", remedy="give it a frame with some")
        numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in frame]
        cited = [list(ids) for ids in evidence or []]
        if cited and len(cited) != len(frame):
            remedy = "give one list of claims a row"
            raise ResearchError(f"evidence for {len(cited)} of {len(frame)} rows", where=f"table {name}", remedy=remedy)
        if widths is not None and len(widths) != len(frame.columns) + bool(cited):
            raise ResearchError(f"{len(widths)} widths", where=f"table {name}", remedy="give one a column")
        super().__init__(
            {
                "t": "table",
                "name": name,
                "caption": caption,
                "source": source,
                "columns": [str(column) for column in frame],
                "numeric": numeric,
                "evidence": cited,
                "widths": list(widths or [1.0] * (len(frame.columns) + bool(cited))),
                "rows": [[str(value) for value in row] for row in frame.itertuples(index=False)],
                "passages": sorted(set(passages)),
            }
        )

    def _html(self) -> str:
        rows = [list(row) for row in self.data["rows"]]
        columns = list(self.data["columns"])
        if self.data["evidence"]:
            columns.append("Evidence")
            rows = [[*row, ", ".join(ids)] for row, ids in zip(rows, self.data["evidence"], strict=True)]
        numeric = [*self.data["numeric"], False]
        head = "".join(f'<th scope="col" style="{_HEAD}">{html.escape(column)}</th>' for column in columns)
        body = "".join(
            "<tr>" + "".join(_cell(cell, right=right) for cell, right in zip(row, numeric, strict=False)) + "</tr>"
            for row in rows
        )
        caption, source = html.escape(self.data["caption"]), html.escape(self.data["source"])
        return (
            f'<table style="border-collapse:collapse"><caption style="text-align:start"><strong>{caption}</strong>'
            f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><small>{source}</small>"
        )


_HEAD = "background:#0f5468;color:#fff;text-align:start;padding:.3em .6em"  # as the brief prints it


def _cell(text: str, *, right: bool) -> str:
    align = "end" if right else "start"
    return f'<td dir="auto" style="text-align:{align};vertical-align:top;padding:.3em .6em">{html.escape(text)}</td>'


class Notes(Block):
    """The claims that the prose may cite as ``[^claim-id]``; the cited ones are printed here, numbered.

    Parameters
    ----------
    claims : DataFrame
        The claims table.
    corpus : Corpus
        The articles quoted.
    grades : Series, optional
        The certainty of each claim (`research.sovereignty.grade_claims`): printed with it, and beside each paragraph
        of the record that cites it.
    language : str
        Language of the statements.
    """

    def __init__(
        self, claims: pd.DataFrame, corpus: Corpus, *, grades: pd.Series[str] | None = None, language: str = "en"
    ) -> None:
        documents = corpus.documents.set_index("doc_id")
        passages = corpus.passages

        def quote(found: dict[str, Any]) -> dict[str, Any]:
            document = documents.loc[found["doc_id"]]
            inside = passages[
                (passages["doc_id"] == found["doc_id"])
                & (passages["start"] <= found["start"])
                & (found["start"] < passages["end"])
            ]
            return {
                "exact": found["exact"],
                "language": str(document["language"]),
                "doc_id": found["doc_id"],
                "file": str(document["file"]),
                "published": str(document["published"]),
                "resolved": str(document["published_how"]).startswith("resolved"),
                "start": found["start"],
                "end": found["end"],
                "sha256": found["sha256"],
                "passage": str(inside["passage_id"].iloc[0]) if len(inside) else "",
            }

        items = [
            {
                "id": row.claim_id,
                "kind": row.kind,
                "status": row.status,
                "certainty": str(grades[row.claim_id]) if grades is not None else "",
                "statement": _statement(row, language),
                "quotes": [quote(q) for q in row.quotes],
            }
            for row in claims.itertuples()
        ]
        super().__init__({"t": "notes", "items": items})

    def _html(self) -> str:
        rows = []
        for item in self.data["items"]:
            quotes = "".join(
                f'<blockquote lang="{q["language"]}" dir="{"rtl" if q["language"] in RIGHT_TO_LEFT else "ltr"}">'
                f"{html.escape(q['exact'])}</blockquote>"
                for q in item["quotes"]
            )
            statement = html.escape(item["statement"])
            rows.append(f"<details><summary><code>[^{item['id']}]</code> {statement}</summary>{quotes}</details>")
        return "".join(rows)


def _statement(row: Any, language: str) -> str:
    statement = str(getattr(row, f"statement_{language}"))
    if not statement.strip():
        where = f"seeds/claims.yaml, {row.claim_id}"
        raise ResearchError(f"no statement in {language!r}", where=where, remedy="write it")
    return statement


class Recommendations(Block):
    """The authors' recommendations, numbered, each with the evidence behind it; printed as judgement.

    Parameters
    ----------
    items : sequence of Recommendation
        As ``Study.recommendations`` gives them.
    language : str
    """

    def __init__(self, items: Sequence[Recommendation], *, language: str = "en") -> None:
        super().__init__(
            {
                "t": "recommendations",
                "items": [
                    {
                        "id": item.id,
                        **{part: _in(language, item, part) for part in ("actor", "action", "deadline", "text")},
                        "claims": item.claims,
                    }
                    for item in items
                ],
            }
        )

    def _html(self) -> str:
        def item(data: dict[str, Any]) -> str:
            actor, action, deadline, text = (html.escape(data[k]) for k in ("actor", "action", "deadline", "text"))
            claims = html.escape(", ".join(data["claims"]))
            return f"<li><strong>{actor}</strong>: {action} ({deadline}). {text} <code>{claims}</code></li>"

        return f"<ol>{''.join(map(item, self.data['items']))}</ol>"


def _in(language: str, item: Recommendation, part: str) -> str:
    texts: dict[str, str] = getattr(item, part)
    if not texts.get(language, "").strip():
        where = f"seeds/recommendations.yaml, {item.id}"
        raise ResearchError(f"no {part} in {language!r}", where=where, remedy="write it")
    return texts[language]


def _author(names: dict[str, str], language: str) -> str:
    if language not in names:
        raise ResearchError(f"an author without a name in {language!r}", where="seeds/study.yaml", remedy="write it")
    return names[language]


class Cover(Block):
    """Who wrote the brief, on what, when: the data of its first page and of its file.

    Parameters
    ----------
    study : Study
    subject : str
        The line above the title.
    audience : str
        Whom the brief is for.
    language : str
    codebook : Codebook, optional
        Its names with a number in them (*Digital Morocco 2030*) may stand in prose freely.
    """

    def __init__(
        self, study: Study, *, subject: str, audience: str, language: str = "en", codebook: Codebook | None = None
    ) -> None:
        from research.coding.quantities import find_numbers

        concepts = codebook.scheme("initiative", "actor") if codebook else []
        names = {name for concept in concepts for name in concept.names()}

        super().__init__(
            {
                "t": "cover",
                "subject": subject,
                "audience": audience,
                "language": language,
                "authors": [name if isinstance(name, str) else _author(name, language) for name in study.authors],
                "edition": study.edition,
                "date": study.edition_date.isoformat(),
                "study": study.title,
                "names": sorted({n for n in names if any(True for _ in find_numbers(n))}),
            }
        )

    def _html(self) -> str:
        data = self.data
        line = f"{data['subject']} · {data['audience']} · edition {data['edition']}, {data['date']}"
        return f"<p>{html.escape(line)}</p>"
