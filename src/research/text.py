"""Folding for search with a map back to raw offsets, Arabic clitics, words and sentences.

Text is folded only to search, never to store. Folding drops case, accents, Arabic diacritics, tatweel,
zero-width and direction marks; unifies alef, ya and ta-marbuta forms, presentation forms, digits,
apostrophes, hyphens and white space. Every folded position leads back to the raw one.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Span = tuple[int, int]

_LETTERS = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "’": "'", "ʼ": "'", "‘": "'", "`": "'"})
_INITIAL = re.compile(r"(?:^|(?<=[\s(«\"'’-]))[^\W\d_]\.\s*\Z")
_GLUED = re.compile(
    r"(?:(?<=[a-zß-ÿ]{2}[.!?…])|(?<=[.!?…][»”\"]))(?=[A-ZÀ-Þ«][a-zß-ÿ\s])|(?<=[ء-ي]{2}[.!?؟…])(?=[«\"]?[ء-ي]{2})"
)
_ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3]")

# و ف "and, so" · ب ك ل س "in, as, for, will" · ال "the"; ل + ال is written لل.
PROCLITICS = frozenset(
    conjunction + preposition
    for conjunction in ("", "و", "ف")
    for preposition in ("", "ب", "ك", "ل", "س", "ال", "بال", "كال", "لل")
)
ENCLITICS = frozenset(["", "ه", "ها", "هم", "هن", "هما", "ك", "كم", "نا", "ي"])


class _FoldTable(dict[int, str]):
    """One code point to its folded string, computed when first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace() or category == "Pd":
        return " "
    if char == "ـ" or category in ("Mn", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", char).casefold())
    kept = (c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf") and c != "ـ")
    return "".join(kept).translate(_LETTERS)


_TABLE = _FoldTable()
_LENGTHS = np.full(sys.maxunicode + 1, -1, dtype=np.int8)  # of each code point's folded string; -1 until it is met
_CODES = np.zeros(sys.maxunicode + 1, dtype="<u4")  # the first character of each code point's folded string
_APART = "\0"  # folds to itself, and is in hardly any text
_SHORT = 64  # characters of a text that is folded faster one by one


@dataclass(frozen=True)
class Folded:
    """Folded text; `starts` is where each of its characters starts in the raw text."""

    text: str
    source: str

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Raw offset of each folded character."""
        return _folded(self.source)[1]

    def raw(self, start: int, end: int) -> Span:
        """Raw span of the folded span ``[start, end)``, trailing diacritics included."""
        stop = int(self.starts[end]) if end < len(self.starts) else len(self.source)
        return int(self.starts[start]), stop


def fold(text: str) -> Folded:
    """Fold `text` for search.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Folded
        The folded text with its offset map.

    Examples
    --------
    >>> folded = fold("La Stratégie الإستراتيجيّة")
    >>> folded.text
    'la strategie الاستراتيجيه'
    >>> folded.raw(3, 12)
    (3, 12)
    """
    if len(text) < _SHORT:
        folded = text.translate(_TABLE)
        return Folded(re.sub("  +", " ", folded) if "  " in folded else folded, text)
    return _with_starts(text, *_folded(text))


def fold_all(texts: Sequence[str]) -> list[Folded]:
    """`fold` of many texts at once, which is faster than one by one.

    >>> [folded.text for folded in fold_all(["Été", "", "الأمّة"])]
    ['ete', '', 'الامه']
    """
    joined = "".join(text + _APART for text in texts)
    if joined.count(_APART) != len(texts):
        return [fold(text) for text in texts]
    folded, starts = _folded(joined)
    offsets = np.cumsum([0, *(len(text) + 1 for text in texts)])
    bounds = np.searchsorted(starts, offsets).tolist()
    spans = zip(texts, offsets.tolist(), bounds, bounds[1:], strict=False)
    return [_with_starts(text, folded[a : b - 1], starts[a : b - 1] - offset) for text, offset, a, b in spans]


def _with_starts(text: str, folded: str, starts: npt.NDArray[np.int64]) -> Folded:
    found = Folded(folded, text)
    found.__dict__["starts"] = starts
    return found


def _folded(text: str) -> tuple[str, npt.NDArray[np.int64]]:
    """``text.translate(_TABLE)``, each run of spaces as one, and where each character comes from."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = _LENGTHS[codes]
    if lengths.min(initial=1) < 0:
        for char in set(text):
            folded = _TABLE[ord(char)]
            _LENGTHS[ord(char)], _CODES[ord(char)] = len(folded), ord(folded[0]) if folded else 0
        lengths = _LENGTHS[codes]
    several = lengths.max(initial=1) > 1
    starts = np.repeat(np.arange(len(codes)), lengths) if several else np.flatnonzero(lengths)
    found = _CODES[codes[starts]]
    if several:
        firsts = np.cumsum(lengths, dtype=np.int64) - lengths
        for code in set(codes[lengths > 1].tolist()):
            at = firsts[codes == code]
            for position, char in enumerate(_TABLE[code]):
                found[at + position] = ord(char)
    is_space = found == ord(" ")
    runs = is_space[1:] & is_space[:-1]
    if runs.any():
        kept = np.flatnonzero(~np.concatenate([[False], runs]))
        found, starts = found[kept], starts[kept]
    return found.tobytes().decode("utf-32-le", "surrogatepass"), starts


def fold_label(label: str) -> str:
    """Folded form of a codebook label.

    >>> fold_label(" Al‑Jazari ")
    'al jazari'
    """
    return fold(label).text.strip()


def is_arabic(text: str) -> bool:
    """Whether `text` holds an Arabic letter.

    >>> is_arabic("Mistral AI"), is_arabic("معهد")
    (False, True)
    """
    return _ARABIC.search(text) is not None


def search_forms(label: str) -> dict[str, bool]:
    """Folded forms under which a codebook label is searched.

    Returns
    -------
    dict of str to bool
        Form -> whether it counts only when a pronoun is attached (ة written ت before it).

    Examples
    --------
    >>> sorted(search_forms("data centre"))
    ['data centre', 'data centres', 'datas centre', 'datas centres']
    >>> search_forms("الذكاء الاصطناعي")
    {'ذكاء الاصطناعي': False, 'ذكاء اصطناعي': False}
    >>> search_forms("استراتيجية")
    {'استراتيجيه': False, 'استراتيجيت': True}
    """
    words = fold_label(label).split(" ")
    if not is_arabic(label):
        # Plural of the first, the last or every word; a plural in -x only where the word ends like one.
        plural = [_plural(word) for word in words]
        forms = [words, [plural[0], *words[1:]], [*words[:-1], plural[-1]], plural]
        return dict.fromkeys((" ".join(form) for form in forms), False)
    bare = [fold_label(_without_article(word)) for word in label.split()]
    bare = bare if len(bare) == len(words) else words
    first, inner = bare[0], bare[1:]
    variants = [words[1:], inner, ["ال" + word if is_arabic(word) else word for word in inner]]
    found = {" ".join([first, *variant]): False for variant in variants}
    found |= {form[:-1] + "ت": True for form in list(found) if form.endswith("ه") and len(form) > 3}
    return found


def _plural(word: str) -> str:
    if len(word) < 4 or not word.isalpha() or word[-1] in "sxz":
        return word
    return word + ("x" if word.endswith(("eau", "eu")) else "s")


def _without_article(word: str) -> str:
    """A word as written, without its article; إل and أل are roots, and only unfolded text tells them apart."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


_AFFIX = 5  # letters; one more than the longest run of particles, or of a pronoun


def letters_before(text: str, position: int) -> str:
    """The letters that stand right before a position, five at most.

    >>> letters_before("في وبالمغرب", 7)
    'وبال'
    """
    start, least = position, max(position - _AFFIX, 0)
    if (word := text[least:position].rpartition(" ")[2]).isalnum():
        return word
    while start > least and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:position]


def letters_behind(text: str, position: int) -> str:
    """The letters that stand right behind a position, to the end of their word.

    >>> letters_behind("entrepreneuriat social", 12)
    'iat'
    """
    end, most = position, len(text)
    while end < most and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[position:end]


def sentences(text: str, language: str) -> list[Span]:
    """Spans of the sentences in `text`, white space at their ends left out.

    What sentencex finds, but an initial ("M. Alaoui", "J.-C.") ends no sentence, and two sentences that lost the
    space between them ("…la fin.Le début…") are two.

    >>> text = "M. Alaoui part.Elle reste."
    >>> [text[start:end] for start, end in sentences(text, "fr")]
    ['M. Alaoui part.', 'Elle reste.']
    """
    import sentencex

    bounds: list[Span] = []
    for found in sentencex.get_sentence_boundaries(language, text):
        start, end = found["start_index"], found["end_index"]
        if bounds and _INITIAL.search(text, bounds[-1][0], bounds[-1][1]):
            start = bounds.pop()[0]
        bounds.append((start, end))
    spans = []
    for start, end in bounds:
        cuts = [start, *(match.start() for match in _GLUED.finditer(text, start, end)), end]
        spans += [trimmed(text, a, b) for a, b in pairwise(cuts)]
    return [span for span in spans if span[0] < span[1]]


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends.

    >>> trimmed("  a b ", 0, 6)
    (2, 5)
    """
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())
