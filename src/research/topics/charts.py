"""Charts of topics; one that is not found again is marked wherever it is shown.

Every function takes tables and returns a matplotlib Figure; `topic_sizes`, which briefs print, a `Chart`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from research.plotting import INK, PAPER, STATUS_SHADES, WIDTH, Chart, blank, cell, line_spacing, mirror, style
from research.wording import words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MAP_COLOURS = ["#0f5468", "#c4622d", "#7a5ea8", "#6b7a83", "#8a9a2f", "#b0405f", "#2f7fb5", "#a0793d"]
_MANY_DOCUMENTS = 12
_MAP_MARKS = "osD^vP"  # so that topics are told apart in grey


def topic_sizes(topics: pd.DataFrame, runs: int, *, language: str = "en", passages: Iterable[str] = ()) -> Chart:
    """Topics by size, with the number of bootstrap samples in which each was found again.

    Parameters
    ----------
    topics : DataFrame
        The topics table.
    runs : int
        Number of samples.
    language : str
        Of the labels.
    passages : iterable of str
        Ids of those that have a topic.
    """
    say = words(language)
    rows = topics.sort_values(["size", "topic_id"], ascending=[True, False]).reset_index(drop=True)
    notes = [
        say["found_again"].format(found=row.found_in_runs, runs=runs)
        + (f" – {say['unstable']}" if row.unstable else "")
        for row in rows.itertuples()
    ]
    with style(language):
        figure, axes = blank(0.36 * len(rows) + 0.35, language)
        start, _ = mirror(axes, language)
        for y, row in rows.iterrows():
            axes.barh(
                y,
                row["size"],
                color="#dbe7ea" if row["unstable"] else "#7fabb6",
                height=0.68,
                hatch="///" if row["unstable"] else None,
                edgecolor=PAPER,
            )
            axes.text(row["size"] + 0.3, y, f"{row['size']}  ·  {notes[y]}", va="center", ha=start)
        names = [_wrapped(label) for label in rows[f"label_{language}"]]
        axes.set_yticks(range(len(rows)), names, linespacing=line_spacing(language))
        edge = (0, max(rows["size"].max(), 1) * 1.45 if len(rows) else 1)
        axes.set_xlim(edge[::-1] if start == "right" else edge)
        axes.set_xticks([])
        for side in ("bottom", "left", "right"):
            axes.spines[side].set_visible(False)
    told = [f"{row[f'label_{language}']}: {row['size']} ({notes[y]})." for y, row in rows.iterrows()]
    data = rows[["topic_id", "size", "found_in_runs"]].set_index("topic_id")
    return Chart(figure, data, " ".join([say["alt_topics"], *told[::-1]]), tuple(sorted(passages)))


def topic_spread(
    topics: pd.DataFrame, assignments: pd.DataFrame, passages: pd.DataFrame, *, language: str = "en"
) -> Figure:
    """How many paragraphs of each document each topic has; of each language, where documents are too many to show.

    Parameters
    ----------
    topics, assignments, passages : DataFrame
        The tables topics, topic_passages and passages.
    language : str
        Of the labels.
    """
    told = assignments.merge(passages[["passage_id", "doc_id", "language"]])
    spoken = told.groupby("doc_id")["language"].agg(lambda found: found.mode()[0])
    by = "doc_id" if len(spoken) <= _MANY_DOCUMENTS else "language"
    columns = sorted(told[by].unique(), key=lambda value: (spoken.get(value, ""), value))
    counts = pd.crosstab(told["topic_id"], told[by]).reindex(columns=columns)
    shades, most = list(STATUS_SHADES.values()), counts.to_numpy().max(initial=1)
    with style():
        figure, axes = blank(0.34 * len(counts) + 0.7, language)
        for y, topic in enumerate(counts.index):
            for x, column in enumerate(columns):
                n = int(counts.loc[topic, column])
                if n:
                    step = 5 * (n - 1) // most
                    axes.add_patch(cell(x, y, shades[step]))
                    axes.text(x, y, str(n), ha="center", va="center", color=PAPER if step > 2 else INK)
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(counts) - 0.5, -0.5))
        axes.set_xticks(range(len(columns)), [f"{c[:8]}\n{spoken[c]}" if c in spoken else c for c in columns])
        names = topics.set_index("topic_id")
        axes.set_yticks(range(len(counts)), [_named(names.loc[topic], language) for topic in counts.index])
        axes.xaxis.tick_top()
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure


def topic_terms(topics: pd.DataFrame, shares: pd.DataFrame, *, n: int = 6, language: str = "en") -> Figure:
    """The key terms of each topic, one panel a topic: the share of the topic's passages that hold each.

    Parameters
    ----------
    topics : DataFrame
        The topics table.
    shares : DataFrame
        topic_id, term, share, best terms first: `research.topics.term_shares`.
    n : int
        Terms a topic.
    language : str
        Of the labels.
    """
    from matplotlib.figure import Figure

    topics = topics[topics["topic_id"].isin(shares["topic_id"])]  # of a language that a topic hardly speaks: nothing
    columns = 3
    lines = max(1, -(-len(topics) // columns))
    with style():
        figure = Figure(figsize=(WIDTH, (0.17 * n + 0.5) * lines), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False).ravel()
        for axes, (_, row) in zip(panels, topics.iterrows(), strict=False):
            own = shares[shares["topic_id"] == row["topic_id"]].head(n)
            axes.barh(range(len(own)), own["share"], color="#dbe7ea" if row["unstable"] else "#7fabb6")
            axes.set_yticks(range(len(own)), list(own["term"]), fontsize=8)
            axes.set(ylim=(n - 0.5, -0.5), xlim=(0, 1), xticks=[])
            axes.spines["bottom"].set_visible(False)
            axes.set_title(_named(row, language), fontsize=8, loc="left")
        for axes in panels[len(topics) :]:
            axes.remove()
    return figure


def topic_map(topics: pd.DataFrame, positions: pd.DataFrame, *, language: str = "en") -> Figure:
    """Passages in the plane that sets the topics apart best; hollow: hardly nearer to its own topic than to the next.

    Parameters
    ----------
    topics : DataFrame
        The topics table.
    positions : DataFrame
        passage_id, topic_id, low_margin, x and y: `research.topics.map_positions`.
    language : str
        Of the labels.
    """
    from matplotlib.patheffects import withStroke

    with style():
        figure, axes = blank(3.6)
        for i, row in enumerate(topics.itertuples(index=False)):
            own = positions[positions["topic_id"] == row.topic_id]
            colour = _MAP_COLOURS[i % len(_MAP_COLOURS)]
            faces = [PAPER if low else colour for low in own["low_margin"]]
            axes.scatter(own["x"], own["y"], s=22, c=faces, edgecolors=colour, marker=_MAP_MARKS[i % len(_MAP_MARKS)])
            if i < len(_MAP_COLOURS) * 2:
                name = _named(topics.iloc[i], language)
                place = own["x"].mean(), own["y"].max()
                text = axes.annotate(
                    name, place, (0, 5), textcoords="offset points", ha="center", fontsize=7.5, color=colour
                )
                text.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])
        axes.set(xticks=[], yticks=[])
        axes.margins(0.18)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure


def _named(row: pd.Series, language: str) -> str:
    """A topic's label on two lines at most; an unstable one is marked as such wherever it is shown."""
    return _wrapped(row[f"label_{language}"]) + (f" ({words(language)['unstable']})" if row["unstable"] else "")


def _wrapped(label: str) -> str:
    return label.replace(" · ", "\n", 1) if len(label) > 34 else label
