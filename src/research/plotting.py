"""One style for every chart: letters as paths, readable in grey, the same bytes each time."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from research.tables import ORIGINS, STATUSES
from research.wording import RIGHT_TO_LEFT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, PAPER = "#1b2a33", "#6b7a83", "#ffffff"
ACCENT = "#0f5468"
# Light to dark: what is further along is darker, in print and for every eye.
STATUS_SHADES = dict(zip(STATUSES, ["#dbe7ea", "#b3cdd4", "#7fabb6", "#3f7f8f", "#0f5468"], strict=True))
ORIGIN_MARKS = dict(zip(ORIGINS, [("#0f5468", "o"), ("#a8481a", "s"), ("#7a5ea8", "D")], strict=True))
WIDTH = 6.3  # inches: the brief's text width


@cache
def _family() -> str:
    """Fira Sans, from its package."""
    import fontpkg
    from matplotlib import font_manager

    folder = Path(fontpkg.path("Fira Sans")).parent
    # Amiri and DejaVu, the fallbacks, have fewer weights than Fira Sans: not worth a warning in every notebook.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    for style in ("Regular", "Medium", "SemiBold", "Bold", "Italic"):
        font_manager.fontManager.addfont(str(folder / f"FiraSans-{style}.ttf"))
    font_manager.fontManager.addfont(fontpkg.path("Amiri"))
    return "Fira Sans"


@dataclass(frozen=True)
class Chart:
    """A chart with what it shows.

    Attributes
    ----------
    figure : matplotlib Figure
    data : DataFrame
        The values drawn.
    alt : str
        The same in words, for those who do not see the chart: every number of `data` is in it.
    passages : tuple of str
        Ids of the passages behind it, where its tables tell.
    """

    figure: Figure
    data: pd.DataFrame
    alt: str
    passages: tuple[str, ...] = ()

    def _repr_png_(self) -> bytes:
        return to_png(self.figure)


@contextmanager
def style(language: str = "en") -> Iterator[None]:
    """The study's matplotlib style, for as long as the block lasts."""
    import matplotlib as mpl

    families = [_family(), "Amiri", "DejaVu Sans"]
    arabic = language in RIGHT_TO_LEFT
    settings: dict[str, Any] = {
        "font.family": ["Amiri", *families] if arabic else families,
        "font.size": 10.5 if arabic else 9,  # Amiri's letters are small for their size
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": SOFT,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "figure.facecolor": PAPER,
        "svg.fonttype": "path",
        "svg.hashsalt": "research",
        "text.parse_math": False,  # a label's dollars are money
    }
    with mpl.rc_context(rc=settings):  # type: ignore[arg-type]
        yield


def blank(height: float, language: str = "en") -> tuple[Figure, Axes]:
    """An empty figure of the brief's text width, `height` inches high; higher in Arabic, whose lines need more room."""
    from matplotlib.figure import Figure

    tall = 1.14 if language in RIGHT_TO_LEFT else 1.0
    figure = Figure(figsize=(WIDTH, height * tall), layout="constrained")
    return figure, figure.add_subplot()


def mirror(axes: Axes, language: str) -> tuple[str, str]:
    """Turn a chart round for a language that is read from the right; where a line of text starts and ends there."""
    if language not in RIGHT_TO_LEFT:
        return "left", "right"
    axes.invert_xaxis()
    axes.yaxis.tick_right()
    return "right", "left"


def line_spacing(language: str) -> float:
    """Between the lines of a label: Amiri's own is wide."""
    return 0.75 if language in RIGHT_TO_LEFT else 1.1


def to_svg(figure: Figure) -> str:
    """The figure as SVG text, letters as paths, no date."""
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def to_png(figure: Figure) -> bytes:
    """The figure as PNG, 200 dots an inch."""
    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="png", dpi=200, metadata={"Software": None})
    return buffer.getvalue()


def cell(x: float, y: float, shade: str) -> Any:
    """A filled cell of a table that is drawn, around a point."""
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, facecolor=shade, edgecolor="none")
