"""From matches to mentions, and from mentions to what each passage says of each layer.

Status is read inside one sentence, and only where that has no cue, in its neighbours. The cue nearest before a
layer's words decides, else the nearest after; what follows an ambition or a hedge in the sentence is no more than an
ambition – in a draft, what is discussed – and what a negation governs, or what came to nothing, is nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from research.codebook import Codebook, Concept
from research.coding.matcher import Match, matcher_of
from research.tables import STATUSES, table
from research.text import Span, fold_label, sentences

SUBJECT = ("layer", "concept", "initiative")
REACHED = ("announced", "signed", "operating")
_ON_SUBJECT = 0.25  # of a document's paragraphs
_NEAR = 3  # sentences on either side
_THEME = 3  # passages that surely speak of a layer make it a theme of their document
BODIES = ("centre", "lab", "programme")
PAPERS = ("mou", "agreement", "declaration_of_intent")
_STANDS_FOR = {"purpose": "ambition", "hedge": "ambition", "duration": "operating"}
_DEFINITE = re.compile(r"\b(?:le|la|les|the|cet?|cette|ces|th[ie]se?|l['’])\s*$", re.IGNORECASE)
_BESIDE = 12  # characters between a thing and what is said of it
_HOPED = ("ambition", "discussed")
_CLAUSE_END = re.compile(r"[،,;؛:]")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a passage with the mentions in it; offsets are the document's."""

    passage_id: str
    doc_id: str
    start: int
    end: int
    text: str
    kind: str
    language: str
    mentions: list[dict[str, Any]] = field(default_factory=list)

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        """Mentions of the given kinds, in order."""
        return [m for m in self.mentions if m["kind"] in kinds]

    def clause(self, position: int) -> Span:
        """The clause around a document offset, between commas."""
        marks = [self.start + m.start() for m in _CLAUSE_END.finditer(self.text)]
        return (
            max([m for m in marks if m < position], default=self.start),
            min([m for m in marks if m >= position], default=self.end),
        )


def find_mentions(passages: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The mentions table: every label of the codebook in every passage.

    A surname or a title alone is resolved by the persons whose full names the same document gives; a surname
    that fits several, or none, is `ambiguous` and lists them all.
    """
    matcher = matcher_of(codebook.without("rank"))  # ranks are part of titles, which would lose to them
    rows: list[dict[str, Any]] = []
    for doc_id, group in passages.groupby("doc_id", sort=True):
        found = [(row, match) for row in group.itertuples() for match in matcher.find(row.text)]
        found = _meant(found, codebook)
        present = {match.concept_id for _, match in found if match.how == "label"}
        for row, matches in _by_span(found):
            for concept_id, match, ambiguous in _resolve(matches, present, codebook):
                rows.append(
                    {
                        "mention_id": f"{row.passage_id}@{match.start}-{concept_id}",
                        "passage_id": row.passage_id,
                        "doc_id": doc_id,
                        "concept_id": concept_id,
                        "kind": codebook.concepts[concept_id.split("|")[0]].scheme,
                        "start": row.start + match.start,
                        "end": row.start + match.end,
                        "surface": row.text[match.start : match.end],
                        "label": match.label,
                        "ambiguous": ambiguous,
                    }
                )
    return table("mentions", rows)


def _meant(found: list[tuple[Any, Match]], codebook: Codebook) -> list[tuple[Any, Match]]:
    """The matches in a document; words of every day count only in company.

    One is company to another of its layer in the same passage, and so is an article that surely speaks of the layer
    in three passages. A word of no layer needs any label of the subject in its passage.
    """
    told: dict[str, set[str]] = defaultdict(set)  # passage -> layers that it surely speaks of
    about: set[str] = set()  # passages that have any label of the subject
    ordinary: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row, match in found:
        layers = codebook.layers_of(match.concept_id)
        if match.how == "label" and codebook.concepts[match.concept_id].scheme in SUBJECT:
            told[row.passage_id].update(layers)
            about.add(row.passage_id)
        for layer in layers if match.how == "ordinary" else ():
            ordinary[row.passage_id, layer].add(fold_label(match.label))
    themes = Counter(layer for layers in told.values() for layer in layers)

    def counts(passage: str, match: Match) -> bool:
        layers = codebook.layers_of(match.concept_id)
        if not layers:
            return passage in about
        return any(
            layer in told[passage] or len(ordinary[passage, layer]) > 1 or themes[layer] >= _THEME for layer in layers
        )

    return [
        (row, match._replace(how="label") if match.how == "ordinary" else match)
        for row, match in found
        if match.how != "ordinary" or counts(row.passage_id, match)
    ]


def on_subject(passages: pd.DataFrame, mentions: pd.DataFrame, codebook: Codebook) -> set[str]:
    """The documents that speak of the subject; in the others ("the cloud over the stadium") a label or two is chance.

    A quarter of their paragraphs, at least, have a label of the subject, and two labels are of its core: of an entry
    of type ``core`` or below one, and no words of every day. Without them half of them have one. Short documents,
    which may never name the subject, are not asked.
    """
    of_subject = mentions[mentions["kind"].isin(SUBJECT)]
    core = {c.id for c in codebook.concepts.values() if _is_core(c, codebook)}
    plain = [
        concept in core and label not in {t for texts in codebook.concepts[concept].ordinary.values() for t in texts}
        for concept, label in zip(of_subject["concept_id"], of_subject["label"], strict=True)
    ]
    labels = of_subject.loc[plain, ["doc_id", "concept_id", "label"]].drop_duplicates()
    named = set(labels.loc[labels["doc_id"].duplicated(), "doc_id"])
    paragraphs = passages[passages["kind"] == "paragraph"]
    spoken = paragraphs["passage_id"].isin(set(of_subject["passage_id"]))
    found = spoken.groupby(paragraphs["doc_id"]).agg(["mean", "size"])
    needed = [_ON_SUBJECT if doc_id in named or not core else 2 * _ON_SUBJECT for doc_id in found.index]
    return set(found.index[(found["mean"] >= needed) | (found["size"] < 1 / _ON_SUBJECT)])


def _is_core(concept: Concept, codebook: Codebook) -> bool:
    return "core" in {concept.type, *(codebook.concepts[layer].type for layer in codebook.layers_of(concept.id))}


def _by_span(found: list[tuple[Any, Match]]) -> list[tuple[Any, list[Match]]]:
    grouped: dict[tuple[str, int, int], tuple[Any, list[Match]]] = {}
    for row, match in found:
        grouped.setdefault((row.passage_id, match.start, match.end), (row, []))[1].append(match)
    return list(grouped.values())


def _resolve(matches: list[Match], present: set[str], codebook: Codebook) -> list[tuple[str, Match, bool]]:
    resolved = [(match.concept_id, match, False) for match in matches if match.how == "label"]
    for how in ("surname", "title"):
        known = {concept_id for concept_id, _, _ in resolved}
        persons = {m.concept_id: m for m in matches if m.how == how and m.concept_id not in known}
        if not persons:
            continue
        named = sorted(present & set(persons))
        if len(named) == 1:
            resolved.append((named[0], persons[named[0]], False))
        elif how == "surname":
            ids = named or sorted(persons)
            resolved.append(("|".join(ids), persons[ids[0]], True))
    return resolved


def split_sentences(passages: pd.DataFrame, mentions: pd.DataFrame) -> list[Sentence]:
    """The sentences of passages, each with its mentions."""
    by_passage: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for mention in mentions.to_dict("records"):
        by_passage[mention["passage_id"]].append(mention)
    found = []
    for row in passages.itertuples():
        for start, end in sentences(row.text, row.language):
            a, b = row.start + start, row.start + end
            inside = [m for m in by_passage[row.passage_id] if a <= m["start"] < b]
            found.append(
                Sentence(row.passage_id, row.doc_id, a, b, row.text[start:end], row.kind, row.language, inside)
            )
    return found


def status_at(sentence: Sentence, mention: dict[str, Any]) -> tuple[str, bool, bool, list[dict[str, Any]]]:
    """Status of what a mention's words are said to be: ``(status, hedged, negated, cues)``."""
    negations = denials_of(sentence, mention)
    hedges = [m for m in sentence.of("hedge") if m["start"] < mention["end"]]
    if negations:
        return "", bool(hedges), True, negations
    before = [m for m in sentence.of("status", "purpose") if m["start"] < mention["start"]]
    aims = [m for m in before if m["concept_id"] == "ambition"]
    drafts = [m for m in before if m["concept_id"] == "discussed"] + [
        m for m in sentence.of("instrument") if m["concept_id"] == "draft-law"
    ]
    if hedges and drafts and not aims and drafts[0]["start"] < hedges[0]["start"]:
        return "discussed", True, False, drafts[:1]
    if hedges or aims:
        return "ambition", bool(hedges), False, aims[:1] or hedges[:1]
    # The purpose of what was signed or announced has its status; one of nothing told before is an aim.
    purposes = [m for m in before if m["kind"] == "purpose"]
    told = [m for m in before if m["kind"] == "status" and not (purposes and m["start"] > purposes[0]["start"])]
    # What is said of a subject may stand behind it, too: "a plant could be tendered".
    behind = [m for m in sentence.of("status", "purpose", "hedge") if m not in before][:1]
    nearest = told[-1:] or purposes[:1] or behind or sentence.of("duration")[:1]
    if nearest and (denials := denials_of(sentence, nearest[0])):
        # What is denied behind a subject may be of something else: "…, which did not name the signatories". Then the
        # subject has no status, and none is looked for in the next sentence.
        return "", False, nearest[0]["start"] < mention["start"], denials
    return status_of(nearest), any(m["kind"] == "hedge" for m in nearest), False, nearest


def denials_of(sentence: Sentence, words: dict[str, Any]) -> list[dict[str, Any]]:
    """The negations that govern words: those in their clause, of "without" only one before them."""
    low, high = sentence.clause(words["start"])
    negations = [m for m in sentence.of("negation") if low <= m["start"] < high]
    # What is asked for or hoped may be a "no", too: "demands that no data leave the country". What was not signed after
    # talks was not signed.
    reached = words["concept_id"] in REACHED
    hoped = [m["start"] for m in sentence.of("status", "hedge") if m["concept_id"] in _HOPED or m["kind"] == "hedge"]
    if not reached and hoped and hoped[0] <= words["start"]:
        negations = [m for m in negations if m["start"] < hoped[0]]
    return [m for m in negations if m["concept_id"] != "without" or m["start"] < words["start"]]


def status_of(cues: list[dict[str, Any]]) -> str:
    """The status that the first of some cues stands for."""
    if not cues:
        return ""
    return str(cues[0]["concept_id"]) if cues[0]["kind"] == "status" else _STANDS_FOR[cues[0]["kind"]]


def status_in(
    passage: list[Sentence], at: int, mention: dict[str, Any]
) -> tuple[str, bool, bool, list[dict[str, Any]]]:
    """`status_at` in the sentence `passage[at]`; where it has no cue, that of a sentence near it with one.

    The sentences before are looked at first: who goes on about a thing does not say again that it was signed.
    """
    found = status_at(passage[at], mention)
    # A plan that came to nothing is none, also where the next sentence says so.
    failures = [m for sentence in passage[at : at + 2] for m in sentence.of("negation") if m["concept_id"] == "failed"]
    if failures and found[0] not in ("discussed", "signed"):
        return "", False, True, failures[:1]
    if found[3] and not (found[3][0]["kind"] == "purpose" and _of_told(passage[at], found[3][0])):
        return found
    for number in [*range(at - 1, max(at - _NEAR, 0) - 1, -1), *range(at + 1, min(at + _NEAR + 1, len(passage)))]:
        sentence = passage[number]
        cues = sentence.of("status")
        if cues and not sentence.of("negation"):
            near, hedges = cues[-1:] if number < at else cues[:1], sentence.of("hedge")[:1]
            if hedges:
                continue
            return (status_of(near), False, False, near)
    return found


def _of_told(sentence: Sentence, purpose: dict[str, Any]) -> bool:
    """Whether a purpose is of a thing told before: "the centre aims to …"."""
    subjects = [
        m
        for m in sentence.of("instrument")
        if -_BESIDE <= m["start"] - purpose["end"] <= _BESIDE or 0 <= purpose["start"] - m["end"] <= _BESIDE
    ]
    return any(
        m["surface"].startswith("ال") or _DEFINITE.search(sentence.text[: m["start"] - sentence.start])
        for m in subjects
    )


def speaker_of(sentence: Sentence, codebook: Codebook) -> str:
    """The person or body to whom the sentence attributes what it says, or nothing."""
    cues = sentence.of("speech")
    actors = [m for m in sentence.of("actor") if not m["ambiguous"]]
    if not cues or not actors:
        return ""
    # Arabic puts the speaker after the verb, French and English mostly before it.
    after = [m for m in actors if m["start"] >= cues[0]["end"]]
    before = [m for m in actors if m["end"] <= cues[0]["start"]]
    nearest = after[:1] if after and (not before or after[0]["start"] - cues[0]["end"] < 40) else before[-1:]
    named = [m for m in after if codebook.concepts[m["concept_id"]].type == "person"]
    if nearest and named and codebook.concepts[nearest[0]["concept_id"]].type != "person" and nearest == after[:1]:
        nearest = named[:1]
    return str(nearest[0]["concept_id"]) if nearest else ""


def code_passages(found: list[Sentence], codebook: Codebook) -> pd.DataFrame:
    """The codes table: one row a passage and layer, over the paragraphs."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    passages: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in found:
        passages[sentence.passage_id].append(sentence)
    for sentence, at in (
        (s, i) for passage in passages.values() for i, s in enumerate(passage) if s.kind == "paragraph"
    ):
        speaker = speaker_of(sentence, codebook)
        postures = sentence.of("posture")
        for mention in sentence.of(*SUBJECT):
            status, hedged, negated, cues = status_in(passages[sentence.passage_id], at, mention)
            for layer in codebook.layers_of(mention["concept_id"]):
                groups[sentence.passage_id, layer].append(
                    {
                        "doc_id": sentence.doc_id,
                        "status": status,
                        "hedged": hedged,
                        "negated": negated,
                        "speaker": speaker,
                        "posture": postures[0]["concept_id"] if postures else "",
                        "mentions": [m["mention_id"] for m in (mention, *cues, *postures[:1])],
                        "named": mention["kind"] == "initiative",
                    }
                )
    order = {layer: i for i, layer in enumerate(codebook.layers)}
    rows = [
        _code(passage_id, layer, votes)
        for (passage_id, layer), votes in sorted(groups.items(), key=lambda item: (item[0][0], order[item[0][1]]))
    ]
    return table("codes", rows)


def _code(passage_id: str, layer: str, votes: list[dict[str, Any]]) -> dict[str, Any]:
    # What layer an initiative belongs to is the codebook's knowledge: the passage's own words on the layer go first.
    voters = [v for v in votes if not v["named"]] or votes
    best = max(voters, key=lambda v: STATUSES.index(v["status"]) if v["status"] else -1)
    return {
        "passage_id": passage_id,
        "doc_id": votes[0]["doc_id"],
        "layer": layer,
        "status": best["status"],
        "posture": next((v["posture"] for v in votes if v["posture"]), ""),
        "hedged": best["hedged"],
        "negated": best["negated"],
        "speaker": next((v["speaker"] for v in votes if v["speaker"]), ""),
        "mention_ids": sorted({m for v in votes for m in v["mentions"]}),
    }


def lift(codes: pd.DataFrame, instruments: pd.DataFrame, mentions: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Codes with the status of the instrument that their words are about.

    What a signed paper or an announced body is to do is told in its sentence as an aim: its layers take its status, no
    hedged or denied one among them. Who names an initiative without a status says that it exists.
    """
    at = dict(zip(mentions["mention_id"], mentions["start"], strict=True))
    told = defaultdict(list)
    for row in instruments.itertuples():
        told[row.passage_id].append((row.start, row.end, row.status, row.layers, row.kind in BODIES))
    initiatives = mentions[mentions["kind"] == "initiative"]
    named = {
        (row.passage_id, layer) for row in initiatives.itertuples() for layer in codebook.layers_of(row.concept_id)
    }

    def lifted(row: Any) -> str:
        if row.hedged or row.negated:
            return str(row.status)
        starts = [at[mention] for mention in row.mention_ids]
        found = [
            status
            for start, end, status, layers, is_body in told[row.passage_id]
            if status in REACHED
            # Who is only described beside a paper is not what it is about; what a body is for is told without an aim.
            and (row.status or status == "signed" or (is_body and row.layer in layers))
            and (row.layer in layers or any(start <= place < end for place in starts))
        ]
        best = max([row.status, *found], key=lambda status: STATUSES.index(status) if status else -1)
        return str(best) or ("announced" if (row.passage_id, row.layer) in named else "")

    return codes.assign(status=[lifted(row) for row in codes.itertuples()])
