"""Which capitalised words of a text are names, and which only begin a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from research.text import fold

_WORD = re.compile(r"\w{3,}")
_START = re.compile(r"(?:^|[.!?؟:…;«“\"‘(\[–—•\n-]) *['’]?\Z")
_STEM, _ENDING = 5, 3  # letters that two forms of a word share at least, and that one may end in besides
_LANGUAGES = ("ar", "en", "fr")
# Titles of persons, and the parts of a brief that its prose refers to, are written with a capital and name nobody.
_CAPITAL = {"mme", "mlle", "mrs", "prof", "annex", "annexe", "box", "encadre", "figure", "table", "tableau"}


class Ordinary:
    """The words of every day, as some texts write them: without a capital, beside the stop words of the languages.

    Parameters
    ----------
    texts : iterable of str
    beside : Ordinary, optional
        Others that are ordinary, too.

    Examples
    --------
    >>> ordinary = Ordinary(["a memorandum on ports"])
    >>> [word for word, _ in ordinary.names("Memoranda tie Zorvex (Tazrout) to XYZ. Ports pay.")]
    ['Zorvex', 'Tazrout', 'XYZ']
    """

    def __init__(self, texts: Iterable[str], beside: Ordinary | None = None) -> None:
        small = {word for text in texts for word in _WORD.findall(text) if word.islower()}
        words = {fold(word).text for word in small} | (set() if beside else _stop_words())
        stems = {word[:end] for word in words for end in range(_STEM, len(word) + 1)}
        self._words: set[str] = words | beside._words if beside else words
        self._stems: set[str] = stems | beside._stems if beside else stems

    def __contains__(self, word: str) -> bool:
        folded = fold(word).text
        if folded in self._words or folded in self._stems or folded.removesuffix("s") in self._words:
            return True
        return len(folded) > _STEM + 1 and folded[: max(_STEM, len(folded) - _ENDING)] in self._stems

    def names(self, text: str) -> Iterator[tuple[str, int]]:
        """Words of three letters or more with a capital, and where each begins; ordinary ones begin a sentence."""
        for match in _WORD.finditer(text):
            word = match[0]
            if not any(map(str.isupper, word)) or fold(word).text in _CAPITAL:
                continue
            if word not in self or not _START.search(text, max(match.start() - 4, 0), match.start()):
                yield word, match.start()


@cache
def _stop_words() -> frozenset[str]:
    import stopwordsiso

    return frozenset(fold(word).text for language in _LANGUAGES for word in stopwordsiso.stopwords(language))
