"""Read articles from files: whatever the format, one `Article` each, or one line saying why not.

========================  =======================================================================================
``.txt`` ``.md``          the decoded file: no newline translated, nothing normalised
``.html`` ``.htm``        the page's visible text, a block or table row a line; trafilatura says what is the article
``.pdf``                  its paragraphs, one a line, by where PDFium finds the letters
``.docx``                 its paragraphs and table rows, one a line, tracked insertions among them
``.jsonl`` ``.csv``       one article a row: the field that holds the text
``.parquet``
========================  =======================================================================================

A ``.txt`` beside a page, PDF or DOCX of the same name is its stored text, and is read in place of a new extraction;
what somebody typed into it is the article's.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from research.corpus import pages
from research.corpus.decoding import decode, marked
from research.corpus.sources import is_sheet
from research.errors import ResearchError

MAX_BYTES = 20_000_000  # of a file that holds one article, and of one row's text
FIELDS = ("text", "id", "title", "byline", "published")
_UNREAD = (".doc", ".rtf", ".odt", ".epub", ".mht", ".mhtml", ".webarchive", ".xlsx", ".json")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its file gives it, before anything is left out.

    Attributes
    ----------
    doc_id, file, sha256, encoding, text : str
        As in the documents table; `sha256` is the file's.
    title, byline, published : str
        What the format says outside the text, a column or a page's metadata; `published` is an ISO day.
    body : frozenset of str or None
        The lines that an extractor takes for the article, white space squeezed; None if none was asked.
    """

    doc_id: str
    file: str
    sha256: str
    encoding: str
    text: str
    title: str = ""
    byline: str = ""
    published: str = ""
    body: frozenset[str] | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        """As errors name it: its file, and of a collection its name in it."""
        return self.file if Path(self.file).stem == self.doc_id else f"{self.file}, {self.doc_id}"


def article_files(path: str | Path) -> tuple[Path, list[Path]]:
    """The files that `path`, a file, folder or glob pattern, names, in order of name, and the folder they are under.

    Raises
    ------
    ResearchError
        Nothing is there.
    """
    pattern = str(path)
    if glob.has_magic(pattern) and not Path(pattern).exists():
        parts = Path(pattern).parts
        fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
        root = Path(*parts[:fixed])
        found = list(root.glob(str(Path(*parts[fixed:]))))
    else:
        root = Path(path)
        if not root.exists():
            raise ResearchError(
                "no such folder", where=pattern, remedy="name a folder of articles, a file or a pattern"
            )
        root, found = (root.parent, [root]) if root.is_file() else (root, list(root.iterdir()))
    known = (*READERS, *COLLECTIONS, *_UNREAD)
    files = [f for f in found if f.suffix.lower() in known and not f.name.startswith(".") and _is_readable(f)]
    kept = set(files)
    return root, sorted(f for f in files if not _is_stored(f, kept) and not (f.suffix == ".csv" and is_sheet(f)))


def _is_readable(file: Path) -> bool:
    """Whether it is a file, or a link, to be refused if it leads nowhere; never a pipe or a device."""
    return file.is_symlink() or file.is_file()


def _is_stored(file: Path, files: Set[Path]) -> bool:
    return file.suffix == ".txt" and any(stored_text(other) == file for other in _beside(file) if other in files)


def _beside(file: Path) -> Iterator[Path]:
    return (file.with_suffix(ending) for suffix in EXTRACTED for ending in (suffix, suffix.upper()))


def read_file(file: Path, name: str, columns: Mapping[str, str] | None = None) -> Iterator[Article | ResearchError]:
    """The articles in one file, in order; a row that cannot be used is an error among them.

    Parameters
    ----------
    file : Path
        One of those that `article_files` gives.
    name : str
        The file as errors and the documents table name it.
    columns : mapping, optional
        The columns of a collection that hold `FIELDS`, where they are not called so.

    Raises
    ------
    ResearchError
        The file as a whole cannot be used.
    """
    suffix = file.suffix.lower()
    if suffix in _UNREAD:
        raise ResearchError(f"{suffix} is not read", where=name, remedy="save it as text, HTML, PDF or .docx")
    try:
        if suffix in READERS:
            yield _single(file, name)
        else:
            yield from _rows(file, name, columns or {})
    except OSError as error:
        raise ResearchError(f"cannot be read ({error.strerror})", where=name, remedy="check the file") from error


def sha256_of(data: bytes | str) -> str:
    """Hexadecimal SHA-256; of a text, of its UTF-8.

    >>> sha256_of("é") == sha256_of("é".encode())
    True
    """
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")).hexdigest()


def _single(file: Path, name: str) -> Article:
    if file.stat().st_size > MAX_BYTES:
        raise ResearchError(f"larger than {MAX_BYTES:,} bytes", where=name, remedy="save the article's text alone")
    raw = file.read_bytes()
    if not raw.strip():
        raise ResearchError("the file is empty", where=name, remedy="save the article's text, or remove the file")
    stored = stored_text(file)
    text = decode(stored.read_bytes(), stored.name)[0] if stored else ""
    try:
        found = READERS[file.suffix.lower()](raw, name)
    except ResearchError:
        if not stored:
            raise
        found = pages.Extraction("", "")  # a scan, or a locked file, whose text somebody typed
    body = found.body
    if text and body:  # what was typed into the stored text is as much the article's
        extracted = set(map(pages.squeezed, found.text.splitlines()))
        body |= {line for line in map(pages.squeezed, text.splitlines()) if line and line not in extracted}
    metadata = (found.title, found.byline, found.published)
    return Article(file.stem, name, sha256_of(raw), found.encoding, text or found.text, *metadata, body)


def stored_text(file: Path) -> Path | None:
    """The ``.txt`` that holds the text of a page, PDF or DOCX, where there is one beside it."""
    beside = file.with_suffix(".txt")
    return beside if file.suffix.lower() in EXTRACTED and beside.is_file() and not beside.is_symlink() else None


def _plain(raw: bytes, name: str) -> pages.Extraction:
    return pages.Extraction(*decode(raw, name))


READERS: dict[str, Callable[[bytes, str], pages.Extraction]] = {
    ".txt": _plain,
    ".md": _plain,
    ".html": pages.read_html,
    ".htm": pages.read_html,
    ".pdf": pages.read_pdf,
    ".docx": pages.read_docx,
}
EXTRACTED = (".html", ".htm", ".pdf", ".docx")


def _rows(file: Path, name: str, columns: Mapping[str, str]) -> Iterator[Article | ResearchError]:
    """One article a row, under the row's own id or its number."""
    unknown = set(columns) - set(FIELDS)
    if unknown:
        raise ResearchError(f"columns for {sorted(unknown)}", remedy=f"name columns for {', '.join(FIELDS)}")
    named = {field: columns.get(field, field) for field in FIELDS}
    with file.open("rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    number = 0
    for number, row, encoding in COLLECTIONS[file.suffix.lower()](file, name, named["text"]):
        if isinstance(row, ResearchError):
            yield row
            continue
        value = {field: _cell(row.get(column)) for field, column in named.items()}
        where = f"{name}, row {number}"
        if not isinstance(row.get(named["text"]), str | None):
            kind = type(row[named["text"]]).__name__
            yield ResearchError(f"{named['text']!r} is a {kind}, not text", where=where, remedy="mend the row")
        elif not value["text"].strip():
            remedy = "remove the row, or name the text's column"
            yield ResearchError(f"no text in {named['text']!r}", where=where, remedy=remedy)
        elif len(value["text"]) > MAX_BYTES:
            yield ResearchError(f"longer than {MAX_BYTES:,} characters", where=where, remedy="split it")
        else:
            doc_id = value["id"] or f"{file.stem}-{number:05d}"
            metadata = (value["title"], value["byline"], value["published"])
            yield Article(doc_id, name, sha256, encoding, value["text"], *metadata)
    if not number:
        yield ResearchError("no rows", where=name, remedy="write one article a row, or remove the file")


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    # Half of a pair of surrogates, as JSON can hold, is no character.
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


Rows = Iterator[tuple[int, Row | ResearchError, str]]  # number from 1, row or what is wrong with it, encoding


def _jsonl(file: Path, name: str, text: str) -> Rows:
    with file.open("rb") as handle:
        encoding = marked(handle.read(4)) or "utf-8"
    wide = not encoding.startswith("utf-8")
    lines: Any
    with file.open(encoding=encoding, errors="replace", newline="\n") if wide else file.open("rb") as lines:
        for number, line in enumerate(_whole_lines(lines), start=1):
            row: Any = None
            try:
                row = json.loads(line) if line and line.strip() else None
                problem = "" if isinstance(row, dict) else "not a JSON object"
            except (ValueError, RecursionError) as error:
                problem = f"malformed JSON ({getattr(error, 'msg', 'unreadable')})"
            if line is None:
                problem = f"longer than {MAX_BYTES:,} characters"
            if problem and (line is None or line.strip()):
                yield number, ResearchError(problem, where=f"{name}, line {number}", remedy="mend the line"), ""
            elif not problem:
                yield number, row, encoding


def _whole_lines(lines: IO[str] | IO[bytes]) -> Iterator[str | bytes | None]:
    """The lines of a file, None for one that is too long to keep."""
    while line := lines.readline(MAX_BYTES):
        whole = len(line) < MAX_BYTES
        while len(line) == MAX_BYTES:
            line = lines.readline(MAX_BYTES)
        yield line if whole else None


def _csv(file: Path, name: str, text: str) -> Rows:
    with file.open("rb") as handle:
        sample = handle.read(1_000_000)
    # A piece of a file may end amid a character; in UTF-16 a line feed is two bytes.
    whole = sample if len(sample) < 1_000_000 or marked(sample) else sample[: sample.rfind(b"\n") + 1] or sample
    head, encoding = decode(whole, name)
    separator = max(",;\t|", key=head.partition("\n")[0].count)
    csv.field_size_limit(MAX_BYTES)  # the module's own limit is shorter than a long article
    number = line = 0
    try:
        with file.open(encoding=encoding, newline="") as lines:
            rows = csv.DictReader(lines, delimiter=separator, strict=True)
            _need(text, rows.fieldnames or [], name)
            for number, row in enumerate(rows, start=1):
                line = rows.line_num
                yield number, _too_many(name, line) if None in row else row, encoding
    except (csv.Error, UnicodeDecodeError) as error:
        raise ResearchError(f"unreadable from line {line + 1} on", where=name, remedy="mend it") from error


def _too_many(name: str, line: int) -> ResearchError:
    return ResearchError("more cells than columns", where=f"{name}, line {line}", remedy="quote the cell's commas")


def _parquet(file: Path, name: str, text: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(file) as content:
            _need(text, content.schema_arrow.names, name)
            for batch in content.iter_batches(batch_size=1000):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row, "utf-8"
    except pa.ArrowException as error:
        raise ResearchError("not a readable Parquet file", where=name, remedy="write it again") from error


def _need(text: str, columns: Iterable[str], name: str) -> None:
    columns = list(columns)
    if text not in columns:
        raise ResearchError(
            f"no column {text!r} among {', '.join(map(str, columns))[:120]}",
            where=name,
            remedy='say which holds the text: columns={"text": …}',
        )


COLLECTIONS: dict[str, Callable[[Path, str, str], Rows]] = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
