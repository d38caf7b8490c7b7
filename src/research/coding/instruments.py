"""Instruments – memoranda, agreements, centres, laboratories, talks – and quantities, from coded sentences.

One row for each kind of instrument that a sentence reports. Parties are the bodies named between the instrument
and its purpose clause; nothing is filled in from another article, and what is inferred within one is marked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd

from research.codebook import Codebook, Concept
from research.coding.codes import BODIES, PAPERS, Sentence, denials_of, status_at, status_of
from research.coding.quantities import find_numbers
from research.tables import STATUSES, table
from research.text import fold, is_arabic

_ANAPHORA = re.compile(r"(?:هذا|هذه|هاته|ذلك|تلك|هذين|cet|cette|ces|ce|this|these|those)\s+(?:ال)?$", re.IGNORECASE)
_DEFINITE = re.compile(r"\b(?:le|la|les|du|the|l['’])\s*$", re.IGNORECASE)
# What follows "the centre" if it has not been told of before: a name, an adjective of a name, "of", "for".
_SPECIFIED = re.compile(r"\W{1,3}(?:[A-ZÀ-Þ«“\"]|ال|لل|(?:of|for|d[eu]s?|pour|à)\b|d[’'])")
# A programme or a centre that has a name exists: "le programme « Nour »", "the Takwin programme".
_NAME_BEHIND = re.compile(r"\W{1,2}[«“\"]\s?\w|\s(?!AI|IA)[A-ZÀ-Þ]\w")
_NAME_BEFORE = re.compile(r"[«“]\s?$|(?:\w|,) (?!AI|IA)[A-ZÀ-Þ][\w-]+[”»\"]?\s$|[”»]\s$")
_AND = frozenset(["", "و", "et", "and", "y", ",", "،"])
# A law in force goes by a number or a year: "loi n° 09-08", "the law of 2019", "القانون رقم 31".
_NUMBERED = re.compile(r"\W{1,3}(?:\w+\W{1,3}){0,2}?(?:n°|no\.?|رقم)?\s*\d", re.IGNORECASE)
_JOINED = re.compile(r"(?:^|\W)(?:و|et|and)\W*$")  # before a cue that starts something new
_FIRST_AND_SECOND = re.compile(
    r"(?P<first>\b(?:ال[أا]ولى|[أا]ولاهما|ال[أا]ول|[أا]ولهما|the first|one|la première|le premier|l['’]une?)\b)"
    r".+?(?P<second>\b(?:و?الثانية|و?ثانيتهما|و?الثاني|و?ثانيهما|the second|the other|"
    r"la seconde|la deuxième|le second|le deuxième|l['’]autre)\b)",
    re.IGNORECASE,
)
OPEN_PARTIES = "open-parties"  # the codebook's entry for "the two sides"
_GAP = 3  # characters between a word and the name at it
_UNIT = 12  # characters between a number and its unit, "million dinars"
_BOUNDS = {"up-to": "up to", "at-least": "at least", "about": "about"}


def find_instruments(found: list[Sentence], dates: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The instruments table.

    Parameters
    ----------
    found : list of Sentence
        Of every passage; only paragraphs count.
    dates : DataFrame
        The corpus's dates; a resolved one in the sentence dates the instrument.
    codebook : Codebook
    """
    rows: list[dict[str, Any]] = []
    collective: set[str] = set()  # documents that report a signing without naming two parties
    unwritten = {sentence.passage_id for sentence in found if sentence.of("unwritten")}
    told: set[tuple[str, str]] = set()  # kinds that a document has told of
    for sentence in found:
        if sentence.kind != "paragraph":
            continue
        known = {kind for doc_id, kind in told if doc_id == sentence.doc_id}
        for mention, kind, name in _candidates(sentence, codebook, known):
            if kind == "talks" and rows and (rows[-1]["passage_id"], rows[-1]["kind"]) == (sentence.passage_id, kind):
                continue  # "two meetings have been held" goes on about them
            included = sentence.doc_id in collective and _container(sentence, mention, codebook) is not None
            for number, part in enumerate(_each(sentence, mention) if kind in PAPERS else [sentence]):
                row = _instrument(
                    part, mention, kind, name, codebook, included=included, unwritten=sentence.passage_id in unwritten
                )
                if row is None:
                    continue
                if _same_signing(sentence, rows[-1:], row, mention):
                    rows[-1]["title"] += f", {row['title']}"
                    continue
                if kind in PAPERS and row["status"] == "signed" and len(row["parties"]) < 2:
                    collective.add(sentence.doc_id)
                row["layers"] = _subject(part, mention, codebook)
                row |= _date(sentence, dates, row["inferred"])
                row["quantity"] = 1 if part is not sentence else row["quantity"]
                row["instrument_id"] = f"{sentence.passage_id}@{mention['start'] + number}-{name or kind}"
                # A law is told of in many sentences; one in force and one in draft are two.
                row["name"] = name or (mention["concept_id"] if kind == "law" else "")
                row["word_end"] = mention["end"]
                rows.append(row)
                told.add((sentence.doc_id, kind))
    return table("instruments", _once(rows))


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A body with a name is one instrument a document, under the furthest status that the document reports."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        del row["word_end"]
        key = (row["doc_id"], row.pop("name") or row["instrument_id"])
        if key not in best or STATUSES.index(row["status"]) > STATUSES.index(best[key]["status"]):
            best[key] = row
    return sorted(best.values(), key=lambda row: (row["doc_id"], row["start"], row["instrument_id"]))


def _each(sentence: Sentence, mention: dict[str, Any]) -> list[Sentence]:
    """The sentence once for each of two papers that it lists ("two memoranda, the first with …, the second with …")."""
    listed = _FIRST_AND_SECOND.search(sentence.text, mention["end"] - sentence.start)
    if not listed:
        return [sentence]
    first, second = sentence.start + listed.start("first"), sentence.start + listed.start("second")
    parts = [
        replace(sentence, mentions=[m for m in sentence.mentions if not low <= m["start"] < high])
        for low, high in ((second, sentence.end), (first, second))
    ]
    # Two papers of the same parties are one signing.
    return parts if all(any(m["start"] > first for m in part.of("actor")) for part in parts) else [sentence]


def _same_signing(
    sentence: Sentence, before: list[dict[str, Any]], row: dict[str, Any], mention: dict[str, Any]
) -> bool:
    """Whether a kind of paper goes on a collective signing: "several memoranda and agreements" are one."""
    if not before or row["kind"] not in PAPERS or (before[0]["start"], before[0]["quantity"]) != (row["start"], 0):
        return False
    between = sentence.text[before[0]["word_end"] - sentence.start : mention["start"] - sentence.start]
    return row["quantity"] == 0 and between.strip() in _AND


def _candidates(sentence: Sentence, codebook: Codebook, known: set[str]) -> list[tuple[dict[str, Any], str, str]]:
    """Mentions that introduce an instrument: ``(mention, kind, initiative)``, one a kind and a name."""
    named = {_kind(m, codebook) for m in sentence.of("initiative")}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in sentence.of("instrument", "initiative"):
        kind = _kind(mention, codebook)
        name = mention["concept_id"] if mention["kind"] == "initiative" else ""
        if not kind or (not name and kind in named):
            continue
        if _refers_back(sentence, mention, kind, known=kind in known) or _contains(sentence, mention, codebook):
            continue
        # A law and a draft of another are two; an envelope that is set aside is one.
        found.setdefault((mention["concept_id"] if kind == "law" else kind, name), mention)
    return [(mention, _kind(mention, codebook), name) for (_, name), mention in found.items()]


def _papers(sentence: Sentence, codebook: Codebook) -> list[dict[str, Any]]:
    return [m for m in sentence.of("instrument") if _kind(m, codebook) in PAPERS]


def _container(sentence: Sentence, mention: dict[str, Any], codebook: Codebook) -> dict[str, Any] | None:
    """The collective that a paper is listed in: "the agreements included a memorandum"."""
    before = [m for m in _papers(sentence, codebook) if m["end"] <= mention["start"]]
    if not before or any(before[-1]["end"] <= m["start"] < mention["start"] for m in sentence.of("actor")):
        return None
    between = sentence.text[before[-1]["end"] - sentence.start : mention["start"] - sentence.start]
    joined = between.strip() in _AND and between != " "
    return None if joined else before[-1]


def _contains(sentence: Sentence, mention: dict[str, Any], codebook: Codebook) -> bool:
    return any(_container(sentence, other, codebook) is mention for other in _papers(sentence, codebook))


def _kind(mention: dict[str, Any], codebook: Codebook) -> str:
    concept = codebook.concepts[mention["concept_id"]]
    return concept.type or (concept.id if concept.scheme == "instrument" else "")


def _refers_back(sentence: Sentence, mention: dict[str, Any], kind: str, *, known: bool) -> bool:
    """Whether the words point to something told before: "this agreement", "the talks"."""
    before = sentence.text[: mention["start"] - sentence.start]
    after = sentence.text[mention["end"] - sentence.start :]
    definite = mention["surface"].startswith("ال") or _DEFINITE.search(before)
    article = kind == "talks" or (kind in BODIES and mention["kind"] == "instrument" and not _SPECIFIED.match(after))
    return (known and _ANAPHORA.search(before) is not None) or (article and bool(definite))


def _instrument(
    sentence: Sentence,
    mention: dict[str, Any],
    kind: str,
    name: str,
    codebook: Codebook,
    *,
    included: bool,
    unwritten: bool,
) -> dict[str, Any] | None:
    concept = codebook.concepts[mention["concept_id"]]
    status, hedged, negated, _ = status_at(sentence, mention)
    if concept.status == "discussed":
        # Talks that led to nothing, and a draft of what may be, are talks and a draft.
        hedged, negated = False, any(m["end"] <= mention["start"] for m in denials_of(sentence, mention))
    if negated or hedged:
        return None
    aims = [m["start"] for m in _aims(sentence)]
    purpose = min([a for a in aims if a > mention["start"]], default=sentence.end)
    parties = _parties(sentence, mention, kind, status, purpose, codebook)
    inferred: list[str] = []
    if kind == "talks":
        # The words may leave open with whom talks are; a meeting may be about anything.
        if not concept.status and len(parties) < 2 and not unwritten:
            return None
        status = "discussed"
    elif kind in PAPERS:
        if included and status != "signed":
            status, inferred = "signed", ["status"]
        if status in ("ambition", "discussed") or not (status or parties):
            return None
        status = status or "announced"
    elif name:
        status = _made(sentence, mention, codebook)
    else:
        status = _reached(sentence, mention, concept, codebook)
        if not status:
            return None  # a body, a law or a budget without a name that nothing says was made
    quantity = _quantity(sentence, mention, several=kind in PAPERS and len(parties) < 2)
    title = codebook.label(name) if name else codebook.label(kind)
    return {
        "doc_id": sentence.doc_id,
        "passage_id": sentence.passage_id,
        "kind": kind,
        "title": title,
        "status": status,
        "parties": parties,
        "quantity": quantity,
        "start": sentence.start,
        "end": sentence.end,
        "quote": sentence.text,
        "inferred": inferred,
        "reviewed": False,
    }


def _aims(sentence: Sentence) -> list[dict[str, Any]]:
    return [m for m in sentence.of("status", "purpose") if m["concept_id"] in ("ambition", "purpose")]


def _reached(sentence: Sentence, mention: dict[str, Any], concept: Concept, codebook: Codebook) -> str:
    """Status of a body, a law, a budget without a name: what the cues beside it say was done, else its usual one."""
    kind = _kind(mention, codebook)
    if kind == "budget" and not _money(sentence, codebook.layers_of(concept.id), codebook):
        return ""
    aimed = concept.status != "discussed" and any(m["start"] < mention["start"] for m in _aims(sentence))
    # A signature is a paper's: beside a body it is something else that was signed.
    possible = ["announced", "operating", *(["signed"] if kind in ("law", "other") else [])]
    own = [status for status in _own_cues(sentence, mention, codebook) if status in possible]
    reached = own if not aimed else []
    number = _NUMBERED.match(sentence.text, mention["end"] - sentence.start)
    usual = concept.status if (concept.status != "operating" or number) and not aimed else ""
    if not usual and kind in (*BODIES, "other") and _has_name(sentence, mention):
        usual = "announced"
    return max([usual, *([] if concept.status == "discussed" else reached)], key=["", *STATUSES].index)


def _has_name(sentence: Sentence, mention: dict[str, Any]) -> bool:
    """Whether a proper name that the codebook does not know stands at the words for a body."""
    if any(-_GAP <= m["start"] - mention["end"] <= _GAP for m in sentence.of("actor", "initiative")):
        return False
    start, end = mention["start"] - sentence.start, mention["end"] - sentence.start
    return bool(_NAME_BEHIND.match(sentence.text, end) or _NAME_BEFORE.search(sentence.text[:start]))


def _money(sentence: Sentence, layers: list[str], codebook: Codebook) -> bool:
    """Whether the sentence gives an amount: a number before a word of the layer of money."""
    ends = [sentence.start + number.end for number in find_numbers(sentence.text, sentence.language)]
    units = [
        m["start"] for m in sentence.of("layer", "concept") if set(layers) & set(codebook.layers_of(m["concept_id"]))
    ]
    return any(-_UNIT <= unit - end <= _UNIT for unit in units for end in ends)


def _subject(sentence: Sentence, mention: dict[str, Any], codebook: Codebook) -> list[str]:
    """Layers that the instrument is about: of the words from it to the next named initiative, else of that one."""
    initiatives = [m for m in sentence.of("initiative") if m["start"] > mention["start"]]
    stop = initiatives[0]["start"] if initiatives else sentence.end
    words = [m for m in sentence.of("layer", "concept") if mention["start"] <= m["start"] < stop]
    words += [mention] if mention["kind"] == "initiative" else []
    layers = {layer for m in words or initiatives[:1] for layer in codebook.layers_of(m["concept_id"])}
    return [layer for layer in codebook.layers if layer in layers]


def _made(sentence: Sentence, mention: dict[str, Any], codebook: Codebook) -> str:
    """Status of a named body: the furthest that the cues on either side of its name say."""
    return str(max(["announced", *_own_cues(sentence, mention, codebook)], key=STATUSES.index))


def _own_cues(sentence: Sentence, mention: dict[str, Any], codebook: Codebook) -> list[str]:
    """Statuses of the cues nearest before and after a mention, without those that are denied or of something else."""
    cues, papers = sentence.of("status", "duration"), _papers(sentence, codebook)
    near = [m for m in cues if m["end"] <= mention["start"]][-1:]
    near += [m for m in cues if m["start"] >= mention["end"]][:1]

    def elsewhere(cue: dict[str, Any]) -> bool:
        low, high = sorted((cue["start"], mention["start"]))
        between = sentence.text[mention["end"] - sentence.start : cue["start"] - sentence.start]
        return any(low < paper["start"] < high for paper in papers) or bool(_JOINED.search(between))

    return [status_of([cue]) for cue in near if not (elsewhere(cue) or denials_of(sentence, cue))]


def _parties(
    sentence: Sentence, mention: dict[str, Any], kind: str, status: str, purpose: int, codebook: Codebook
) -> list[str]:
    """Who concludes a paper, talks, or makes a body: those named before what it is for. A law has no parties."""
    if kind == "law" or (kind == "other" and status != "signed"):
        return []
    actors = [m for m in sentence.of("actor") if m["start"] < purpose and not m["ambiguous"]]
    persons = {m["concept_id"] for m in actors if codebook.concepts[m["concept_id"]].type == "person"}
    if kind in BODIES:
        partner = [m["end"] for m in sentence.of("partner") if m["end"] <= purpose]
        if partner:
            actors = [m for m in actors if m["start"] >= partner[0]]
        elif mention["kind"] == "initiative" or _papers(sentence, codebook):
            actors = []  # the sentence is about something else that they do
        else:
            actors = [m for m in actors if m["concept_id"] not in persons]
    ids = list(dict.fromkeys(m["concept_id"] for m in actors))
    if len(closed := [i for i in ids if i != OPEN_PARTIES]) > 1:
        ids = closed  # "the two sides" are those named
    bodies = [i for i in ids if i not in persons]
    if kind in PAPERS and len(bodies) > 1:
        return bodies  # persons sign for them
    people = [i for i in ids if i in persons]
    return people if kind == "talks" and len(people) > 1 else ids


def _quantity(sentence: Sentence, mention: dict[str, Any], *, several: bool) -> int:
    """How many instruments the words announce: the number before them, else 1; 0 for "several", not counted."""
    start = mention["start"] - sentence.start
    numbers = find_numbers(sentence.text[: mention["end"] - sentence.start], sentence.language)
    before = [n for n in numbers if start - 3 <= n.end <= start]
    if before:
        return int(before[-1].value)
    first = fold(mention["surface"]).text.split(" ")[0]
    plural = first.endswith("ات") if is_arabic(first) else first.endswith("s") or first == "memoranda"
    return 0 if several and plural else 1


def _date(sentence: Sentence, dates: pd.DataFrame, inferred: list[str]) -> dict[str, Any]:
    inside = dates[
        (dates["doc_id"] == sentence.doc_id)
        & (dates["start"] >= sentence.start)
        & (dates["end"] <= sentence.end)
        & (dates["role"] == "event")
        & (dates["from"] != "")
    ]
    if len(inside) != 1:
        return {"date": "", "inferred": inferred}
    row = inside.iloc[0]
    same = row["from"] == row["to"]
    note = [] if row["how"] == "stated" else ["date"]
    return {"date": row["from"] if same else f"{row['from']}/{row['to']}", "inferred": inferred + note}


def find_quantities(found: list[Sentence], dates: pd.DataFrame) -> pd.DataFrame:
    """The quantities table: numbers that are neither dates nor part of a name."""
    taken = {doc_id: list(zip(group["start"], group["end"], strict=True)) for doc_id, group in dates.groupby("doc_id")}
    rows = []
    for sentence in found:
        names = [(m["start"], m["end"]) for m in sentence.of("initiative", "actor")]
        cues = sentence.of("bound")
        for number in find_numbers(sentence.text, sentence.language):
            start, end = sentence.start + number.start, sentence.start + number.end
            if any(a <= start < b for a, b in names + taken.get(sentence.doc_id, [])):
                continue
            near = [m for m in cues if 0 <= start - m["end"] <= 4]
            bound = _BOUNDS.get(near[-1]["concept_id"], "exact") if near else "exact"
            rows.append(
                {
                    "passage_id": sentence.passage_id,
                    "doc_id": sentence.doc_id,
                    "value": number.value,
                    "unit": number.unit,
                    "bound": bound,
                    "start": start,
                    "end": end,
                    "surface": sentence.text[number.start : number.end],
                }
            )
    return table("quantities", rows)
