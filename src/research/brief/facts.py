"""Computed values, kept by name with the rows they count, and what prose rests on."""

from __future__ import annotations

import datetime
import html
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from research.brief.blocks import Block
from research.errors import CheckFailed, ResearchError

if TYPE_CHECKING:
    from research.codebook import Codebook

Value = int | float | str | datetime.date | list[str]


class _Fact(Block):
    def _html(self) -> str:
        return f"<code>facts.{html.escape(self.data['name'])}</code> = {html.escape(str(self.data['value']))}"


def fact(name: str, value: Value, *, rows: pd.DataFrame | None = None) -> Block:
    """A computed value that prose prints as ``{{ facts.name }}``.

    Parameters
    ----------
    name : str
        A Python identifier.
    value : int, float, str, date, or list of str
        As published in ``facts.json``; each language writes it in its own way. A list holds ids of the codebook.
    rows : DataFrame, optional
        What was counted; its column ``passage_id`` leads back to the articles' words.

    Examples
    --------
    >>> fact("share", 0.25).data["value"]
    0.25
    """
    if not name.isidentifier():
        raise ResearchError(f"fact name {name!r}", remedy="use letters, digits and underscores")
    plain = value.item() if hasattr(value, "item") else value
    passages = sorted(set(rows["passage_id"])) if rows is not None and "passage_id" in rows else []
    return _Fact({"t": "fact", "name": name, "passages": passages, **_typed(plain)})


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime.date):
        return {"value": value.isoformat()[:10], "type": "date"}
    if isinstance(value, float) and not math.isfinite(value):
        raise ResearchError(f"a fact that is {value}", remedy="compute a number, or leave it out")
    if not isinstance(value, (bool, int, float, str, list)):
        raise ResearchError(f"a fact of type {type(value).__name__}", remedy="give a number, a text, a date or a list")
    return {"value": value, "type": type(value).__name__}


class Facts(Block):
    """The computed values that every language's prose prints.

    Made in one notebook, with `add`, and kept as the table ``facts``; read in each brief.

    Parameters
    ----------
    table : DataFrame, optional
        The facts table.
    codebook : Codebook, optional
        Names what a list of ids stands for.
    language : str

    Examples
    --------
    >>> found = Facts()
    >>> _ = found.add(None, papers=8, partners=3)
    >>> found.table()["name"].tolist()
    ['papers', 'partners']
    """

    def __init__(
        self, table: pd.DataFrame | None = None, codebook: Codebook | None = None, *, language: str = "en"
    ) -> None:
        items = [] if table is None else table.to_dict("records")
        for item in items:
            if item["type"] == "list" and codebook:
                item["labels"] = [_inside(codebook, concept, language) for concept in item["value"]]
        super().__init__({"t": "facts", "items": items})

    def add(self, rows: pd.DataFrame | None, **values: Value) -> Block:
        """Keep values by name, with the rows they count; returns what shows them in the notebook."""
        found = [fact(name, value, rows=rows).data for name, value in values.items()]
        self.data["items"] += [{key: value for key, value in item.items() if key != "t"} for item in found]
        return _Shown({"t": "made", "items": found})

    def __getitem__(self, name: str) -> Value:
        """One value."""
        found: list[Value] = [item["value"] for item in self.data["items"] if item["name"] == name]
        if not found:
            raise ResearchError(f"no fact {name!r}", remedy="compute it with Facts.add")
        return found[0]

    def table(self) -> pd.DataFrame:
        """The facts table."""
        from research.tables import table

        kept = [{key: value for key, value in item.items() if key != "labels"} for item in self.data["items"]]
        return table("facts", kept)

    def _html(self) -> str:
        items = self.data["items"]
        return f"<details><summary>{len(items)} facts</summary>{_listed(items)}</details>"


def _inside(codebook: Codebook, concept_id: str, language: str) -> str:
    """A label as it stands inside a sentence: "AI models", "Mistral AI", but "chips"."""
    from research.wording import label

    found = label(codebook, concept_id, language)
    named = concept_id in {concept.id for concept in codebook.scheme("actor", "initiative")}
    return found[:1].lower() + found[1:] if found[1:2].islower() and not named else found


class _Shown(Block):
    def _html(self) -> str:
        return _listed(self.data["items"])


def _listed(items: list[dict[str, Any]]) -> str:
    rows = [f"<li><code>facts.{html.escape(i['name'])}</code> = {html.escape(str(i['value']))}</li>" for i in items]
    return f"<ul>{''.join(rows)}</ul>"


class _Guard(Block):
    def _html(self) -> str:
        return f"✓ {html.escape(self.data['message'])}"


def guard(condition: bool, message: str) -> Block:
    """Stop the build unless what the next paragraph rests on is still true.

    Parameters
    ----------
    condition : bool
    message : str
        What must be true; printed when it is not.

    Raises
    ------
    CheckFailed
        With the message: the paragraph has to be written anew.
    """
    if not condition:
        raise CheckFailed(f"no longer true: {message}", remedy="rewrite the paragraph that this guard protects")
    return _Guard({"t": "guard", "message": message})
