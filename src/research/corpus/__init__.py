"""Load articles exactly: documents, passages, what was left out and why, dates, stories.

Whatever the format (see `readers`), every loader gives the same record, and every row with offsets satisfies
``corpus.text(doc_id)[start:end] == text``. `load_corpus` gives tables, `iter_documents` one article after another.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from research.corpus.boilerplate import furniture
from research.corpus.document import Document, Record, read_documents
from research.corpus.readers import Article, article_files, read_file, sha256_of
from research.corpus.sources import read_sources
from research.errors import ResearchError
from research.stories import StoryIndex
from research.tables import table

_LEARNT_FROM = 2000  # articles from which a collection's own furniture is learnt
_CHUNK = 200  # articles that are read, or that a process takes, at once


@dataclass(frozen=True)
class Corpus:
    """A loaded collection of articles.

    Attributes
    ----------
    documents, passages, boilerplate, dates, story_links, refused : DataFrame
        The tables of the same names.
    root : Path
        The folder that the documents' `file` column is relative to.
    columns : dict
        The columns of its collections, as `load_corpus` was told them.
    """

    documents: pd.DataFrame
    passages: pd.DataFrame
    boilerplate: pd.DataFrame
    dates: pd.DataFrame
    story_links: pd.DataFrame
    refused: pd.DataFrame
    root: Path
    columns: Mapping[str, str] | None = None

    def text(self, doc_id: str) -> str:
        """The whole text of a document, as every offset counts it.

        Raises
        ------
        ResearchError
            There is no such document, or its file has changed since it was loaded.
        """
        rows = self.documents.loc[self.documents["doc_id"] == doc_id, ["file", "sha256", "text_sha256"]]
        if rows.empty:
            raise ResearchError(f"no document {doc_id!r}", remedy=f"one of {list(self.documents['doc_id'])[:8]}")
        file, sha256, expected = rows.iloc[0]
        columns = tuple(sorted((self.columns or {}).items()))
        text = _texts(self.root / file, sha256, expected if self._alone(file) else "", columns).get(doc_id)
        if text is None or sha256_of(text) != expected:
            raise ResearchError("the file has changed since it was loaded", where=file, remedy="load the corpus again")
        return text

    def _alone(self, file: str) -> bool:
        return bool((self.documents["file"] == file).sum() == 1)


@lru_cache(maxsize=64)
def _texts(path: Path, _sha256: str, _text_sha256: str, columns: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The texts in a file by document; the hashes that the caller expects are part of what is remembered."""
    found = read_file(path, path.name, dict(columns))
    texts: dict[str, str] = {}
    for article in found:
        if isinstance(article, Article):
            texts.setdefault(article.doc_id, article.text)  # the second of a name was refused
    return texts


def load_corpus(
    path: str | Path,
    *,
    sources: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    concepts: Callable[[str], Iterable[str]] | None = None,
    strict: bool = False,
    workers: int = 1,
) -> Corpus:
    """Load every article in a folder, a file or the files that a pattern names.

    Parameters
    ----------
    path : str or Path
        A folder of articles in any mixture of the formats that `readers` lists, one file, or a glob pattern
        (``press/**/*.html``). Other files of a folder, and its subfolders, are passed over.
    sources : str or Path, optional
        A CSV sheet with one row a file (``file, sha256, outlet, url, licence, accessed, published``). A file
        whose hash differs from its row's is refused.
    columns : mapping, optional
        Which columns of ``.jsonl``, ``.csv`` and ``.parquet`` hold ``text``, ``id``, ``title``, ``byline`` and
        ``published``, where they are not called so: ``{"text": "body"}``.
    concepts : callable, optional
        Gives the ids of a codebook's concepts in a text. They cross languages, and so help to find translations.
    strict : bool
        Raise at the first file or row that cannot be used, instead of listing it in ``refused``.
    workers : int
        Processes that share the work; worth it from some thousand articles on.

    Returns
    -------
    Corpus

    Raises
    ------
    ResearchError
        The path does not exist; in strict mode, also for anything refused.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("Rabat et Doha ont discuté d'un accord sur les données le 1er mars 2025.")
    >>> corpus = load_corpus(folder)
    >>> corpus.passages["passage_id"].tolist(), corpus.dates["from"].tolist()
    (['a#p00'], ['2025-03-01'])
    """
    rows: Record = defaultdict(list)
    index = StoryIndex()
    for document in iter_documents(path, sources=sources, columns=columns, strict=strict, workers=workers):
        for name, found in document.rows.items():
            rows[name] += found
        if document.sketch is not None:
            text = "\n".join(row["text"] for row in document.rows["passages"]) if concepts else ""
            doc_id = document.rows["documents"][0]["doc_id"]
            index.add(doc_id, document.sketch, concepts=concepts(text) if concepts else ())
    passages = table("passages", rows["passages"])
    of_document = passages.groupby("doc_id")["text"]
    links = index.links(lambda doc_id: "\n".join(of_document.get_group(doc_id)))
    stories = index.stories(links)
    for row in rows["documents"]:
        row["story_id"] = stories[row["doc_id"]]
    tables = {name: table(name, rows[name]) for name in ("documents", "boilerplate", "dates", "refused")}
    story_links, root = table("story_links", links), article_files(path)[0]
    return Corpus(**tables, passages=passages, story_links=story_links, root=root, columns=columns)


def iter_documents(
    path: str | Path,
    *,
    sources: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    strict: bool = False,
    workers: int = 1,
) -> Iterator[Document]:
    """The articles that `path` names, one after another, for collections that do not fit in memory.

    Parameters are those of `load_corpus`. Stories are found by adding each document's `sketch` to a
    `stories.StoryIndex`; until then ``story_id`` is empty.

    Yields
    ------
    Document
        The rows of one article by table (documents, passages, boilerplate, dates), or one row of ``refused``.
    """
    sheet = read_sources(sources) if sources else {}
    articles = _unique(_articles(path, columns))
    first = list(islice(articles, _LEARNT_FROM))
    repeated = furniture(article.text for article in first if isinstance(article, Article))
    read = partial(read_documents, sheet=sheet, repeated=repeated)
    for found in _mapped(read, chain(first, articles), workers):
        if isinstance(found, Document):
            yield found
        elif strict:
            raise found
        else:
            yield Document({"refused": [{"file": found.where, "reason": found.what, "remedy": found.remedy}]})


def _mapped(
    read: Callable[[list[Article | ResearchError]], list[Document | ResearchError]],
    articles: Iterator[Article | ResearchError],
    workers: int,
) -> Iterator[Document | ResearchError]:
    """`read` of some articles at a time, in order; by several processes, never many articles ahead."""
    chunks = iter(lambda: list(islice(articles, _CHUNK)), [])
    if workers <= 1:
        yield from chain.from_iterable(map(read, chunks))
        return
    # A process with threads must not be copied.
    alone = sys.platform == "linux" and threading.active_count() == 1
    with ProcessPoolExecutor(workers, mp_context=get_context("fork" if alone else "spawn")) as pool:
        ahead: deque[Future[list[Document | ResearchError]]] = deque()
        for chunk in chunks:
            ahead.append(pool.submit(read, chunk))
            if len(ahead) > 2 * workers:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()


def _unique(articles: Iterator[Article | ResearchError]) -> Iterator[Article | ResearchError]:
    """The articles, the second of a name as an error."""
    seen: dict[str, str] = {}
    for article in articles:
        if isinstance(article, Article) and article.doc_id in seen:
            what = f"same document name {article.doc_id!r} as in {seen[article.doc_id]}"
            yield ResearchError(what, where=article.where, remedy="rename one of the two")
            continue
        if isinstance(article, Article):
            seen[article.doc_id] = article.file
        yield article


def _stays(file: Path, root: Path) -> bool:
    """Whether the file lies under the folder when its links are followed; a circle of links lies nowhere."""
    try:
        return file.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _articles(path: str | Path, columns: Mapping[str, str] | None) -> Iterator[Article | ResearchError]:
    """Every article under `path`, and for every file or row that is none the error that says why."""
    root, files = article_files(path)
    if not files:
        remedy = "add .txt, .md, .html, .pdf, .docx, .jsonl, .csv or .parquet files"
        yield ResearchError("no articles here", where=str(path), remedy=remedy)
    for file in files:
        name = file.relative_to(root).as_posix()
        if Path(path) != file and not _stays(file, root):
            yield ResearchError("a link out of the folder", where=name, remedy="copy the file into the folder")
            continue
        try:
            yield from read_file(file, name, columns)
        except ResearchError as error:
            yield error
