"""The tables of a study: their columns and types, declared once and checked where one is made or read."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from research.errors import ResearchError

# Column types: str, int, float and bool are themselves; json is a list or a record.
# A table's first columns up to `KEYS[table]` identify a row.
COLUMNS: dict[str, dict[str, str]] = {
    "documents": dict(
        doc_id="str", file="str", sha256="str", encoding="str", text_sha256="str", language="str", title="str",
        published="str", published_how="str", place="str", byline="str", n_passages="int", story_id="str",
    ),
    "passages": dict(
        passage_id="str", doc_id="str", position="int", kind="str", language="str", start="int", end="int", text="str",
    ),
    "boilerplate": dict(doc_id="str", start="int", end="int", text="str", rule="str"),
    "dates": {
        "doc_id": "str", "passage_id": "str", "start": "int", "end": "int", "surface": "str", "from": "str",
        "to": "str", "how": "str", "role": "str", "chosen": "bool",
    },
    "story_links": dict(doc_id_a="str", doc_id_b="str", kind="str", score="float", evidence="json"),
    "refused": dict(file="str", reason="str", remedy="str"),
    "mentions": dict(
        mention_id="str", passage_id="str", doc_id="str", concept_id="str", kind="str", start="int", end="int",
        surface="str", label="str", ambiguous="bool",
    ),
    "codes": dict(
        passage_id="str", doc_id="str", layer="str", status="str", posture="str", hedged="bool", negated="bool",
        speaker="str", mention_ids="json",
    ),
    "instruments": dict(
        instrument_id="str", doc_id="str", passage_id="str", kind="str", title="str", status="str", parties="json",
        layers="json", quantity="int", date="str", start="int", end="int", quote="str", inferred="json",
        reviewed="bool",
    ),
    "quantities": dict(
        passage_id="str", doc_id="str", value="float", unit="str", bound="str", start="int", end="int", surface="str",
    ),
    "claims": dict(
        claim_id="str", kind="str", layers="json", posture="str", status="str", attributed_to="json",
        statement_en="str", statement_fr="str", statement_ar="str", quotes="json",
    ),
    "topics": dict(
        topic_id="int", label_en="str", label_fr="str", label_ar="str", size="int", n_documents="int",
        n_stories="int", languages="json", terms="json", npmi="float", found_in_runs="int", ari="float",
        unstable="bool", language_only="bool",
    ),
    "topic_passages": dict(passage_id="str", topic_id="int", margin="float", representative="bool"),
    "ledger": dict(
        layer="str", passages="int", documents="int", stories="int", claims="int", instruments="int",
        status_top="str", posture_top="str", domestic="int", foreign="int", multilateral="int", certainty="str",
        silent="bool",
    ),
    "discrepancies": dict(
        story_id="str", kind="str", doc_id_a="str", surface_a="str", doc_id_b="str", surface_b="str", note="str",
    ),
}

KEYS: dict[str, list[str]] = {
    "documents": ["doc_id"],
    "passages": ["passage_id"],
    "mentions": ["mention_id"],
    "codes": ["passage_id", "layer"],
    "instruments": ["instrument_id"],
    "claims": ["claim_id"],
    "topics": ["topic_id"],
    "topic_passages": ["passage_id"],
    "ledger": ["layer"],
}

STATUSES = ["ambition", "discussed", "announced", "signed", "operating"]
POSTURES = ["control", "steer", "depend"]
ORIGINS = ["domestic", "foreign", "multilateral"]
LANGUAGES = ["ar", "fr", "en", "es"]

_ALLOWED: dict[tuple[str, str], list[str]] = {
    ("passages", "kind"): ["title", "heading", "byline", "paragraph"],
    ("story_links", "kind"): ["copy", "near-duplicate", "translation"],
    ("dates", "role"): ["published", "event", "horizon"],
    ("codes", "status"): ["", *STATUSES],
    ("codes", "posture"): ["", *POSTURES],
    ("instruments", "kind"): [
        "mou", "agreement", "declaration_of_intent", "law", "programme", "centre", "lab", "talks", "budget", "other",
    ],
    ("instruments", "status"): ["", *STATUSES],
    ("quantities", "bound"): ["exact", "up to", "at least", "about"],
    ("claims", "kind"): ["fact", "ambition", "commitment", "assertion"],
    ("claims", "status"): ["", *STATUSES],
    ("claims", "posture"): ["", *POSTURES],
    ("ledger", "certainty"): ["high", "medium", "low", "silent"],
    ("discrepancies", "kind"): ["omission", "spelling", "title", "number", "date"],
}

_DTYPES = {"str": "str", "int": "int64", "float": "float64", "bool": "bool", "json": "object"}


def table(name: str, rows: list[dict[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Make the table `name` from `rows`, in its columns and types, and check it.

    Parameters
    ----------
    name : str
        One of `COLUMNS`.
    rows : list of dict, or DataFrame
        One record a row; columns beyond the table's are an error.

    Returns
    -------
    DataFrame
        Checked against the table's schema.

    Examples
    --------
    >>> table("refused", [{"file": "a.txt", "reason": "empty", "remedy": "remove it"}]).shape
    (1, 3)
    """
    columns = COLUMNS[name]
    frame = pd.DataFrame(rows, columns=None if len(rows) else list(columns))
    missing, extra = [c for c in columns if c not in frame], [c for c in frame if c not in columns]
    if missing or extra:
        raise ResearchError(f"missing columns {missing}, unknown columns {extra}", where=f"table {name}")
    frame = frame[list(columns)].astype({c: _DTYPES[kind] for c, kind in columns.items()})
    return check(name, frame.reset_index(drop=True))


def check(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Check `frame` against the schema of the table `name` and return it.

    Raises
    ------
    ResearchError
        Naming the column, the value and the rule.
    """
    import pandera.errors

    try:
        return _schema(name).validate(frame)
    except pandera.errors.SchemaError as error:
        raise ResearchError(str(error).splitlines()[0], where=f"table {name}") from error


def _schema(name: str) -> Any:
    import pandera.pandas as pa

    def column(field: str, kind: str) -> Any:
        allowed = _ALLOWED.get((name, field))
        return pa.Column(_DTYPES[kind], pa.Check.isin(allowed) if allowed else None, nullable=kind == "float")

    fields = {field: column(field, kind) for field, kind in COLUMNS[name].items()}
    return pa.DataFrameSchema(fields, strict=True, unique=KEYS.get(name))


def to_csv(name: str, frame: pd.DataFrame) -> str:
    """The table as published: UTF-8 CSV, lists and records as JSON, floats rounded to 4 places.

    >>> print(to_csv("refused", table("refused", [])).strip())
    file,reason,remedy
    """
    out = frame.copy()
    for field, kind in COLUMNS[name].items():
        if kind == "json":
            out[field] = [json.dumps(value, ensure_ascii=False) for value in frame[field]]
    return out.round(4).to_csv(index=False, lineterminator="\n")


def encode(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its lists and records as JSON text, as Parquet keeps them."""
    out = frame.copy()
    for field, kind in COLUMNS[name].items():
        if kind == "json":
            out[field] = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in frame[field]]
    return out


def decode(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The inverse of `encode`, checked."""
    out = frame.copy()
    for field, kind in COLUMNS[name].items():
        if kind == "json":
            out[field] = pd.Series([json.loads(value) for value in frame[field]], dtype="object")
    return table(name, out)
