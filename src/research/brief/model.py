"""An executed notebook as one document: plain JSON, every text a string, no markup of any target.

Markdown cells give the prose, displayed blocks the figures, tables and notes. ``[^claim-id]`` becomes a numbered
reference, ``{{ facts.name }}`` a computed value, ``{{ figures.name }}`` and ``{{ tables.name }}`` the number of a
figure or table. Article text comes in through blocks only and stays data.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from research.brief.blocks import MIME
from research.brief.runs import clean, runs, spaced
from research.brief.values import Values
from research.errors import ResearchError
from research.sovereignty import GRADES
from research.wording import RIGHT_TO_LEFT, day, words

Json = dict[str, Any]
BOXES = ("summary", "numbers", "aside", "judgement", "method")
_OPINION = {"judgement", "method"}  # tags of cells that are no record
_LONG_TABLE, _LONG_BOX = 15, 2000  # rows and characters, from which a table or box may run over a page's end
_UNGRADED = {*_OPINION, "silence"}  # what is absent is not as certain as the claims beside it
_LINK = re.compile(r"^(https?|mailto):", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)  # a note to the other authors
_BROKEN = re.compile(r"\{\{|\}\}|\{%|\[\^|\{\s*(?:facts|figures|tables)\s*\.")  # of a value or a reference
_WORDS = re.compile(r"[^\W_][\w\u0300-\u036f\u064b-\u0655]*(?:['’\-][^\W_][\w\u064b-\u0655]*)*")


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
        Name -> value, type and passages.
    cited : list of str
        Claim ids in the order of their numbers.
    cells : dict
        ``figure:name``, ``table:name``, ``fact:name`` or ``claim:id`` -> the number of the cell it comes from.
    claims : dict
        Claim id -> its kind, status, statement and quotes; of all that may be cited.
    passages : dict
        ``figure:name`` or ``table:name`` -> ids of the passages behind it.
    printed : list of str
        Names of the facts that prose prints, in order.
    sources : list of str
        The text of each cell, to find a line in.
    guarded : set of int
        Numbers of the cells with a `guard`.
    title : dict
        The heading block that gave the title.
    """

    meta: Json
    blocks: list[Json]
    facts: dict[str, Json] = field(default_factory=dict)
    cited: list[str] = field(default_factory=list)
    cells: dict[str, int] = field(default_factory=dict)
    claims: dict[str, Json] = field(default_factory=dict)
    passages: dict[str, list[str]] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    guarded: set[int] = field(default_factory=set)
    title: Json = field(default_factory=dict)

    def place(self, cell: int, fragment: str, line: int = 0) -> str:
        """Where in the notebook a fragment of prose stands: ``cell 4, line 2``, both counted from one.

        It is looked for in the paragraph that begins at `line`, if that is known; else in the whole cell.
        """
        lines = self.sources[cell].split("\n")
        start = max(line - 1, 0)
        end = next((n for n in range(start, len(lines)) if line and not lines[n].strip()), len(lines))
        # A sentence may be wrapped in the notebook.
        words = r"\s+".join(map(re.escape, fragment.split()))
        within = "\n".join(lines[start:end])
        if words and (found := re.search(words, within)):
            line = start + 1 + within.count("\n", 0, found.start())
        return f"cell {cell + 1}, line {line}" if line else f"cell {cell + 1}"


@cache
def _markdown() -> Callable[[str], tuple[list[Json], Any]]:
    import mistune

    def reference(inline: Any, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "reference", "raw": match["claim"]})
        return match.end()

    def value(inline: Any, match: re.Match[str], state: Any) -> int:
        state.append_token({"type": "value", "raw": match["expression"]})
        return match.end()

    markdown = mistune.create_markdown(renderer=None, plugins=["table"])
    markdown.before_render_hooks.append(lambda _, state: _find_lines(state.tokens, state.src.split("\n"), 0))
    markdown.inline.register("reference", r"\[\^(?P<claim>[\w.:-]+)\]", reference, before="link")
    markdown.inline.register("value", r"\{\{(?P<expression>[^{}]+)\}\}", value, before="link")
    return cast("Callable[[str], tuple[list[Json], Any]]", markdown.parse)


def _find_lines(tokens: list[Json], lines: list[str], at: int) -> int:
    """Give each block of text the line of the source that it begins in, and return where the next may begin."""
    for token in tokens:
        text = (token.get("text") or token.get("raw") or "").strip()
        if text:
            first, *more = text.split("\n")
            found = next((n for n in range(at, len(lines)) if first.strip() in lines[n]), None)
            token["line"] = 0 if found is None else found + 1
            at = at if found is None else found + 1 + len(more)
        at = _find_lines(token.get("children", []), lines, at)
    return at


class Builder:
    """Turns one notebook into a `Document`.

    Block forms (key ``t``): ``h`` heading (level, c), ``p`` paragraph (c, and the grade of what it cites),
    ``ul``/``ol`` (items), ``quote`` (c), ``box`` (kind, c), ``annex`` (from here on), ``figure``, ``table``,
    ``recommendations``, ``notes``. ``c`` holds inline pieces: ``run`` (v, l), ``strong``/``em`` (c), ``link``
    (url, c), ``ref`` (n, id), ``fact`` (v, name), ``xref`` (kind, name, n), ``br``.
    """

    def __init__(self, notebook: Any, name: str) -> None:
        self.name = name
        self.cells = notebook.cells
        self.doc = Document({}, [], sources=[cell.source for cell in notebook.cells])
        self.cell = self.line = 0
        self.references: list[Json] = []

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
            self.cell, self.line = number, 0
            tags = cell.metadata.get("tags", [])
            if "annex" in tags and not any(block["t"] == "annex" for block in self.doc.blocks):
                if not any(_texts([block for block in self.doc.blocks if block["t"] != "h"])):
                    raise self._error("an annex before any text", "tag the first cell of the annexes only")
                self.doc.blocks.append({"t": "annex"})
            if cell.cell_type == "markdown":
                self._prose(cell.source, tags)
            elif cell.cell_type == "code":
                self.doc.blocks += [b for b in map(self._block, _displayed(cell)) if b]
        title = next((b for b in self.doc.blocks if b["t"] == "h" and b["level"] == 0), None)
        if title is None:
            raise self._error("no title", "start the first Markdown cell with '# '")
        if any(_cited(title["c"])):
            raise self._error("a citation in the title", "cite in the text")
        self.doc.blocks.remove(title)
        self.doc.title, self.doc.meta["title"] = title, _plain(title["c"])
        self._number()
        return self.doc

    def _error(self, what: str, remedy: str, fragment: str = "") -> ResearchError:
        return ResearchError(
            what, where=f"{self.name}, {self.doc.place(self.cell, fragment, self.line)}", remedy=remedy
        )

    @property
    def _language(self) -> str:
        return str(self.doc.meta["language"])

    def _gather(self) -> None:
        """Facts, claims, cover and names first: prose may come before the cell that computes what it prints."""
        named: dict[str, list[str]] = {"figure": [], "table": []}
        for number, cell in enumerate(self.cells):
            self.cell = number
            if cell.cell_type != "code":
                continue
            if cell.source.strip() and cell.execution_count is None and not cell.outputs:
                raise self._error(
                    "the notebook has not been executed", "run all its cells, or `research brief`, before exporting"
                )
            for block in _displayed(cell):
                if block["t"] in ("fact", "facts"):
                    self._keep_facts(block["items"] if block["t"] == "facts" else [block])
                elif block["t"] == "notes":
                    self.doc.claims |= {item["id"]: item for item in block["items"]}
                elif block["t"] == "cover":
                    self.doc.meta |= {key: value for key, value in block.items() if key != "t"}
                elif block["t"] == "guard":
                    self.doc.guarded.add(number)
                elif block["t"] in named:
                    if block["name"] in named[block["t"]]:
                        raise self._error(f"a second {block['t']} named {block['name']!r}", "give it another name")
                    named[block["t"]].append(block["name"])
                    self.doc.cells[f"{block['t']}:{block['name']}"] = number
                    self.doc.passages[f"{block['t']}:{block['name']}"] = block.get("passages", [])
        if "language" not in self.doc.meta:
            raise self._error("no cover", "display Cover(study, …) in a cell")
        words(self._language)  # that it is one of ours
        self.values = Values(self.doc.facts, named["figure"], named["table"], language=self._language)

    def _keep_facts(self, items: list[Json]) -> None:
        for item in items:
            if item["name"] in self.doc.facts:
                raise self._error(f"a second fact {item['name']!r}", "give it another name")
            self.doc.facts[item["name"]] = item
            self.doc.cells[f"fact:{item['name']}"] = self.cell

    # ---- prose

    def _prose(self, source: str, tags: list[str]) -> None:
        tokens, _ = _markdown()(source)
        blocks = self._blocks(tokens)
        if not _UNGRADED.intersection(tags):
            self._grade(blocks)
        kind = next((tag for tag in tags if tag in BOXES), "")
        # The title stands in no box, nor does a heading among the key figures.
        outside = [b for b in blocks if b["t"] == "h" and (b["level"] == 0 or kind == "numbers")] if kind else blocks
        inside = [block for block in blocks if block not in outside]
        self.doc.blocks += [block | {"of": kind} for block in outside] if kind else outside
        if kind == "numbers" and inside and not _are_numbers(inside):
            raise self._error("not one list of numbers", "write a list whose items begin with **a number**")
        if inside:
            long = sum(map(len, _texts(inside))) > _LONG_BOX
            self.doc.blocks.append({"t": "box", "kind": kind, "c": inside, "cell": self.cell, "long": long})

    def _blocks(self, tokens: list[Json]) -> list[Json]:
        found: list[Json] = []
        for token in tokens or []:
            kind, self.line = token["type"], token.get("line", 0)
            at = {"cell": self.cell, "line": self.line}
            if kind == "heading":
                level = token["attrs"]["level"] - 1
                found.append({"t": "h", "level": level, "c": self._whole(token["children"]), **at})
            elif kind in ("paragraph", "block_text"):
                found.append({"t": "p", "c": self._whole(token["children"]), **at})
            elif kind == "list":
                items = [self._blocks(item["children"]) for item in token["children"]]
                found.append({"t": "ol" if token["attrs"].get("ordered") else "ul", "items": items})
            elif kind == "block_quote":
                found.append({"t": "quote", "c": self._blocks(token["children"])})
            elif kind in ("block_code", "block_html"):
                shown = _COMMENT.sub("", token["raw"]) if kind == "block_html" else token["raw"]
                self._refuse_broken(shown)
                found += [{"t": "p", "c": self._runs(shown), **at}] if shown.strip() else []
            elif kind == "table":
                raise self._error("a Markdown table", "display Table(frame, caption, name=…) instead", "|")
        return found

    def _grade(self, blocks: list[Json]) -> None:
        """With each paragraph of the record, how certain the least certain claim is that it cites."""
        for block in blocks:
            if block["t"] in ("ul", "ol"):
                for item in block["items"]:
                    self._grade(item)
            elif block["t"] == "quote":
                self._grade(block["c"])
            elif block["t"] == "p":
                cited = [self.doc.claims[claim]["certainty"] for claim in _cited(block["c"])]
                if cited and all(cited):
                    block["grade"] = min(cited, key=GRADES.index)

    def _whole(self, tokens: list[Json]) -> list[Json]:
        """The inline pieces of a block, none of which prints what should have been a value or a reference."""
        found = self._inline(tokens)
        self._refuse_broken(_plain([piece for piece in _leaves(found) if piece["t"] == "run"]))
        return found

    def _refuse_broken(self, text: str) -> None:
        if broken := _BROKEN.search(text):
            shown = text[broken.start() :].strip()[:40]
            remedy = "write {{ facts.name }} or [^claim-id], without blanks in brackets and outside of code"
            raise self._error(f"prints {shown!r} as it stands", remedy, broken[0])

    def _runs(self, text: str) -> list[Json]:
        return [{"t": "run", **run} for run in runs(spaced(text, self._language), self._language)]

    def _inline(self, tokens: list[Json]) -> list[Json]:
        found: list[Json] = []
        for token in tokens or []:
            kind = token["type"]
            if kind in ("strong", "emphasis"):
                found.append({"t": "strong" if kind == "strong" else "em", "c": self._inline(token["children"])})
            elif kind == "link" and _LINK.match(token["attrs"]["url"]):
                found.append({"t": "link", "url": clean(token["attrs"]["url"]), "c": self._inline(token["children"])})
            elif kind == "reference":
                found.append(self._cite(token["raw"]))
            elif kind == "value":
                found.append(self._value(token["raw"]))
            elif kind == "image":
                raise self._error("an image", "display Figure(…) instead", "![")
            elif kind == "inline_html" and not _COMMENT.sub("", token["raw"]):
                continue
            elif kind == "softbreak":
                found.append({"t": "run", "v": " "})
            elif kind == "linebreak":
                found.append({"t": "br"})
            elif "children" in token:
                found += self._inline(token["children"])
            else:
                found += self._runs(token.get("raw", ""))
        return found

    def _cite(self, claim: str) -> Json:
        if claim not in self.doc.claims:
            remedy = "correct the id, or add it to seeds/claims.yaml"
            raise self._error(f"cites an unknown claim [^{claim}]", remedy, f"[^{claim}]")
        first = claim not in self.doc.cited
        if first:
            self.doc.cited.append(claim)
            self.doc.cells[f"claim:{claim}"] = self.cell
        return {"t": "ref", "n": self.doc.cited.index(claim) + 1, "id": claim, "first": first}

    def _value(self, expression: str) -> Json:
        try:
            bound = self.values.evaluate(expression.strip())
        except ValueError as error:
            what, remedy = (
                f"cannot print {{{{{expression}}}}}: {error}",
                "write {{ facts.name }}, computed by fact(name, …)",
            )
            raise self._error(what, remedy, f"{{{{{expression}}}}}") from error
        if bound.kind == "fact":
            self.doc.printed.append(bound.name)
            return {"t": "fact", "v": bound.text, "name": bound.name, "denies": bound.denies}
        self.references.append({"t": "xref", "kind": bound.kind, "name": bound.name})
        return self.references[-1]

    # ---- displayed blocks

    def _block(self, block: Json) -> Json | None:
        if block["t"] == "figure":
            texts = {key: runs(spaced(block[key], self._language), self._language) for key in ("caption", "source")}
            return {**block, **texts, "alt": clean(block["alt"]), "cell": self.cell}
        if block["t"] == "table":
            return self._table(block)
        if block["t"] == "recommendations":
            return {**block, "items": [self._recommendation(item) for item in block["items"]], "cell": self.cell}
        if block["t"] == "notes":
            return {"t": "notes"}
        return None

    def _table(self, block: Json) -> Json:
        language = self._language
        columns = [runs(column, language) for column in block["columns"]]
        rows = [[runs(spaced(cell, language), language) for cell in row] for row in block["rows"]]
        numeric = block["numeric"]
        if block["evidence"]:
            columns.append(runs(words(language)["evidence"], language))
            numeric = [*numeric, False]
            cited = [[self._cite(claim) for claim in ids] for ids in block["evidence"]]
            rows = [[*row, refs] for row, refs in zip(rows, cited, strict=True)]
        caption, source = (runs(spaced(block[key], language), language) for key in ("caption", "source"))
        long = len(block["rows"]) > _LONG_TABLE
        made: Json = {
            "cell": self.cell,
            "caption": caption,
            "source": source,
            "columns": columns,
            "rows": rows,
            "numeric": numeric,
            "long": long,
        }
        return {**block, **made}

    def _recommendation(self, item: Json) -> Json:
        shown = item | {"action": item["action"][:1].upper() + item["action"][1:]}
        texts = {key: self._runs(shown[key]) for key in ("actor", "action", "deadline", "text")}
        return {"id": item["id"], **texts, "refs": [self._cite(claim) for claim in item["claims"]]}

    def _number(self) -> None:
        """Number figures and tables; fill the notes with the claims that were cited; mend heading levels."""
        counts = {"figure": 0, "table": 0}
        numbers: dict[tuple[str, str], int] = {}
        last = 0
        for block in _unboxed(self.doc.blocks):
            if block["t"] in counts:
                counts[block["t"]] += 1
                block["number"] = numbers[block["t"], block["name"]] = counts[block["t"]]
            elif block["t"] == "notes":
                block["items"] = [self._note(claim, n) for n, claim in enumerate(self.doc.cited, start=1)]
            elif block["t"] == "h":
                last = block["level"] = max(1, min(block["level"], last + 1))
        for piece in self.references:
            piece["n"] = numbers[piece["kind"], piece["name"]]

    def _note(self, claim: str, number: int) -> Json:
        item = self.doc.claims[claim]
        quotes = [
            {
                **{key: value for key, value in quote.items() if key != "exact"},
                "published": _written(quote["published"], self._language),
                "q": runs(quote["exact"], quote["language"]),
                "rtl": quote["language"] in RIGHT_TO_LEFT,
            }
            for quote in item["quotes"]
        ]
        return {
            **item,
            "n": number,
            "statement": runs(spaced(item["statement"], self._language), self._language),
            "quotes": quotes,
        }


def _written(published: str, language: str) -> str:
    """A date of publication in the brief's language; what is no date stays as it is."""
    try:
        return day(datetime.date.fromisoformat(published), language, short=True)
    except ValueError:
        return published


def core_words(doc: Document) -> int:
    """Words of prose before the first annex, boxes and recommendations included, figures and tables not."""
    blocks = []
    for block in doc.blocks:
        if block["t"] == "annex":
            break
        blocks.append(block)
    return len(_WORDS.findall(" ".join(_texts(blocks))))


def box_words(doc: Document, kind: str) -> int:
    """Words in the boxes of one kind, and in the headings of their cells."""
    found = [b for b in doc.blocks if (b["t"] == "box" and b["kind"] == kind) or b.get("of") == kind]
    return len(_WORDS.findall(" ".join(_texts(found))))


def _texts(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        if block["t"] in ("p", "h"):
            yield _plain(block["c"])
        elif block["t"] in ("box", "quote"):
            yield from _texts(block["c"])
        elif block["t"] in ("ul", "ol"):
            for item in block["items"]:
                yield from _texts(item)
        elif block["t"] == "recommendations":
            for item in block["items"]:
                yield from (_plain(item[key]) for key in ("actor", "action", "deadline", "text"))


def _unboxed(blocks: list[Json]) -> Iterator[Json]:
    """The blocks, and in the place of each box what is in it."""
    for block in blocks:
        yield from _unboxed(block["c"]) if block["t"] == "box" else [block]


def _are_numbers(blocks: list[Json]) -> bool:
    """Whether a box of key figures is one list whose items begin in bold."""
    items = blocks[0].get("items", []) if len(blocks) == 1 else []
    return bool(items) and all(len(i) == 1 and i[0].get("c") and i[0]["c"][0]["t"] == "strong" for i in items)


def _cited(pieces: list[Json]) -> Iterator[str]:
    """Ids of the claims that inline pieces cite, inside bold and italics, too."""
    for piece in pieces:
        if piece["t"] == "ref":
            yield piece["id"]
        yield from _cited(piece.get("c", []))


def _leaves(pieces: list[Json]) -> Iterator[Json]:
    for piece in pieces:
        yield from _leaves(piece["c"]) if "c" in piece else [piece]


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
