"""Live plots of the last seconds: what they keep, and how they are drawn."""

from collections import deque
from collections.abc import Sequence

import numpy as np
import viser
from numpy.typing import NDArray
from viser import uplot

from sutura.console.words import ORANGE, SKY

Array = NDArray[np.float64]
_HEIGHT = 170
_TEXT, _LINES = "#cfcfcf", "#3a3a3a"


class Track:
    """Samples of a few seconds, (time [s], one value or more)."""

    def __init__(self, columns: int, length: int) -> None:
        self._columns = columns
        self._rows: deque[tuple[float, ...]] = deque(maxlen=length)

    def add(self, at: float, *values: float) -> None:
        """One sample."""
        self._rows.append((at, *values))

    def columns(self) -> tuple[Array, ...]:
        """Time and values, each (n,); two points of nothing where there is nothing yet."""
        if not self._rows:
            return tuple(np.zeros(2) for _ in range(self._columns + 1))
        return tuple(np.array(column) for column in zip(*self._rows, strict=True))


class Plots:
    """Latency, tracking error, and the hand before and after the tremor filter."""

    def __init__(self, gui: viser.GuiApi, order: float) -> None:
        self.latency = Track(2, 120)
        self.tracking = Track(1, 300)
        self.hand = Track(2, 400)
        with gui.add_folder("Live", order=order):
            self._drawn = (
                (self.latency, _plot(gui, "gesture to motor, ms", ("median", "99 %"), self.latency)),
                (self.tracking, _plot(gui, "tip error, mm", ("error",), self.tracking)),
                (self.hand, _plot(gui, "hand along x, mm", ("before the filter", "after"), self.hand)),
            )

    def draw(self) -> None:
        """Send what there is."""
        for track, handle in self._drawn:
            handle.data = track.columns()


def _plot(gui: viser.GuiApi, title: str, names: Sequence[str], track: Track) -> viser.GuiUplotHandle:
    axis = uplot.Axis(stroke=_TEXT, grid=uplot.Axis_Grid(stroke=_LINES, width=1.0))
    colours = (ORANGE, SKY)
    series = [
        uplot.Series(label=name, stroke=colour, width=2.0) for name, colour in zip(names, colours, strict=False)
    ]
    return gui.add_uplot(
        track.columns(),
        (uplot.Series(label="s"), *series),
        title=title,
        scales={"x": uplot.Scale(time=False)},
        axes=(axis, axis),
        legend=uplot.Legend(show=len(names) > 1),
        height=_HEIGHT,
    )
