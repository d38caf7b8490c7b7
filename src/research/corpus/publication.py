"""When an article was published, where, and how that is known; every date of a document with its reason.

A page's clock is not the article's date. In this order, the first that settles it is chosen: the source sheet; a line
that says "published"; the format's own metadata; a date beside the title or under the body; a dateline; a "yesterday
Monday" that another date of the same article makes one day. Otherwise the day stays empty and says why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from research import dates as dating
from research.corpus.cues import LINKED, cues
from research.errors import ResearchError
from research.text import fold

_LINE_WORDS = 30  # a publication line is no longer
_PROSE_WORDS = 12
_DATELINE = 90  # characters within which a dateline ends
_INVISIBLE = r"[\s*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_PLACE = re.compile(_INVISIBLE + r"(?P<place>[^\W\d_][^\d.;:!?()–—/]{1,40}?)\s*(?=[,،/(–—:·*]|ـ{2}|\s-|\s\d|$)")
_PLACE_WORDS = 4
_DASH = re.compile(r"\s*(?:[/(][^()/]{2,25}[/)]?\s*)?(?:[–—:·]|ـ{2,}|\*{2}\s*–|--|\.?-(?=\s)|\s-)")
_DAY_AND_DASH = re.compile(r"[,،]\s[^–—:]{0,20}\d{1,2}[^–—:\d]{0,20}\s(?:[–—]|--)\s")
_YEARS = range(1990, 2101)  # of which a page's own date is
_OLDEST = 1600  # of a newspaper
_HOUR = re.compile(r"\d{1,2} ?[:hH] ?\d{2}")
_SAID = re.compile(  # of an update, or of the publication; the last before a date is what it is of
    r"(?P<update>maj\b|mise?s? a jour|modifi\w+|updat\w+|last \w+|actualizad\w|تحديث|حدث|تعديل|عدل)"
    r"|publie|mise? en ligne|published|posted|publicad[oa]|نشر"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the document as it was classified, with the dates in it."""

    passage_id: str  # empty where the line was left out
    kind: str
    rule: str
    start: int
    text: str
    dates: tuple[dating.DateMention, ...]
    years: tuple[tuple[int, int, int], ...] = ()  # named on their own: start, end, year


@dataclass(frozen=True, slots=True)
class Publication:
    """The day an article was published, its place, and the document's rows of the dates table."""

    day: str
    how: str
    place: str
    rows: list[dict[str, Any]]


def publication(doc_id: str, parts: Sequence[Part], *, sheet: date | None = None, metadata: str = "") -> Publication:
    """Settle when and where a document was published from what it and its sources say.

    Parameters
    ----------
    doc_id : str
        The document.
    parts : sequence of Part
        Its lines in order, those left out among them.
    sheet : date, optional
        The day that the source sheet gives.
    metadata : str
        The day that the format gives outside the text, if any.
    """
    place, dateline = _dateline(parts)
    stated, read = _metadata_day(metadata)
    line = _publication_line(parts)
    body = [(part, mention) for part in parts if part.passage_id for mention in part.dates]
    chosen: tuple[Part, dating.DateMention] | None = None
    day: date | None
    if sheet:
        day, how = sheet, "from the source sheet"
    elif stated and not (line and line[2]):
        day, how = stated, f"{read}: the file's metadata"
    elif line or dateline:
        chosen = line[:2] if line else dateline
        assert chosen is not None and chosen[1].first is not None
        day, how = chosen[1].first, f"{chosen[1].how}: {'a publication line' if line else 'the dateline'}"
    else:
        says_yesterday = any(mention.shift == "yesterday" for _, mention in body)
        day, how, chosen = _day_after(_settle(body, None)) if says_yesterday else (None, "", None)
    clock = None if day else _clock(parts)
    rows = []
    top = _top(parts)
    for part, mention in _left_out(parts):
        if chosen and mention is chosen[1]:
            rows.append(_row(doc_id, part, mention, "published", how=how, chosen=True))
        elif part.start < top:
            rows.append(_row(doc_id, part, mention, "published", how=f"page clock ({mention.how})"))
        else:
            rows.append(_row(doc_id, part, mention, "event", how=f"{mention.how}, in a line left out"))
    reference = day or (clock.first if clock else None)
    for (part, mention), (_, before) in zip(_settle(body, reference), body, strict=True):
        if chosen and part is chosen[0] and mention.start == chosen[1].start:
            if not how.startswith("resolved"):
                rows.append(_row(doc_id, part, mention, "published", how=how, chosen=True))
                continue
            mention = chosen[1]
            rows.append(_row(doc_id, part, mention, "event", how=mention.how))
            rows.append(rows[-1] | {"from": str(day), "to": str(day), "how": how, "role": "published", "chosen": True})
            continue
        counted = mention.first != before.first and mention.how.startswith("resolved") and "from " in mention.how
        note = (
            ", the page's date" if (clock and counted) or (clock and "resolved: the last such" in mention.how) else ""
        )
        rows.append(_row(doc_id, part, mention, "event", how=mention.how + note))
    rows += _years(doc_id, parts)
    if sheet or (stated and not chosen):
        rows.insert(0, _outside_row(doc_id, day, how))
    if day is None:
        how = f"empty: {_why_empty(parts, body, clock, metadata)}"
    return Publication(day.isoformat() if day else "", how, place, rows)


def _metadata_day(value: str) -> tuple[date | None, str]:
    """The day that the format gives, and how it was read; what stands there for "unknown" is none."""
    if not value:
        return None, ""
    try:
        day, how = date.fromisoformat(value[:10]), "stated"
    except ValueError:
        found = {(mention.first, mention.how) for mention in dating.find_dates(value) if mention.days and mention.first}
        if len(found) != 1:
            return None, ""
        ((day, how),) = found
    return (None, "") if day.year < _OLDEST or day == date(1970, 1, 1) else (day, how)


def _publication_line(parts: Sequence[Part]) -> tuple[Part, dating.DateMention, bool] | None:
    """The date of the line that says when the article was published, and whether it says so in words.

    It stands near the title or right under the body. One that says "published" comes first, then one under the title:
    what stands above it may be the page's clock.
    """
    kept = [i for i, part in enumerate(parts) if part.passage_id]
    if not any(mention.first for part in parts for mention in part.dates):
        return None
    prose = [i for i in kept if parts[i].kind == "paragraph" and parts[i].text.count(" ") >= _PROSE_WORDS - 1]
    first = (prose or [i for i in kept if parts[i].kind == "paragraph"])[:2][-1]  # the first may be a standfirst
    title = next((i for i in kept if parts[i].kind == "title"), None)
    last = max(i for i in kept if parts[i].kind == "paragraph")
    head = range(first if title is None else max(title - 2, 0), first) if title is not None else range(first)
    tail = range(last + 1, min(last + 4, len(parts)))
    found: list[tuple[int, int, dating.DateMention]] = []
    for i in [*head, *tail]:
        part = parts[i]
        if not part.dates or part.kind == "title" or part.text.count(" ") >= _LINE_WORDS:
            continue
        days = _own_days(part)
        if not days:
            continue
        said = bool(cues().published.search(fold(part.text).text))
        beside = part.kind == "byline" or part.rule in ("page date", "publication date")
        under = title is not None and title < i < first and not any(p.rule == "menu" for p in parts[title:first])
        above = title is not None and i == title - 1 and (i == 0 or not _HOUR.search(part.text))
        below = i > last and (i == last + 1 or (i == last + 2 and parts[i - 1].kind == "byline"))
        if (said and beside) or part.kind == "byline" or (beside and (under or above)):
            found.append((0 if said and beside else 1 if under or part.kind == "byline" else 2, i, days[0]))
        elif beside and below and not _heads(parts, i):
            found.append((3, i, days[0]))
    if not found:
        return None
    rank, i, mention = min(found, key=lambda one: one[:2])
    return parts[i], mention, rank == 0


def _heads(parts: Sequence[Part], i: int) -> bool:
    """Whether a headline stands under the line, whose date it is then."""
    return i + 1 < len(parts) and parts[i + 1].rule == "after the article"


def _is_update(part: Part, mention: dating.DateMention) -> bool:
    said = list(_SAID.finditer(fold(part.text[: mention.start]).text))
    return bool(said) and said[-1]["update"] is not None


def _own_days(part: Part) -> list[dating.DateMention]:
    """The complete days in a line, but of an update or of what the words before them name ("the decree of …")."""
    days = [m for m in part.dates if m.first and m.days and m.first.year in _YEARS]
    return [m for m in days if not (_is_update(part, m) or LINKED.search(fold(part.text[: m.start]).text))]


def _dateline(parts: Sequence[Part]) -> tuple[str, tuple[Part, dating.DateMention] | None]:
    """The place that the first paragraph opens with, and its date if the dateline has a complete one."""
    opening = next((part for part in parts if part.kind == "paragraph"), None)
    if opening is None:
        return "", None
    place = _PLACE.match(opening.text)
    if not place or len(place["place"].split()) > _PLACE_WORDS:
        return "", None
    mention = next((m for m in opening.dates if m.end <= _DATELINE), None)
    between = opening.text[place.end() : mention.start] if mention and mention.start >= place.end() else None
    beside = between is not None and re.fullmatch(r"[\s,،/–—(-]*(?:le|el|on|في|يوم)?\s*", between)
    if mention and beside and _DASH.match(opening.text, mention.end) and _is_place(place["place"]):
        complete = mention.first is not None and mention.days is not None and mention.first.year in _YEARS
        return place["place"].strip(), (opening, mention) if complete else None
    after = opening.text[place.end() :]
    if (
        (_DASH.match(after) or _DAY_AND_DASH.match(after))
        and _is_place(place["place"])
        and not after.lstrip().startswith(":")
    ):
        return place["place"].strip(), None
    return "", None


def _is_place(name: str) -> bool:
    """A place's name has a capital where the script has any, and no comma."""
    first = name.strip()[:1]
    return first.isupper() or first.lower() == first.upper()


Dated = list[tuple[Part, dating.DateMention]]


def _settle(body: Dated, reference: date | None) -> Dated:
    """The dates in the article's text, those resolved that something in it or `reference` settles."""
    known = [mention for _, mention in body]
    if all(mention.first for mention in known):
        return body
    years = {id_: {year for _, _, year in part.years} for id_, part in {p.passage_id: p for p, _ in body}.items()}
    for _ in range(2):  # weekdays lean on dates that the first turn resolves
        periods = list({(m.first, m.last): m for m in known if m.days and m.first != m.last and not m.coming}.values())
        known = [
            dating.resolve(mention, reference=reference, years=years[part.passage_id], known=periods)
            for (part, _), mention in zip(body, known, strict=True)
        ]
    return [(part, mention) for (part, _), mention in zip(body, known, strict=True)]


def _day_after(settled: Dated) -> tuple[date | None, str, tuple[Part, dating.DateMention] | None]:
    """The day after the first "yesterday" that the document itself settles."""
    part, yesterday = next(((p, m) for p, m in settled if m.shift == "yesterday"), (None, None))
    if part is None or yesterday is None or yesterday.first is None:
        return None, "", None
    reason = yesterday.how.removeprefix("resolved: ")
    return (
        yesterday.first + timedelta(days=1),
        f'resolved: the day after "{yesterday.surface}", {reason}',
        (part, yesterday),
    )


def _left_out(parts: Sequence[Part]) -> Iterator[tuple[Part, dating.DateMention]]:
    return ((part, mention) for part in parts if not part.passage_id for mention in part.dates)


def _top(parts: Sequence[Part]) -> int:
    """Where the article begins."""
    return next((part.start for part in parts if part.passage_id), 0)


def _clock(parts: Sequence[Part]) -> dating.DateMention | None:
    """The first complete day of the lines above the article: what the page showed when it was saved."""
    top = _top(parts)
    return next((m for part, m in _left_out(parts) if part.start < top and m.first and m.days), None)


def _why_empty(parts: Sequence[Part], body: Dated, clock: dating.DateMention | None, metadata: str) -> str:
    yesterday = next((mention.surface for _, mention in body if mention.shift == "yesterday"), None)
    dated = [p for p in parts if p.dates and (p.kind == "byline" or p.rule in ("page date", "publication date"))]
    unread = next((m for part in dated for m in part.dates if m.how.startswith("unread")), None)
    update = next((m.first for part in dated for m in part.dates if m.first and _is_update(part, m)), None)
    if metadata:
        return f"the metadata's {metadata[:40]!r} is no date"
    if clock and clock.first:
        return f"only the page's clock ({clock.first.isoformat()})"
    if unread:
        return f'"{unread.surface}" is not read ({unread.how.removeprefix("unread: ")})'
    if update:
        return f"only the day of an update ({update.isoformat()})"
    return f'"{yesterday}" has no date in the document to count from' if yesterday else "no date stated"


def _row(
    doc_id: str, part: Part, mention: dating.DateMention, role: str, *, how: str, chosen: bool = False
) -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "passage_id": part.passage_id,
        "start": part.start + mention.start,
        "end": part.start + mention.end,
        "surface": mention.surface,
        "from": mention.first.isoformat() if mention.first else "",
        "to": mention.last.isoformat() if mention.last else "",
        "how": how,
        "role": role,
        "chosen": chosen,
    }


def _outside_row(doc_id: str, day: date | None, how: str) -> dict[str, Any]:
    """A date that stands outside the text: it has no position in it."""
    nowhere = Part("", "", "", 0, "", ())
    return _row(doc_id, nowhere, dating.DateMention(0, 0, "", day, day, how), "published", how=how, chosen=True)


def _years(doc_id: str, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Years named on their own in the article, as horizons."""
    rows = []
    for part in parts:
        starts = [mention.start for mention in part.dates]
        for start, end, year in part.years if part.passage_id else ():
            before = bisect_right(starts, start)
            if not before or start >= part.dates[before - 1].end:
                whole = date(year, 1, 1), date(year, 12, 31)
                mention = dating.DateMention(start, end, part.text[start:end], *whole, "stated: a year on its own")
                rows.append(_row(doc_id, part, mention, "horizon", how=mention.how))
    return rows


def sheet_day(source: dict[str, str] | None) -> date | None:
    """The publication day in a row of the source sheet.

    Raises
    ------
    ResearchError
        It is not an ISO date.
    """
    if not source or not source["published"]:
        return None
    try:
        return date.fromisoformat(source["published"])
    except ValueError:
        where = f"sources.csv, {source['file']}"
        raise ResearchError(
            f"published {source['published']!r}", where=where, remedy="write it as 2026-01-31"
        ) from None
