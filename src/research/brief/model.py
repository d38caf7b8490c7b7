"""An executed notebook as one document: plain JSON, every text a string, no markup of any target.

Markdown cells give the prose, displayed blocks the figures, tables and notes. ``[^claim-id]`` becomes a numbered
reference, ``{{ facts.name }}`` a computed value. Article text comes in through blocks only and stays data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, cast

from research.brief.blocks import MIME
from research.errors import ResearchError
from research.sovereignty import GRADES

Json = dict[str, Any]
BOXES = ("summary", "aside", "judgement", "method")
LABELS = {
    "en": {
        "figure": "Figure",
        "table": "Table",
        "summary": "In brief",
        "judgement": "Authors’ judgement",
        "method": "Method",
        "aside": "",
        "edition": "Edition",
        "for": "For",
        "of": "of",
        "run": "Run",
        "position": "characters",
        "undated": "undated",
        "evidence": "Evidence",
        "low": "low certainty",
        "medium": "medium certainty",
        "high": "high certainty",
    }
}
_OPINION = {"judgement", "method"}  # tags of cells that are no record
RIGHT_TO_LEFT = ("ar",)
_LONG_TABLE = 1200  # characters, from which a table may run over a page's end

_ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_ARABIC_RUN = re.compile(f"[{_ARABIC}](?:[^A-Za-zÀ-ɏ{_ARABIC}]*[{_ARABIC}]+)*")
_LATIN_RUN = re.compile(r"[A-Za-zÀ-ɏ](?:[^\u0600-\u06ff]*[A-Za-zÀ-ɏ0-9])?")
# Controls, and the direction marks with which a text could reorder its surroundings.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff\ufffe\uffff]"
)
_LINK = re.compile(r"^(https?|mailto):", re.IGNORECASE)


@dataclass
class Document:
    """What the exporters typeset, and what a check reads.

    Attributes
    ----------
    meta : dict
        Title, language, authors, edition, date.
    blocks : list of dict
        In order; see `Builder` for their forms.
    facts : dict
        Name -> value and printed text.
    cited : list of str
        Claim ids in the order of their numbers.
    cells : dict
        ``figure:name``, ``table:name``, ``fact:name`` or ``claim:id`` -> the number of the cell it comes from.
    claims : dict
        Claim id -> its kind, status, statement and quotes; of all that may be cited.
    """

    meta: Json
    blocks: list[Json]
    facts: dict[str, Json]
    cited: list[str]
    cells: dict[str, int] = field(default_factory=dict)
    claims: dict[str, Json] = field(default_factory=dict)


def clean(text: str) -> str:
    """`text` without control characters and without marks that reorder what stands around it.

    >>> clean("a\\u202eb\\x07")
    'ab'
    """
    return _UNSAFE.sub("", text.replace("\n", " "))


def runs(text: str, language: str) -> list[Json]:
    """`text` as runs of one direction; a run of the other script carries its language.

    >>> runs("the مذكرة of 2025", "en")
    [{'v': 'the '}, {'v': 'مذكرة', 'l': 'ar'}, {'v': ' of 2025'}]
    """
    text = clean(text)
    pattern, other = (_LATIN_RUN, "en") if language in RIGHT_TO_LEFT else (_ARABIC_RUN, "ar")
    found, position = [], 0
    for match in pattern.finditer(text):
        if match.start() > position:
            found.append({"v": text[position : match.start()]})
        found.append({"v": match.group(), "l": other})
        position = match.end()
    if position < len(text):
        found.append({"v": text[position:]})
    return found


@cache
def _markdown() -> Callable[[str], tuple[list[Json], Any]]:
    import mistune

    def reference(inline: Any, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "reference", "raw": match["claim"]})
        return match.end()

    def value(inline: Any, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "fact", "raw": match["expression"].strip()})
        return match.end()

    markdown = mistune.create_markdown(renderer=None, plugins=["table"])
    markdown.inline.register("reference", r"\[\^(?P<claim>[\w.:-]+)\]", reference, before="link")
    markdown.inline.register("fact", r"\{\{(?P<expression>[^{}]+)\}\}", value, before="link")
    return cast("Callable[[str], tuple[list[Json], Any]]", markdown.parse)


class Builder:
    """Turns one notebook into a `Document`.

    Block forms (key ``t``): ``h`` heading (level, c), ``p`` paragraph (c), ``ul``/``ol`` (items), ``quote`` (c),
    ``box`` (kind, c), ``figure``, ``table``, ``notes``. ``c`` holds inline pieces: ``run`` (v, l),
    ``strong``/``em`` (c), ``link`` (url, c), ``ref`` (n), ``fact`` (v, name), ``grade`` (v), ``br``.
    """

    def __init__(self, notebook: Any, name: str) -> None:
        self.name = name
        self.cells = notebook.cells
        self.doc = Document({}, [], {}, [])
        self.cell = 0

    def build(self) -> Document:
        """The whole document.

        Raises
        ------
        ResearchError
            The notebook was not executed, has no title or no cover, cites an unknown claim, or prints an
            unknown fact.
        """
        self._gather()
        for number, cell in enumerate(self.cells):
            self.cell = number
            tags = cell.metadata.get("tags", [])
            if cell.cell_type == "markdown":
                self._prose(cell.source, tags)
            elif cell.cell_type == "code":
                self.doc.blocks += [b for b in map(self._block, _displayed(cell)) if b]
        title = next((b for b in self.doc.blocks if b["t"] == "h" and b["level"] == 0), None)
        if title is None:
            raise self._error("no title", "start the first Markdown cell with '# '")
        self.doc.blocks.remove(title)
        self.doc.meta["title"] = _plain(title["c"])
        self._number()
        return self.doc

    def _error(self, what: str, remedy: str) -> ResearchError:
        return ResearchError(what, where=f"{self.name}, cell {self.cell + 1}", remedy=remedy)

    def _gather(self) -> None:
        """Facts, claims and cover first: prose may come before the cell that computes what it prints."""
        for number, cell in enumerate(self.cells):
            self.cell = number
            if cell.cell_type != "code":
                continue
            if cell.source.strip() and cell.execution_count is None and not cell.outputs:
                raise self._error(
                    "the notebook has not been executed", "run all its cells, or `research brief`, before exporting"
                )
            for block in _displayed(cell):
                if block["t"] == "fact":
                    self.doc.facts[block["name"]] = block
                    self.doc.cells[f"fact:{block['name']}"] = self.cell
                elif block["t"] == "notes":
                    self.doc.claims |= {item["id"]: item for item in block["items"]}
                elif block["t"] == "cover":
                    self.doc.meta |= {key: value for key, value in block.items() if key != "t"}
        if "language" not in self.doc.meta:
            raise self._error("no cover", "display Cover(study, …) in a cell")
        if self.doc.meta["language"] not in LABELS:
            raise self._error(f"language {self.doc.meta['language']!r}", f"one of {', '.join(LABELS)}")

    # ---- prose

    def _prose(self, source: str, tags: list[str]) -> None:
        tokens, _ = _markdown()(source)
        blocks = self._blocks(tokens)
        if not _OPINION.intersection(tags):
            self._grade(blocks)
        kind = next((tag for tag in tags if tag in BOXES), "")
        for is_heading, group in groupby(blocks, key=lambda block: block["t"] == "h"):
            found = list(group)
            if is_heading or not kind:
                self.doc.blocks += found
            else:
                self.doc.blocks.append({"t": "box", "kind": kind, "c": found, "cell": self.cell})

    def _blocks(self, tokens: list[Json]) -> list[Json]:
        found: list[Json] = []
        for token in tokens or []:
            kind = token["type"]
            if kind == "heading":
                level = token["attrs"]["level"] - 1
                found.append({"t": "h", "level": level, "c": self._inline(token["children"]), "cell": self.cell})
            elif kind in ("paragraph", "block_text"):
                found.append({"t": "p", "c": self._inline(token["children"]), "cell": self.cell})
            elif kind == "list":
                items = [self._blocks(item["children"]) for item in token["children"]]
                found.append({"t": "ol" if token["attrs"].get("ordered") else "ul", "items": items})
            elif kind == "block_quote":
                found.append({"t": "quote", "c": self._blocks(token["children"])})
            elif kind in ("block_code", "block_html"):
                found.append({"t": "p", "c": self._runs(token["raw"]), "cell": self.cell})
            elif kind == "table":
                raise self._error("a Markdown table", "display Table(frame, caption, name=…) instead")
        return found

    def _grade(self, blocks: list[Json]) -> None:
        """At the end of each paragraph of the record, how certain the least certain claim is that it cites."""
        for block in blocks:
            if block["t"] in ("ul", "ol"):
                for item in block["items"]:
                    self._grade(item)
            elif block["t"] == "p":
                cited = [self.doc.claims[piece["id"]]["certainty"] for piece in block["c"] if piece["t"] == "ref"]
                if cited and all(cited):
                    least = min(cited, key=GRADES.index)
                    block["c"].append({"t": "grade", "v": LABELS[self.doc.meta["language"]][least]})

    def _runs(self, text: str) -> list[Json]:
        return [{"t": "run", **run} for run in runs(text, self.doc.meta["language"])]

    def _inline(self, tokens: list[Json]) -> list[Json]:
        found: list[Json] = []
        for token in tokens or []:
            kind = token["type"]
            if kind in ("strong", "emphasis"):
                found.append({"t": "strong" if kind == "strong" else "em", "c": self._inline(token["children"])})
            elif kind == "link" and _LINK.match(token["attrs"]["url"]):
                found.append({"t": "link", "url": clean(token["attrs"]["url"]), "c": self._inline(token["children"])})
            elif kind == "reference":
                found.append({"t": "ref", "n": self._cite(token["raw"]), "id": token["raw"]})
            elif kind == "fact":
                found.append({"t": "fact", "v": self._value(token["raw"]), "name": token["raw"].partition(".")[2]})
            elif kind == "softbreak":
                found.append({"t": "run", "v": " "})
            elif kind == "linebreak":
                found.append({"t": "br"})
            elif "children" in token:
                found += self._inline(token["children"])
            else:
                found += self._runs(token.get("raw", ""))
        return found

    def _cite(self, claim: str) -> int:
        if claim not in self.doc.claims:
            raise self._error(f"cites an unknown claim [^{claim}]", "correct the id, or add it to seeds/claims.yaml")
        if claim not in self.doc.cited:
            self.doc.cited.append(claim)
        self.doc.cells.setdefault(f"claim:{claim}", self.cell)
        return self.doc.cited.index(claim) + 1

    def _value(self, expression: str) -> str:
        owner, _, name = expression.partition(".")
        if owner != "facts" or name not in self.doc.facts:
            raise self._error(
                f"cannot print {{{{ {expression} }}}}", "write {{ facts.name }}, computed by fact(name, …)"
            )
        return clean(self.doc.facts[name]["text"])

    # ---- displayed blocks

    def _block(self, block: Json) -> Json | None:
        language = self.doc.meta["language"]
        if block["t"] == "figure":
            self.doc.cells[f"figure:{block['name']}"] = self.cell
            return {
                **block,
                "caption": runs(block["caption"], language),
                "source": runs(block["source"], language),
                "alt": clean(block["alt"]),
            }
        if block["t"] == "table":
            self.doc.cells[f"table:{block['name']}"] = self.cell
            return self._table(block, language)
        if block["t"] == "recommendations":
            return {"t": "box", "kind": "judgement", "c": [self._recommendations(block["items"])], "cell": self.cell}
        if block["t"] == "notes":
            return {"t": "notes"}
        return None

    def _table(self, block: Json, language: str) -> Json:
        columns = [runs(column, language) for column in block["columns"]]
        rows = [[runs(cell, language) for cell in row] for row in block["rows"]]
        numeric = block["numeric"]
        if block["evidence"]:
            columns.append(runs(LABELS[language]["evidence"], language))
            numeric = [*numeric, False]
            cited = [[{"n": self._cite(claim)} for claim in ids] for ids in block["evidence"]]
            rows = [[*row, refs] for row, refs in zip(rows, cited, strict=True)]
        caption, source = (runs(block[key], language) for key in ("caption", "source"))
        long = sum(len(cell) for row in block["rows"] for cell in row) > _LONG_TABLE
        made = {
            "caption": caption,
            "source": source,
            "columns": columns,
            "rows": rows,
            "numeric": numeric,
            "long": long,
        }
        return {**block, **made}

    def _recommendations(self, items: list[Json]) -> Json:
        def paragraph(item: Json) -> Json:
            refs = [{"t": "ref", "n": self._cite(claim), "id": claim} for claim in item["claims"]]
            lead = [{"t": "strong", "c": self._runs(f"{item['actor']}: {item['action']}")}]
            rest = self._runs(f" – {item['deadline']}. {item['text']}")
            return {"t": "p", "c": [*lead, *rest, *refs], "cell": self.cell}

        return {"t": "ol", "items": [[paragraph(item)] for item in items]}

    def _number(self) -> None:
        """Number figures and tables; fill the notes with the claims that were cited; mend heading levels."""
        counts = {"figure": 0, "table": 0}
        last = 0
        for block in self.doc.blocks:
            if block["t"] in counts:
                counts[block["t"]] += 1
                block["number"] = counts[block["t"]]
            elif block["t"] == "notes":
                block["items"] = [self._note(claim, n) for n, claim in enumerate(self.doc.cited, start=1)]
            elif block["t"] == "h":
                last = block["level"] = max(1, min(block["level"], last + 1))

    def _note(self, claim: str, number: int) -> Json:
        item, language = self.doc.claims[claim], self.doc.meta["language"]
        quotes = [
            {
                **{key: value for key, value in quote.items() if key != "exact"},
                "q": runs(quote["exact"], quote["language"]),
                "rtl": quote["language"] in RIGHT_TO_LEFT,
            }
            for quote in item["quotes"]
        ]
        certainty = LABELS[language].get(item["certainty"], "")
        return {
            **item,
            "n": number,
            "certainty": certainty,
            "statement": runs(item["statement"], language),
            "quotes": quotes,
        }


def _plain(pieces: list[Json]) -> str:
    return "".join(_plain(piece["c"]) if "c" in piece else piece.get("v", "") for piece in pieces)


def _displayed(cell: Any) -> Iterator[Json]:
    for output in cell.get("outputs", []):
        block = output.get("data", {}).get(MIME)
        if block:
            yield block


def from_notebook(notebook: Any, name: str = "notebook") -> Document:
    """The document of an executed notebook."""
    return Builder(notebook, name).build()
