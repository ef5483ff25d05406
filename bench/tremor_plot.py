"""A drawing of what the filters do, as SVG by hand: no plotting library is needed."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.tremor_figures import run
from bench.tremor_hands import RATE, TREMOR_M, movement, reach, times, tremor
from sutura.kinematics.tremor import TremorSettings, make_filter

Array = NDArray[np.float64]
Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 760, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 178, 30, 42
_COLOURS = {  # and widths; what is not named here is grey
    "fir": ("#0b6e99", 1.6),
    "as shipped": ("#0b6e99", 1.6),
    "never faded": ("#c2571a", 1.4),
    "kalman": ("#c2571a", 1.4),
    "butterworth 5 Hz": ("#5b8c2a", 1.4),
    "butterworth 2.6 Hz": ("#8a4fa3", 1.4),
    "meant": ("#f2c14e", 4.0),
}
_IMPULSE_S = 16.384


class Panel(NamedTuple):
    """One drawing: curves by name, and what stands at its axes. logarithmic: the x axis."""

    title: str
    x_label: str
    y_label: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    curves: Mapping[str, Points]
    logarithmic: bool = False


def drawing() -> str:
    """All panels, one under the other."""
    panels = (_response_panel(), _trace_panel(), _reach_panel())
    body = "".join(_drawn(panel, i * _HEIGHT) for i, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT * len(panels)}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>{body}</svg>\n'
    )


def _response_panel() -> Panel:
    chosen = {
        "fir": TremorSettings(),
        "kalman": TremorSettings(filter="kalman"),
        "butterworth 5 Hz": TremorSettings(filter="butterworth"),
        "butterworth 2.6 Hz": TremorSettings(filter="butterworth", cutoff=2.6),
    }
    curves = {name: _response(settings) for name, settings in chosen.items()}
    ticks = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0)
    return Panel("Gain", "Hz", "dB", ticks, (-40, -30, -20, -10, 0, 10), curves, logarithmic=True)


def _response(settings: TremorSettings) -> Points:
    """Gain of a linear filter [dB] by frequency [Hz], from its impulse response."""
    bare = make_filter(settings)
    bare.step((0.0, 0.0, 0.0))
    impulse = [bare.step((float(k == 0), 0.0, 0.0))[0] for k in range(round(_IMPULSE_S * RATE))]
    f = np.fft.rfftfreq(len(impulse), 1.0 / RATE)
    size = 20.0 * np.log10(np.maximum(np.abs(np.fft.rfft(impulse)), 1e-3))
    at = np.geomspace(0.2, 50.0, 240)
    return list(zip(at.tolist(), np.clip(np.interp(at, f, size), -40.0, 10.0).tolist(), strict=True))


def _trace_panel() -> Panel:
    moved, shaken = movement(12.0)[:, 0], tremor("drifting in 5 s", 12.0)[:, 0]
    hand = np.stack([moved + shaken] * 3, axis=1)
    outs = {"hand": hand[:, 0], "meant": moved}
    outs["butterworth 5 Hz"] = run(TremorSettings(filter="butterworth"), hand)[0][:, 0]
    outs["fir"] = run(TremorSettings(), hand)[0][:, 0]
    there = slice(10000, 11000)
    low = 1e3 * moved[there].min()
    curves = {
        name: list(zip(times(12.0)[there][::8].tolist(), (1e3 * out[there][::8] - low).tolist(), strict=True))
        for name, out in outs.items()
    }
    top = max(y for points in curves.values() for _, y in points)
    y_ticks = [float(y) for y in range(-2, int(top) + 3, 2)]
    return Panel("A hand with a drifting tremor", "s", "mm", (10.0, 10.25, 10.5, 10.75, 11.0), y_ticks, curves)


def _reach_panel() -> Panel:
    moved = reach(0.05, 0.5)
    hand = moved + TREMOR_M * np.sin(2.0 * np.pi * 9.3 * times(len(moved) / RATE))[:, None] * np.array(
        [1.0, 0.0, 0.0]
    )
    chosen = {
        "no filter": TremorSettings(filter="none"),
        "never faded": TremorSettings(deliberate=0.0),
        "as shipped": TremorSettings(),
    }
    there = slice(2500, 5500, 10)
    curves = {}
    for name, settings in chosen.items():
        off = 1e3 * (run(settings, hand)[0] - moved)[there, 0]
        curves[name] = list(zip(times(6.5)[there].tolist(), off.tolist(), strict=True))
    ticks = (2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5)
    return Panel(
        "Off the way, reaching 50 mm in 0.5 s (from 3.0 s)", "s", "mm", ticks, (-3, -2, -1, 0, 1, 2, 3), curves
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
        colour, width = _COLOURS.get(name, ("#999999", 1.0))
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts.append(_line(x1 + 12, y1 + 14 + 20 * i, x1 + 34, y1 + 14 + 20 * i, colour, width))
        parts.append(_text(x1 + 40, y1 + 18 + 20 * i, name, "start"))
    return "".join(parts)


def _line(x: float, y: float, u: float, v: float, colour: str = "#dddddd", width: float = 0.8) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle", weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
