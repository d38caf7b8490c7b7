"""The published tables described as a Frictionless Data Package, for whoever reads them without this project.

What the tables and columns say in words stands in ``tables.yaml``, their types in `research.tables`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from research.errors import ResearchError
from research.study import Study
from research.tables import ALLOWED, COLUMNS, KEYS

_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "record": "object",
    "json": "any",
}
# The column's values are those of that table's key.
_REFERENCES = {
    "doc_id": "documents",
    "doc_id_a": "documents",
    "doc_id_b": "documents",
    "story_id": "documents",
    "passage_id": "passages",
    "topic_id": "topics",
    "layer": "ledger",
}
# Stated in full: readers that guess take the punctuation of articles for the table's.
_DIALECT = {
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "lineTerminator": "\n",
    "skipInitialSpace": False,
    "header": True,
}
_OPEN = ("str", "float")  # types that may have an empty cell
_ARTICLES = "The text of the articles, and what is quoted from it, belongs to their publishers and is not licensed."
_MIT = {
    "name": "MIT",
    "path": "https://opensource.org/license/mit",
    "title": "MIT License, without the text of the articles and what is quoted from it",
}


def datapackage(study: Study, tables: Mapping[str, bytes]) -> dict[str, Any]:
    """The descriptor of a study's tables, as ``datapackage.json`` beside the folder ``tables/`` holds it.

    Parameters
    ----------
    study : Study
        Its title, edition and licence.
    tables : mapping of str to bytes
        The CSV of each table, as `research.tables.to_csv` writes it, in UTF-8.

    Returns
    -------
    dict
        A Tabular Data Package, version 1: the same tables give the same descriptor.

    Raises
    ------
    ResearchError
        A table is none of `research.tables.COLUMNS`.

    Examples
    --------
    >>> found = datapackage(Study.find(), {"refused": b"file,reason,remedy\\n"})
    >>> [field["name"] for field in found["resources"][0]["schema"]["fields"]]
    ['file', 'reason', 'remedy']
    """
    unknown = sorted(set(tables) - set(COLUMNS))
    if unknown:
        raise ResearchError(f"no table {unknown[0]!r}", remedy=f"one of {', '.join(COLUMNS)}")
    licence = study.root / "LICENSE"
    mit = licence.is_file() and licence.read_text(encoding="utf-8").startswith("MIT License")
    return {
        "profile": "tabular-data-package",
        "title": study.title,
        "description": f"The tables of the study, one CSV file each. {_ARTICLES}",
        "version": str(study.edition),
        **({"licenses": [_MIT]} if mit else {}),
        "resources": [_resource(name, tables) for name in sorted(tables)],
    }


def _resource(name: str, tables: Mapping[str, bytes]) -> dict[str, Any]:
    content = tables[name]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"tables/{name}.csv",
        "title": _said()[name]["title"],
        "description": _said()[name]["description"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": _schema(name, tables),
    }


def _schema(name: str, tables: Mapping[str, bytes]) -> dict[str, Any]:
    references = list(_references(name, tables))
    return {
        "fields": [_field(name, field, kind) for field, kind in COLUMNS[name].items()],
        **({"primaryKey": KEYS[name]} if name in KEYS else {}),
        **({"foreignKeys": references} if references else {}),
    }


def _field(name: str, field: str, kind: str) -> dict[str, Any]:
    allowed = ALLOWED.get((name, field), [])
    always = kind not in _OPEN or field in KEYS.get(name, []) or (allowed and "" not in allowed)
    # An empty cell is a missing value, which no list of allowed values has to name.
    constraints = ({"required": True} if always else {}) | ({"enum": [v for v in allowed if v]} if allowed else {})
    described = _said()[name]["columns"].get(field) or _said()["shared"][field]
    found = {"name": field, "type": _TYPES[kind], "description": described}
    return found | ({"constraints": constraints} if constraints else {})


def _references(name: str, tables: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    for field in COLUMNS[name]:
        target = _REFERENCES.get(field, "")
        if target not in tables or (target == name and [field] == KEYS[name]):
            continue
        (key,) = KEYS[target]
        yield {"fields": field, "reference": {"resource": "" if target == name else target, "fields": key}}


@cache
def _said() -> dict[str, Any]:
    import yaml

    text = (files("research") / "tables.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return found
