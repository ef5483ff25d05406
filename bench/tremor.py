"""Every tremor filter on made-up and recorded hands: `python -m bench.tremor`.

Made-up tremor of 0.3 mm lies on a movement of 10 mm RMS up to 1 Hz, on three axes and in the orientation, with 2 µm
of noise. Recorded tremor lies on the same movement. Everything but the times is the same in every run.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench.machine import Machine, this_machine
from bench.tremor_fading import ReachFigures, StartFigures, reaches, starts
from bench.tremor_figures import FilterFigures, by_name
from bench.tremor_plot import drawing
from bench.tremor_table import (
    Sheet,
    filter_sheet,
    goal_sheet,
    kind_sheet,
    markdown,
    reach_sheet,
    rich_table,
    start_sheet,
)
from sutura.kinematics.tremor import FirResponse, TremorSettings, design_fir, fir_response, fir_wanted

SHIPPED = "fir (shipped)"

FILTERS = {
    SHIPPED: TremorSettings(),
    "fir, never faded": TremorSettings(deliberate=0.0),
    "fir for 6–12 Hz, 24 dB, gain 5 dB": TremorSettings(tremor_low=6.0, attenuation=24.0, allowed_gain=5.0),
    "kalman": TremorSettings(filter="kalman"),
    "wflc": TremorSettings(filter="wflc"),
    "bmflc": TremorSettings(filter="bmflc"),
    "one_euro": TremorSettings(filter="one_euro"),
    "butterworth, 5 Hz": TremorSettings(filter="butterworth"),
    "butterworth, 2.6 Hz": TremorSettings(filter="butterworth", cutoff=2.6),
    "none": TremorSettings(filter="none"),
}


class TremorBench(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench. response: of the shipped filter, computed from its taps."""

    machine: Machine
    seconds: float
    response: FirResponse
    filters: dict[str, FilterFigures]
    reaches: dict[str, ReachFigures]
    starts: dict[str, StartFigures]


def sheets(bench: TremorBench) -> list[Sheet]:
    """All tables of a bench."""
    recorded = list(bench.filters[SHIPPED].recorded_db)
    return [
        goal_sheet(bench.filters[SHIPPED], bench.response),
        filter_sheet(bench.filters, recorded),
        kind_sheet(bench.filters),
        reach_sheet(bench.reaches),
        start_sheet(bench.starts),
    ]


def main(
    seconds: Annotated[float, typer.Option(min=15.0, help="how long each hand moves")] = 30.0,
    json: Annotated[Path | None, typer.Option(help="write all figures to this file")] = None,
    table: Annotated[Path | None, typer.Option(help="write the tables as Markdown to this file")] = None,
    plot: Annotated[Path | None, typer.Option(help="write a drawing (SVG) to this file")] = None,
) -> None:
    """Print the tables of all tremor filters.

    Example: python -m bench.tremor --json tremor.json --plot tremor.svg
    """
    console, stderr = Console(), Console(stderr=True)
    shipped = FILTERS[SHIPPED]
    bench = TremorBench(
        machine=this_machine(),
        seconds=seconds,
        response=fir_response(
            design_fir(fir_wanted(shipped)), shipped.rate, shipped.voluntary_band, shipped.tremor_band
        ),
        filters=by_name(FILTERS, seconds, lambda words: stderr.print(words, highlight=False)),
        reaches=reaches(seconds),
        starts=starts(),
    )
    for sheet in sheets(bench):
        console.print(rich_table(sheet))
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)) + b"\n")
    if table is not None:
        table.write_text("\n".join(map(markdown, sheets(bench))), encoding="utf-8")
    if plot is not None:
        plot.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
