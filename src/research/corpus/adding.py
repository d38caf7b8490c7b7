"""Add an article to a study: the page as it came, its text beside it, and its row in the source sheet.

The only part of the package that reaches the network, and only for the addresses it is given. robots.txt is
respected (RFC 9309). Redirects, size and time are limited; what was saved before is not fetched again.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
from filelock import FileLock
from protego import Protego

from research.corpus import readers
from research.corpus.sources import SOURCE_COLUMNS, read_sources
from research.errors import ResearchError
from research.files import replacing

AGENT = "research-corpus"
TIMEOUT = 20.0  # seconds to connect, and between two pieces of a page
MAX_SECONDS = 120.0  # for one page
MAX_REDIRECTS = 5
_ROBOTS_BYTES = 512_000  # of a robots.txt are read, as RFC 9309 asks
_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one address or file: the file it is now, or why it was not added."""

    given: str
    file: str
    note: str


def add_articles(seeds: Path, given: list[str], *, timeout: float = TIMEOUT) -> Iterator[Added]:
    """Save each address or file of `given` into `seeds`, one after another.

    Parameters
    ----------
    seeds : Path
        The folder of articles; its ``sources.csv`` gains a row for each, and is whole after every one.
    given : list of str
        Addresses (http or https) and files.
    timeout : float
        Seconds to wait for a connection or for more of a page.

    Yields
    ------
    Added
        One for each of `given`, in order. What is already there, by address or by content, is not added again;
        one that cannot be added does not stop the others.
    """
    seeds.mkdir(parents=True, exist_ok=True)
    # Two commands at once would each write the sheet as they read it.
    lock = Path(tempfile.gettempdir(), f"research-add-{readers.sha256_of(str(seeds.resolve()))[:16]}.lock")
    headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
    with httpx.Client(timeout=timeout, headers=headers, follow_redirects=False) as client:
        for one in given:
            try:
                with FileLock(lock):
                    added = _add(seeds, one, client)
                yield added
            except ResearchError as error:
                yield Added(one, "", f"{error.what}; {error.remedy}" if error.remedy else error.what)


def _add(seeds: Path, given: str, client: httpx.Client) -> Added:
    sheet = seeds / "sources.csv"
    rows = read_sources(sheet) if sheet.is_file() else {}
    is_address = re.match(r"https?://", given, re.IGNORECASE) is not None
    url = _plain_address(given) if is_address else ""
    known = next((row["file"] for row in rows.values() if url and row["url"] == url), None)
    if known and (seeds / known).is_file():
        return Added(given, known, "already here, from this address")
    if is_address:
        content, suffix, name = _fetch(client, url)
    else:
        content, suffix, name = _read(Path(given))
    sha256 = readers.sha256_of(content)
    same = next((row["file"] for row in rows.values() if row["sha256"] == sha256), None)
    same = same if same and (seeds / same).is_file() else None
    same = same or next((file.name for file in seeds.iterdir() if file.is_file() and _is_same(file, content)), None)
    if same:
        return Added(given, same, "already here, with the same content")
    extraction = readers.READERS[suffix](content, given)
    file = _free_name(seeds, name, suffix)
    if suffix in readers.EXTRACTED:
        with replacing(file.with_suffix(".txt")) as handle:
            handle.write(extraction.text.encode("utf-8", "replace"))
    with replacing(file) as handle:
        handle.write(content)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    outlet = urlsplit(url).hostname or ""
    row = dict.fromkeys(SOURCE_COLUMNS, "") | {"file": file.name, "sha256": sha256, "outlet": outlet, "url": url}
    _write_sheet(sheet, [*rows.values(), row | {"accessed": now}])
    return Added(given, file.name, "added")


def _is_same(file: Path, content: bytes) -> bool:
    return file.stat().st_size == len(content) and file.read_bytes() == content


def _write_sheet(sheet: Path, rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, SOURCE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["file"]))
    with replacing(sheet) as handle:
        handle.write(out.getvalue().encode())


def _read(file: Path) -> tuple[bytes, str, str]:
    suffix = file.suffix.lower()
    if suffix not in readers.READERS:
        remedy = f"one of {', '.join(readers.READERS)}, or copy a collection into seeds/"
        raise ResearchError(f"{suffix or 'a file without ending'} is not an article", where=str(file), remedy=remedy)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ResearchError(f"cannot be read ({error.strerror})", where=str(file), remedy="check the name") from error
    if len(content) > readers.MAX_BYTES:
        raise ResearchError(f"larger than {readers.MAX_BYTES:,} bytes", where=str(file), remedy="save its text alone")
    return content, suffix, file.stem


def _fetch(client: httpx.Client, url: str) -> tuple[bytes, str, str]:
    """The content at an address, the ending its type asks for, and a name for it."""
    for _ in range(MAX_REDIRECTS + 1):
        _check_robots(client, url)
        try:
            with client.stream("GET", url) as response:
                if response.is_redirect:
                    url = _plain_address(str(response.next_request.url)) if response.next_request else url
                    continue
                if response.status_code != 200:
                    raise ResearchError(
                        f"the server answered {response.status_code}", where=url, remedy="check the address"
                    )
                return _content(response, url), _suffix(response, url), _name_of(url)
        except httpx.TimeoutException as error:
            raise ResearchError("the server did not answer in time", where=url, remedy="try again later") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ResearchError("no connection", where=url, remedy="check the address and the network") from error
    raise ResearchError(f"more than {MAX_REDIRECTS} redirects", where=url, remedy="give the final address")


def _content(response: httpx.Response, url: str) -> bytes:
    """What the server sends, up to the limits."""
    _check_encoding(response, url)
    content = bytearray()
    ends = time.monotonic() + MAX_SECONDS
    for piece in response.iter_bytes():
        content += piece
        if len(content) > readers.MAX_BYTES:
            raise ResearchError(f"larger than {readers.MAX_BYTES:,} bytes", where=url, remedy="save it by hand")
        if time.monotonic() > ends:
            raise ResearchError(f"not sent in {MAX_SECONDS:.0f} seconds", where=url, remedy="try again later")
    return bytes(content)


def _check_encoding(response: httpx.Response, url: str) -> None:
    """One compression can make a piece a thousand times larger; one inside another, a million times."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ResearchError(f"sent as {encoding[:40]}", where=url, remedy="save the page by hand")


def _check_robots(client: httpx.Client, url: str) -> None:
    """Refuse an address that its site's robots.txt closes to programs; a site without one allows everything."""
    parts = urlsplit(url)
    address = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
    try:
        with client.stream("GET", address, follow_redirects=True) as answer:
            status = answer.status_code
            _check_encoding(answer, url)
            text = next(answer.iter_bytes(_ROBOTS_BYTES), b"") if status == 200 else b""
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ResearchError("no connection", where=url, remedy="check the address and the network") from error
    if status >= 500:
        remedy = "try again later, or save the page by hand"
        raise ResearchError("its robots.txt cannot be read", where=url, remedy=remedy)
    rules = Protego.parse(text.decode("utf-8-sig", "replace"))
    if not rules.can_fetch(url, AGENT):
        remedy = "save the page by hand, if you may, and add the file"
        raise ResearchError("the site asks programs not to fetch it (robots.txt)", where=url, remedy=remedy)


def _suffix(response: httpx.Response, url: str) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = _TYPES.get(kind) or (
        Path(urlsplit(url).path).suffix.lower() if kind in ("", "application/octet-stream") else ""
    )
    if suffix not in readers.READERS:
        raise ResearchError(f"its type is {kind or 'not given'}", where=url, remedy="give an article's own address")
    return suffix


def _plain_address(url: str) -> str:
    """The address without its fragment, host in small letters."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise ResearchError("not an address", where=url, remedy="check it") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ResearchError("not an http address", where=url, remedy="give one that begins with https://")
    return urlunsplit(
        (parts.scheme.lower(), f"[{host}]{port}" if ":" in host else host + port, parts.path or "/", parts.query, "")
    )


def _name_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').removeprefix('www.')}-{Path(parts.path).stem}"


def _free_name(seeds: Path, name: str, suffix: str) -> Path:
    """A file name that no other article has, in plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "article"
    taken = {file.stem for file in seeds.iterdir()}
    number = next(n for n in range(1, len(taken) + 2) if (stem if n == 1 else f"{stem}-{n}") not in taken)
    return seeds / f"{stem if number == 1 else f'{stem}-{number}'}{suffix}"
