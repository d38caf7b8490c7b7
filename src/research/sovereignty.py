"""The ledger: what the record says of each layer of the stack, who is named, how certain it is, what is silent.

Certainty follows one rule. *High*: three or more independent stories, unhedged, with an analyst's fact. *Medium*:
two stories, or one with an instrument that names a party. *Low*: one story, or hedged, or assertions only.
*Silent*: searched for, absent. Where the rules and the analyst's claims disagree on a layer's status, the grade
falls by one. It is an agreement of the rules with the analyst's claims – not an independent second coder.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from research.codebook import Codebook
from research.coding import Evidence
from research.coding.codes import SUBJECT
from research.corpus import Corpus
from research.errors import ResearchError
from research.tables import ORIGINS, POSTURES, STATUSES, table

GRADES = ["low", "medium", "high"]


def sovereignty_ledger(
    evidence: Evidence, claims: pd.DataFrame, codebook: Codebook, *, corpus: Corpus | None = None
) -> pd.DataFrame:
    """One row a layer of the codebook, silent layers included.

    Parameters
    ----------
    evidence : Evidence
        What the rules found.
    claims : DataFrame
        The analyst's claims; may be empty.
    codebook : Codebook
    corpus : Corpus, optional
        Tells which documents are one story; without it every document counts as a story of its own.

    Returns
    -------
    DataFrame
        The ledger table. `domestic`, `foreign` and `multilateral` count the distinct actors of each origin named
        in the layer's passages; `status_top` is the furthest status an unhedged passage gives it.
    """
    stories = dict(zip(corpus.documents["doc_id"], corpus.documents["story_id"], strict=True)) if corpus else {}
    # Silent is what no word of any article names, its titles and what is beside its subject included.
    words = evidence.mentions[evidence.mentions["kind"].isin(SUBJECT)]
    named = {layer for concept in set(words["concept_id"]) for layer in codebook.layers_of(concept)}
    rows = []
    for layer in codebook.layers:
        spoken = evidence.codes[evidence.codes["layer"] == layer]  # a denial speaks of a layer, too
        codes = spoken[~spoken["negated"]]
        asserted, instruments = _about(layer, claims), _about(layer, evidence.instruments)
        row = {
            "layer": layer,
            "passages": len(codes),
            "documents": codes["doc_id"].nunique(),
            "stories": len({stories.get(doc_id, doc_id) for doc_id in codes["doc_id"]}),
            "claims": len(asserted),
            "instruments": len(instruments[instruments["kind"] != "talks"]),
            "status_top": _furthest([*codes.loc[~codes["hedged"], "status"]]),
            "posture_top": _most([*codes["posture"], *asserted["posture"]], POSTURES),
            **_origins(codes, evidence.mentions, codebook),
            "silent": spoken.empty and asserted.empty and layer not in named,
        }
        row["certainty"] = _certainty(row, codes, asserted, instruments)
        rows.append(row)
    return table("ledger", rows)


def _about(layer: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[pd.Series([layer in layers for layers in frame["layers"]], index=frame.index, dtype=bool)]


def _furthest(statuses: list[str]) -> str:
    known = [status for status in statuses if status]
    return max(known, key=STATUSES.index) if known else ""


def _most(values: list[str], order: list[str]) -> str:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda v: (-counts[v], order.index(v))) if counts else ""


def _origins(codes: pd.DataFrame, mentions: pd.DataFrame, codebook: Codebook) -> dict[str, int]:
    here = mentions[mentions["passage_id"].isin(codes["passage_id"]) & (mentions["kind"] == "actor")]
    bodies = {_body(concept_id, codebook) for concept_id in here["concept_id"] if "|" not in concept_id}
    counts: Counter[str] = Counter(codebook.concepts[body].origin for body in bodies)
    return {origin: counts[origin] for origin in ORIGINS}


def _body(concept_id: str, codebook: Codebook) -> str:
    """A person counts for the body they speak for."""
    return codebook.concepts[concept_id].member_of or concept_id


def _grade(stories: int, *, fact: bool, hedged: bool, named: bool) -> int:
    if hedged:
        return 0
    return 2 if stories >= 3 and fact else int(stories >= 2 or named)


def grade_claims(
    claims: pd.DataFrame, mentions: pd.DataFrame, instruments: pd.DataFrame, *, corpus: Corpus | None = None
) -> pd.Series[str]:
    """How certain each claim is, by the rule of the ledger: the grade of each claim's id.

    Stories are those of its quotes; a named instrument is one with parties in them. What somebody only asserts or
    promises, or words hedge, is low.

    Parameters
    ----------
    claims : DataFrame
        The claims table.
    mentions, instruments : DataFrame
        The evidence's tables.
    corpus : Corpus, optional
        Tells which documents are one story.
    """
    stories = dict(zip(corpus.documents["doc_id"], corpus.documents["story_id"], strict=True)) if corpus else {}
    hedges = mentions[mentions["kind"] == "hedge"]
    papers = instruments[instruments["kind"] != "talks"]
    papers = papers[papers["parties"].map(len) > 0]

    def within(rows: pd.DataFrame, quotes: list[dict[str, Any]]) -> bool:
        return any(
            bool(((rows["doc_id"] == q["doc_id"]) & (rows["start"] < q["end"]) & (rows["end"] > q["start"])).any())
            for q in quotes
        )

    def grade(row: Any) -> str:
        told = len({stories.get(quote["doc_id"], quote["doc_id"]) for quote in row.quotes})
        soft = row.kind in ("assertion", "commitment") or within(hedges, row.quotes)
        return GRADES[_grade(told, fact=row.kind == "fact", hedged=soft, named=within(papers, row.quotes))]

    return pd.Series({row.claim_id: grade(row) for row in claims.itertuples()}, dtype=str)


def _certainty(row: dict[str, Any], codes: pd.DataFrame, claims: pd.DataFrame, instruments: pd.DataFrame) -> str:
    if row["silent"]:
        return "silent"
    named = any(len(parties) > 0 for parties in instruments.loc[instruments["kind"] != "talks", "parties"])
    hedged = not codes.empty and bool(codes["hedged"].all())
    grade = _grade(row["stories"], fact=bool((claims["kind"] == "fact").any()), hedged=hedged, named=named)
    analyst = _furthest([*claims["status"]])
    if grade and analyst != row["status_top"]:
        grade -= 1
    return GRADES[grade]


def partners(
    evidence: Evidence, codebook: Codebook, *, corpus: Corpus, apart_from: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Who is a partner in what: one row a partner, layer, status and story.

    Persons count for the body they speak for; parties that the text leaves open, papers that it gives no status, and
    whoever `apart_from` names (the study's own ministry), are left out. What two outlets or languages tell of one
    story counts once.

    Returns
    -------
    DataFrame
        Columns partner, origin, layer ("" where its sentence names none), status, kind, story_id, instrument_id,
        passage_id; the furthest status of each first.
    """
    rows = evidence.instruments.explode("parties").dropna(subset="parties")
    rows = rows.assign(partner=[_body(party, codebook) for party in rows["parties"]])
    rows = rows.assign(origin=[codebook.concepts[partner].origin for partner in rows["partner"]])
    known = (rows["origin"] != "") & (rows["status"] != "")
    rows = rows[known & ~rows["partner"].isin(apart_from)].explode("layers")
    rows = rows.assign(layer=rows["layers"].fillna("")).merge(corpus.documents[["doc_id", "story_id"]])
    order = rows["status"].map(STATUSES.index)
    rows = rows.assign(order=order).sort_values(["order", "passage_id"], ascending=[False, True], kind="stable")
    told = ["story_id", "partner", "kind", "title"]
    first = rows.groupby(told)["doc_id"].transform("first")
    rows = rows[rows["doc_id"] == first].drop_duplicates(["instrument_id", "partner", "layer"])
    columns = ["partner", "origin", "layer", "status", "kind", "story_id", "instrument_id", "passage_id"]
    return rows[columns].reset_index(drop=True)


def actors(evidence: Evidence, codebook: Codebook, *, corpus: Corpus) -> pd.DataFrame:
    """Who is named: one row an actor, with its origin, whom it speaks for, and in how many articles and stories.

    Returns
    -------
    DataFrame
        Columns actor, origin, speaks_for, mentions, documents, stories; ambiguous names are left out.
    """
    named = evidence.mentions.query("kind == 'actor' and not ambiguous")
    named = named.merge(corpus.documents[["doc_id", "story_id"]])
    found = named.groupby("concept_id").agg(
        mentions=("mention_id", "size"), documents=("doc_id", "nunique"), stories=("story_id", "nunique")
    )
    found = found.rename_axis("actor").reset_index()
    found.insert(1, "origin", [codebook.concepts[actor].origin for actor in found["actor"]])
    found.insert(2, "speaks_for", [codebook.concepts[actor].member_of for actor in found["actor"]])
    place = found["origin"].map([*ORIGINS, ""].index)
    found = found.assign(place=place).sort_values(
        ["place", "stories", "mentions", "actor"], ascending=[True, False, False, True]
    )
    return found.drop(columns="place").reset_index(drop=True)


def versions(evidence: Evidence, codebook: Codebook, *, corpus: Corpus) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The first story that is told in two languages: how often each version mentions each layer.

    Returns
    -------
    DataFrame, tuple of str
        Index: layers from the top of the stack; columns: the two languages. And the passages that mention them.
    """
    languages = corpus.documents.set_index("doc_id")["language"]
    links = corpus.story_links
    links = links[links["doc_id_a"].map(languages) != links["doc_id_b"].map(languages)]
    if links.empty:
        raise ResearchError("no story is told in two languages", remedy="leave this figure out")
    pair = links.iloc[0]
    told = evidence.mentions[evidence.mentions["doc_id"].isin([pair["doc_id_a"], pair["doc_id_b"]])]
    told = told.assign(layer=[codebook.layers_of(c.split("|")[0]) for c in told["concept_id"]])
    told = told.explode("layer").dropna(subset="layer").merge(corpus.documents[["doc_id", "language"]])
    counts = pd.crosstab(told["layer"], told["language"])
    order = [layer for layer in codebook.layers[::-1] if layer in counts.index]
    return counts.loc[order], tuple(sorted(set(told["passage_id"])))
