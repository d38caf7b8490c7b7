"""The tables of a study: their columns and types, declared once and checked where one is made or read."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pandas as pd

from research.errors import ResearchError

# Columns are text unless a type follows the colon; json is any value that JSON has. What each of them says stands in
# tables.yaml.
COLUMNS: dict[str, dict[str, str]] = {
    name: {field.partition(":")[0]: field.partition(":")[2] or "str" for field in fields.split()}
    for name, fields in {
        "documents": "doc_id file sha256 encoding text_sha256 language title published published_how place byline "
        "n_passages:int story_id",
        "passages": "passage_id doc_id position:int kind language start:int end:int text",
        "boilerplate": "doc_id start:int end:int text rule",
        "dates": "doc_id passage_id start:int end:int surface from to how role chosen:bool",
        "story_links": "doc_id_a doc_id_b kind score:float evidence:list",
        "refused": "file reason remedy",
        "mentions": "mention_id passage_id doc_id concept_id kind start:int end:int surface label ambiguous:bool",
        "codes": "passage_id doc_id layer status posture hedged:bool negated:bool speaker mention_ids:list",
        "instruments": "instrument_id doc_id passage_id kind title status parties:list layers:list quantity:int date "
        "start:int end:int quote inferred:list reviewed:bool",
        "quantities": "passage_id doc_id value:float unit bound start:int end:int surface",
        "claims": "claim_id kind layers:list posture status attributed_to:list statement_en statement_fr "
        "statement_ar quotes:list",
        "topics": "topic_id:int label_en label_fr label_ar size:int n_documents:int n_stories:int languages:record "
        "terms:record npmi:float found_in_runs:int term_overlap:float ari:float unstable:bool language_only:bool",
        "topic_passages": "passage_id topic_id:int margin:float low_margin:bool representative:bool",
        "ledger": "layer passages:int documents:int stories:int claims:int instruments:int status_top posture_top "
        "domestic:int foreign:int multilateral:int certainty silent:bool",
        "discrepancies": "story_id kind doc_id_a surface_a doc_id_b surface_b note",
        "facts": "name value:json type passages:list",
    }.items()
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
    "facts": ["name"],
}

STATUSES = ["ambition", "discussed", "announced", "signed", "operating"]
POSTURES = ["control", "steer", "depend"]
ORIGINS = ["domestic", "foreign", "multilateral"]
LANGUAGES = ["ar", "fr", "en", "es"]

ALLOWED: dict[tuple[str, str], list[str]] = {
    ("passages", "kind"): ["title", "heading", "byline", "paragraph"],
    ("story_links", "kind"): ["copy", "near-duplicate", "translation"],
    ("dates", "role"): ["published", "event", "horizon"],
    ("codes", "status"): ["", *STATUSES],
    ("codes", "posture"): ["", *POSTURES],
    ("instruments", "kind"): [
        "mou",
        "agreement",
        "declaration_of_intent",
        "law",
        "programme",
        "centre",
        "lab",
        "talks",
        "budget",
        "other",
    ],
    ("instruments", "status"): ["", *STATUSES],
    ("quantities", "bound"): ["exact", "up to", "at least", "about"],
    ("claims", "kind"): ["fact", "ambition", "commitment", "assertion"],
    ("claims", "status"): ["", *STATUSES],
    ("claims", "posture"): ["", *POSTURES],
    ("ledger", "certainty"): ["high", "medium", "low", "silent"],
    ("discrepancies", "kind"): ["omission", "spelling", "title", "number", "date"],
}

_JSON = ("list", "record", "json")
_DTYPES = {"str": "str", "int": "int64", "float": "float64", "bool": "bool"} | dict.fromkeys(_JSON, "object")


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


@cache
def _schema(name: str) -> Any:
    import pandera.pandas as pa

    def column(field: str, kind: str) -> Any:
        allowed = ALLOWED.get((name, field))
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
        if kind in _JSON:
            out[field] = [json.dumps(value, ensure_ascii=False) for value in frame[field]]
    return str(out.round(4).to_csv(index=False, lineterminator="\n"))


def encode(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its lists and records as JSON text, as Parquet keeps them."""
    out = frame.copy()
    for field, kind in COLUMNS[name].items():
        if kind in _JSON:
            out[field] = [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in frame[field]]
    return out


def decode(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The inverse of `encode`, checked."""
    out = frame.copy()
    for field, kind in COLUMNS[name].items():
        if kind in _JSON:
            out[field] = pd.Series([json.loads(value) for value in frame[field]], dtype="object")
    return table(name, out)
