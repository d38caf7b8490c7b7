"""Articles to their rows of the tables: what they say, what was left out, in which language, and when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date
from functools import cache
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from research import dates as dating
from research.corpus.boilerplate import classify
from research.corpus.lines import paragraphs
from research.corpus.publication import Part, publication, sheet_day
from research.corpus.readers import Article, sha256_of
from research.corpus.signals import Line
from research.errors import ResearchError
from research.sketches import Sketch, Source, sketches
from research.tables import LANGUAGES
from research.text import Folded, Span, fold_all

Record = dict[str, list[dict[str, Any]]]

_ARABIC, _LATIN = re.compile(r"[\u0620-\u064a\u0671-\u06d3\ufb50-\ufefc]"), re.compile(r"[a-zA-Z\u00c0-\u024f]")
_COMMON = re.compile(
    r"(?<!\w)(?:the|and|of|to|les|des|est|une|dans|pour|los|las|el|del|y|في|من|على|إلى|أن|التي|عن)(?!\w)"
)
_BESIDE_ARABIC = re.compile("[پچژگکیہےڕۆێڭ]|[^\\W\\d_ء-ي]{9}")  # letters of Persian, Urdu, Kurdish; other scripts
_HEAD, _FEW, _SURE = 600, 5, 0.99  # characters asked, common words that settle it, probability at least
_OWN_LANGUAGE = 10  # words; a shorter passage has its document's language
_MARKS = re.compile(r"(?:#+|>)\s+")


class Document(NamedTuple):
    """One article as rows of the tables, or one row of ``refused``; and what its story is found by, see `stories`."""

    rows: Record
    sketch: Sketch | None = None


def read_documents(
    articles: Sequence[Article | ResearchError],
    *,
    sheet: Mapping[str, dict[str, str]] = MappingProxyType({}),
    repeated: Set[str] = frozenset(),
) -> list[Document | ResearchError]:
    """Some articles as rows of the tables documents, passages, boilerplate and dates, in order.

    Many at once, for folding and sketching cost little more for fifty than for one.

    Parameters
    ----------
    articles : sequence of Article or ResearchError
        As their files give them; an error stays where it is.
    sheet : mapping, optional
        The rows of the source sheet, by file.
    repeated : set of str
        Lines that other articles of the collection have, too.

    Returns
    -------
    list of Document or ResearchError
        The error of an article says that it has no body text, or is not the file that its source row describes.
    """
    lines = [paragraphs(article.text) if isinstance(article, Article) else ([], []) for article in articles]
    texts = (
        article.text[start:end]
        for article, (spans, _) in zip(articles, lines, strict=True)
        if isinstance(article, Article)
        for start, end in spans
    )
    folded = iter(fold_all(list(texts)))
    found: list[tuple[Record, Source] | ResearchError] = []
    for article, (spans, blocks) in zip(articles, lines, strict=True):
        own = list(islice(folded, len(spans)))
        if isinstance(article, ResearchError):
            found.append(article)
            continue
        try:
            source = sheet.get(article.file)
            _check_hash(article, source)
            found.append(_document(article, spans, blocks, own, sheet_day(source), repeated))
        except ResearchError as error:
            found.append(error)
    drawn = iter(sketches([one[1] for one in found if not isinstance(one, ResearchError)]))
    return [one if isinstance(one, ResearchError) else Document(one[0], next(drawn)) for one in found]


def _document(
    article: Article, spans: list[Span], blocks: list[int], folded: list[Folded], day: date | None, repeated: Set[str]
) -> tuple[Record, Source]:
    """An article's rows, and what its sketch is made from."""
    text = article.text
    lines, found = [], []
    for one, block in zip(folded, blocks, strict=True):
        dates = tuple(dating.find_dates(one.source, one))
        found.append((dates, tuple(dating.bare_years(one.source, one))))
        lines.append(Line(one.source, one.text, block, tuple(mention.surface for mention in dates)))
    kinds = classify(lines, body=article.body, title=article.title, byline=article.byline, repeated=repeated)
    parts = _parts(article.doc_id, text, spans, kinds, found)
    passages, boilerplate = _rows(article.doc_id, parts)
    if not any(passage["kind"] == "paragraph" for passage in passages):
        remedy = "save the article's text, or remove the file"
        raise ResearchError("no body text", where=article.where, remedy=remedy)
    foreign = foreign_language(" ".join(passage["text"] for passage in passages))
    if foreign:
        what = f"written in another language ({foreign}) than {', '.join(LANGUAGES)}"
        raise ResearchError(what, where=article.where, remedy="leave it out, or add a translation")
    language = _set_languages(passages)
    published = publication(article.doc_id, parts, sheet=day, metadata=article.published)
    title = next((passage["text"] for passage in passages if passage["kind"] == "title"), article.title)
    bylines = [passage["text"] for passage in passages if passage["kind"] == "byline"]
    document = {
        "doc_id": article.doc_id,
        "file": article.file,
        "sha256": article.sha256,
        "encoding": article.encoding,
        "text_sha256": sha256_of(text),
        "language": language,
        "title": title,
        "published": published.day,
        "published_how": published.how,
        "place": published.place,
        "byline": "; ".join(bylines) or article.byline,
        "n_passages": len(passages),
        "story_id": "",
    }
    folded_body = " ".join(line.folded for line, (kind, _) in zip(lines, kinds, strict=True) if kind)
    body = "\n".join(passage["text"] for passage in passages)
    rows = {"documents": [document], "passages": passages, "boilerplate": boilerplate, "dates": published.rows}
    return rows, Source(body, folded_body, language, _days(parts))


def _check_hash(article: Article, source: dict[str, str] | None) -> None:
    if source and source["sha256"] and source["sha256"] != article.sha256:
        raise ResearchError(
            f"sha256 {article.sha256[:12]}… differs from the source sheet's {source['sha256'][:12]}…",
            where=article.where,
            remedy="restore the file, or record its new hash in sources.csv",
        )


def _parts(
    doc_id: str,
    text: str,
    spans: list[Span],
    kinds: list[tuple[str, str]],
    found: list[tuple[tuple[dating.DateMention, ...], tuple[tuple[int, int, int], ...]]],
) -> list[Part]:
    """The lines as they were classified; passages are numbered in order."""
    parts: list[Part] = []
    number = 0
    for (start, end), (kind, rule), (dates, years) in zip(spans, kinds, found, strict=True):
        marks = _MARKS.match(text[start:end]) if kind in ("title", "heading") else None
        if marks:  # a heading's Markdown marks are not its text
            cut = marks.end()
            start += cut
            dates = tuple(m._replace(start=m.start - cut, end=m.end - cut) for m in dates)
            years = tuple((a - cut, b - cut, year) for a, b, year in years)
        passage_id = f"{doc_id}#p{number:02d}" if kind else ""
        number += bool(kind)
        parts.append(Part(passage_id, kind, rule, start, text[start:end], dates, years))
    return parts


def _rows(doc_id: str, parts: list[Part]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The passages, their languages still open, and what was left out."""
    passages: list[dict[str, Any]] = []
    boilerplate: list[dict[str, Any]] = []
    for part in parts:
        row = {"doc_id": doc_id, "start": part.start, "end": part.start + len(part.text), "text": part.text}
        if part.rule:
            boilerplate.append(row | {"rule": part.rule})
        else:
            place = {"passage_id": part.passage_id, "position": len(passages), "kind": part.kind, "language": ""}
            passages.append(row | place)
    return passages, boilerplate


def _days(parts: list[Part]) -> tuple[str, ...]:
    """The full dates that the article itself states, and the weekdays that it names: a translation has the same."""
    dates = [mention for part in parts if part.passage_id for mention in part.dates]
    stated = (m.first for m in dates if m.first and m.first == m.last and m.how.startswith("stated"))
    weekdays = (dating.WEEKDAYS[m.weekday] for m in dates if m.weekday is not None and m.month is None)
    return tuple(dict.fromkeys([*(day.isoformat() for day in stated), *weekdays]))


@cache
def _identifier(languages: tuple[str, ...] = ()) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=not languages)
    if languages:
        identifier.set_languages(list(languages))
    return identifier


def foreign_language(text: str) -> str:
    """The code of the language of `text` if it is surely none of `LANGUAGES`, else nothing.

    Only a text that lacks their commonest words is asked, for asking takes time; a short one says too little.

    >>> foreign_language("Das Ministerium hat am Montag in Berlin eine Absichtserklärung über ein neues Rechenzentrum "
    ...     "unterzeichnet, und die Arbeiten sollen im kommenden Jahr beginnen, wenn der Bundestag zustimmt, heißt es.")
    'de'
    """
    head = text[:_HEAD]
    if len(head) < _HEAD // 4 or sum(1 for _ in islice(_COMMON.finditer(head), _FEW)) == _FEW:
        return ""
    if not _LATIN.search(head) and not _BESIDE_ARABIC.search(head):
        return ""
    language, probability = _identifier().classify(head)
    return str(language) if probability > _SURE and language not in LANGUAGES else ""


def language_of(text: str) -> str:
    """The language of `text` among `LANGUAGES`; mostly Arabic letters are Arabic, the rest py3langid tells apart.

    >>> language_of("Le conseil a voté le budget."), language_of("صادق المجلس على الميزانية")
    ('fr', 'ar')
    """
    head = text[:300]
    if not _LATIN.search(head) or len(_ARABIC.findall(head)) > len(_LATIN.findall(head)):
        return "ar" if _ARABIC.search(head) else "en"
    return str(_identifier(tuple(LANGUAGES)).classify(head)[0])


def _set_languages(passages: list[dict[str, Any]]) -> str:
    """Give each passage its language, short ones the document's, and return the document's."""
    weight: Counter[str] = Counter()
    for passage in passages:
        if passage["text"].count(" ") >= _OWN_LANGUAGE - 1:
            passage["language"] = language_of(passage["text"])
            weight[passage["language"]] += len(passage["text"])
    language = weight.most_common(1)[0][0] if weight else language_of(passages[0]["text"])
    for passage in passages:
        passage["language"] = passage["language"] or language
    return language
