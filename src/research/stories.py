"""Which documents carry the same story: copies, near-duplicates, translations; without comparing all pairs.

Near-duplicates share word triples: MinHash (Broder 1997) proposes pairs, and the share of the shorter text's triples
that the other has too decides. A translation shares what crosses languages unchanged: numbers, full dates, proper
names, a codebook's concepts, and the order in which they come. Two events on one subject share names; they don't
share their numbers.

Each document is kept as a sketch of some kilobytes, see `sketches`, so a collection need not fit in memory.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from itertools import combinations
from math import log

import numpy as np
import numpy.typing as npt

from research.dates import WEEKDAYS
from research.sketches import CAPITALISED, SIZE, Ints, Sketch, hashes, name_hashes
from research.text import fold, is_arabic

_NEAR_DUPLICATE = 0.5  # of the shorter document's word triples; unrelated documents share a twentieth at most
_WEEKDAYS = frozenset(WEEKDAYS)
_BANDS, _ROWS = 64, 3  # of the MinHash; 97 % of the pairs with 38 % of all their triples in common become candidates
_ESTIMATE = 0.25  # by MinHash, of the triples in common; candidates below it are not looked at again
_TRANSLATION = 0.5  # score of a pair, see `_score`
_MIN_NUMBERS = 3  # shared numbers and dates, six in ten of the document with fewer, and
_MANY_NUMBERS = 5  # all of the document with fewer, in one order: then two names are enough
_SOME_NAMES = 3  # shared names, a quarter of them; or else
_MIN_NAMES = 6  # shared names, and every number and date of the document with fewer, and
_BY_NAME = (0.6, 0.5, 0.35)  # of the names, where 0, 1 or 2 numbers and dates are shared
_CHUNK = 4096  # documents hashed at once
_CROWD = 20  # documents of one band; more are linked to the first of them only
_ALL = np.uint32(2**32 - 1)
_COMMON = 100  # an anchor in more documents than this proposes no pair
_BACKGROUND = 100  # documents assumed beside a small collection when the rarity of an anchor is counted


class StoryIndex:
    """Sketches of many documents, and the links between them.

    Examples
    --------
    >>> from research.sketches import sketch
    >>> index = StoryIndex()
    >>> for name in "ab":
    ...     index.add(name, sketch("The council of Northport voted to reopen the ward.", "en"))
    >>> [(link["doc_id_a"], link["doc_id_b"], link["kind"]) for link in index.links()]
    [('a', 'b', 'copy')]
    """

    def __init__(self) -> None:
        self._sketches: dict[str, Sketch] = {}

    def add(self, doc_id: str, sketch: Sketch, *, concepts: Iterable[str] = ()) -> None:
        """Add a document, with the ids of a codebook's concepts in it where there is a codebook."""
        keys = np.array([zlib.crc32(concept.encode()) for concept in concepts], dtype=np.uint32)
        if len(keys):
            sketch = sketch._replace(names=np.union1d(hashes(sketch.names), keys).tobytes())
        self._sketches[doc_id] = sketch

    def links(self, text_of: Callable[[str], str] | None = None) -> list[dict[str, object]]:
        """Every link, one row of the table ``story_links`` each; names show their spelling where `text_of` is given."""
        names = sorted(self._sketches)
        return self._duplicates(names) + self._translations(names, text_of)

    def stories(self, links: Iterable[Mapping[str, object]]) -> dict[str, str]:
        """Document -> story, named after the story's first document."""
        parent = {doc_id: doc_id for doc_id in self._sketches}

        def root(doc_id: str) -> str:
            while parent[doc_id] != doc_id:
                doc_id = parent[doc_id] = parent[parent[doc_id]]
            return doc_id

        for link in links:
            a, b = sorted((root(str(link["doc_id_a"])), root(str(link["doc_id_b"]))))
            parent[b] = a
        return {doc_id: root(doc_id) for doc_id in sorted(parent)}

    def _duplicates(self, names: list[str]) -> list[dict[str, object]]:
        links: list[dict[str, object]] = []
        for i, j in _candidates([hashes(self._sketches[name].triples) for name in names]):
            a, b = self._sketches[names[i]], self._sketches[names[j]]
            score = _shared(a.triples, b.triples)
            if score >= _NEAR_DUPLICATE and a.language == b.language and not _is_other(a, b):
                kind = "copy" if a.digest == b.digest and score == 1 else "near-duplicate"
                evidence = [f"{score:.0%} of the shorter one's word triples are in the other"]
                links.append(dict(doc_id_a=names[i], doc_id_b=names[j], kind=kind, score=score, evidence=evidence))
        return links

    def _translations(self, names: list[str], text_of: Callable[[str], str] | None) -> list[dict[str, object]]:
        by_language = defaultdict(list)
        for name in names:
            by_language[self._sketches[name].language].append(name)
        if len(by_language) < 2:
            return []
        holders = self._holders(names)
        total = len(names) + _BACKGROUND
        rarity = {anchor: log(total / len(found)) for anchor, found in holders.items()}
        needed = 2 * log(total)  # fewer nats of shared anchors are met by chance among so many documents
        links: list[dict[str, object]] = []
        for pair, shared in sorted(self._proposed(holders).items()):
            a, b = self._sketches[pair[0]], self._sketches[pair[1]]
            score, evidence = _score(a, b)
            if score >= _TRANSLATION and sum(rarity[anchor] for anchor in shared) >= needed:
                spelled = _spelled(text_of(pair[0]), text_of(pair[1])) if text_of else []
                row = dict(doc_id_a=pair[0], doc_id_b=pair[1], kind="translation", score=score)
                links.append(row | {"evidence": evidence + spelled})
        return links

    def _holders(self, names: list[str]) -> dict[str | int, list[str]]:
        """Anchor -> the documents that hold it; of a script without capitals, the words that are names elsewhere."""
        named = [found for found in self._sketches.values() if found.is_names]
        known = {key for found in named for key in hashes(found.names).tolist()}
        holders: dict[str | int, list[str]] = defaultdict(list)
        for name in names:
            found = self._sketches[name]
            for anchor in (*found.numbers, *known.intersection(hashes(found.names).tolist())):
                holders[anchor].append(name)
        return holders

    def _proposed(self, holders: dict[str | int, list[str]]) -> dict[tuple[str, str], list[str | int]]:
        """Pairs of documents in two languages, with the anchors that they share and not everyone does."""
        proposed: dict[tuple[str, str], list[str | int]] = defaultdict(list)
        for anchor, found in holders.items():
            if 1 < len(found) <= _COMMON:
                for a, b in combinations(found, 2):
                    if self._sketches[a].language != self._sketches[b].language:
                        proposed[a, b].append(anchor)
        return proposed


def _candidates(triples: list[Ints]) -> list[tuple[int, int]]:
    """Pairs of documents that share a band of their MinHash, in order."""
    from rensa import RMinHash

    parts = []
    for first in range(0, len(triples), _CHUNK):
        chunk = triples[first : first + _CHUNK]
        ends = np.cumsum([0, *map(len, chunk)]).astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            np.concatenate(chunk).astype(np.uint64), ends, _BANDS * _ROWS, 0
        )
        parts.append(np.array(matrix.to_rows(), dtype=np.uint32))
    if not parts:
        return []
    hashes = np.concatenate(parts)
    banded = []
    for band in range(_BANDS):
        keys = _mixed(hashes[:, band * _ROWS : (band + 1) * _ROWS])
        order = np.argsort(keys, kind="stable")
        banded.append(_within(order, keys[order]))
    pairs = np.unique(np.concatenate(banded))
    left, right = pairs >> 32, pairs & 0xFFFFFFFF
    kept = [
        (hashes[left[at : at + _CHUNK]] == hashes[right[at : at + _CHUNK]]).mean(axis=1) >= _ESTIMATE
        for at in range(0, len(pairs), _CHUNK)
    ]
    chosen = np.concatenate(kept) if kept else np.zeros(0, dtype=bool)
    return list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))


def _within(order: npt.NDArray[np.int64], keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Pairs of the documents whose keys are equal, each as one integer; of a crowd, every one with its first."""
    same = keys[1:] == keys[:-1]
    starts = np.flatnonzero(same & ~np.r_[False, same[:-1]])
    pairs: list[int] = []
    for at in map(int, starts):
        end = at + 1
        while end < len(keys) and keys[end] == keys[at]:
            end += 1
        members = sorted(order[at:end].tolist())
        linked = combinations(members, 2) if len(members) <= _CROWD else ((members[0], m) for m in members[1:])
        pairs += [a << 32 | b for a, b in linked]
    return np.array(pairs, dtype=np.int64)


def _mixed(rows: Ints) -> npt.NDArray[np.uint64]:
    """One hash a row."""
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
    return mixed


def _shared(one: bytes, other: bytes) -> float:
    """Share of the shorter document's triples that the other has, among hashes that both sketches reach."""
    few, many = sorted((one, other), key=len)
    a, b = hashes(few), hashes(many)
    if len(a) == SIZE or len(b) == SIZE:
        reach = min(a[-1] if len(a) == SIZE else _ALL, b[-1] if len(b) == SIZE else _ALL)
        a, b = a[: np.searchsorted(a, reach, "right")], b[: np.searchsorted(b, reach, "right")]
    # Sets: these are some dozen values, for which numpy's own intersection is slower.
    return len(set(a.tolist()).intersection(b.tolist())) / max(1, min(len(a), len(b)))


def _is_other(a: Sketch, b: Sketch) -> bool:
    """Whether numbers or names are another event's, as in reports and messages that are written in the same words."""
    numbers = set(a.numbers), set(b.numbers)
    if _few_shared(*numbers, _MIN_NUMBERS) or _other_days(a, b):
        return True
    if not (a.is_names and b.is_names):
        return False
    one, other = set(hashes(a.names).tolist()), set(hashes(b.names).tolist())
    # Without numbers, each with names of its own: a message in the same words to somebody else.
    own = sorted((len(one - other), len(other - one)))
    return _few_shared(one, other, _SOME_NAMES) or (min(map(len, numbers)) < _MIN_NUMBERS and own[0] > 0 and own[1] > 1)


def _few_shared(one: Set[object], other: Set[object], least: int) -> bool:
    few = min(len(one), len(other))
    return few >= least and 2 * len(one & other) < few


def _other_days(a: Sketch, b: Sketch) -> bool:
    """Whether both name days of the week, or full dates, and none is the same."""
    weekdays = [_WEEKDAYS.intersection(sketch.numbers) for sketch in (a, b)]
    dates = [{day for day in sketch.numbers if day[4:5] == "-"} for sketch in (a, b)]
    return any(x and y and not x & y for x, y in (weekdays, dates))


def _score(a: Sketch, b: Sketch) -> tuple[float, list[str]]:
    """How much of what crosses languages the two documents share, in [0, 1], and the evidence in words.

    Numbers and full dates weigh most, then names, then whether the shared numbers come in one order.
    """
    numbers = [number for number in a.numbers if number in set(b.numbers)]
    few = min(len(a.numbers), len(b.numbers))
    names = np.intersect1d(hashes(a.names), hashes(b.names), assume_unique=True)
    if not (a.is_names or b.is_names) or _other_days(a, b):
        return 0.0, []
    fewest = min(len(hashes(found.names)) for found in (a, b) if found.is_names)
    by_name = len(names) / max(1, fewest)
    order = _in_order([b.numbers.index(number) for number in numbers])
    evidence = [
        f"{len(numbers)} of {few} numbers and dates: {', '.join(numbers[:12])}",
        f"{order:.0%} of them in one order",
    ]
    evidence.append(f"{len(names)} of {fewest} names")
    if len(numbers) >= max(_MIN_NUMBERS, 0.6 * few) and len(names) >= _SOME_NAMES and by_name >= 0.25:
        return 0.6 * len(numbers) / few + 0.3 * by_name + 0.1 * order, evidence
    if len(numbers) >= _MANY_NUMBERS and len(numbers) == few and order >= 0.9 and len(names) > 1:
        return 0.6 + 0.3 * by_name + 0.1 * order, evidence
    if len(names) >= _MIN_NAMES and len(numbers) == few and by_name >= _BY_NAME[min(few, 2)]:
        return 0.5 + by_name / 2, evidence
    return 0.0, evidence


def _in_order(positions: list[int]) -> float:
    """Length of the longest rising subsequence as a share (patience sorting)."""
    tops: list[int] = []
    for position in positions:
        at = bisect_left(tops, position)
        tops[at : at + 1] = [position]
    return len(tops) / max(1, len(positions))


def _spelled(a: str, b: str) -> list[str]:
    """The shared names as each text spells them."""
    spellings = []
    for text in (a, b):
        words = re.findall(r"[^\W\d_]{3,}", text) if is_arabic(text[:200]) else CAPITALISED.findall(text)
        spellings.append({key: word for word in reversed(words) for key in name_hashes(fold(word).text).tolist()})
    first, second = spellings
    return sorted({f"{first[key]} = {second[key]}" for key in set(first) & set(second)})
