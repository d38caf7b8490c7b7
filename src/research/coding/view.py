"""Coded passages for reading in a notebook: what matched, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from research.errors import ResearchError

if TYPE_CHECKING:
    from IPython.display import HTML

    from research.codebook import Codebook
    from research.coding import Evidence
    from research.corpus import Corpus

_STYLE = (
    "<style>.coded{border-inline-start:3px solid #cbd5e1;margin:1em 0;padding:0 1em;max-width:52em;text-align:start}"
    ".coded p{line-height:1.9}.coded small{opacity:.8}"
    ".coded mark{padding:1px 3px;border-radius:3px;color:#111;background:#fef9c3}"
    ".coded mark.cue{background:#fff;border:1px dashed #64748b}.coded mark.actor{background:#e2e8f0}"
    ".coded mark.instrument{background:#fff;border:1px solid #0f172a}</style>"
)
_CUES = ("status", "purpose", "hedge", "negation", "posture", "speech", "bound", "partner", "unwritten", "duration")


def coded(corpus: Corpus, evidence: Evidence, codebook: Codebook, passages: Iterable[str]) -> HTML:
    """Passages with every mention coloured, and under each the codes with the words that caused them.

    A layer has a colour of its own, which its finer concepts share; actors are grey, instruments framed, cues dashed.
    Pointing at a mention names its entry of the codebook and the label that matched.

    Parameters
    ----------
    corpus : Corpus
    evidence : Evidence
        As `research.code_corpus` gives it for `corpus`.
    codebook : Codebook
    passages : iterable of str
        Passage ids, shown in this order.

    Returns
    -------
    IPython.display.HTML
        Text of articles is escaped; nothing in it is markup.
    """
    from IPython.display import HTML

    rows = corpus.passages.set_index("passage_id")
    by_passage = {key: group.to_dict("records") for key, group in evidence.mentions.groupby("passage_id")}
    codes = {key: group.to_dict("records") for key, group in evidence.codes.groupby("passage_id")}
    shown = [
        _passage(passage_id, rows.loc[passage_id], by_passage.get(passage_id, []), codes.get(passage_id, []), codebook)
        for passage_id in passages
    ]
    return HTML(_STYLE + "".join(shown))


def _passage(
    passage_id: str, row: pd.Series, mentions: list[dict[str, Any]], codes: list[dict[str, Any]], codebook: Codebook
) -> str:
    pieces, at = [], row["start"]
    together: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for mention in mentions:
        together.setdefault((mention["start"], mention["end"]), []).append(mention)
    for (start, end), same in sorted(together.items()):
        pieces.append(escape(row["text"][at - row["start"] : start - row["start"]]))
        pieces.append(_mark(row["text"][start - row["start"] : end - row["start"]], same, codebook))
        at = end
    pieces.append(escape(row["text"][at - row["start"] :]))
    surfaces = {mention["mention_id"]: mention["surface"] for mention in mentions}
    why = "".join(f"<li>{_code(code, surfaces, codebook)}</li>" for code in codes) or "<li>no code</li>"
    return (
        f'<div class="coded"><small>{escape(passage_id)}, {escape(row["kind"])}</small>'
        f'<p lang="{escape(row["language"])}" dir="auto">{"".join(pieces)}</p><ul>{why}</ul></div>'
    )


def _mark(surface: str, mentions: list[dict[str, Any]], codebook: Codebook) -> str:
    told = "; ".join(
        f"{m['kind']} {m['concept_id']}{' (open)' if m['ambiguous'] else ''}, label: {m['label']}" for m in mentions
    )
    layers = [layer for m in mentions for layer in codebook.layers_of(m["concept_id"].split("|")[0])]
    kind = "cue" if mentions[0]["kind"] in _CUES else mentions[0]["kind"]
    colour = f' style="background:{_colour(layers[0], codebook)}"' if layers else ""
    return f'<mark class="{escape(kind)}" title="{escape(told)}"{colour}>{escape(surface)}</mark>'


def _code(code: dict[str, Any], surfaces: dict[str, str], codebook: Codebook) -> str:
    words = ", ".join(f"<bdi>{escape(surfaces[m])}</bdi>" for m in code["mention_ids"] if m in surfaces)
    flags = [code["status"] or "background", code["posture"], *(flag for flag in ("hedged", "negated") if code[flag])]
    speaker = f", says {escape(codebook.label(code['speaker']))}" if code["speaker"] else ""
    colour = _colour(code["layer"], codebook)
    told = escape(", ".join(flag for flag in flags if flag))
    return f'<mark style="background:{colour}">{escape(code["layer"])}</mark> {told}{speaker} ← {words}'


def _colour(layer: str, codebook: Codebook) -> str:
    return f"hsl({codebook.layers.index(layer) * 360 // len(codebook.layers)} 85% 85%)"


def find_passages(corpus: Corpus, evidence: Evidence, wanted: str) -> list[str]:
    """Ids of the passages of an article, of a layer, or the passage itself; of the first article if nothing is wanted.

    Raises
    ------
    ResearchError
        Nothing in the corpus goes by that name.
    """
    passages, codes = corpus.passages, evidence.codes
    wanted = wanted or str(passages["doc_id"].iloc[0])
    for frame, column in ((passages, "passage_id"), (passages, "doc_id"), (codes, "layer")):
        found = frame.loc[frame[column] == wanted, "passage_id"]
        if len(found):
            return [str(passage) for passage in found]
    raise ResearchError(
        f"nothing is called {wanted!r}", where="look_at", remedy="name an article, a passage or a layer"
    )
