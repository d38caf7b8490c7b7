"""Load a folder of articles exactly: documents, passages, what was left out and why, dates, stories.

Every loader returns the same record. A document is its decoded text, with no newline translation and no
normalisation; every row with offsets satisfies ``corpus.text(doc_id)[start:end] == text``.

Formats: ``.txt`` and ``.md``, one article a file. Encodings: UTF-8 and UTF-16 by their marks, otherwise
detected and recorded.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from research import dates as dating
from research.errors import ResearchError
from research.stories import link_stories
from research.tables import LANGUAGES, table
from research.text import Span, fold_label, trimmed

SUFFIXES = (".txt", ".md")
SOURCE_COLUMNS = ["file", "sha256", "outlet", "url", "licence", "accessed", "published"]
_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BODY_WORDS = 12  # a line this long is prose, wherever it stands
_TITLE_WORDS = 24  # a title is no longer than this
_MENU_WORDS = 4  # a line this short before the body is navigation, unless it is the title
_END_OF_SENTENCE = tuple('.!?؟…:»”"″')

# What web pages add around an article, in words of their own; a line that is one of these is not the article's.
_CUES = {
    "language switcher": "français|francais|english|español|العربية|عربي|english version",
    "subscribe": "اشترك|اشترك الآن|s'abonner|abonnez vous|subscribe|sign up|suscribete|النشرة البريدية|newsletter",
    "latest articles": "أحدث المقالات|آخر الأخبار|derniers articles|les plus lus|latest articles|latest news|"
    "most read|ultimas noticias|الأكثر قراءة",
    "related articles": "قد يعجبك أيضا|اقرأ أيضا|مواضيع ذات صلة|lire aussi|a lire aussi|sur le meme sujet|"
    "you may also like|read also|related articles|te puede interesar|lea tambien",
    "sharing": "شارك|شاركها|مشاركة|partager|share|compartir|facebook|twitter|whatsapp",
    "comments": "التعليقات|اترك تعليقا|commentaires|laisser un commentaire|comments|leave a comment|comentarios",
}
_TEMPERATURE = re.compile(r"[-+−]?\d{1,2}(?:[.,]\d)? ?°? ?[CF]")


@dataclass(frozen=True)
class Corpus:
    """A loaded collection of articles.

    Attributes
    ----------
    documents, passages, boilerplate, dates, story_links, refused : DataFrame
        The tables of the same names.
    root : Path
        The folder the documents' `file` column is relative to.
    """

    documents: pd.DataFrame
    passages: pd.DataFrame
    boilerplate: pd.DataFrame
    dates: pd.DataFrame
    story_links: pd.DataFrame
    refused: pd.DataFrame
    root: Path

    def text(self, doc_id: str) -> str:
        """The whole decoded text of a document, as every offset counts it."""
        rows = self.documents.loc[self.documents["doc_id"] == doc_id, ["file", "encoding", "text_sha256"]]
        if rows.empty:
            raise ResearchError(f"no document {doc_id!r}", remedy=f"one of {list(self.documents['doc_id'])[:8]}")
        file, encoding, expected = rows.iloc[0]
        text = _read_text(self.root / file, encoding, expected)
        if _sha256(text.encode("utf-8", "surrogatepass")) != expected:
            raise ResearchError("the file has changed since it was loaded", where=file, remedy="load the corpus again")
        return text


@lru_cache(maxsize=64)
def _read_text(path: Path, encoding: str, _text_sha256: str) -> str:
    """The decoded file; the hash that the caller expects is part of what is remembered."""
    return path.read_bytes().decode(encoding)


def load_corpus(path: str | Path, *, sources: str | Path | None = None, strict: bool = False) -> Corpus:
    """Load every article in a folder.

    Parameters
    ----------
    path : str or Path
        A folder of ``.txt`` and ``.md`` files, or one such file. Other files are not articles and are passed over.
    sources : str or Path, optional
        A CSV sheet with one row a file (``file, sha256, outlet, url, licence, accessed, published``). A file
        whose hash differs from its row's is refused.
    strict : bool
        Raise at the first file that cannot be used, instead of listing it in ``refused``.

    Returns
    -------
    Corpus

    Raises
    ------
    ResearchError
        The folder does not exist or holds no article; in strict mode, also for any refused file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("Rabat et Doha ont discuté d'un accord sur les données le 1er mars 2025.")
    >>> corpus = load_corpus(folder)
    >>> corpus.passages["passage_id"].tolist(), corpus.dates["from"].tolist()
    (['a#p00'], ['2025-03-01'])
    """
    path = Path(path)
    files = _article_files(path)
    root = path if path.is_dir() else path.parent
    sheet = read_sources(sources) if sources else {}
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("documents", "passages", "boilerplate", "dates", "refused")
    }
    for file in files:
        try:
            record = load_document(file, source=sheet.get(file.name))
        except ResearchError as error:
            if strict:
                raise
            rows["refused"].append({"file": file.name, "reason": error.what, "remedy": error.remedy})
        else:
            for name, found in record.items():
                rows[name] += found
    if not rows["documents"]:
        refused = "; ".join(f"{r['file']}: {r['reason']}" for r in rows["refused"])
        raise ResearchError(f"no readable article ({refused})", where=str(path), remedy="add .txt or .md articles")
    passages = table("passages", rows["passages"])
    links, story_ids = link_stories(passages, [row["doc_id"] for row in rows["documents"]])
    for row in rows["documents"]:
        row["story_id"] = story_ids[row["doc_id"]]
    return Corpus(
        table("documents", rows["documents"]),
        passages,
        table("boilerplate", rows["boilerplate"]),
        table("dates", rows["dates"]),
        links,
        table("refused", rows["refused"]),
        root,
    )


def _article_files(path: Path) -> list[Path]:
    if not path.exists():
        raise ResearchError("no such folder", where=str(path), remedy="name a folder of .txt or .md articles")
    files = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.suffix in SUFFIXES and p.is_file())
    if not files:
        raise ResearchError("no articles here", where=str(path), remedy="add .txt or .md files, one article a file")
    seen: dict[str, Path] = {}
    for file in files:
        if file.stem in seen:
            raise ResearchError(
                f"same document name as {seen[file.stem].name}", where=file.name, remedy="rename one of the two"
            )
        seen[file.stem] = file
    return files


def read_sources(path: str | Path) -> dict[str, dict[str, str]]:
    """The source sheet by file name; a cell is blank where nothing is known."""
    with Path(path).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != SOURCE_COLUMNS:
            raise ResearchError(
                f"columns {reader.fieldnames}", where=str(path), remedy=f"expected {','.join(SOURCE_COLUMNS)}"
            )
        return {row["file"]: row for row in reader}


def load_document(file: Path, *, source: dict[str, str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """One article as rows of the tables documents, passages, boilerplate and dates.

    Raises
    ------
    ResearchError
        The file is empty, is not text, has no body, or is not the file that its source row describes.
    """
    raw = file.read_bytes()
    sha256 = _sha256(raw)
    if source and source["sha256"] and source["sha256"] != sha256:
        raise ResearchError(
            f"sha256 {sha256[:12]}… differs from the source sheet's {source['sha256'][:12]}…",
            where=file.name,
            remedy="restore the file, or record its new hash in sources.csv",
        )
    text, encoding = _decode(raw, file.name)
    doc_id = file.stem
    lines = _lines(text)
    kinds = _classify(text, lines)
    passages: list[dict[str, Any]] = []
    boilerplate: list[dict[str, Any]] = []
    for (start, end), (kind, rule) in zip(lines, kinds, strict=True):
        if rule:
            boilerplate.append({"doc_id": doc_id, "start": start, "end": end, "text": text[start:end], "rule": rule})
        else:
            number = len(passages)
            passages.append(
                {
                    "passage_id": f"{doc_id}#p{number:02d}",
                    "doc_id": doc_id,
                    "position": number,
                    "kind": kind,
                    "language": "",
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                }
            )
    if not any(p["kind"] == "paragraph" for p in passages):
        raise ResearchError("no body text", where=file.name, remedy="save the article's text, or remove the file")
    language = _set_languages(passages)
    dates, published, how = _date_document(doc_id, passages, boilerplate, source)
    first = {kind: next((p["text"] for p in passages if p["kind"] == kind), "") for kind in ("title", "byline")}
    document = {
        "doc_id": doc_id,
        "file": file.name,
        "sha256": sha256,
        "encoding": encoding,
        "text_sha256": _sha256(text.encode("utf-8", "surrogatepass")),
        "language": language,
        "title": first["title"],
        "published": published,
        "published_how": how,
        "place": "",
        "byline": first["byline"],
        "n_passages": len(passages),
        "story_id": "",
    }
    return {"documents": [document], "passages": passages, "boilerplate": boilerplate, "dates": dates}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _decode(raw: bytes, name: str) -> tuple[str, str]:
    if not raw.strip():
        raise ResearchError("the file is empty", where=name, remedy="save the article's text, or remove the file")
    marked = next((encoding for bom, encoding in _BOMS.items() if raw.startswith(bom)), None)
    not_text = ResearchError("not a text file", where=name, remedy="save the article as UTF-8 text, or remove the file")
    if marked is None and b"\x00" in raw:
        raise not_text
    for encoding in filter(None, (marked, "utf-8")):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=["cp1256", "cp1252", "iso8859_6"]).best()
    if best is None or sum(byte < 9 or 13 < byte < 32 for byte in raw) > len(raw) // 100:
        raise not_text
    return raw.decode(best.encoding), best.encoding


def _lines(text: str) -> list[Span]:
    """Spans of the lines that are not blank, white space at their ends left out."""
    spans = []
    for match in re.finditer(r"[^\r\n\u2028\u2029]+", text):
        start, end = trimmed(text, *match.span())
        if start < end:
            spans.append((start, end))
    return spans


def _classify(text: str, lines: list[Span]) -> list[tuple[str, str]]:
    """Kind of each line, or the rule that leaves it out: ``(kind, "")`` or ``("", rule)``.

    General signals only: length, closing punctuation, position around the body, and short lists of what
    web pages say in words of their own.
    """
    contents = [text[start:end] for start, end in lines]
    prose = [i for i, line in enumerate(contents) if _is_prose(line)]
    if len(prose) > 1 and _is_long_title(contents[prose[0]], contents[prose[1]]):
        prose = prose[1:]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    found = []
    head = [i for i in range(first) if not _furniture(contents[i])]
    title = head[-1] if head and (len(contents[head[-1]].split()) > _MENU_WORDS or first == 1) else None
    for i, line in enumerate(contents):
        rule = _furniture(line)
        if rule and not first < i < last:
            found.append(("", rule))
        elif i == title:
            found.append(("title", ""))
        elif i < first and not _is_prose(line):
            found.append(("", "short line before the body"))
        elif _is_prose(line):
            found.append(("paragraph", ""))
        elif i > last and i == len(lines) - 1 and _looks_like_name(line):
            found.append(("byline", ""))
        elif line.endswith(_END_OF_SENTENCE):
            found.append(("paragraph", ""))
        else:
            found.append(("heading", ""))
    return found


def _is_prose(line: str) -> bool:
    words = len(line.split())
    return words >= _BODY_WORDS or (words > _MENU_WORDS and line.endswith(_END_OF_SENTENCE))


def _is_long_title(line: str, following: str) -> bool:
    """Whether the first long line is a title: it ends like one, and prose that ends like prose comes after it."""
    ends_open = not line.endswith(_END_OF_SENTENCE) and len(line.split()) <= _TITLE_WORDS
    return ends_open and following.endswith(_END_OF_SENTENCE)


def _furniture(line: str) -> str:
    """The rule under which a line is a page's furniture, or nothing."""
    folded = fold_label(line).strip(" :!.،,")
    for rule, phrases in _cues().items():
        if folded in phrases:
            return rule
    if _TEMPERATURE.fullmatch(line):
        return "weather"
    if len(line.split()) <= 6 and any(d.end - d.start >= len(line) - 2 for d in dating.find_dates(line)):
        return "page date"
    return ""


@cache
def _cues() -> dict[str, frozenset[str]]:
    return {rule: frozenset(fold_label(phrase) for phrase in phrases.split("|")) for rule, phrases in _CUES.items()}


def _looks_like_name(line: str) -> bool:
    words = line.split()
    return 2 <= len(words) <= 5 and not any(c.isdigit() for c in line) and not line.endswith(_END_OF_SENTENCE)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier


def _set_languages(passages: list[dict[str, Any]]) -> str:
    """Give each passage its language, short ones the document's, and return the document's."""
    weight: Counter[str] = Counter()
    for passage in passages:
        if len(passage["text"].split()) >= 6:
            passage["language"] = _identifier().classify(passage["text"][:300])[0]
            weight[passage["language"]] += len(passage["text"])
    language = weight.most_common(1)[0][0] if weight else _identifier().classify(passages[0]["text"])[0]
    for passage in passages:
        passage["language"] = passage["language"] or language
    return str(language)


def _date_document(
    doc_id: str, passages: list[dict[str, Any]], boilerplate: list[dict[str, Any]], source: dict[str, str] | None
) -> tuple[list[dict[str, Any]], str, str]:
    """Every date candidate of a document, and when it was published with how that is known."""
    clock = [(line, mention) for line in boilerplate for mention in dating.find_dates(line["text"])]
    body = [(passage, mention) for passage in passages for mention in dating.find_dates(passage["text"])]
    clock_day = next((mention.first for _, mention in clock if mention.first), None)
    sheet_day = _sheet_day(source)
    reference, published, how = sheet_day, sheet_day, "from the source sheet" if sheet_day else ""
    years = {passage["passage_id"]: {y for _, _, y in dating.bare_years(passage["text"])} for passage in passages}

    def settle(reference: date | None) -> list[tuple[dict[str, Any], dating.DateMention]]:
        known = [m for _, m in body]
        for _ in range(2):  # weekdays lean on dates that the first turn resolves
            known = [
                dating.resolve(m, reference=reference, years=years[p["passage_id"]], known=known)
                for (p, m), m in zip(body, known, strict=True)
            ]
        return [(p, m) for (p, _), m in zip(body, known, strict=True)]

    settled = settle(reference or clock_day)
    where, yesterday = next(((p, m) for p, m in settled if m.shift == "yesterday"), ({}, None))
    if published is None and yesterday is not None and yesterday.first:
        published = yesterday.first + timedelta(days=1)
        how = f'resolved: the day after "{yesterday.surface}", {yesterday.how.removeprefix("resolved: ")}'
        settled = settle(published)
        settled = [(p, yesterday if p is where and m.start == yesterday.start else m) for p, m in settled]
    rows = []
    for line, mention in clock:
        how_clock = f"page clock ({mention.how})"
        rows.append(_date_row(doc_id, "", line["start"], mention, "published", how=how_clock))
    for passage, mention in settled:
        note = (
            ", the page's date" if reference is None and clock_day and "resolved: the last such" in mention.how else ""
        )
        note = note or (", the page's date" if published is None and "from " in mention.how and clock_day else "")
        rows.append(
            _date_row(doc_id, passage["passage_id"], passage["start"], mention, "event", how=mention.how + note)
        )
        if published and yesterday is not None and mention is yesterday and how.startswith("resolved"):
            rows.append(
                rows[-1]
                | {
                    "from": published.isoformat(),
                    "to": published.isoformat(),
                    "how": how,
                    "role": "published",
                    "chosen": True,
                }
            )
    for passage in passages:
        covered = [(m.start, m.end) for p, m in settled if p is passage]
        for start, end, year in dating.bare_years(passage["text"]):
            if not any(a <= start < b for a, b in covered):
                rows.append(_year_row(doc_id, passage, start, end, year))
    if published is None:
        how = (
            f"empty: only the page's clock ({clock_day.isoformat()})"
            if clock_day
            else "empty: "
            + (f'"{yesterday.surface}" has no date in the document to count from' if yesterday else "no date stated")
        )
    return rows, published.isoformat() if published else "", how


def _sheet_day(source: dict[str, str] | None) -> date | None:
    if not source or not source["published"]:
        return None
    try:
        return date.fromisoformat(source["published"])
    except ValueError:
        raise ResearchError(
            f"published {source['published']!r}",
            where=f"sources.csv, {source['file']}",
            remedy="write it as 2026-01-31",
        ) from None


def _date_row(
    doc_id: str, passage_id: str, offset: int, mention: dating.DateMention, role: str, *, how: str
) -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "passage_id": passage_id,
        "start": offset + mention.start,
        "end": offset + mention.end,
        "surface": mention.surface,
        "from": mention.first.isoformat() if mention.first else "",
        "to": mention.last.isoformat() if mention.last else "",
        "how": how,
        "role": role,
        "chosen": False,
    }


def _year_row(doc_id: str, passage: dict[str, Any], start: int, end: int, year: int) -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "passage_id": passage["passage_id"],
        "start": passage["start"] + start,
        "end": passage["start"] + end,
        "surface": passage["text"][start:end],
        "from": f"{year}-01-01",
        "to": f"{year}-12-31",
        "how": "stated: a year on its own",
        "role": "horizon",
        "chosen": False,
    }
