"""The charts of a study, in one style: direct labels, readable in grey, mirrored in Arabic, the same bytes each time.

Every function takes tables and the codebook and returns a `Chart`: the figure, its data, and the same in words.
Titles are the caption's business, not the chart's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

import pandas as pd

from research.codebook import Codebook
from research.errors import ResearchError
from research.plotting import (
    ACCENT,
    INK,
    ORIGIN_MARKS,
    PAPER,
    SOFT,
    STATUS_SHADES,
    Chart,
    blank,
    cell,
    line_spacing,
    mirror,
    style,
)
from research.tables import ORIGINS, STATUSES
from research.wording import RIGHT_TO_LEFT, label, month, span, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID = "#e3e8ea"
_FILLS: dict[str, Literal["full", "left"]] = {
    "signed": "full",
    "operating": "full",
    "announced": "left",
}  # of a mark; others are open
_LABEL = 46  # letters of a partner's name on a line


def layer_status(codes: pd.DataFrame, ledger: pd.DataFrame, codebook: Codebook, *, language: str = "en") -> Chart:
    """Layers by status: how many passages say what of each layer; silent layers are named so.

    Parameters
    ----------
    codes, ledger : DataFrame
        The tables of these names: what is denied is not drawn, and silent is what the ledger calls so.
    codebook : Codebook
        Its layers, the foot of the stack at the bottom.
    language : str
    """
    say = words(language)
    layers, columns = codebook.layers, ["", *STATUSES]
    codes, silent = codes[~codes["negated"]], set(ledger.loc[ledger["silent"], "layer"])
    counts = pd.crosstab(codes["layer"], codes["status"]).reindex(index=layers, columns=columns, fill_value=0)
    heads = [say[status or "background"] for status in columns]
    with style(language):
        figure, axes = blank(0.24 * len(layers) + 0.4, language)
        for y, layer in enumerate(layers):
            if layer in silent:
                axes.text(2.5, y, say["silent_row"], ha="center", va="center", color=SOFT, style="italic")
                continue
            for x, status in enumerate(columns):
                n = int(counts.loc[layer, status])
                if n:
                    axes.add_patch(cell(x, y, STATUS_SHADES.get(status, "#f0f0ee")))
                    dark = status in ("signed", "operating")
                    axes.text(x, y, str(n), ha="center", va="center", color=PAPER if dark else INK, weight="medium")
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, len(layers) - 0.5))
        axes.set_xticks(range(len(columns)), heads)
        axes.set_yticks(range(len(layers)), [label(codebook, layer, language) for layer in layers])
        axes.xaxis.tick_top()
        axes.hlines([y - 0.5 for y in range(1, len(layers))], -0.5, len(columns) - 0.5, color=_GRID, lw=0.5)
        _bare(axes)
        mirror(axes, language)
    named = counts.rename(
        index=lambda layer: label(codebook, layer, language), columns=dict(zip(columns, heads, strict=True))
    )
    alt = f"{say['alt_matrix']} {in_words(named[::-1], language)}"
    return Chart(figure, counts, alt, tuple(sorted(set(codes["passage_id"]))))


def partner_map(rows: pd.DataFrame, codebook: Codebook, *, language: str = "en") -> Chart:
    """Partners by origin and layer: full marks are signed, half ones announced, open ones discussed or hoped for.

    Parameters
    ----------
    rows : DataFrame
        As `research.sovereignty.partners` gives them.
    codebook : Codebook
    language : str
    """
    say = words(language)
    if rows.empty:
        raise ResearchError("nobody is a partner in anything", where="partner map", remedy="leave this figure out")
    rank = rows.assign(rank=rows["status"].map(STATUSES.index), place=rows["origin"].map(ORIGINS.index))
    best = rank.groupby(["place", "origin", "partner", "layer"], as_index=False)["rank"].max()
    top = best.groupby(["place", "origin", "partner"], as_index=False)["rank"].max()
    top = top.sort_values(["place", "rank", "partner"], ascending=[False, True, False]).reset_index(drop=True)
    layers = [layer for layer in codebook.layers if layer in set(best["layer"])]
    columns = layers + [""] * ("" in set(best["layer"]))
    heads = [label(codebook, layer, language) if layer else say["no_layer"] for layer in columns]
    names = ["\n".join(wrap(label(codebook, partner, language), _LABEL)) for partner in top["partner"]]
    with style(language):
        figure, axes = blank((0.31 if any("\n" in name for name in names) else 0.27) * len(top) + 1.35, language)
        start, _ = mirror(axes, language)
        for y, row in top.iterrows():
            colour, marker = ORIGIN_MARKS[row["origin"]]
            for _, mark in best[best["partner"] == row["partner"]].iterrows():
                fill = _FILLS.get(STATUSES[mark["rank"]], "none")
                x = columns.index(mark["layer"])
                axes.plot(
                    x,
                    y,
                    marker=marker,
                    color=colour,
                    ms=8.5,
                    ls="none",
                    fillstyle=fill,
                    mew=1.3,
                    markerfacecoloralt=PAPER,
                )
        edge = (-0.6, len(columns) - 0.4)
        axes.set(xlim=edge[::-1] if start == "right" else edge, ylim=(-0.6, len(top) - 0.4))
        axes.set_xticks(range(len(columns)), heads, rotation=-38 if start == "right" else 38, ha=start, va="bottom")
        axes.set_yticks(range(len(top)), names, linespacing=line_spacing(language))
        axes.xaxis.tick_top()
        axes.grid(color=_GRID, lw=0.5)
        axes.set_axisbelow(True)
        _bare(axes)
        for tick, origin in zip(axes.get_yticklabels(), top["origin"], strict=True):
            tick.set_color(ORIGIN_MARKS[origin][0])
        _legend(figure, [*dict.fromkeys(top["origin"])][::-1], sorted({*best["rank"]}, reverse=True), language)
    told = [
        f"{say[row['origin']]}{say['comma']}{label(codebook, row['partner'], language)}{say['colon']} "
        + say["comma"].join(
            f"{heads[columns.index(mark['layer'])]} ({say[STATUSES[mark['rank']]]})"
            for _, mark in best[best["partner"] == row["partner"]].iterrows()
        )
        + "."
        for _, row in top[::-1].iterrows()
    ]
    data = best.assign(status=[STATUSES[r] for r in best["rank"]])[["origin", "partner", "layer", "status"]]
    return Chart(figure, data, " ".join([say["alt_partners"], *told]), tuple(sorted(set(rows["passage_id"]))))


def _legend(figure: Figure, origins: list[str], ranks: list[int], language: str) -> None:
    """Origins by shape and colour, statuses by fill, in one line under the chart."""
    from matplotlib.lines import Line2D

    say = words(language)
    handles = [
        Line2D([], [], ls="none", marker=ORIGIN_MARKS[o][1], color=ORIGIN_MARKS[o][0], ms=7, label=say[o])
        for o in origins
    ]
    handles += [
        Line2D(
            [], [], ls="none", marker="o", color=INK, ms=7, label=say[STATUSES[rank]],
            fillstyle=_FILLS.get(STATUSES[rank], "none"), markerfacecoloralt=PAPER,
        )
        for rank in ranks
    ]  # fmt: skip
    if language in RIGHT_TO_LEFT:
        handles = handles[::-1]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        frameon=False,
        handletextpad=0.2,
        columnspacing=1.4,
        markerfirst=language not in RIGHT_TO_LEFT,
    )


def timeline(dates: pd.DataFrame, events: Mapping[str, str], *, language: str = "en") -> Chart:
    """Dated events on one axis: full marks are stated days, open ones are worked out, bars are spans.

    Parameters
    ----------
    dates : DataFrame
        The dates table; of each passage named, its dates of events.
    events : mapping of str to str
        Passage id -> what happened, in words.
    language : str
    """
    from matplotlib import dates as mdates

    def number(value: str) -> float:
        return float(mdates.date2num(date.fromisoformat(value)))  # type: ignore[no-untyped-call]

    say = words(language)
    rows = dates[(dates["role"] == "event") & (dates["from"] != "") & dates["passage_id"].isin(list(events))]
    rows = rows.assign(label=rows["passage_id"].map(events), certain=rows["how"] == "stated")
    rows = rows.sort_values(["from", "to", "label"], ascending=False).reset_index(drop=True)
    if rows.empty:
        raise ResearchError("none of the events has a date", where="timeline", remedy="name passages with dated events")
    with style(language):
        figure, axes = blank(0.34 * len(rows) + 0.6, language)
        start, end_ = mirror(axes, language)
        low, high = number(rows["from"].min()), number(rows["to"].max())
        for y, row in rows.iterrows():
            first, last = number(row["from"]), number(row["to"])
            fill = ACCENT if row["certain"] else PAPER
            if last > first:
                axes.barh(y, last - first + 1, left=first, height=0.34, facecolor=fill, edgecolor=ACCENT, lw=1.2)
            else:
                axes.plot(first, y, marker="o", ms=8, mfc=fill, mec=ACCENT, mew=1.4)
            late = first > (low + high) / 2
            x, align = (first - 5, end_) if late else (last + 5, start)
            axes.text(x, y, row["label"], va="center", ha=align)
        edge = (low - 12, high + 12)
        axes.set(xlim=edge[::-1] if start == "right" else edge, ylim=(-0.7, len(rows) - 0.3))
        axes.set_yticks([])
        months = pd.period_range(rows["from"].min()[:7], rows["to"].max()[:7], freq="M")
        names = [
            month(m.to_timestamp(), language) + (f"\n{m:%Y}" if i == 0 or m.month == 1 else "")
            for i, m in enumerate(months)
        ]
        axes.set_xticks([number(f"{m}-01") for m in months], names)
        for side in ("left", "right"):
            axes.spines[side].set_visible(False)
    alt = [say["alt_timeline"]]
    for _, row in rows[::-1].iterrows():
        how = say["stated" if row["certain"] else "resolved"]
        alt.append(f"{row['label']}{say['colon']} {span(row['from'], row['to'], language)} ({how}).")
    return Chart(
        figure, rows[["passage_id", "from", "to", "how"]], " ".join(alt), tuple(sorted(set(rows["passage_id"])))
    )


def parity(counts: pd.DataFrame, codebook: Codebook, *, language: str = "en", passages: tuple[str, ...] = ()) -> Chart:
    """One story in two languages: mentions of each layer, one language to the left, the other to the right.

    Parameters
    ----------
    counts : DataFrame
        Index: layer ids; two columns, named for the languages.
    codebook : Codebook
    language : str
        Of the labels.
    passages : tuple of str
        Where the mentions stand.
    """
    say = words(language)
    left, right = counts.columns

    def spoken(column: str) -> str:
        return say.get(f"lang_{column}", column)

    with style(language):
        figure, axes = blank(0.28 * len(counts) + 0.6, language)
        for y, (_, row) in enumerate(counts.iterrows()):
            axes.barh(y, -row[left], color="#0f5468", height=0.66)
            axes.barh(y, row[right], color="#b3cdd4", height=0.66)
            for x, n, side in ((-row[left] - 0.12, row[left], -1), (row[right] + 0.12, row[right], 1)):
                outward = "right" if (side < 0) != (language in RIGHT_TO_LEFT) else "left"
                axes.text(x, y, str(n), ha=outward, va="center", fontsize=8)
        widest = max(int(counts.to_numpy().max()), 1)
        axes.set_xlim(-widest - 1, widest + 1)
        axes.set_yticks(range(len(counts)), [label(codebook, layer, language) for layer in counts.index])
        axes.set_xticks([-widest / 2, widest / 2], [spoken(left), spoken(right)])
        axes.xaxis.tick_top()
        axes.axvline(0, color=PAPER, lw=1.5)
        _bare(axes)
        mirror(axes, language)
    named = counts.rename(index=lambda layer: label(codebook, layer, language), columns=spoken)
    return Chart(figure, counts, f"{say['alt_parity']} {in_words(named[::-1], language)}", passages)


def in_words(counts: pd.DataFrame, language: str = "en") -> str:
    """A table of counts as a sentence a row, for alternative texts; zeros are left out.

    >>> in_words(pd.DataFrame({"signed": [2, 0], "planned": [1, 0]}, index=["Compute", "Chips"]))
    'Compute: 2 signed, 1 planned. Chips: none.'
    """
    sentences = []
    for name, row in counts.iterrows():
        parts = [f"{value} {column}" for column, value in row.items() if value]
        say = words(language)
        sentences.append(f"{name}{say['colon']} {say['comma'].join(parts) or say['none']}.")
    return " ".join(sentences)


def _bare(axes: Axes) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)
