"""One event told twice: what one version has and the other lacks, and where the two contradict each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from research.codebook import Codebook
from research.coding import Evidence
from research.coding.matcher import Matcher, matcher_of
from research.corpus import Corpus
from research.tables import table
from research.text import fold_label

_COMPARED = ("actor", "initiative", "place", "concept", "layer")
_TWO = 2
_NEAR = 60  # characters between a rank and the name of who holds it


@dataclass(frozen=True)
class _Version:
    """One of two documents: its mentions, quantities and dates of events, and the ranks named in it."""

    doc_id: str
    mentions: list[dict[str, Any]]
    quantities: list[dict[str, Any]]
    dates: list[dict[str, Any]]
    ranks: list[dict[str, Any]]


def find_discrepancies(corpus: Corpus, evidence: Evidence, codebook: Codebook) -> pd.DataFrame:
    """The discrepancies table, over every pair of documents that `story_links` joins.

    Parameters
    ----------
    corpus : Corpus
    evidence : Evidence
        As `research.code_corpus` gives it for `corpus`.
    codebook : Codebook

    Returns
    -------
    DataFrame
        ``omission``: a concept that one version has. ``date`` and ``number``: one that one version has, or, where each
        has one of the same month or of the same unit, a contradiction. ``title``: a person to whom each version gives
        another rank (of the codebook's scheme ``rank``). ``spelling``: a person's name in a form that the codebook
        lists as a variant, beside the form the other version uses.
    """
    stories = dict(zip(corpus.documents["doc_id"], corpus.documents["story_id"], strict=True))
    ranks = matcher_of(Codebook({concept.id: concept for concept in codebook.scheme("rank")}))
    units = matcher_of(codebook.without("rank"))
    rows: list[dict[str, Any]] = []
    for link in corpus.story_links.itertuples():
        pair = [_version(doc_id, corpus, evidence, ranks) for doc_id in (link.doc_id_a, link.doc_id_b)]
        found = [
            *_omissions(pair, codebook),
            *_dates(pair),
            *_numbers(pair, units),
            *_titles(pair, codebook),
            *_spellings(pair, codebook),
        ]
        place = {"story_id": stories[link.doc_id_a], "doc_id_a": link.doc_id_a, "doc_id_b": link.doc_id_b}
        rows += [place | row for row in found]
    return table("discrepancies", rows)


def _version(doc_id: str, corpus: Corpus, evidence: Evidence, ranks: Matcher) -> _Version:
    def mine(frame: pd.DataFrame) -> list[dict[str, Any]]:
        return frame[frame["doc_id"] == doc_id].to_dict("records")  # type: ignore[no-any-return]

    dates = corpus.dates[(corpus.dates["role"] == "event") & (corpus.dates["from"] != "")]
    named = [
        {
            "concept_id": match.concept_id,
            "start": row["start"] + match.start,
            "surface": row["text"][match.start : match.end],
        }
        for row in mine(corpus.passages)
        for match in ranks.find(row["text"])
    ]
    mentions = evidence.mentions[~evidence.mentions["ambiguous"]]
    return _Version(doc_id, mine(mentions), mine(evidence.quantities), mine(dates), named)


def _row(kind: str, surfaces: Iterable[str], note: str) -> dict[str, Any]:
    a, b = surfaces
    return {"kind": kind, "surface_a": a, "surface_b": b, "note": note}


def _omissions(pair: list[_Version], codebook: Codebook) -> Iterator[dict[str, Any]]:
    surfaces: list[dict[str, str]] = [{}, {}]
    for version, found in zip(pair, surfaces, strict=True):
        for mention in version.mentions:
            if mention["kind"] in _COMPARED:
                found.setdefault(mention["concept_id"], mention["surface"])
    for concept in sorted(set(surfaces[0]) ^ set(surfaces[1])):
        note = f"only one version mentions: {codebook.label(concept)}"
        yield _row("omission", (found.get(concept, "") for found in surfaces), note)


def _dates(pair: list[_Version]) -> Iterator[dict[str, Any]]:
    spans = [{(row["from"], row["to"]): row["surface"] for row in version.dates} for version in pair]
    yield from _values("date", spans, lambda span: span[0][:7], lambda span: " to ".join(dict.fromkeys(span)))


def _numbers(pair: list[_Version], units: Matcher) -> Iterator[dict[str, Any]]:
    def unit(row: dict[str, Any]) -> str:
        # "ثماني اتفاقيات" and "neuf accords" count the same thing: the codebook says so.
        found = units.find(row["unit"])
        return found[0].concept_id if found else fold_label(row["unit"])

    # Arabic says "two" by a noun's ending as often as by a word.
    counted = [[row for row in version.quantities if row["value"] != _TWO] for version in pair]
    values = [{(unit(row), row["value"]): row["surface"] for row in rows} for rows in counted]
    alike: list[dict[tuple[str, float], str]] = [{}, {}]
    for found, other, kept in zip(values, reversed(values), alike, strict=True):
        # A unit that the codebook lacks has another name in each language: the same value is the same quantity.
        shared = {value for _, value in other}
        kept |= {key: surface for key, surface in found.items() if key[1] not in shared or key in other}
    yield from _values("number", alike, lambda key: key[0], lambda key: f"{key[1]:g} {key[0]}".strip())


def _values(kind: str, found: list[dict[Any, str]], group: Any, show: Any) -> Iterator[dict[str, Any]]:
    """What only one version gives, and where each gives one of a group, a contradiction."""
    only = [{key: found[i][key] for key in set(found[i]) - set(found[1 - i])} for i in (0, 1)]
    groups: dict[Any, list[list[Any]]] = defaultdict(lambda: [[], []])
    for i in (0, 1):
        for key in sorted(only[i]):
            groups[group(key)][i].append(key)
    for name, (a, b) in sorted(groups.items()):
        if name and len(a) == len(b) == 1:
            surfaces = (only[0][a[0]], only[1][b[0]])
            yield _row(kind, surfaces, f"the versions contradict each other: {show(a[0])}, {show(b[0])}")
        else:
            for key in sorted([*a, *b]):
                surfaces = (only[0].get(key, ""), only[1].get(key, ""))
                yield _row(kind, surfaces, f"only one version gives the {kind}: {show(key)}")


def _titles(pair: list[_Version], codebook: Codebook) -> Iterator[dict[str, Any]]:
    held = [_ranks_of(version, codebook) for version in pair]
    for person in sorted(set(held[0]) & set(held[1])):
        if not set(held[0][person]) & set(held[1][person]):
            surfaces = (next(iter(ranks[person].values())) for ranks in held)
            yield _row("title", surfaces, f"the versions give another rank to {codebook.label(person)}")


def _ranks_of(version: _Version, codebook: Codebook) -> dict[str, dict[str, str]]:
    """Rank -> words, for each person whose name stands beside one; a title alone may well be short for another."""
    held: dict[str, dict[str, str]] = defaultdict(dict)
    persons = [m for m in version.mentions if codebook.concepts[m["concept_id"]].type == "person"]
    named = [m for m in persons if m["label"] in set(codebook.concepts[m["concept_id"]].names())]
    for rank in version.ranks:
        distance = {_gap(rank["start"], m): m["concept_id"] for m in named}
        if distance and min(distance) <= _NEAR:
            held[distance[min(distance)]].setdefault(rank["concept_id"], rank["surface"])
    return held


def _gap(position: int, mention: dict[str, Any]) -> int:
    return int(max(mention["start"] - position, position - mention["end"], 0))


def _spellings(pair: list[_Version], codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Full names of persons that match none of the codebook's own labels."""
    persons = [c for c in codebook.scheme("actor") if c.type == "person"]
    for person in persons:
        own = {fold_label(label) for label in person.label.values()}
        listed = {fold_label(name) for name in person.names()}
        surfaces = [
            list(dict.fromkeys(m["surface"] for m in version.mentions if m["concept_id"] == person.id))
            for version in pair
        ]
        for i in (0, 1):
            theirs = next((surface for surface in surfaces[1 - i] if fold_label(surface) in own), "")
            for surface in surfaces[i]:
                if fold_label(surface) in listed - own:
                    both = (surface, theirs) if i == 0 else (theirs, surface)
                    yield _row("spelling", both, f"variant of the name {codebook.label(person.id)}")
