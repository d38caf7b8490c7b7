"""Text as runs of one direction and one script; what a text could do to its surroundings is taken out."""

from __future__ import annotations

import re
from typing import Any

from research.wording import RIGHT_TO_LEFT

_ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff"
_ARABIC_RUN = re.compile(f'[{_ARABIC}](?:[^A-Za-zÀ-ɏ()\\[\\]«»“”"{_ARABIC}]*[{_ARABIC}]+)*')
# A run ends before a bracket or a quotation mark: the other of the pair may stand outside it.
_LATIN_RUN = re.compile(r"[0-9#_]*[A-Za-zÀ-ɏ](?:[^\u0600-\u06ff()\[\]«»“”\"]*[A-Za-zÀ-ɏ0-9])?")
# Controls, signs of private use, and the direction marks with which a text could reorder its surroundings.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff\U000f0000-\U0010ffff]"
)
_UNBROKEN = re.compile(r"\S{40}(?=\S)")
# French sets a thin space that does not break before double punctuation, and inside its quotation marks.
_FRENCH = [(re.compile(r"[ \u00a0]?([;!?])(?=\s|$|[»)])"), "\u202f\\1"), (re.compile(r"[ \u00a0]([:»%])"), "\u00a0\\1")]
_FRENCH += [(re.compile(r"«[ \u00a0]?"), "«\u00a0")]


def clean(text: str) -> str:
    """`text` without control characters and without marks that reorder what stands around it.

    >>> clean("a\\u202eb\\x07")
    'ab'
    """
    return _UNSAFE.sub("", text.replace("\n", " ").replace("\t", " "))


def breakable(text: str) -> str:
    """`text` with a place to break in every word of more than forty letters: it can run off no page.

    >>> len(breakable("x" * 100))
    102
    """
    return _UNBROKEN.sub("\\g<0>\u200b", text)


def harmless(content: Any, key: str = "") -> Any:
    """JSON with every text in it clean and breakable; charts and addresses, which are ours, stay as they are.

    >>> harmless({"file": "a\\x00b", "svg": "<svg>"})
    {'file': 'ab', 'svg': '<svg>'}
    """
    if isinstance(content, dict):
        return {name: harmless(value, name) for name, value in content.items()}
    if isinstance(content, list):
        return [harmless(value, key) for value in content]
    return breakable(clean(content)) if isinstance(content, str) and key not in ("svg", "url") else content


def spaced(text: str, language: str) -> str:
    """`text` with the spaces that the language's typography asks for; for the authors' prose, never for quotes.

    >>> spaced("Qui signe ? « Personne »", "fr")
    'Qui signe\\u202f? «\\xa0Personne\\xa0»'
    """
    if language == "fr":
        for pattern, replacement in _FRENCH:
            text = pattern.sub(replacement, text)
    return text


def runs(text: str, language: str) -> list[dict[str, Any]]:
    """`text` as runs of one direction; a run of the other script carries its language.

    >>> runs("the مذكرة of 2025", "en")
    [{'v': 'the '}, {'v': 'مذكرة', 'l': 'ar'}, {'v': ' of 2025'}]
    """
    text = breakable(clean(text))
    pattern, other = (_LATIN_RUN, "en") if language in RIGHT_TO_LEFT else (_ARABIC_RUN, "ar")
    found, position = [], 0
    for match in pattern.finditer(text):
        if match.start() > position:
            found.append({"v": text[position : match.start()]})
        found.append({"v": match.group(), "l": other})
        position = match.end()
    if position < len(text):
        found.append({"v": text[position:]})
    return found
