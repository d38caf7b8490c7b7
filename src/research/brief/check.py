"""Is every sentence of the record cited or bound, every number bound, and nothing said that the quotes do not say?

Cells tagged ``judgement`` or ``method`` are the authors' own and are exempt. A number in any other cell must be a fact,
stand in a codebook name (*Digital Morocco 2030*), or be quoted from a claim it cites. A heading rests on what its
section cites and counts, a run-in heading on its paragraph, and so does what is printed beside a bound value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from research.brief.model import Document, Json, box_words, core_words
from research.brief.prose import Section, Text, bound, cited, fragment, printed, sections, split, texts, unbound
from research.coding.quantities import find_amounts, find_numbers
from research.dates import find_dates
from research.ordinary import Ordinary
from research.statements import Comparison
from research.text import fold

# A quotation that its sentence does not close goes on to its end.
_QUOTED = re.compile(
    r"""“([^”]*)(?:”|\Z)|«([^»]*)(?:»|\Z)|„([^“”]*)(?:[“”]|\Z)|"([^"]*)(?:"|\Z)"""
    r"""|(?<!\w)[‘']([^’']*(?:[’'](?=\w)[^’']*)*)[’'](?!\w)"""
)
_CUT = re.compile(r"[\n…]|\.\.\.")  # inside a quotation: what is left out, or a bound value
_LOOSE = 2  # words of a quotation that may be inflected in the statement: “this cooperation”
_ZERO_WORDS, _STRING_WORDS = 2, 3
# Of a fact that lists or counts what is not there, the name says so, as `talk_signatures` says what it counts.
_ABSENT = re.compile(r"(?<![a-z])(?:silent|absent|missing|lacking|unnamed|undated|without)(?![a-z])")
CORE_WORDS, SUMMARY_WORDS = 1500, 150  # what a busy reader reads: guides of IDRC, FAO and ODI


def check_prose(doc: Document, comparison: Comparison | None = None, *, unstable: Sequence[str] = ()) -> list[str]:
    """What is wrong with the prose: one line a problem, naming the cell and the words.

    Parameters
    ----------
    doc : Document
    comparison : Comparison, optional
        With it, sentences and headings are compared with the quotes of the claims they rest on.
    unstable : sequence of str
        Labels of topics that are not found again: no prose may name them, the authors' own neither.

    Returns
    -------
    list of str
        Empty when every sentence of the record is cited or bound, and says no more than its quotes.
    """
    problems = [
        f'cell {cell + 1}: names the topic "{label}", which is unstable'
        for cell, text in _all_texts(doc)
        for label in unstable
        if re.search(rf"(?<!\w){re.escape(fold(label).text)}(?!\w)", text)
    ]
    reader = _Reader(doc, comparison)
    problems += [line for cell, word in _denials(doc.blocks) for line in reader.nought(cell, word)]
    for section in sections(doc):
        problems += reader.heading(section)
    problems += _caption_problems(doc, comparison)
    for text in texts(doc.blocks):
        if not text.own and not text.level:
            problems += [*reader.values(text), *reader.lead(text), *reader.sentences(text)]
    return problems


@dataclass(frozen=True)
class _Reader:
    """Reads the prose of a document against what it rests on."""

    doc: Document
    comparison: Comparison | None

    @property
    def _language(self) -> str:
        return str(self.doc.meta["language"])

    @cached_property
    def _ordinary(self) -> Ordinary:
        """The words that the prose and all statements write without a capital, beside those of the codebook."""
        known = [printed(text.body) for text in texts(self.doc.blocks)] + _sources(self.doc.claims.values())
        return self.comparison.ordinary(known) if self.comparison else Ordinary(known)

    def nought(self, cell: int, word: str) -> Iterator[str]:
        """What is wrong with the word that is printed for a count of nought."""
        place, compare = self.doc.place(cell, word), self.comparison
        if any(find_numbers(word, self._language)) or (compare and not compare.negates(word)):
            yield f'{place}: prints "{word}" for nought, which denies nothing'
        said = compare and (compare.statuses(word) or compare.named_besides(word, [], ordinary=self._ordinary))
        if said or len(word.split()) > _ZERO_WORDS:
            yield f'{place}: prints "{word}" for nought, which says more than "no"'

    def values(self, text: Text) -> Iterator[str]:
        """Facts that are words and say what the prose should say: a number, or more than a name has."""
        for value, name in bound(f"{text.lead} {text.body}"):
            item = self.doc.facts[name]
            strings = {"str": [item["value"]], "list": item["value"]}.get(item["type"], [])
            for string in [] if item.get("labels") else strings:
                if len(re.findall(r"\w+", string)) > _STRING_WORDS or any(self._loose(string)):
                    place = self.doc.place(text.cell, name, text.line)
                    yield f'{place}: facts.{name} prints a sentence or a number: "{value}"'

    def heading(self, section: Section) -> Iterator[str]:
        """What a heading says beside its section."""
        text = section.heading
        shown, place = f'"{printed(text.body)}"', self.doc.place(text.cell, fragment(text.body), text.line)
        for number in self._loose(text.body):
            yield f'{place}: the number "{number}" is not bound: {shown}'
        guarded = not self.doc.guarded.isdisjoint(section.cells)
        found = self._besides(text.body, section.claims, section.facts, guarded=guarded)
        if found:
            yield f"{place}: not in what its section cites or counts: {', '.join(found)}: {shown}"

    def lead(self, text: Text) -> Iterator[str]:
        """What a run-in heading says beside its paragraph."""
        shown, place = f'"{printed(text.lead)}"', self.doc.place(text.cell, fragment(text.lead), text.line)
        for number in self._loose(text.lead):
            yield f'{place}: the number "{number}" is not bound to a fact: {shown}'
        if found := self._besides(text.lead, cited(text.body), bound(text.body)):
            yield f"{place}: not in what its paragraph cites or counts: {', '.join(found)}: {shown}"

    def sentences(self, text: Text) -> Iterator[str]:
        """What is wrong with the sentences of a paragraph."""
        for sentence in split(text.body, self._language, self._ordinary):
            words = " ".join(printed(sentence).split())
            if not re.search(r"\w", words):
                continue
            shown, place = f'"{words[:80]}"', self.doc.place(text.cell, fragment(sentence), text.line)
            claims, facts = cited(sentence), bound(sentence)
            if not claims and not facts:
                yield f"{place}: neither cited nor bound: {shown}"
            quotes = [quote["exact"] for claim in claims for quote in self.doc.claims[claim]["quotes"]]
            for number in self._loose(sentence, quotes):
                yield f'{place}: the number "{number}" is not bound to a fact: {shown}'
            if claims and (found := self._beyond(sentence, claims, facts)):
                yield f"{place}: not in the quotes it cites: {', '.join(found)}: {shown}"
            elif facts and not claims and (found := self._besides(sentence, cited(text.body), facts)):
                yield f"{place}: neither cited nor counted: {', '.join(found)}: {shown}"

    def _loose(self, text: str, quotes: Sequence[str] = ()) -> Iterator[str]:
        """Numbers that are neither bound nor in a name or quotation; "half" may stand where a quote has the word."""
        rest, language = unbound(text), self._language
        if cited(text):  # what is quoted from nowhere is the writer's own
            rest = _QUOTED.sub(" ", rest)
        for name in sorted(self.doc.meta.get("names", []), key=len, reverse=True):
            rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
        for start, end in self.comparison.names(rest) if self.comparison else []:
            rest = rest[:start] + " " * (end - start) + rest[end:]
        numbers = [(number.start, number.end) for number in find_numbers(rest, language)]
        yield from (rest[start:end] for start, end in numbers)
        amounts = [(a, b) for a, b in find_amounts(rest, language) if not any(c <= a < d for c, d in numbers)]
        same = {fold(quote[a:b]).text for quote in quotes if amounts for a, b in find_amounts(quote, language)}
        yield from (rest[start:end] for start, end in amounts if fold(rest[start:end]).text not in same)

    def _besides(
        self, text: str, claims: Sequence[str], facts: Sequence[tuple[str, str]], *, guarded: bool = False
    ) -> list[str]:
        """What words without a citation of their own say beyond the claims and facts beside them.

        Names and dates, statuses, and a denial, unless a count of nought makes it, the name of a fact or a guard.
        """
        if self.comparison is None:
            return []
        words, items = unbound(text), [self.doc.claims[claim] for claim in claims]
        counted = " ".join(name.replace("_", " ") for _, name in facts)
        # A heading of one word asserts nothing: "Background" is none of the names that the codebook lacks.
        alone = len(re.findall(r"\w+", words)) == 1
        ordinary = Ordinary([words.lower()], self._ordinary) if alone else self._ordinary
        found = self.comparison.named_besides(
            words, [*_sources(items), counted], ordinary=ordinary, nationalities=False
        )
        found += self._misquoted(text, items)
        told = {item["status"] for item in items} | self.comparison.statuses(counted) | {"ambition"}
        statuses = [f"the status {status}" for status in sorted(self.comparison.statuses(words) - told)]
        if not self.comparison.negates(words):
            return found + statuses
        if guarded or _ABSENT.search(counted) or any(self.comparison.negates(value) for value, _ in facts):
            return found  # the statuses are what is denied
        return [*found, *statuses, "a denial that nothing counts"]

    def _beyond(self, sentence: str, claims: Sequence[str], facts: Sequence[tuple[str, str]]) -> list[str]:
        """What a sentence says beyond the quotes, statements and statuses of the claims it cites.

        A bound "no" denies what it says: that the record lacks it was counted. Which status was counted, the fact's
        name says: ``talk_signatures``.
        """
        if self.comparison is None:
            return []
        items = [self.doc.claims[claim] for claim in claims]
        counted = [name.replace("_", " ") for value, name in facts if self.comparison.negates(value)]
        words, sources, denies = unbound(sentence), _sources(items), bool(counted)
        found = self.comparison.unsupported(words, self._language, sources, denies=denies, ordinary=self._ordinary)
        found += self._misquoted(sentence, items)
        told = self.comparison.statuses(" ".join([*sources, *counted])) | {"ambition"}
        if denies and (other := self.comparison.statuses(words) - told):
            found.append(f"{' and '.join(sorted(other))}, which no fact here counts")
        # Quotes tell of more than their claim: that another paper was signed is no warrant to say it of this one.
        further = {"signed", "operating"} & self.comparison.statuses(words) - {item["status"] for item in items}
        if further and not denies:
            found.append(f"{' and '.join(sorted(further))}, which is the status of no claim it cites")
        return found

    def _misquoted(self, text: str, items: Sequence[Json]) -> Iterator[str]:
        """Words in quotation marks that stand neither so in the claims nor in a codebook name.

        What is translated stands in the statement; a gloss of two words may be inflected there. A single word is
        quoted for its use, unless it is a number.
        """
        sources = [" ".join(_spoken(source)) for source in _sources(items)]
        for found in _QUOTED.finditer(unbound(text, "\n")):
            for part in _CUT.split(next(group for group in found.groups() if group is not None)):
                spoken = _spoken(part)
                if len(spoken) < 2 and not any(self._loose(part)):
                    continue
                said = any(f" {' '.join(spoken)} " in f" {source} " for source in sources)
                stems = [re.compile(rf"(?<!\w){re.escape(word[: max(4, len(word) - 2)])}") for word in spoken]
                gloss = len(spoken) == _LOOSE and any(all(stem.search(s) for stem in stems) for s in sources)
                if not (said or gloss or (self.comparison and self.comparison.is_name(part))):
                    yield f'the quotation "{part.strip()}"'


def _spoken(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text).text)


def _sources(items: Iterable[Json]) -> list[str]:
    """What claims rest on: their statements and quotes."""
    return [text for item in items for text in (item["statement"], *(quote["exact"] for quote in item["quotes"]))]


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
        block["values"]
        if block["t"] == "figure"
        else [["".join(r.get("v", "") for r in c) for c in w] for w in block["rows"]]
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
        "recommendations": {f"{item['id']} ({', '.join(_advice(item, doc.meta['language']))})" for item in advice},
        "figures": {f"{block['name']} {block['values']}" for block in drawn},
        "tables": {f"{block['name']} {_figures_of(block)}" for block in tables},
    }


def _advice(item: Json, language: str) -> Iterator[str]:
    """The claims that a recommendation rests on, and the numbers and dates in its words."""
    words = " ".join("".join(run["v"] for run in item[key]) for key in ("deadline", "action", "text"))
    yield from (ref["id"] for ref in item["refs"])
    yield from (f"{value:g}" for value in sorted(number.value for number in find_numbers(words, language)))
    yield from sorted(f"month {month}" for month in {date.month for date in find_dates(words)} if month)


def _figures_of(table: Json) -> list[list[str]]:
    """The digits in a table, row by row; references are compared as citations."""
    return [
        [digits for cell in row for run in cell for digits in re.findall(r"\d+", run.get("v", ""))]
        for row in table["rows"]
    ]


def _all_texts(doc: Document) -> Iterator[tuple[int, str]]:
    """Cell and folded text of every paragraph, heading, item and caption, judgement and method among them."""
    for text in texts(doc.blocks):
        yield text.cell, fold(printed(f"{text.lead}{text.body}")).text
    for block in doc.blocks:
        if block["t"] in ("figure", "table"):
            yield block.get("cell", 0), fold(" ".join(run["v"] for run in block["caption"])).text
