"""Pictures for people: panels with curves or bars, as PNG through matplotlib or as one HTML page through plotly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from sutura.cli.errors import BadPicture, FileRefused
from sutura.cli.running import require_writable
from sutura.extras import extra
from sutura.record import Series

# safe for colour-blind people (Okabe and Ito)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_SUFFIXES = (".png", ".html")
_POINTS = 4000  # a curve of more is drawn by its lowest and highest values


@dataclass(frozen=True)
class Panel:
    """One part of a picture: curves over time, or bars by name. label: of the upright axis, with its unit."""

    label: str
    curves: Sequence[Series] = ()
    bars: Mapping[str, float] = field(default_factory=dict)


def require_picture(path: Path) -> None:
    """Refuse what could not be written at the end. Raises BadPicture, FileRefused."""
    if path.suffix.lower() not in _SUFFIXES:
        raise BadPicture(path, _SUFFIXES)
    require_writable(path)


def draw(panels: Sequence[Panel], title: str, path: Path) -> None:
    """Draw panels one below the other. Raises BadPicture, FileRefused, MissingExtra."""
    require_picture(path)
    try:
        (_draw_html if path.suffix.lower() == ".html" else _draw_png)(panels, title, path)
    except OSError as error:
        raise FileRefused(path, error.strerror or str(error)) from error


def thinned(series: Series, most: int = _POINTS) -> tuple[list[float], list[float]]:
    """Times and values of a long curve: the lowest and highest of each part, so that no peak is lost."""
    size = -(-2 * len(series.time) // most)
    if size <= 2:
        return series.time, series.value
    chosen: list[int] = []
    for begin in range(0, len(series.time), size):
        part = range(begin, min(begin + size, len(series.time)))
        ends = {min(part, key=series.value.__getitem__), max(part, key=series.value.__getitem__)}
        chosen.extend(sorted(ends))
    return [series.time[i] for i in chosen], [series.value[i] for i in chosen]


def _draw_png(panels: Sequence[Panel], title: str, path: Path) -> None:
    with extra("plot", "drawing a PNG"):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    rows, columns = _grid(panels)
    figure = Figure(figsize=(10.0, 1.0 + 2.6 * rows), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for axes, panel in zip(grid, panels, strict=False):
        axes.set_ylabel(panel.label)
        axes.grid(visible=True, alpha=0.3)
        for colour, curve in zip(cycle(COLOURS), panel.curves):
            axes.plot(*thinned(curve), label=curve.label, color=colour, linewidth=1.0)
        if panel.curves:
            axes.set_xlabel("time [s]")
            axes.legend(loc="best", fontsize="small")
        else:
            axes.bar(list(panel.bars), list(panel.bars.values()), color=COLOURS[0], width=0.6)
            axes.tick_params(axis="x", labelsize="x-small", rotation=20)
    for axes in grid:
        axes.set_axis_off()
    figure.savefig(path, format="png")


def _draw_html(panels: Sequence[Panel], title: str, path: Path) -> None:
    with extra("plot", "drawing an HTML page"):
        import plotly.graph_objects as go
        from plotly.subplots import make_subplots
    rows, columns = _grid(panels)
    figure = make_subplots(rows=rows, cols=columns)
    for index, panel in enumerate(panels):
        at = {"row": index // columns + 1, "col": index % columns + 1}
        for colour, curve in zip(cycle(COLOURS), panel.curves):
            times, values = thinned(curve)
            figure.add_trace(go.Scatter(x=times, y=values, name=curve.label, line={"color": colour}), **at)
        if panel.curves:
            figure.update_xaxes(title_text="time [s]", **at)
        else:
            heights = list(panel.bars.values())
            bars = go.Bar(x=list(panel.bars), y=heights, marker_color=COLOURS[0], showlegend=False)
            figure.add_trace(bars, **at)
        figure.update_yaxes(title_text=panel.label, **at)
    figure.update_layout(title=title, height=120 + 320 * rows, template="plotly_white", showlegend=True)
    figure.write_html(path, include_plotlyjs=True)  # whole in itself: it opens without a network


def _grid(panels: Sequence[Panel]) -> tuple[int, int]:
    """Rows and columns: curves want the whole width, bars do not."""
    columns = 1 if any(panel.curves for panel in panels) else 3
    return -(-len(panels) // columns), columns
