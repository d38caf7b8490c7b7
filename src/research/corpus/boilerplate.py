"""Which lines of a page are the article, and under which rule each of the others is left out.

General signals only: where a line stands, how it ends, how long it is, whether it is all links or tools, whether it
repeats, and the short lists in `cues`. The article is looked for as a region: a title, then prose. Inside the
region a line goes only on a cue of its own, for losing a paragraph is worse than keeping a menu line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import accumulate, chain, groupby, islice, takewhile

from research.corpus.cues import CLOSING, cues
from research.corpus.lines import BULLET, paragraphs
from research.corpus.pages import squeezed
from research.corpus.signals import LONG, Line
from research.text import fold_label

_TITLE_WORDS = range(3, 29)
_OPENING_WORDS = 8  # a body opens with a sentence of at least so many
_LONG_HEADLINE = 15  # words; under the body, a line so long is more likely prose than another article's title
_UNDER_LABEL = 12  # headlines that a "read also" may have under it
_CANDIDATES = 40  # lines above the body that are weighed as its title
_LABEL_WORDS = 5
_VERSE = 4  # words of a text without a sentence
_CHRONOLOGY = 3  # days, each over prose
_ITEM = 12  # words of an item of a list without marks
_SUBTITLE = 5  # words of a subtitle, and of a title that has a byline
_OTHERS = re.compile(r" ?:| (?:et|and|y|e|و)\w* ")  # an interviewer's name, or the first of several persons
_AND = re.compile(r"(?:و|ف(?=ي?قد)|كما |لكن )[ء-ي]")  # how an Arabic paragraph goes on, and hardly a headline begins
_FIGURE = re.compile(r"^(?!\d{1,2} ?[:h] ?\d\d).*\d|^[^:\d]{3,40}: ?\S")
_PLACED = re.compile(r"[^\W\d_]+(?: [^\W\d_]\S+){1,2},? (?:(?:envoyée? spéciale? )?à|in|en|de|from) [^\W\d_]\S*$")
_BOXES = ("related articles", "latest articles")
_BIO = re.compile(
    r"journalist|periodista|reporter|corresponda?nt|ecrit|couvre|suit |auteur|redact|writ|covers|editor|escrib|cubre"
    r"|كاتب|صحفي|صحافي|مراسل|[يت]كتب|محرر"
)
_DATED = ("publication date", "page date")
_REPEATED = 3  # articles, of different text, that share a line for it to be their site's
_BEFORE_CLOSING = 30  # words of prose that must stand before "Comments" for the rest to be the readers'


def classify(
    lines: Sequence[Line],
    *,
    body: Set[str] | None = None,
    title: str = "",
    byline: str = "",
    repeated: Set[str] = frozenset(),
) -> list[tuple[str, str]]:
    """Kind of each line, or the rule that leaves it out: ``(kind, "")`` or ``("", rule)``.

    Parameters
    ----------
    lines : sequence of Line
        A page's lines in order.
    body : set of str, optional
        The lines that an extractor takes for the article, white space squeezed.
    title, byline : str
        What the page's metadata gives.
    repeated : set of str
        Lines that other articles of the collection have, too; left out where they stand around this one's prose.
    """
    lines = _with_own(lines)
    outside = _outside(lines, body)
    furnished = _is_furnished(lines)
    possible = [i for i, line in enumerate(lines) if i not in outside and _opens(line, repeated)]
    sure = (i for i in possible if not _is_call(lines[i]))  # a poll or an advert above the article
    opens = next(sure, possible[0] if possible else None)
    if opens is None:
        free = [i for i, line in enumerate(lines) if i not in outside and not line.rule]
        long = [i for i in free if lines[i].words >= _OPENING_WORDS]
        if not (long or furnished) and sum(lines[i].words for i in free) >= _VERSE:
            return [("" if line.rule else "paragraph", line.rule) for line in lines]  # a poem, a list, a result
        opens = next((i for i in free if lines[i].is_prose), long[0] if long else len(lines))
    headline = _headline(lines, opens, title, repeated)
    names = _names(lines, opens, byline)
    closes = _author_note(lines, opens, names, _closing(lines, opens))
    kept = [line for i, line in enumerate(lines) if i not in outside] if body else []
    rows = {line.text for line in kept if " | " in line.text and not line.rule}  # of tables, says the extractor
    last = max(
        (i for i in range(opens, closes) if _is_body(lines[i], repeated) or lines[i].text in rows), default=opens
    )
    if not furnished:
        # Nothing says that this was a page: its last lines are the article's, a name under it excepted.
        signed = _looks_like_name(lines[closes - 1]) or lines[closes - 1].is_byline
        last = closes - 1 - (signed and last == closes - 2)
    else:
        last = _facts(lines, _unstopped(lines, opens, last, closes, repeated), closes)
    last = _announced(lines, last, closes)
    told = (i for i in range(headline or 0, len(lines)) if lines[i].is_prose)
    deep = next(islice(told, 2, None), len(lines))  # under so much prose a date heads a part of the article
    found = []
    for i, line in enumerate(lines):
        if i == headline:
            found.append(("title", ""))
        elif i in outside:
            found.append(("", outside[i]))
        elif i < (opens if headline is None else headline):
            own = not line.rule and (line.is_date or (line.ends_sentence and not furnished))
            found.append(("paragraph", "") if own else ("", _reason(line, repeated, "before the article")))
        elif i < opens:
            found.append(_between(lines, i, headline))
        elif i == opens and not line.rule:
            found.append(("paragraph", ""))
        elif i <= last:
            found.append(_inside(lines, i, headline, names, repeated, deep=deep))
        else:
            found.append(_after(lines, i, last, closes, repeated))
    return found


def furniture(texts: Iterable[str]) -> frozenset[str]:
    """Lines that `_REPEATED` or more articles share although their longest lines differ: their site's, not theirs.

    Where the shared lines are most of an article, it is a version of the others' story, and says nothing of its site. A
    whole sentence must be on half of the pages, five at least.
    """
    pages = []
    for text in texts:
        spans, _ = paragraphs(text)
        lines = {text[start:end] for start, end in spans}
        pages.append((lines, max(lines, key=lambda line: (len(line), line), default="")))
    held = Counter(chain.from_iterable(lines for lines, _ in pages))
    formula = max(_REPEATED + 2, len(pages) // 2)  # communiqués end in the same sentence; a site's is on most pages
    found: dict[str, set[str]] = defaultdict(set)
    for lines, longest in pages:
        shared = {line for line in lines if held[line] >= (formula if line.endswith(".") else _REPEATED)}
        if 2 * sum(map(len, shared)) < sum(map(len, lines)):
            for line in shared - {longest}:
                found[line].add(longest)
    return frozenset(line for line, beside in found.items() if len(beside) >= _REPEATED)


def _with_own(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines; those that only look like a page's, by what stands around them, without their rule."""
    if not any(line.rule for line in lines):
        return lines
    own = {*_items(lines), *_sections(lines), *_chronology(lines)}
    return [line.unruled() if i in own else line for i, line in enumerate(lines)] if own else lines


def _items(lines: Sequence[Line]) -> Iterator[int]:
    """Marked items ("- Facebook") of a list that a line announces, or that are mostly no page's tools."""
    marked = [bool(BULLET.match(line.text)) for line in lines]
    for is_item, run in groupby(range(len(lines)), key=lambda i: marked[i]):
        items = list(run)
        ruled = [i for i in items if lines[i].rule and lines[i].rule != "related articles"] if is_item else []
        above = lines[items[0] - 1] if items[0] else None
        announced = above is not None and not above.rule and above.plain.endswith(":")
        if announced or len(ruled) * 2 < len(items):
            yield from ruled


def _sections(lines: Sequence[Line]) -> Iterator[int]:
    """Headings like "Reactions" or "The author" over paragraphs; readers give their names, notes are short."""
    for i, line in enumerate(lines[:-1]):
        if line.rule in ("comments", "author note") and line.words <= 2 and not re.search(r"\d|:", line.text):
            prose = list(takewhile(lambda below: below.is_prose and not below.rule, lines[i + 1 :]))
            if len(prose) > 1 and prose[0].words >= LONG:
                yield i


def _chronology(lines: Sequence[Line]) -> list[int]:
    """Days on lines of their own that head the parts of the article; a feed's come after one long part."""
    days = [i for i, line in enumerate(lines[:-1]) if line.rule == "page date" and lines[i + 1].is_prose]
    if len({lines[i].dates for i in days}) < _CHRONOLOGY:
        return []
    ends = [*days[1:], len(lines)]
    sizes = [sum(line.words for line in lines[a:b] if line.is_prose) for a, b in zip(days, ends, strict=True)]
    return days if sizes[0] <= 2 * max(sizes[1:]) else []


def _announced(lines: Sequence[Line], last: int, closes: int) -> int:
    """The last line of the list without marks that the article's last sentence announces, if it does."""
    if last >= len(lines) or not lines[last].plain.endswith(":") or lines[last].words < 4:
        return last
    step = lines[last + 2].block - lines[last + 1].block if last + 2 < closes else 0
    end = last
    for i in range(last + 1, closes):
        own = not (lines[i].rule or lines[i].is_links) and lines[i].words <= _ITEM
        if not own or (i > last + 1 and lines[i].block - lines[i - 1].block != step):
            break
        end = i
    return end


def _is_furnished(lines: Sequence[Line]) -> bool:
    """Whether the text has anything of a page around it."""
    return any(line.is_links or (line.rule and line.rule not in (*_DATED, "no words")) for line in lines)


def _outside(lines: Sequence[Line], body: Set[str] | None) -> dict[int, str]:
    """Lines that the extractor leaves out."""
    if not body:
        return {}
    kept = {i for i, line in enumerate(lines) if squeezed(line.text) in body}
    return {i: "outside the article, by trafilatura" for i in range(len(lines)) if kept and i not in kept}


def _opens(line: Line, repeated: Set[str]) -> bool:
    return line.is_prose and not line.rule and line.words >= _OPENING_WORDS and line.text not in repeated


def _is_call(line: Line) -> bool:
    return line.words < _LONG_HEADLINE and line.plain.endswith(("!", "?", "؟"))


def _headline(lines: Sequence[Line], opens: int, title: str, repeated: Set[str]) -> int | None:
    """The title's line: as the metadata or a Markdown heading says, or the likeliest of the lines above the body."""
    possible = [i for i in range(opens) if _can_be_title(lines[i]) and lines[i].text not in repeated]
    candidates = sorted({lines[i].folded: i for i in reversed(possible)}.values())[-_CANDIDATES:]  # of equals the first
    wanted = fold_label(title) if candidates else ""
    for i in candidates:
        own = fold_label(lines[i].plain)
        if (wanted and (own in wanted or wanted in own)) or re.match(r"#{1,2}\s", lines[i].text):
            return i
    folded = "\n".join(line.folded for line in lines)
    last_menu = max((i for i in range(opens) if lines[i].is_links and not lines[i].rule), default=-1)
    long = {i for i in candidates if lines[i].words >= _SUBTITLE}

    def likelihood(position: int) -> float:
        i = candidates[position]
        line = lines[i]
        repeats = line.words >= 4 and folded.count(line.folded) > 1
        following = lines[i + 1].words if i + 1 in candidates else 0
        longer = following >= 12 and following >= 1.3 * line.words >= 6
        standfirst = longer or (
            following >= _SUBTITLE and [i - 1 in long, i in long, i + 2 in long] == [False, True, False]
        )
        signed = (
            any(other.rule in _DATED or other.is_byline for other in lines[i + 1 : i + 3]) and line.words >= _SUBTITLE
        )
        menu = i < last_menu
        advert = i > 0 and lines[i - 1].rule == "advert"
        # A date above a menu is the page's clock.
        score = 2 * repeats + min(line.words, 10) / 7 + 2 * standfirst + 1.2 * (signed and not menu) - menu - advert
        return score - 0.6 * (len(candidates) - 1 - position)

    scores = [likelihood(position) for position in range(len(candidates))]
    best = max(range(len(candidates)), key=lambda position: (scores[position], position), default=None)
    return candidates[best] if best is not None and scores[best] >= 0 else None


def _can_be_title(line: Line) -> bool:
    numbers = sum(any(char.isdigit() for char in word) for word in line.plain.split())
    return (
        line.words in _TITLE_WORDS
        and not line.rule
        and not (line.is_byline or line.is_links or re.search(r"[|›•·]|\+\+", line.plain))
        and not line.plain.endswith((".", ":", ";", "؛"))
        and not BULLET.match(line.text)
        and numbers * 3 <= line.words
        and not (line.words <= _SUBTITLE and line.plain[0].islower())
        and unicodedata.category(line.plain[0]) != "So"
        and not (line.words <= _LABEL_WORDS + 1 and _is_placed(line.plain))
    )


def _is_placed(text: str) -> bool:
    """Whether it is a name and where its bearer writes from."""
    words = [word for word in text.split() if len(word) > 3]
    return _PLACED.match(text) is not None and all(word[0].isupper() for word in words[:1] + words[-1:])


def _closing(lines: Sequence[Line], opens: int) -> int:
    """Where the page goes on to comments, tags or other articles for good."""
    if not any(line.rule in CLOSING for line in lines):
        return len(lines)
    is_told = [line.is_prose and not line.rule for line in lines]
    prose = list(accumulate((line.words * told for line, told in zip(lines, is_told, strict=True)), initial=0))
    paragraphs_told = list(accumulate(is_told, initial=0))
    for i in range(opens + 1, len(lines)):
        rule = lines[i].rule
        before, after = prose[i] - prose[opens], prose[-1] - prose[i]
        if rule not in CLOSING or before < _BEFORE_CLOSING:
            continue
        if rule == "comments":
            # Under a standfirst alone it is a link to them.
            if paragraphs_told[i] - paragraphs_told[opens] > 1 or after <= before:
                return i
        elif after <= before / 2 and not (rule == "latest articles" and _goes_on(lines, i)):
            return i
    return len(lines)


def _goes_on(lines: Sequence[Line], i: int) -> bool:
    """Whether the article goes on under a box of headlines: sentences that no headline follows."""
    below = list(takewhile(lambda line: not line.rule, lines[i + 1 :]))
    headlines = len(list(takewhile(lambda line: not line.is_prose, below)))
    return 0 < headlines < len(below) and all(line.is_prose for line in below[headlines:])


def _unstopped(lines: Sequence[Line], opens: int, last: int, closes: int, repeated: Set[str]) -> int:
    """The last line of an article whose paragraphs end without a full stop, or go on with an Arabic "and"."""
    told = [line for line in lines[opens : last + 1] if line.words >= _OPENING_WORDS and not line.rule]
    bare = sum(not line.ends_sentence for line in told) * 2 >= len(told)
    while last + 1 < closes:
        line = lines[last + 1]
        if line.rule or line.is_links or line.words < _SUBTITLE or line.text in repeated or line.is_byline:
            break
        if not (bare or _AND.match(line.folded_plain)):
            break
        last += 1
    return last


def _facts(lines: Sequence[Line], last: int, closes: int) -> int:
    """The last line of a list of figures ("Key facts", "400 communes", "Attendance: 21,300") under the article."""
    below = lines[last + 1 : closes]
    own = list(takewhile(lambda line: not (line.rule or line.is_links) and line.words <= _ITEM, below))
    heading = bool(own) and not _FIGURE.search(own[0].plain) and own[0].words <= _LABEL_WORDS
    figures = len(list(takewhile(lambda line: _FIGURE.search(line.plain), own[heading:])))
    return last + heading + figures if figures > 1 and figures == len(own) - heading else last


def _names(lines: Sequence[Line], opens: int, byline: str) -> list[str]:
    """The folded names in the bylines above the body and in the page's metadata."""
    bylines = (line for line in lines[: opens + 5] if line.is_byline)  # a standfirst may come before them
    said = fold_label(byline).split(";") if byline else []
    said += [cues().byline.sub("", fold_label(line.plain), count=1).partition("|")[0] for line in bylines]
    names = (re.sub(r"^.*?:|^(?:by|de) ", "", name).strip(" -*·") for name in said)
    return [name for name in names if len(name.split()) >= 2]


def _author_note(lines: Sequence[Line], opens: int, names: Sequence[str], closes: int) -> int:
    """Where a note on the author, who is named above the body, ends it; `closes` if there is none."""
    for i in range(opens + 2, closes):
        opening = re.sub(r"^\W+", "", lines[i].folded)
        said = any(opening.startswith(name) and not _OTHERS.match(opening, len(name)) for name in names)
        after = i + 3 if said and _BIO.search(opening) else i + 1
        if said and not any(line.is_prose for line in lines[after:closes]):
            return i
    return closes


def _is_body(line: Line, repeated: Set[str]) -> bool:
    if line.rule or line.is_links or line.text in repeated:
        return False
    return (
        line.is_prose
        or line.ends_sentence
        or line.words >= _LONG_HEADLINE
        or (bool(BULLET.match(line.text)) and not line.dates)
    )


def _between(lines: Sequence[Line], i: int, headline: int | None) -> tuple[str, str]:
    """A line between the title and the first sentence of the body."""
    line = lines[i]
    if line.rule:
        return "", line.rule
    if headline is not None and line.folded == lines[headline].folded:
        return "", "repeated title"
    if line.is_date:
        return "heading", ""
    if line.is_byline or (line.words <= 6 and not line.is_links and _beside_date(lines, i)):
        return "byline", ""
    if i and lines[i - 1].rule == "advert" and not line.ends_sentence:
        return "", "advert"
    if line.ends_sentence or (line.words >= _OPENING_WORDS and not line.is_links):
        return "paragraph", ""
    return "", "menu" if line.is_links else "short line before the body"


def _beside_date(lines: Sequence[Line], i: int) -> bool:
    return any(lines[j].rule in _DATED for j in (i - 1, i + 1) if 0 <= j < len(lines))


def _inside(
    lines: Sequence[Line], i: int, headline: int | None, names: Sequence[str], repeated: Set[str], *, deep: int
) -> tuple[str, str]:
    """A line of the article's region: it goes only on a cue of its own."""
    line = lines[i]
    if line.rule and not (line.rule == "page date" and (line.ends_sentence or i > deep)):
        return "", line.rule
    if _follows_label(lines, i):
        return "", "related articles"
    if headline is not None and line.folded == lines[headline].folded:
        return "", "repeated title"
    if line.is_links and "](" in line.text:
        return "", "menu"
    if line.text in repeated and not line.is_prose:
        return "", "repeated across the collection"
    is_item = BULLET.match(line.text) or line.text.startswith(">")  # of a list, or of a quotation in Markdown
    if line.is_prose or line.ends_sentence or is_item or line.words >= _LONG_HEADLINE:
        return "paragraph", ""
    if any(name in line.folded for name in names):
        return "", "photo credit"
    return "heading", ""


def _follows_label(lines: Sequence[Line], i: int) -> bool:
    """Whether the line is one of the headlines under a "read also" that stands alone."""
    j = i
    while (
        j > i - _UNDER_LABEL
        and j >= 0
        and not lines[j].rule
        and _can_be_headline(lines[j])
        and (j == i or lines[j].block == lines[i].block)
    ):
        j -= 1
    is_label = 0 <= j < i and lines[j].rule in _BOXES and lines[j].words <= _LABEL_WORDS
    return is_label and (lines[j].block == lines[i].block or j == i - 1)


def _can_be_headline(line: Line) -> bool:
    asks = line.plain.endswith(("?", "!", "؟", "…"))
    return (asks or not line.ends_sentence) and line.words < LONG


def _after(lines: Sequence[Line], i: int, last: int, closes: int, repeated: Set[str]) -> tuple[str, str]:
    """A line under the article's last."""
    line = lines[i]
    if not line.rule and i == last + 1 and i < closes and (line.is_byline or _looks_like_name(line)):
        return "byline", ""
    ended = f"after {lines[closes].rule or 'author note'}" if closes <= i < len(lines) and closes < len(lines) else ""
    return "", "author note" if i == closes and not line.rule else _reason(line, repeated, ended or "after the article")


def _reason(line: Line, repeated: Set[str], otherwise: str) -> str:
    if line.rule or line.is_links:
        return line.rule or "menu"
    return "repeated across the collection" if line.text in repeated else otherwise


def _looks_like_name(line: Line) -> bool:
    words = line.plain.split()
    return 2 <= len(words) <= 5 and not any(c.isdigit() for c in line.plain) and not line.ends_sentence
