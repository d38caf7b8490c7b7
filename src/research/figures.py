"""The charts of a study, in one style: direct labels, readable in grey, the same bytes each time.

Every function takes tables and returns a matplotlib Figure; titles are the caption's business, not the chart's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from research.plotting import ACCENT, INK, ORIGIN_MARKS, PAPER, SOFT, STATUS_SHADES, blank, cell, style
from research.tables import ORIGINS, STATUSES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def layer_status(
    codes: pd.DataFrame, layers: Sequence[str], labels: dict[str, str], statuses: dict[str, str]
) -> Figure:
    """Layers by status: how many passages say what of each layer; silent layers are named so.

    Parameters
    ----------
    codes : DataFrame
        The codes table.
    layers : sequence of str
        Layer ids, from the bottom of the stack.
    labels, statuses : dict of str to str
        Names of layers and statuses; the status ``""`` is background.
    """
    columns = ["", *STATUSES]
    counts = pd.crosstab(codes["layer"], codes["status"]).reindex(index=layers, columns=columns, fill_value=0)
    with style():
        figure, axes = blank(0.24 * len(layers) + 0.4)
        for y, layer in enumerate(layers):
            if counts.loc[layer].sum() == 0:
                axes.text(
                    2.5, y, "silent: no passage speaks of it", ha="center", va="center", color=SOFT, style="italic"
                )
                continue
            for x, status in enumerate(columns):
                n = int(counts.loc[layer, status])
                if n:
                    shade = STATUS_SHADES.get(status, "#f0f0ee")
                    axes.add_patch(cell(x, y, shade))
                    dark = status in ("signed", "operating")
                    axes.text(x, y, str(n), ha="center", va="center", color=PAPER if dark else INK, weight="medium")
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, len(layers) - 0.5))
        axes.set_xticks(range(len(columns)), [statuses[status] for status in columns])
        axes.set_yticks(range(len(layers)), [labels[layer] for layer in layers])
        axes.xaxis.tick_top()
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.hlines([y - 0.5 for y in range(1, len(layers))], -0.5, len(columns) - 0.5, color="#e3e8ea", lw=0.5)
    return figure


def partners(rows: pd.DataFrame, labels: dict[str, str], origins: dict[str, str], statuses: dict[str, str]) -> Figure:
    """Partners by origin: how far each one's instruments have come.

    Parameters
    ----------
    rows : DataFrame
        Columns partner (id), origin, status; one row an instrument and partner.
    labels, origins, statuses : dict of str to str
    """
    rank = rows["status"].map(STATUSES.index)
    order = rows.assign(rank=rank, place=rows["origin"].map(ORIGINS.index))
    top = order.groupby(["place", "origin", "partner"], as_index=False)["rank"].max()
    top = top.sort_values(["place", "rank", "partner"], ascending=[False, True, False]).reset_index(drop=True)
    shown = [status for status in STATUSES if status in set(rows["status"])]
    with style():
        figure, axes = blank(0.25 * len(top) + 0.5)
        for y, row in top.iterrows():
            colour, marker = ORIGIN_MARKS[row["origin"]]
            mine = rows.loc[rows["partner"] == row["partner"], "status"]
            for status, n in mine.value_counts().items():
                axes.plot(shown.index(status), y, marker=marker, color=colour, ms=9, ls="none")
                if n > 1:
                    axes.text(shown.index(status) + 0.14, y, f"× {n}", va="center", fontsize=8)
        axes.set(xlim=(-0.5, len(shown) + 0.3), ylim=(-0.6, len(top) - 0.4))
        axes.set_xticks(range(len(shown)), [statuses[status] for status in shown])
        axes.set_yticks(range(len(top)), ["\n".join(wrap(labels[p], 38)) for p in top["partner"]])
        axes.xaxis.tick_top()
        axes.grid(axis="y", color="#e3e8ea", lw=0.5)
        axes.set_axisbelow(True)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for origin, group in top.groupby("origin"):
            colour, _ = ORIGIN_MARKS[origin]
            axes.text(
                len(shown) + 0.28,
                group.index.max(),
                origins[origin],
                color=colour,
                ha="right",
                va="center",
                weight="semibold",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2},
            )
    return figure


def timeline(events: pd.DataFrame) -> Figure:
    """Dated events on one axis: full marks are stated days, open ones are resolved, bars are spans.

    Parameters
    ----------
    events : DataFrame
        Columns label, from, to (ISO dates), certain (bool); in any order.
    """
    from matplotlib import dates as mdates

    def number(day: str) -> float:
        return float(mdates.date2num(date.fromisoformat(day)))  # type: ignore[no-untyped-call]

    rows = events.sort_values(["from", "to", "label"], ascending=False).reset_index(drop=True)
    with style():
        figure, axes = blank(0.34 * len(rows) + 0.6)
        for y, row in rows.iterrows():
            start, end = number(row["from"]), number(row["to"])
            fill = ACCENT if row["certain"] else PAPER
            if end > start:
                axes.barh(y, end - start + 1, left=start, height=0.34, facecolor=fill, edgecolor=ACCENT, lw=1.2)
            else:
                axes.plot(start, y, marker="o", ms=8, mfc=fill, mec=ACCENT, mew=1.4)
            right_half = start > (number(rows["from"].min()) + number(rows["to"].max())) / 2
            x, align = (start - 5, "right") if right_half else (max(end, start) + 5, "left")
            axes.text(x, y, row["label"], va="center", ha=align, fontsize=8.5)
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_yticks([])
        low, high = number(rows["from"].min()), number(rows["to"].max())
        axes.set_xlim(low - 12, high + 12)
        months = pd.period_range(rows["from"].min()[:7], rows["to"].max()[:7], freq="M")
        names = [f"{m:%b}\n{m:%Y}" if i == 0 or m.month == 1 else f"{m:%b}" for i, m in enumerate(months)]
        axes.set_xticks([number(f"{month}-01") for month in months], names)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="x", labelsize=8)
    return figure


def parity(counts: pd.DataFrame, labels: dict[str, str], languages: dict[str, str]) -> Figure:
    """One story in two languages: mentions of each layer, left in one language, right in the other.

    Parameters
    ----------
    counts : DataFrame
        Index: layer ids; two columns, one a language.
    labels, languages : dict of str to str
    """
    left, right = counts.columns
    with style():
        figure, axes = blank(0.3 * len(counts) + 0.6)
        for y, (_, row) in enumerate(counts.iterrows()):
            axes.barh(y, -row[left], color="#0f5468", height=0.66)
            axes.barh(y, row[right], color="#b3cdd4", height=0.66)
            axes.text(-row[left] - 0.12, y, str(row[left]), ha="right", va="center", fontsize=8)
            axes.text(row[right] + 0.12, y, str(row[right]), ha="left", va="center", fontsize=8)
        widest = max(int(counts.to_numpy().max()), 1)
        axes.set_xlim(-widest - 1, widest + 1)
        axes.set_yticks(range(len(counts)), [labels[layer] for layer in counts.index])
        axes.set_xticks([-widest / 2, widest / 2], [languages[left], languages[right]])
        axes.xaxis.tick_top()
        axes.axvline(0, color=PAPER, lw=1.5)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure


def in_words(counts: pd.DataFrame) -> str:
    """A table of counts as a sentence a row, for alternative texts; zeros are left out.

    >>> in_words(pd.DataFrame({"signed": [2, 0], "planned": [1, 0]}, index=["Compute", "Chips"]))
    'Compute: 2 signed, 1 planned. Chips: none.'
    """
    sentences = []
    for name, row in counts.iterrows():
        parts = [f"{value} {column}" for column, value in row.items() if value]
        sentences.append(f"{name}: {', '.join(parts) or 'none'}.")
    return " ".join(sentences)
