"""Bytes to text: by mark, declaration, UTF-8 or detection, and the name of the encoding that gave it."""

from __future__ import annotations

import codecs
import re

from research.errors import ResearchError

_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DETECTED = ["cp1256", "cp1252", "iso8859_6"]  # what Arabic, French, Spanish and English pages come in besides Unicode
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LETTER = re.compile(r"[a-zA-Z\u00c0-\u024f\u0600-\u06ff]")
_UTF16_LETTERS = 0.6  # of the characters, when bytes without a mark are read as UTF-16; noise gives far fewer


def decode(raw: bytes, name: str, *, declared: str = "") -> tuple[str, str]:
    """`raw` as text, and the encoding that gave it.

    Parameters
    ----------
    raw : bytes
        A whole file.
    name : str
        The file as the error names it.
    declared : str
        The encoding that the file itself declares, as pages do.

    Returns
    -------
    text, encoding : str
        ``raw.decode(encoding) == text``.

    Raises
    ------
    ResearchError
        It is empty, or not text in any encoding that is tried.

    Examples
    --------
    >>> decode("صدر القرار".encode("utf-16"), "a.txt")
    ('صدر القرار', 'utf-16')
    """
    if not raw.strip():
        raise ResearchError("the file is empty", where=name, remedy="save the article's text, or remove the file")
    by_mark = marked(raw)
    for encoding in [by_mark] if by_mark else [_known(declared), "utf-8", *_utf16(raw)]:
        text = _strictly(raw, encoding)
        if text is not None:
            return text, encoding
    encoding = "" if by_mark else _detected(raw)
    text = _strictly(raw, encoding)
    if text is None:
        remedy = "save the article's text as UTF-8, or remove the file"
        raise ResearchError("not text in any known encoding", where=name, remedy=remedy)
    return text, encoding


def marked(raw: bytes) -> str:
    """The encoding that the first bytes are the mark of, or nothing.

    >>> marked(b"\\xef\\xbb\\xbfabc")
    'utf-8-sig'
    """
    return next((encoding for bom, encoding in _BOMS.items() if raw.startswith(bom)), "")


def _strictly(raw: bytes, encoding: str) -> str | None:
    """The text, unless a byte does not fit or control characters say that it is none."""
    try:
        text = raw.decode(encoding) if encoding else ""
    except (UnicodeDecodeError, LookupError):
        return None
    return text if text.strip() and len(_CONTROL.findall(text)) * 100 <= len(text) and "\0" not in text else None


def _known(declared: str) -> str:
    """Python's name of a declared encoding as browsers read it, or nothing."""
    import webencodings

    encoding = webencodings.lookup(declared)
    name = str(encoding.codec_info.name) if encoding is not None else ""
    return "utf-8" if name.startswith("utf-16") else name  # who could read the declaration was not reading UTF-16


def _utf16(raw: bytes) -> list[str]:
    """UTF-16 without its mark, in the byte order that makes letters of it."""
    found = []
    for encoding in ("utf-16-le", "utf-16-be") if b"\0" in raw and len(raw) % 2 == 0 else ():
        text = _strictly(raw, encoding) or ""
        if text and len(_LETTER.findall(text)) >= _UTF16_LETTERS * len(text):
            found.append(encoding)
    return found


def _detected(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=_DETECTED).best()
    return best.encoding if best is not None else ""
