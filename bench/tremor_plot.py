"""What the tremor filters do, drawn."""

import numpy as np
from numpy.typing import NDArray

from bench.drawing import Panel, Points, picture
from bench.tremor_figures import run
from bench.tremor_hands import RATE, TREMOR_M, movement, reach, times, tremor
from sutura.kinematics.tremor import TremorSettings, make_filter

Array = NDArray[np.float64]

_PENS = {
    "fir": ("#0b6e99", 1.6),
    "as shipped": ("#0b6e99", 1.6),
    "never faded": ("#c2571a", 1.4),
    "kalman": ("#c2571a", 1.4),
    "butterworth 5 Hz": ("#5b8c2a", 1.4),
    "butterworth 2.6 Hz": ("#8a4fa3", 1.4),
    "meant": ("#f2c14e", 4.0),
}
_IMPULSE_S = 16.384


def drawing() -> str:
    """All panels, one under the other."""
    return picture((_response_panel(), _trace_panel(), _reach_panel()))


def _response_panel() -> Panel:
    chosen = {
        "fir": TremorSettings(),
        "kalman": TremorSettings(filter="kalman"),
        "butterworth 5 Hz": TremorSettings(filter="butterworth"),
        "butterworth 2.6 Hz": TremorSettings(filter="butterworth", cutoff=2.6),
    }
    curves = {name: _response(settings) for name, settings in chosen.items()}
    ticks = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 50.0)
    return Panel("Gain", "Hz", "dB", ticks, (-40, -30, -20, -10, 0, 10), curves, _PENS, logarithmic=True)


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
    return Panel(
        "A hand with a drifting tremor", "s", "mm", (10.0, 10.25, 10.5, 10.75, 11.0), y_ticks, curves, _PENS
    )


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
        "Off the way, reaching 50 mm in 0.5 s (from 3.0 s)",
        "s",
        "mm",
        ticks,
        (-3, -2, -1, 0, 1, 2, 3),
        curves,
        _PENS,
    )
