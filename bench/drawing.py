"""Drawings as SVG by hand, for the pages of the docs: no plotting library is needed."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 760, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 200, 30, 42
_PLAIN = ("#999999", 1.0)


class Panel(NamedTuple):
    """One drawing: curves by name, and what stands at its axes. logarithmic: the x axis.

    pens: colour and width of curves by name; what is not named is thin and grey.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    curves: Mapping[str, Points]
    pens: Mapping[str, tuple[str, float]]
    logarithmic: bool = False


def picture(panels: Sequence[Panel]) -> str:
    """All panels, one under the other."""
    body = "".join(_drawn(panel, i * _HEIGHT) for i, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT * len(panels)}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>{body}</svg>\n'
    )


def _drawn(panel: Panel, top: int) -> str:
    x0, x1, y0, y1 = _LEFT, _WIDTH - _RIGHT, top + _HEIGHT - _BOTTOM, top + _TOP

    def across(x: float) -> float:
        low, high = panel.x_ticks[0], panel.x_ticks[-1]
        if panel.logarithmic:
            x, low, high = np.log([x, low, high]).tolist()
        return x0 + (x1 - x0) * (x - low) / (high - low)

    def up(y: float) -> float:
        low, high = panel.y_ticks[0], panel.y_ticks[-1]
        return y0 + (y1 - y0) * (y - low) / (high - low)

    parts = [_text(x0, y1 - 10, panel.title, "start", "bold")]
    for x in panel.x_ticks:
        parts += [_line(across(x), y0, across(x), y1), _text(across(x), y0 + 16, f"{x:g}")]
    for y in panel.y_ticks:
        parts += [_line(x0, up(y), x1, up(y)), _text(x0 - 6, up(y) + 4, f"{y:g}", "end")]
    parts += [_text((x0 + x1) / 2, y0 + 34, panel.x_label), _text(14, (y0 + y1) / 2, panel.y_label, "start")]
    for i, (name, points) in enumerate(panel.curves.items()):
        colour, width = panel.pens.get(name, _PLAIN)
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts.append(_line(x1 + 12, y1 + 14 + 20 * i, x1 + 34, y1 + 14 + 20 * i, colour, width))
        parts.append(_text(x1 + 40, y1 + 18 + 20 * i, name, "start"))
    return "".join(parts)


def _line(x: float, y: float, u: float, v: float, colour: str = "#dddddd", width: float = 0.8) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle", weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
