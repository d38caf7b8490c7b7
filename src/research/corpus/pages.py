"""Web pages, PDF and DOCX to lines of text, hostile input included: nothing is run, fetched or expanded."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from research.corpus.decoding import decode
from research.corpus.lines import TERMINAL
from research.errors import ResearchError

MAX_UNPACKED = 100_000_000  # bytes; what a DOCX of the permitted size may unpack to
_SAVE_AS_TEXT = "save the article's text as UTF-8 .txt, or remove the file"


class Extraction(NamedTuple):
    """What a file that is not plain text holds.

    `body` is the lines that trafilatura takes for the article, white space squeezed; None where it was not asked.
    """

    text: str
    encoding: str
    title: str = ""
    byline: str = ""
    published: str = ""
    body: frozenset[str] | None = None


_INVISIBLE = ("script", "style", "noscript", "template", "svg", "head", "iframe", "object", "select", "textarea")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset
        figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html img label legend li main menu nav ol option p
        pre section summary table time tr ul""",
    )
)
_CELLS = ("td", "th")
_ARTICLES, _PAGES = re.compile(r"Article|Posting|Report|Review"), re.compile("WebPage")  # types of schema.org
_COMMENTED = re.compile(r"(?://\s*)?(?:<!\[CDATA\[|\]\]>)|/\*.*?\*/")
_SENTENCE = 8  # words
_ABOVE = 4  # lines over the extractor's first that may hold the standfirst
_TIME_WORDS = 14  # of the line in which a <time> is the article's
_APART = frozenset(["nav", "aside", "footer", "form", "figure", "figcaption", "button"])
_APART_NAMES = re.compile(
    r"(?:^|[\s_-])(?:related|share|social|comments?|promo|advert|ads?|newsletter|tags?|breadcrumbs?|caption|credit|"
    r"widget|sidebar|recommend\w*|cookies?|byline|author|meta|date)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PUBLISHED = (  # the surest first
    "//meta[@property='article:published_time' or @property='og:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='datePublished']/@content",
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
    "//meta[translate(@name, 'DCPUBLISHATENO', 'dcpublishateno')='pubdate' or @name='dc.date.issued' or @name='date']"
    "/@content",
)
_TIME = "//article//h1/following::time[ancestor::article and not(ancestor::aside or ancestor::footer or ancestor::nav)]"
_NO_DAY = re.compile(r"updat|modif|maj\b|mise? a jour|actualiz|تحديث|تعديل", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def read_html(raw: bytes, name: str) -> Extraction:
    """The visible text of a page, one block a line, with trafilatura's view of which lines are the article.

    Raises
    ------
    ResearchError
        It is not text, or holds no visible text.
    """
    import trafilatura

    declared = _CHARSET.search(raw[:4096])
    markup, encoding = decode(raw, name, declared=declared[1].decode("ascii") if declared else "")
    tree = _parse(markup)
    lines = _visible_lines(tree) if tree is not None else []
    if not lines:
        raise ResearchError("no visible text", where=name, remedy=_SAVE_AS_TEXT)
    published = _published(tree)
    found: Any
    try:
        found = trafilatura.bare_extraction(
            _parse(markup), include_comments=False, favor_recall=True, with_metadata=True
        )
    except Exception:  # whatever a hostile page does to the extractor, its lines are still there to read
        found = None
    kept = {squeezed(line) for line in (found.text or "").splitlines()} if found else set()
    body = _with_lines_amid(lines, kept) if kept and _is_most(lines, kept) else None
    title, byline = (found.title or "", found.author or "") if found else ("", "")
    return Extraction("\n".join(text for text, _ in lines), encoding, title, byline, published, body)


def _is_most(lines: list[tuple[str, bool]], kept: set[str]) -> bool:
    """Whether the extractor has most of the page's sentences; in old pages it may take the footer for the article."""
    sentences = [text for text, apart in lines if not apart and _is_sentence(text)]
    found = sum(len(text) for text in sentences if squeezed(text) in kept)
    return 2 * found >= sum(map(len, sentences))


def _is_sentence(text: str) -> bool:
    return text.count(" ") >= _SENTENCE - 1 and text.endswith(TERMINAL)


def _with_lines_amid(lines: list[tuple[str, bool]], kept: set[str]) -> frozenset[str]:
    """The extractor's lines; those between them, and sentences just above and below, that are not set apart."""
    at = [i for i, (text, _) in enumerate(lines) if squeezed(text) in kept]
    if not at:
        return frozenset(kept)
    first, last = at[0], at[-1]
    # Over a standfirst there may be a day or a name.
    above = [i for i in range(max(first - _ABOVE, 0), first) if not lines[i][1] and _is_sentence(lines[i][0])]
    while last + 1 < len(lines) and not lines[last + 1][1] and _is_sentence(lines[last + 1][0]):
        last += 1
    amid = [lines[i] for i in above] + lines[first : last + 1]
    return frozenset(kept | {squeezed(text) for text, apart in amid if not apart})


def squeezed(line: str) -> str:
    """`line` with each run of white space as one space, as two extractions of a page are compared.

    >>> squeezed(" a\\u00a0 b ")
    'a b'
    """
    return " ".join(line.split()).strip("| ")  # which trafilatura puts around the row of a table


def _parse(markup: str) -> Any:
    """The page's tree, or None where there is none; entities are not expanded and nothing is fetched.

    Unclosed tags nest deep in real pages, and the parser's own limits would drop the rest without a word; the size of
    the file is limited instead.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _visible_lines(tree: Any) -> list[tuple[str, bool]]:
    """The page's lines as a browser shows them, and whether each is set apart: all link, or in an aside."""
    from lxml import etree

    lines: list[tuple[str, bool]] = []
    pieces: list[tuple[str, bool]] = []
    hidden = apart = links = 0
    closed = broken = False  # an element in the line just ended; another began at once
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_element = event in ("start", "end")
        step = 1 if event == "start" else -1
        if element.tag in _BLOCKS:
            _end_line(lines, pieces)
        if element.tag in _CELLS and event == "start" and any(piece.strip() for piece, _ in pieces):
            pieces.append((" | ", True))  # the cells of a row are one line, if nothing in them is a block
        if is_element:
            hidden += step * (element.tag in _INVISIBLE or "hidden" in element.attrib)
            apart += step * _is_apart(element)
            links += step * (element.tag == "a")
        if element.tag == "li":  # as a browser marks an item
            pieces[:] = [("- ", True)] if event == "start" and not hidden else []
        text = element.text if event == "start" else element.tail
        broken = (broken or closed) and event == "start"
        closed = event == "end" and is_element
        if text and not hidden and broken and _is_seam(pieces, text):
            _end_line(lines, pieces)
        if text and not hidden:
            closed = False
            pieces.append((re.sub(r"[ \t\r\n\f]+", " ", text), bool(apart or links)))
    _end_line(lines, pieces)
    return lines


def _is_seam(pieces: list[tuple[str, bool]], text: str) -> bool:
    """Whether two elements that touch hold words of their own, which the page's style sets apart; no drop capital."""
    before, after = "".join(piece for piece, _ in pieces)[-1:], text[:1]
    return before.isalnum() and after.isalnum() and not (before.isupper() and after.islower())


def _end_line(lines: list[tuple[str, bool]], pieces: list[tuple[str, bool]]) -> None:
    text = "".join(piece for piece, _ in pieces).strip()
    if text == "-":
        return  # an item whose text stands in a block of its own
    if text:
        lines.append((text, all(apart for piece, apart in pieces if piece.strip())))
    pieces.clear()


def _is_apart(element: Any) -> bool:
    named = f"{element.get('class', '')} {element.get('id', '')}"
    return element.tag in _APART or _APART_NAMES.search(named) is not None


def _published(tree: Any) -> str:
    """The day the page's metadata says it was published, in ISO form, or nothing."""
    stated = [value for path in _PUBLISHED[:1] for value in tree.xpath(path)]
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        stated += _linked_data(script)
    stated += [value for path in _PUBLISHED[1:] for value in tree.xpath(path)]
    for time in tree.xpath(_TIME):
        line = next(time.iterancestors(*_BLOCKS))
        short = len(line.text_content().split()) <= _TIME_WORDS
        if short and not _NO_DAY.search(f"{time.get('class', '')} {(time.getprevious() is None and line.text) or ''}"):
            stated.append(time.get("datetime", ""))
    for value in stated:
        try:
            return date.fromisoformat(value.strip()[:10]).isoformat()
        except ValueError:
            continue
    return ""


def _linked_data(script: str) -> Iterator[str]:
    """``datePublished`` of the article or page that JSON-LD describes, not of those that it lists or cites."""
    try:
        found = json.loads(_COMMENTED.sub("", script), strict=False)
    except (ValueError, RecursionError):
        return
    top = found if isinstance(found, list) else [found]
    graphs = [one["@graph"] for one in top if isinstance(one, dict) and isinstance(one.get("@graph"), list)]
    described = [one for one in [*top, *chain.from_iterable(graphs)] if isinstance(one, dict)]
    for types in (_ARTICLES, _PAGES):
        for one in described:
            if types.search(str(one.get("@type"))):
                yield str(one.get("datePublished", ""))


def read_pdf(raw: bytes, name: str) -> Extraction:
    """The paragraphs of a PDF, one a line; see `pdf.pdf_text`."""
    from research.corpus.pdf import pdf_text

    return Extraction(pdf_text(raw, name), "pdf")


def read_docx(raw: bytes, name: str) -> Extraction:
    """The paragraphs and table rows of a Word document, one a line.

    Raises
    ------
    ResearchError
        It is locked, broken, unpacks to more than `MAX_UNPACKED` bytes, or holds no text.
    """
    import docx

    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise ResearchError("a locked or old Word document", where=name, remedy="save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise ResearchError(f"unpacks to {unpacked:,} bytes", where=name, remedy=_SAVE_AS_TEXT)
        document = docx.Document(io.BytesIO(raw))
        titles = (block.text for block in document.paragraphs if block.style and block.style.name == "Title")
        title = next(titles, "")
        listed = frozenset(style.style_id for style in document.styles if _is_numbered(style.element))
        lines = list(_docx_lines(document.element.body, listed))
    except ResearchError:
        raise
    except Exception as error:  # a broken document breaks its parser in many ways
        raise ResearchError("not a readable .docx", where=name, remedy="save it again, or remove it") from error
    text = "\n".join(lines)
    if not text.strip():
        raise ResearchError("a document without text", where=name, remedy=_SAVE_AS_TEXT)
    return Extraction(text, "docx", title)


def _docx_lines(element: Any, listed: frozenset[str]) -> Iterator[str]:
    """Paragraphs and table rows below `element`, also those in content controls; items as Word marks them.

    `listed` is the styles of items.
    """
    from docx.oxml.ns import qn

    for child in element:
        if child.tag == qn("w:p"):
            yield ("- " if child.style in listed or _is_numbered(child) else "") + _docx_text(child)
        elif child.tag == qn("w:tr"):
            cells = child.iter(qn("w:tc"))
            yield " | ".join(" ".join(filter(None, map(_docx_text, cell.iter(qn("w:p"))))) for cell in cells)
        elif child.tag not in (qn("w:del"), qn("w:moveFrom"), qn("w:sectPr")):
            yield from _docx_lines(child, listed)


def _is_numbered(element: Any) -> bool:
    from docx.oxml.ns import qn

    return element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None


def _docx_text(paragraph: Any) -> str:
    """Its text as Word shows it, deletions left out."""
    from docx.oxml.ns import qn

    marks = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
    pieces = []
    for element in paragraph.iter(qn("w:t"), *marks):
        if any(above.tag.endswith(("}del", "}moveFrom", "}Fallback", "}tabs")) for above in element.iterancestors()):
            continue
        pieces.append(element.text or "" if element.tag == qn("w:t") else marks[element.tag])
    return "".join(pieces)
