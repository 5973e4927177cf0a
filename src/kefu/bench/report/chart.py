"""Means with their intervals as inline SVG: text stays text, colours are those of the page, in light and dark.

Labels are set after drawing, so that no font of this machine has to know their
characters.
"""

# matplotlib leaves much of what it takes untyped
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Bar", "interval_chart"]

_WIDTH = 360
_ROW = 34
_HEAD, _FOOT = 4, 22
_COLOURS = {"#010101": "--accent", "#020202": "--ink", "#030303": "--soft", "#040404": "--line", "#050505": "--bad"}
"""What stands for the variables of the page while the chart is drawn."""
_ACCENT, _INK, _SOFT, _LINE, _BAD = _COLOURS
_ASIDE = re.compile(
    r"<metadata>.*?</metadata>|<defs>\s*<style.*?</defs>| xmlns(?::\w+)?=\"[^\"]*\"|"
    r"(?<=<g) id=\"[^\"]*\"|font-family: [^;\"]*;? ?| transform=\"rotate\(-0[^\"]*\"|\n(?= *z?\n|[LCz])",
    re.DOTALL,
)
"""What only a file of its own needs, and ids that other drawings on the page would have too."""
_LONGEST = 20
_LABEL = re.compile(r"@(\d+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: what it is, its mean and interval, and the figures as they are written; ``strong`` rows stand out."""

    label: str
    figures: str
    mean: float | None
    low: float | None
    high: float | None
    strong: bool = True


def interval_chart(bars: Sequence[Bar], *, name: str, title: str, text: str, limit: float | None = None) -> str:
    """The rows as an ``<svg>``; ``name`` keeps its ids apart from those of other charts, ``text`` is read aloud."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    height = _HEAD + _FOOT + _ROW * len(bars)
    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure = Figure(figsize=(_WIDTH / 72, height / 72))
        figure.patch.set_visible(False)
        canvas = FigureCanvasSVG(figure)
        axes = figure.add_axes((0.02, _FOOT / height, 0.96, 1 - (_FOOT + _HEAD) / height))
        _draw(axes, bars, limit)
        canvas.print_svg(out, metadata={"Date": None})
    return _inline(
        out.getvalue(), [part for bar in bars for part in (_short(bar.label), bar.figures)], name, (title, text)
    )


def _draw(axes: Axes, bars: Sequence[Bar], limit: float | None) -> None:
    known = [value for bar in bars for value in (bar.low, bar.mean) if value is not None]
    least = max(0.0, min(0.6, floor(10 * min([*known, limit or 1.0]) - 0.5) / 10))
    axes.set_xlim(least, 1.0)
    axes.set_ylim(_ROW * len(bars), 0)
    axes.set_frame_on(False)
    axes.set_yticks([])
    ticks = [tick / 10 for tick in range(round(10 * least), 11) if tick % 2 == 0 or least >= 0.5]
    axes.set_xticks(ticks, [f"{tick:.1f}" for tick in ticks])
    axes.tick_params(axis="x", colors=_SOFT, length=0, labelsize=10)
    axes.vlines(ticks, 0, _ROW * len(bars), colors=_LINE, linewidth=0.8, clip_on=False)
    if limit is not None:
        axes.vlines([limit], 0, _ROW * len(bars), colors=_BAD, linewidth=1, linestyles="dashed", clip_on=False)
    for row, bar in enumerate(bars):
        _draw_row(axes, bar, row, least)


def _draw_row(axes: Axes, bar: Bar, row: int, least: float) -> None:
    y, colour = _ROW * row + 24, _ACCENT if bar.strong else _SOFT
    size = 12 if bar.strong else 10.5
    axes.text(
        least, y - 9, f"@{2 * row}@", color=_INK if bar.strong else _SOFT, fontsize=size, ha="left", va="baseline"
    )
    axes.text(
        1.0, y - 9, f"@{2 * row + 1}@", color=_INK if bar.strong else _SOFT, fontsize=size, ha="right", va="baseline"
    )
    if bar.low is not None and bar.high is not None:
        axes.hlines([y], bar.low, bar.high, colors=colour, linewidth=5 if bar.strong else 3, alpha=0.45, clip_on=False)
    if bar.mean is not None:
        axes.plot([bar.mean], [y], "o", color=colour, markersize=7 if bar.strong else 5, clip_on=False)


def _inline(svg: str, labels: Sequence[str], name: str, said: tuple[str, str]) -> str:
    """The drawing without what only a file of its own needs, in the colours and the font of the page."""
    body = _ASIDE.sub("", svg[svg.index("<svg") :]).replace("xlink:href", "href")
    for colour, variable in _COLOURS.items():
        body = body.replace(colour, f"var({variable})")
    head, rest = body.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    title, text = (escape(each) for each in said)
    opening = (
        f'<svg class="chart" {box[0] if box else ""} role="img" aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-text">{text}</desc>'
    )
    return opening + _LABEL.sub(lambda found: escape(labels[int(found[1])]), rest).strip()


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
