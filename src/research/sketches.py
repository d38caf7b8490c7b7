"""What a document is compared by: some kilobytes, made in one pass over its folded text.

Word triples for what is said word for word; numbers, full dates and proper names for what crosses languages. Names are
compared by the consonants that both scripts write (السغروشني and Seghrouchni both leave ``sgrsn``): vowels and doubled
letters are not stable across spellings. Words are hashed as polynomials (Karp and Rabin 1987), of many documents at
once: one by one, the calls would cost more than the work.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from research.text import fold, is_arabic

Ints = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.uint64]
Places = npt.NDArray[np.intp]

SIZE = 400  # triples kept of a long document: those of smallest hash, a fair sample
_MOST = 4000  # numbers, and names, kept of a document; a book of tables has more
_SHORTEST = 3  # consonants of a name
_BASE = 0x9E3779B97F4A7C15  # odd, far from any pattern
# One symbol for the letters that transliterations of one sound use; what is in no group is dropped.
_GROUPS = ("bبp", "tتطث", "dدضذظ", "gجغj", "sسصشcزxz", "kكقq", "fفv", "lل", "mم", "nن", "rر", "hحخه")
_DIGRAPHS = re.compile(r"[cs]h|kh|gh|[td]h|ph|(.)\1|h\b")
_DIGRAPH = {"ch": "s", "sh": "s", "kh": "h", "gh": "g", "th": "t", "dh": "d", "ph": "f", "h": ""}
_SPACE = ord(" ")
_NUMBER = re.compile(r"\d+(?:[.,٬٫]\d+| \d{3}(?!\d))*")
CAPITALISED = re.compile(r"(?<![.!?:…«“\"\n])[ \-’']([A-ZÀ-Þ]\w{3,})")  # inside a sentence: a name


class Sketch(NamedTuple):
    """What is kept of a document: hashes of its text, of its word triples and names, and its numbers.

    `triples` and `names` are arrays of 32-bit hashes as bytes, see `hashes`. Where `is_names` is false, of a script
    without capitals, `names` are all its words.
    """

    language: str
    digest: int
    triples: bytes
    numbers: tuple[str, ...]
    names: bytes
    is_names: bool


def hashes(content: bytes) -> Ints:
    """The hashes that a sketch holds, in rising order."""
    return np.frombuffer(content, dtype=np.uint32)


class Source(NamedTuple):
    """What a sketch is made from: a document's passages, as they are and folded, its language, dates and weekdays."""

    text: str
    folded: str
    language: str
    dates: tuple[str, ...] = ()


def sketch(text: str, language: str, *, dates: Iterable[str] = ()) -> Sketch:
    """The sketch of one document; see `sketches`."""
    return sketches([Source(text, fold(text).text, language, tuple(dates))])[0]


def sketches(sources: Sequence[Source]) -> list[Sketch]:
    """The sketches of some documents, in order.

    >>> a, b = sketches([Source("x", "le port", "fr"), Source("x", "le port", "fr")])
    >>> a == b
    True
    """
    if not sources:
        return []
    triples = _triples([source.folded for source in sources])
    arabic = [source.folded if source.language == "ar" else "" for source in sources]
    latin = ["" if source.language == "ar" else capitalised(source.text) for source in sources]
    names = [a if len(a) else b for a, b in zip(_names(arabic, particles=True), _names(latin), strict=True)]
    found = []
    for source, own_triples, own_names in zip(sources, triples, names, strict=True):
        counts = Counter(_numbers(source.folded))
        # A date counts once, not in parts.
        counts.subtract(part.lstrip("0") for day in source.dates for part in day.split("-"))
        numbers = dict.fromkeys([*(number for number, count in counts.items() if count > 0), *source.dates])
        digest = zlib.crc32(source.text.encode("utf-8", "replace"))
        kept, names_kept = own_triples[:SIZE].tobytes(), own_names[:_MOST].tobytes()
        found.append(Sketch(source.language, digest, kept, tuple(numbers)[:_MOST], names_kept, source.language != "ar"))
    return found


def capitalised(text: str) -> str:
    """Folded words that keep a capital inside a sentence: names, of a script that has capitals.

    >>> capitalised("Hier, le port de Tazrout a rouvert. Le maire, Karim Alaoui, y était.")
    'tazrout karim alaoui'
    """
    return " ".join(fold(word).text for word in dict.fromkeys(CAPITALISED.findall(text)))


def name_hashes(folded: str) -> Ints:
    """Hashes of the consonants that folded words leave; of Arabic ones also without attached particles.

    >>> set(name_hashes("seghrouchni")) < set(name_hashes("والسغروشني"))
    True
    """
    return _names([folded], particles=is_arabic(folded))[0]


def _triples(texts: Sequence[str]) -> list[Ints]:
    """Hashes of the word triples of each text, in rising order."""
    codes, owners = _joined(texts)
    words = _words(codes, _symbols()[codes] != _SPACE)
    hashed = words.hashes()
    of = owners[words.starts]
    padded = np.concatenate([hashed, np.zeros(2, dtype=np.uint64)])
    # A text of one word or two has one triple all the same; no triple spans two texts.
    ends = np.concatenate([of[1:] != of[:-1], [True]]) if len(of) else np.zeros(0, dtype=bool)
    second: Longs = np.where(ends, np.uint64(0), padded[1:-1])
    third: Longs = np.where(ends | np.concatenate([ends[1:], [True]])[: len(ends)], np.uint64(0), padded[2:])
    whole = (third != 0) | np.concatenate([[True], of[1:] != of[:-1]])[: len(of)]
    mixed = _short(hashed * np.uint64(3) + second * np.uint64(5) + third)
    return _by_owner(of[whole], mixed[whole], len(texts))


def _names(texts: Sequence[str], *, particles: bool = False) -> list[Ints]:
    """Hashes of the names in each text, in rising order."""
    codes, owners = _joined(texts if particles else [_DIGRAPHS.sub(_single, text) for text in texts])
    symbols = _symbols()[codes]
    # ه at a word's end is ة as often as not.
    last = np.concatenate([symbols[1:] == _SPACE, [True]])[: len(symbols)]
    kept = (symbols > 0) & ~((codes == ord("ه")) & last)
    symbols, owners = symbols[kept], owners[kept]
    words = _words(symbols, symbols != _SPACE)
    attached = _particles(symbols, words.starts) if particles else np.zeros_like(words.starts)
    found, of = [], []
    for cut in range(int(attached.max(initial=0)) + 1):
        chosen = (attached >= cut) & (words.lengths - cut >= _SHORTEST)
        found.append(_short(words.hashes(cut)[chosen]))
        of.append(owners[words.starts[chosen]])
    return _by_owner(np.concatenate(of), np.concatenate(found), len(texts))


def _particles(symbols: npt.NDArray[np.uint8], starts: Places) -> Places:
    """How many symbols at the start of each word may be attached: ف, one of ب ك ل س, and ال; و and ا left none."""
    padded = np.concatenate([symbols, np.full(4, _SPACE, dtype=np.uint8)])
    at = starts + (padded[starts] == ord("f"))
    at = at + np.isin(padded[at], list(b"bkls"))
    at = at + (padded[at] == ord("l"))
    lengths: Places = at - starts
    return lengths


def _joined(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], Places]:
    """The texts' code points with a space after each, and the number of the text that each belongs to."""
    joined = " ".join([*texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    owners = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
    return np.minimum(codes, np.uint32(0xFFFF)), owners


def _by_owner(owners: Places, values: Ints, count: int) -> list[Ints]:
    """The distinct values of each owner, in rising order."""
    keys = np.sort(owners.astype(np.uint64) << np.uint64(32) | values)  # np.unique hashes first, which is slower here
    keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)]]
    bounds = np.searchsorted(keys, np.arange(1, count, dtype=np.uint64) << np.uint64(32))
    return np.split(keys.astype(np.uint32), bounds)


class _Words(NamedTuple):
    """Where the words of some code points are, and the powers of the hash's base that each code stands under."""

    codes: Longs
    starts: Places
    lengths: Places
    powers: Longs

    def hashes(self, cut: int = 0) -> Longs:
        """A hash of each word without its first `cut` codes, which does not depend on where it stands."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.uint64)
        under = self.codes * self.powers
        whole: Longs = np.add.reduceat(under, self.starts)
        for position in range(cut):
            whole = whole - under[np.minimum(self.starts + position, len(under) - 1)]
        return whole


def _words(codes: npt.NDArray[Any], is_word: npt.NDArray[np.bool_]) -> _Words:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_word, [False]])))
    starts, ends = edges[::2], edges[1::2]
    # Counted from a word's end, so that what is cut from its start changes nothing.
    last = np.zeros(len(codes), dtype=np.intp)
    last[is_word] = np.repeat(ends, ends - starts) - 1
    places = np.where(is_word, np.minimum(last - np.arange(len(codes)), len(_powers()) - 1), 0)
    return _Words(np.where(is_word, codes, 0).astype(np.uint64), starts, ends - starts, _powers()[places])


@cache
def _powers() -> Longs:
    """Powers of the base modulo 2**64, for words of up to 64 letters."""
    return np.cumprod(np.full(64, _BASE, dtype=np.uint64), dtype=np.uint64)


@cache
def _symbols() -> npt.NDArray[np.uint8]:
    """Each character's symbol; 0 for a letter or digit without one, a space for what separates words."""
    table = np.array([0 if chr(code).isalnum() else _SPACE for code in range(0x10000)], dtype=np.uint8)
    for group in _GROUPS:
        table[[ord(letter) for letter in group]] = ord(group[0])
    return table


def _short(values: Longs) -> Ints:
    """The better half of well-mixed hashes."""
    mixed = (values ^ (values >> np.uint64(29))) * np.uint64(_BASE)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _single(match: re.Match[str]) -> str:
    return match[1] or _DIGRAPH[match[0]]


def _numbers(folded: str) -> list[str]:
    """Numbers of two digits or more, whatever separates their thousands and decimals.

    >>> _numbers("6.000 conteneurs, 6 000, 11,5 et 3")
    ['6000', '6000', '11.5']
    """
    found = []
    for written in _NUMBER.findall(folded):
        if len(written) > 1:
            plain = re.sub(r"[ .,٬](?=\d{3}(?!\d))", "", written) if len(written) > 4 else written
            found.append(plain.replace(",", ".").replace("٫", "."))
    return found
