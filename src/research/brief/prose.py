"""A document's prose as its checks read it: each paragraph, item and heading as one string, sentence by sentence.

In such a string a claim's id stands between two marks, and so does a bound value with its fact's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from research.brief.model import Document, Json
from research.ordinary import Ordinary
from research.text import fold, is_arabic, sentences

_REF, _FACT = "\ue000", "\ue001"  # around a claim's id, and around a bound value
_OF = "\ue002"  # between the value and its fact's name
_NAMED = re.compile(f"{_OF}[^{_FACT}]*")
_MARKED = {mark: re.compile(f"{mark}([^{mark}]*){mark}") for mark in (_REF, _FACT)}
_HEADING_WORDS = 4
OWN = ("judgement", "method")  # boxes that are no record
# A full stop after which sentences are taken for one: that of an abbreviation, unless a title stands before a name.
_STOP = re.compile(r"(?<!\w)(\w+)\.[”»\")\]’]*\s+(?=[«“\"(]?(\w+))")
_TITLES = {"m", "mm", "me", "mr", "mrs", "ms", "mme", "mlle", "dr", "pr", "prof", "st", "ste", "د", "ا"}


@dataclass(frozen=True)
class Text:
    """A paragraph, item or heading.

    Attributes
    ----------
    cell, line : int
        Where it begins; cells are counted from nought, lines from one.
    lead : str
        A paragraph's run-in heading.
    body : str
    level : int
        Of a heading; nought of anything else.
    own : bool
        Whether it is the authors' judgement or method.
    """

    cell: int
    line: int
    lead: str
    body: str
    level: int = 0
    own: bool = False


@dataclass(frozen=True)
class Section:
    """What stands under a heading, as far as the next of its level or a higher one.

    Attributes
    ----------
    heading : Text
    claims : list of str
        Ids of those that its record cites.
    facts : list of tuple
        The values that its record prints, each with its fact's name.
    cells : range
    """

    heading: Text
    claims: list[str]
    facts: list[tuple[str, str]]
    cells: range


def texts(blocks: list[Json], *, own: bool = False) -> Iterator[Text]:
    """Every paragraph, item and heading, in order."""
    for block in blocks:
        if block["t"] == "h":
            yield Text(block["cell"], block["line"], "", _flat(block["c"]), block["level"], own)
        elif block["t"] == "p" and block["c"]:
            first, rest = block["c"][0], block["c"][1:]
            lead = _flat(first["c"]) if first["t"] == "strong" else ""
            heading = lead != "" and _FACT not in lead and len(lead.split()) <= _HEADING_WORDS
            # What is left beside a heading has words: a full stop or a reference alone is the sentence's own.
            short = heading and re.search(r"\w", _MARKED[_REF].sub("", _flat(rest))) is not None
            yield Text(
                block["cell"], block["line"], lead if short else "", _flat(rest if short else block["c"]), own=own
            )
        elif block["t"] in ("ul", "ol"):
            for item in block["items"]:
                yield from texts(item, own=own)
        elif block["t"] in ("quote", "box"):
            yield from texts(block["c"], own=own or block.get("kind") in OWN)


def sections(doc: Document) -> Iterator[Section]:
    """Every heading of the record with what stands under it; under the title, the whole document and all its claims."""
    found = list(texts(doc.blocks))
    title = Text(doc.title["cell"], doc.title["line"], "", _flat(doc.title["c"]))
    yield Section(title, list(doc.claims), bound(_record(found)), range(len(doc.sources)))
    for number, text in enumerate(found):
        if text.level and not text.own:
            later = (n for n in range(number + 1, len(found)) if 0 < found[n].level <= text.level)
            end = next(later, len(found))
            last = found[end].cell if end < len(found) else len(doc.sources)
            record = _record(found[number + 1 : end])
            yield Section(text, cited(record), bound(record), range(text.cell, max(last, text.cell + 1)))


def _record(found: Sequence[Text]) -> str:
    return "\n".join(f"{text.lead} {text.body}" for text in found if not text.own)


def cited(text: str) -> list[str]:
    """Ids of the claims that a text cites."""
    return _MARKED[_REF].findall(text)


def bound(text: str) -> list[tuple[str, str]]:
    """The values that a text prints, each with its fact's name."""
    return [(value, name) for value, _, name in (found.partition(_OF) for found in _MARKED[_FACT].findall(text))]


def printed(text: str) -> str:
    """A text as it is printed, without its references."""
    return _NAMED.sub("", _MARKED[_REF].sub("", text)).replace(_FACT, "")


def unbound(text: str, instead: str = " ") -> str:
    """The words of a text that its author has written: no references, and something instead of a bound value."""
    return _MARKED[_FACT].sub(instead, _MARKED[_REF].sub("", text))


def fragment(text: str) -> str:
    """The longest stretch of a text that stands in the notebook as it is."""
    bare = _MARKED[_REF].sub("\n", _MARKED[_FACT].sub("\n", text))
    return max(re.split("[\n\u00a0\u202f\u200b]", bare), key=len).strip()


def _flat(pieces: list[Json]) -> str:
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


def split(text: str, language: str, ordinary: Ordinary) -> list[str]:
    """The sentences of a text; an ordinary word with a capital begins one even after an abbreviation."""
    # A reference stands after the full stop of its sentence: move it before, so that it stays with it.
    moved = re.sub(rf"([.!?؟…][”»\")\]’]*)\s*((?:{_REF}[^{_REF}]*{_REF})+)", r"\2\1", text)
    found = []
    for start, end in sentences(moved, language):
        cuts = [match.end() for match in _STOP.finditer(moved, start, end) if _ends(match[1], match[2], ordinary)]
        found += [moved[a:b].strip() for a, b in pairwise([start, *cuts, end])]
    return found


def _ends(before: str, after: str, ordinary: Ordinary) -> bool:
    """Whether a sentence ends between an abbreviation and the word after it."""
    if fold(before).text in _TITLES or len(after) == 1:
        return False
    return is_arabic(after) or (after[0].isupper() and after in ordinary)
