"""What the analyst asserts, each claim tied to verbatim quotes that are found again at every build.

A quote is kept as a W3C text-quote selector: the exact words, and the words around them, with the position and
the hash of the file they stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pydantic

from research.codebook import Codebook
from research.corpus import Corpus
from research.errors import BrokenQuote, ResearchError
from research.tables import table
from research.yamlfiles import YamlFile, read_yaml

_CONTEXT = 32  # characters of prefix and suffix
_VOCABULARY = "urn:research:"
_OWN = (
    "kind",
    "status",
    "posture",
    "layers",
    "attributedTo",
    "sha256",
    "passage",
    "run",
)  # what Web Annotation has no term for


class Quote(pydantic.BaseModel):
    """Words of an article: `prefix` and `suffix` are needed only where `exact` occurs more than once."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    doc: str
    exact: str = pydantic.Field(min_length=1)
    prefix: str = ""
    suffix: str = ""


class Claim(pydantic.BaseModel):
    """One assertion of the analyst, as ``claims.yaml`` holds it."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: str = pydantic.Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Literal["fact", "ambition", "commitment", "assertion"]
    layers: list[str] = []
    status: Literal["", "ambition", "discussed", "announced", "signed", "operating"] = ""
    posture: Literal["", "control", "steer", "depend"] = ""
    attributed_to: list[str] = []
    statement: dict[Literal["en", "fr", "ar"], str]
    quotes: list[Quote] = pydantic.Field(min_length=1)


def load_claims(path: str | Path, corpus: Corpus) -> pd.DataFrame:
    """Load the claims and find every quote in its article.

    Parameters
    ----------
    path : str or Path
        A YAML list of claims.
    corpus : Corpus
        The articles quoted.

    Returns
    -------
    DataFrame
        The claims table; each quote with its exact text, context, offsets and the hash of its file.

    Raises
    ------
    BrokenQuote
        A quote is not in its article, or stands there more than once; the message proposes the nearest text.
    ResearchError
        The file is not a list of claims, an id is used twice, or a quote names an unknown document.
    """
    file = read_yaml(path)
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    hashes = dict(zip(corpus.documents["doc_id"], corpus.documents["sha256"], strict=True))
    for number, entry in enumerate(_entries(file)):
        claim = file.parse(Claim, entry, number)
        if claim.id in seen:
            where = file.where(number, "id")
            raise ResearchError(f"duplicate claim id {claim.id!r}", where=where, remedy="rename one of the two")
        seen.add(claim.id)
        rows.append(
            {
                "claim_id": claim.id,
                "kind": claim.kind,
                "layers": claim.layers,
                "posture": claim.posture,
                "status": claim.status,
                "attributed_to": claim.attributed_to,
                **{f"statement_{language}": claim.statement.get(language, "") for language in ("en", "fr", "ar")},
                "quotes": [
                    _locate(quote, claim.id, corpus, hashes, file.where(number, "quotes", position))
                    for position, quote in enumerate(claim.quotes)
                ],
            }
        )
    return table("claims", rows)


def _entries(file: YamlFile) -> list[dict[str, Any]]:
    content = file.content
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise ResearchError("not a list of claims", where=file.where(), remedy="start each claim with '- id:'")
    return content


def _locate(quote: Quote, claim_id: str, corpus: Corpus, hashes: dict[str, str], where: str) -> dict[str, Any]:
    if quote.doc not in hashes:
        raise ResearchError(
            f"claim {claim_id!r} quotes an unknown document {quote.doc!r}",
            where=where,
            remedy=f"one of {', '.join(sorted(hashes))}",
        )
    text, passages = corpus.text(quote.doc), corpus.passages[corpus.passages["doc_id"] == quote.doc]
    wanted = quote.prefix + quote.exact + quote.suffix
    count = text.count(wanted)
    if count != 1:
        why = f"is not in {quote.doc}" if not count else f"stands {count} times in {quote.doc}"
        remedy = f'nearest text: "{_nearest(quote.exact, text)}"' if not count else "add a prefix or a suffix"
        raise BrokenQuote(f'claim {claim_id!r}: the quote "{quote.exact[:60]}…" {why}', where=where, remedy=remedy)
    start = text.index(wanted) + len(quote.prefix)
    end = start + len(quote.exact)
    if not all(((passages["start"] <= at) & (at < passages["end"])).any() for at in (start, end - 1)):
        raise BrokenQuote(
            f'claim {claim_id!r}: the quote "{quote.exact[:60]}…" does not begin and end in a passage of {quote.doc}',
            where=where,
            remedy="quote the article itself; what was left out of it stands in report/tables/boilerplate.csv",
        )
    return {
        "doc_id": quote.doc,
        "exact": quote.exact,
        "prefix": text[max(0, start - _CONTEXT) : start],
        "suffix": text[end : end + _CONTEXT],
        "start": start,
        "end": end,
        "sha256": hashes[quote.doc],
    }


def _nearest(wanted: str, text: str) -> str:
    """The stretch of `text` most like `wanted`, at most 160 characters."""
    block = SequenceMatcher(None, text, wanted, autojunk=False).find_longest_match()
    start = max(0, block.a - block.b)
    return " ".join(text[start : start + min(len(wanted), 160)].split())


def check_terms(claims: pd.DataFrame, codebook: Codebook) -> None:
    """Raise a ResearchError if a claim names a layer or an actor that the codebook lacks."""
    for row in claims.itertuples():
        unknown = [*(set(row.layers) - set(codebook.layers)), *(set(row.attributed_to) - set(codebook.concepts))]
        if unknown:
            raise ResearchError(
                f"claim {row.claim_id!r} names {sorted(unknown)[0]!r}, which is not in the codebook",
                where="claims.yaml",
                remedy="correct it, or add it to seeds/codebook/",
            )


def mark_reviewed(instruments: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """`instruments` with `reviewed` set where an analyst's claim quotes the words they rest on."""
    spans = [(q["doc_id"], q["start"], q["end"]) for quotes in claims["quotes"] for q in quotes]
    reviewed = [
        any(doc == row.doc_id and start < row.end and row.start < end for doc, start, end in spans)
        for row in instruments.itertuples()
    ]
    return instruments.assign(reviewed=reviewed)


def to_annotations(
    claims: pd.DataFrame, files: Mapping[str, str], *, passages: pd.DataFrame | None = None, run_id: str = ""
) -> dict[str, Any]:
    """The claims as a page of W3C Web Annotations (JSON-LD): a statement in each language on the words it rests on.

    Parameters
    ----------
    claims : DataFrame
        The claims table.
    files : mapping of str to str
        Document id -> the address of its file; a document without one, as a row of a collection, is its own.
    passages : DataFrame, optional
        The passages table: each target then names the passage it stands in.
    run_id : str
        Identifies the build.

    Returns
    -------
    dict
        An ``AnnotationCollection`` with one annotation a claim. A target is found again by its position or by its exact
        words with what stands around them; `sha256` is the hash of the file they were found in.
    """
    places = [] if passages is None else list(passages.itertuples())

    def inside(quote: dict[str, Any]) -> dict[str, str]:
        found = [p for p in places if p.doc_id == quote["doc_id"] and p.start <= quote["start"] < p.end]
        return {"passage": str(found[0].passage_id)} if found else {}

    items = [_annotation(row, files, inside) for row in claims.to_dict("records")]
    return {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {key: f"{_VOCABULARY}{key}" for key in _OWN}],
        "id": f"{_VOCABULARY}claims",
        "type": "AnnotationCollection",
        **({"run": run_id} if run_id else {}),
        "total": len(claims),
        "first": {"type": "AnnotationPage", "items": items},
    }


def _annotation(
    row: dict[str, Any], files: Mapping[str, str], inside: Callable[[dict[str, Any]], dict[str, str]]
) -> dict[str, Any]:
    statements = {language: row[f"statement_{language}"] for language in ("en", "fr", "ar")}
    return {
        "id": f"{_VOCABULARY}claim:{row['claim_id']}",
        "type": "Annotation",
        "motivation": "describing",
        "kind": row["kind"],
        "status": row["status"],
        "posture": row["posture"],
        "layers": list(row["layers"]),
        "attributedTo": list(row["attributed_to"]),
        "body": [
            {"type": "TextualBody", "value": text, "language": language, "format": "text/plain"}
            for language, text in statements.items()
            if text
        ],
        "target": [
            {
                "type": "SpecificResource",
                "source": files.get(quote["doc_id"], quote["doc_id"]),
                "sha256": quote["sha256"],
                **inside(quote),
                "selector": [
                    {"type": "TextQuoteSelector", **{part: quote[part] for part in ("exact", "prefix", "suffix")}},
                    {"type": "TextPositionSelector", "start": quote["start"], "end": quote["end"]},
                ],
            }
            for quote in row["quotes"]
        ],
    }
