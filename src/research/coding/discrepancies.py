"""One event told twice: what one version names and the other does not, and names spelt unlike the codebook's."""

from __future__ import annotations

from typing import Any

import pandas as pd

from research.codebook import Codebook
from research.corpus import Corpus
from research.tables import table
from research.text import fold_label

_COMPARED = ("actor", "initiative", "place", "concept", "layer")


def find_discrepancies(corpus: Corpus, mentions: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The discrepancies table, over every pair of documents that `story_links` joins.

    Parameters
    ----------
    corpus : Corpus
    mentions : DataFrame
        The mentions table.
    codebook : Codebook

    Returns
    -------
    DataFrame
        ``omission``: a concept or a date that one version has. ``spelling``: a person's name in a form that
        the codebook lists as a variant, beside the form the other version uses.
    """
    stories = dict(zip(corpus.documents["doc_id"], corpus.documents["story_id"], strict=True))
    rows: list[dict[str, Any]] = []
    for link in corpus.story_links.itertuples():
        pair = (link.doc_id_a, link.doc_id_b)
        found = [
            *_omissions(mentions, pair, codebook),
            *_dates(corpus.dates, pair),
            *_spellings(mentions, pair, codebook),
        ]
        rows += [{"story_id": stories[pair[0]], "doc_id_a": pair[0], "doc_id_b": pair[1], **row} for row in found]
    return table("discrepancies", rows)


def _omissions(mentions: pd.DataFrame, pair: tuple[str, str], codebook: Codebook) -> list[dict[str, Any]]:
    surfaces = []
    for doc_id in pair:
        mine = mentions[(mentions["doc_id"] == doc_id) & mentions["kind"].isin(_COMPARED) & ~mentions["ambiguous"]]
        surfaces.append(mine.groupby("concept_id")["surface"].first().to_dict())
    a, b = surfaces
    return [
        {
            "kind": "omission",
            "surface_a": a.get(concept, ""),
            "surface_b": b.get(concept, ""),
            "note": f"only one version mentions: {codebook.label(concept)}",
        }
        for concept in sorted(set(a) ^ set(b))
    ]


def _dates(dates: pd.DataFrame, pair: tuple[str, str]) -> list[dict[str, Any]]:
    events = dates[(dates["role"] == "event") & (dates["from"] != "")]
    spans: list[dict[tuple[str, str], str]] = []
    for doc_id in pair:
        mine = events[events["doc_id"] == doc_id]
        spans.append({(row["from"], row["to"]): row["surface"] for _, row in mine.iterrows()})
    a, b = spans
    return [
        {
            "kind": "date",
            "surface_a": a.get(span, ""),
            "surface_b": b.get(span, ""),
            "note": f"only one version gives the date: {' to '.join(dict.fromkeys(span))}",
        }
        for span in sorted(set(a) ^ set(b))
    ]


def _spellings(mentions: pd.DataFrame, pair: tuple[str, str], codebook: Codebook) -> list[dict[str, Any]]:
    """Full names of persons that match none of the codebook's own labels."""
    rows = []
    persons = {c.id for c in codebook.scheme("actor") if c.type == "person"}
    named = mentions[mentions["concept_id"].isin(persons)]
    for position, doc_id in enumerate(pair):
        for concept, group in named[named["doc_id"] == doc_id].groupby("concept_id"):
            own = {fold_label(label) for label in codebook.concepts[str(concept)].label.values()}
            listed = {fold_label(name) for name in codebook.concepts[str(concept)].names()}
            for surface in sorted(set(group["surface"])):
                if fold_label(surface) in listed - own:
                    other = named[(named["doc_id"] == pair[1 - position]) & (named["concept_id"] == concept)]
                    theirs = next((s for s in other["surface"] if fold_label(s) in own), "")
                    pair_of = (surface, theirs) if position == 0 else (theirs, surface)
                    rows.append(
                        {
                            "kind": "spelling",
                            "surface_a": pair_of[0],
                            "surface_b": pair_of[1],
                            "note": f"variant of the name {codebook.label(str(concept))}",
                        }
                    )
    return rows
