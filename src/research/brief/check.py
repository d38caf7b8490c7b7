"""Is every sentence of the record cited or bound, every number bound, and nothing said that the quotes do not say?

Cells tagged ``judgement`` or ``method`` are the authors' own and are exempt from citing; headings too. A number in
any other cell must be a fact, stand in a codebook name (*Digital Morocco 2030*), or be quoted from a claim it cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from research.brief.model import Document, Json, box_words, core_words
from research.coding.quantities import find_numbers
from research.statements import Comparison
from research.text import fold, sentences

_REF, _FACT = "\ue000", "\ue001"  # around a claim's id, and around a bound value
_OF = "\ue002"  # between the value and its fact's name
_NAMED = re.compile(f"{_OF}[^{_FACT}]*")
_MARKED = {mark: re.compile(f"{mark}([^{mark}]*){mark}") for mark in (_REF, _FACT)}
_QUOTED = re.compile('“[^”]*”|«[^»]*»|"[^"]*"')
_EXEMPT = ("judgement", "method")
_HEADING_WORDS = 4
CORE_WORDS, SUMMARY_WORDS = 1500, 150  # what a busy reader reads: guides of IDRC, FAO and ODI


def check_prose(doc: Document, comparison: Comparison | None = None, *, unstable: Sequence[str] = ()) -> list[str]:
    """What is wrong with the prose: one line a problem, naming the cell and the words.

    Parameters
    ----------
    doc : Document
    comparison : Comparison, optional
        With it, each sentence is compared with the quotes of the claims it cites.
    unstable : sequence of str
        Labels of topics that are not found again: no prose may name them, the authors' own neither.

    Returns
    -------
    list of str
        Empty when every sentence of the record is cited or bound, and says no more than its quotes.
    """
    problems = [
        f'cell {cell + 1}: names the topic "{label}", which is unstable'
        for cell, text in _all_texts(doc.blocks)
        for label in unstable
        if re.search(rf"(?<!\w){re.escape(fold(label).text)}(?!\w)", text)
    ]
    for cell, word in _denials(doc.blocks):
        if any(find_numbers(word, doc.meta["language"])) or (comparison and not comparison.negates(word)):
            problems.append(f'{doc.place(cell, word)}: prints "{word}" for nought, which denies nothing')
    for block in doc.blocks:
        if block["t"] == "h":
            text = _flat(block["c"])
            for number in _loose_numbers(text, doc.meta):
                problems.append(f'{doc.place(block["cell"], text)}: the number "{number}" is not bound: "{text}"')
    problems += _caption_problems(doc, comparison)
    for cell, lead, text in _texts(doc.blocks):
        for number in _loose_numbers(lead, doc.meta):
            problems.append(f'{doc.place(cell, lead)}: the number "{number}" is not bound to a fact: "{lead}"')
        for sentence in _sentences(text, doc.meta["language"]):
            words = _NAMED.sub("", _MARKED[_REF].sub("", sentence)).replace(_FACT, "")
            shown = f'"{" ".join(words.split())[:80]}"'
            if not re.search(r"\w", words):
                continue
            place = doc.place(cell, _fragment(sentence))
            if _REF not in sentence and _FACT not in sentence:
                problems.append(f"{place}: neither cited nor bound: {shown}")
            for number in _loose_numbers(sentence, doc.meta):
                problems.append(f'{place}: the number "{number}" is not bound to a fact: {shown}')
            cited = [doc.claims[claim] for claim in _MARKED[_REF].findall(sentence)]
            if comparison and cited:
                found = _beyond(_MARKED[_REF].sub("", sentence), cited, comparison, doc.meta["language"])
                if found:
                    problems.append(f"{place}: not in the quotes it cites: {', '.join(found)}: {shown}")
    return problems


def _caption_problems(doc: Document, comparison: Comparison | None) -> Iterator[str]:
    """Captions say in a string of code what a figure or table shows: its numbers, and nothing missing unguarded."""
    for block in doc.blocks:
        if block["t"] not in ("figure", "table"):
            continue
        caption = "".join(run["v"] for run in block["caption"])
        known = {item["value"] for item in doc.facts.values() if isinstance(item["value"], (int, float))}
        known |= set(_counts(block, doc.meta["language"]))
        for found in find_numbers(caption, doc.meta["language"]):
            if found.value not in known:
                number = caption[found.start : found.end]
                yield f'cell {block["cell"] + 1}: the number "{number}" is in no value of {block["name"]}: "{caption}"'
        if comparison and comparison.negates(caption) and block["cell"] not in doc.guarded:
            yield f'cell {block["cell"] + 1}: a caption that denies, and no guard(…) beside it: "{caption}"'


def _counts(block: Json, language: str) -> Iterator[float]:
    """The numbers that a figure or table shows, those of its rows and columns, and its sum."""
    rows = (
        block["values"] if block["t"] == "figure" else [["".join(r["v"] for r in c) for c in w] for w in block["rows"]]
    )
    shown = [cell for row in rows for cell in row]
    values = [cell for cell in shown if isinstance(cell, (int, float))]
    words = [cell for cell in shown if isinstance(cell, str)] + ([block["alt"]] if block["t"] == "figure" else [])
    yield from (len(rows), max(map(len, rows), default=0), sum(values), *values)
    yield from (number.value for text in words for number in find_numbers(text, language))


def _denials(blocks: list[Json]) -> Iterator[tuple[int, str]]:
    """Cell and word of every "no" that a fact of nought prints."""
    for block in blocks:
        if block["t"] in ("ul", "ol"):
            for item in block["items"]:
                yield from _denials(item)
        elif block["t"] in ("quote", "box"):
            yield from _denials(block["c"])
        elif block["t"] in ("p", "h"):
            yield from ((block["cell"], word) for word in _denying(block["c"]))


def _denying(pieces: list[Json]) -> Iterator[str]:
    for piece in pieces:
        if piece.get("denies"):
            yield piece["v"]
        yield from _denying(piece.get("c", []))


def check_length(doc: Document) -> list[str]:
    """Whether the brief can be read to the end: at most 1,500 words before the annexes, 150 in the summary."""
    sizes = [("the text before the annexes", core_words(doc), CORE_WORDS)]
    sizes.append(("the summary", box_words(doc, "summary"), SUMMARY_WORDS))
    return [f"{name} has {words} words; at most {most}" for name, words, most in sizes if words > most]


def check_parity(docs: Mapping[str, Document]) -> list[str]:
    """What one language's brief prints, cites, recommends or draws and another's does not.

    Parameters
    ----------
    docs : mapping of str to Document
        By name; each is compared with the first.
    """
    (first, *others) = docs
    theirs = _content(docs[first])
    problems = []
    for other in others:
        ours = _content(docs[other])
        for kind in theirs:
            for lacking, has, names in (
                (other, first, theirs[kind] - ours[kind]),
                (first, other, ours[kind] - theirs[kind]),
            ):
                if names:
                    problems.append(f"{lacking} lacks {kind} of {has}: {', '.join(sorted(names)[:5])}")
    return problems


def _content(doc: Document) -> dict[str, set[str]]:
    """What must be the same in every language, kind by kind."""
    drawn = [block for block in doc.blocks if block["t"] == "figure"]
    tables = [block for block in doc.blocks if block["t"] == "table"]
    advice = [item for block in doc.blocks if block["t"] == "recommendations" for item in block["items"]]
    return {
        "bound values": {f"{name} = {doc.facts[name]['value']}" for name in doc.printed},
        "citations": set(doc.cited),
        "recommendations": {f"{item['id']} ({', '.join(ref['id'] for ref in item['refs'])})" for item in advice},
        "figures": {f"{block['name']} {block['values']}" for block in drawn},
        "tables": {f"{block['name']} {_figures_of(block)}" for block in tables},
    }


def _figures_of(table: Json) -> list[list[str]]:
    """The digits in a table, row by row; references are compared as citations."""
    return [
        [digits for cell in row for run in cell for digits in re.findall(r"\d+", run.get("v", ""))]
        for row in table["rows"]
    ]


def _fragment(sentence: str) -> str:
    """The longest stretch of a sentence that stands in the notebook as it is."""
    bare = _MARKED[_REF].sub("\n", _MARKED[_FACT].sub("\n", sentence))
    return max(re.split("[\n\u00a0\u202f\u200b]", bare), key=len).strip()


def _beyond(sentence: str, cited: list[Json], comparison: Comparison, language: str) -> list[str]:
    """What a sentence says beyond the quotes, statements and statuses of the claims it cites.

    A bound "no" denies what it says: that the record lacks it was counted. Which status was counted, the fact's name
    says: ``talk_signatures``.
    """
    facts = [bound.partition(_OF) for bound in _MARKED[_FACT].findall(sentence)]
    counted = [name.replace("_", " ") for value, _, name in facts if comparison.negates(value)]
    denies = bool(counted)
    unbound = _MARKED[_FACT].sub(" ", sentence)
    sources = [text for item in cited for text in (item["statement"], *(quote["exact"] for quote in item["quotes"]))]
    found = comparison.unsupported(unbound, language, sources, denies=denies)
    told = comparison.statuses(" ".join([*sources, *counted])) | {"ambition"}
    if denies and (other := comparison.statuses(unbound) - told):
        found.append(f"{' and '.join(sorted(other))}, which no fact here counts")
    # Quotes tell of more than their claim: that another paper was signed is no warrant to say it of this one.
    further = {"signed", "operating"} & comparison.statuses(unbound) - {item["status"] for item in cited}
    if further and not denies:
        found.append(f"{' and '.join(sorted(further))}, which is the status of no claim it cites")
    return found


def _loose_numbers(sentence: str, meta: Json) -> Iterator[str]:
    rest = _MARKED[_FACT].sub(" ", _MARKED[_REF].sub(" ", sentence))
    if _REF in sentence:  # what is quoted from nowhere is the writer's own
        rest = _QUOTED.sub(" ", rest)
    for name in sorted(meta.get("names", []), key=len, reverse=True):
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
    for number in find_numbers(rest, meta["language"]):
        yield rest[number.start : number.end]


def _texts(blocks: list[Json]) -> Iterator[tuple[int, str, str]]:
    """Cell, run-in heading and text of every paragraph that has to be cited or bound."""
    for block in blocks:
        if block["t"] == "p" and block["c"]:
            first, rest = block["c"][0], block["c"][1:]
            lead = _flat(first["c"]) if first["t"] == "strong" else ""
            heading = lead != "" and _FACT not in lead and len(lead.split()) <= _HEADING_WORDS
            # What is left beside a heading has words: a full stop or a reference alone is the sentence's own.
            short = heading and re.search(r"\w", _MARKED[_REF].sub("", _flat(rest))) is not None
            yield block["cell"], lead if short else "", _flat(rest if short else block["c"])
        elif block["t"] in ("ul", "ol"):
            for item in block["items"]:
                yield from _texts(item)
        elif block["t"] == "quote" or (block["t"] == "box" and block["kind"] not in _EXEMPT):
            yield from _texts(block["c"])


def _all_texts(blocks: list[Json]) -> Iterator[tuple[int, str]]:
    """Cell and folded text of every paragraph, heading and item, judgement and method among them."""
    for block in blocks:
        if block["t"] in ("p", "h"):
            yield block["cell"], fold(_MARKED[_REF].sub("", _NAMED.sub("", _flat(block["c"]))).replace(_FACT, "")).text
        elif block["t"] in ("ul", "ol"):
            for item in block["items"]:
                yield from _all_texts(item)
        elif block["t"] in ("quote", "box"):
            yield from _all_texts(block["c"])
        elif block["t"] in ("figure", "table"):
            yield block.get("cell", 0), fold(" ".join(run["v"] for run in block["caption"])).text


def _flat(pieces: list[Json]) -> str:
    """Prose as one string: a claim's id, and a bound value with its name, each stand between two marks."""
    found = []
    for piece in pieces:
        if piece["t"] == "ref":
            found.append(_REF + piece["id"] + _REF)
        elif piece["t"] == "fact":
            found.append(_FACT + piece["v"] + _OF + piece["name"] + _FACT)
        elif piece["t"] == "xref":
            continue
        elif "c" in piece:
            found.append(_flat(piece["c"]))
        else:
            found.append(piece.get("v", " "))
    return "".join(found)


def _sentences(text: str, language: str) -> list[str]:
    # A reference stands after the full stop of its sentence: move it before, so that it stays with it.
    moved = re.sub(rf"([.!?؟…][”»\")\]’]*)\s*((?:{_REF}[^{_REF}]*{_REF})+)", r"\2\1", text)
    return [moved[start:end] for start, end in sentences(moved, language)]
