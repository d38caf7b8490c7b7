"""Tables that every brief has: what each layer's record supports, the instruments, the actors."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pandas as pd

from research.brief.blocks import Table
from research.codebook import Codebook
from research.wording import label, span, words

_NOTHING = "–"


def ledger_table(
    ledger: pd.DataFrame,
    codebook: Codebook,
    caption: str,
    *,
    source: str,
    language: str = "en",
    passages: Sequence[str] = (),
) -> Table:
    """What the record supports for each layer, and how certainly.

    Parameters
    ----------
    ledger : DataFrame
        The ledger table.
    codebook : Codebook
    caption, source : str
    language : str
    passages : sequence of str
        Ids of those that the ledger counts.
    """
    say = words(language)
    ledger = ledger[::-1]  # the top of the stack first, as the chart has it
    columns = {
        say["layer"]: [label(codebook, layer, language) for layer in ledger["layer"]],
        say["furthest"]: [say.get(status, _NOTHING) for status in ledger["status_top"]],
        say["posture"]: [say.get(posture, _NOTHING) for posture in ledger["posture_top"]],
        say["stories"]: ledger["stories"].to_numpy(),
        say["instruments"]: ledger["instruments"].to_numpy(),
        say["claims"]: ledger["claims"].to_numpy(),
        say["certainty"]: [say[f"grade_{grade}"] for grade in ledger["certainty"]],
    }
    widths = [2.4, 1.3, 0.9, 0.9, 1.2, 1.0, 1.4]
    return Table(pd.DataFrame(columns), caption, name="ledger", source=source, widths=widths, passages=passages)


def instruments_table(
    instruments: pd.DataFrame, codebook: Codebook, caption: str, *, source: str, language: str = "en"
) -> Table:
    """Every instrument the rules find, article by article; an asterisk marks what is inferred.

    Parameters
    ----------
    instruments : DataFrame
        The instruments table.
    codebook : Codebook
    caption, source : str
    language : str
    """
    say = words(language)
    rows = instruments.sort_values(["doc_id", "start"])
    mark = {part: ["*" if part in inferred else "" for inferred in rows["inferred"]] for part in ("status", "date")}
    columns = {
        say["instrument"]: [_instrument(title, codebook, language) for title in rows["title"]],
        say["parties"]: [
            say["semicolon"].join(label(codebook, party, language) for party in parties) or _NOTHING
            for parties in rows["parties"]
        ],
        say["status"]: [
            say[status] + star if status else _NOTHING
            for status, star in zip(rows["status"], mark["status"], strict=True)
        ],
        say["quantity"]: [str(n) if n else say["several"] for n in rows["quantity"]],
        say["date"]: [_date(d, language) + star for d, star in zip(rows["date"], mark["date"], strict=True)],
        say["passage"]: _short(rows["passage_id"].tolist()),
    }
    return Table(
        pd.DataFrame(columns),
        caption,
        name="instruments",
        source=source,
        widths=[2.4, 3.3, 1.1, 0.9, 1.4, 1.0],
        passages=rows["passage_id"].tolist(),
    )


def actors_table(
    actors: pd.DataFrame,
    codebook: Codebook,
    caption: str,
    *,
    source: str,
    language: str = "en",
    passages: Sequence[str] = (),
) -> Table:
    """Who is named, from where, for whom they speak, and how often.

    Parameters
    ----------
    actors : DataFrame
        As `research.sovereignty.actors` gives them.
    codebook : Codebook
    caption, source : str
    language : str
    passages : sequence of str
        Ids of those that name them.
    """
    say = words(language)
    columns = {
        say["actor"]: [label(codebook, actor, language) for actor in actors["actor"]],
        say["origin"]: [say.get(origin, _NOTHING) for origin in actors["origin"]],
        say["speaks_for"]: [label(codebook, body, language) if body else _NOTHING for body in actors["speaks_for"]],
        say["articles"]: actors["documents"].to_numpy(),
        say["stories"]: actors["stories"].to_numpy(),
        say["mentions"]: actors["mentions"].to_numpy(),
    }
    widths = [3.2, 1.2, 2.8, 0.8, 0.9, 1.0]
    return Table(pd.DataFrame(columns), caption, name="actors", source=source, widths=widths, passages=passages)


def _instrument(title: str, codebook: Codebook, language: str) -> str:
    """A title, which the table has in English, in the brief's language; of several kinds at once, each."""
    ids = {concept.label["en"]: concept.id for concept in codebook.scheme("instrument", "initiative")}
    return words(language)["comma"].join(label(codebook, ids.get(part, part), language) for part in _parts(title, ids))


def _parts(title: str, known: Collection[str]) -> list[str]:
    """The titles that were joined by commas; a title may hold commas itself."""
    if title in known or ", " not in title:
        return [title]
    cuts = [i for i in range(len(title)) if title.startswith(", ", i)]
    whole = [cut for cut in cuts if title[:cut] in known]
    cut = max(whole, default=cuts[0])
    return [title[:cut], *_parts(title[cut + 2 :], known)]


def _date(period: str, language: str) -> str:
    first, _, last = period.partition("/")
    return span(first, last or first, language, short=True) if period else _NOTHING


def _short(passage_ids: list[str]) -> list[str]:
    """Ids by the article's number alone, "000#p05", as long as that is enough to find it."""
    documents = {passage_id.partition("#")[0] for passage_id in passage_ids}
    if len({document.partition("_")[0] for document in documents}) < len(documents):
        return passage_ids
    return [re.sub("_[^#]*#", "#", passage_id, count=1) for passage_id in passage_ids]
