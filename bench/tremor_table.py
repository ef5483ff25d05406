"""The tremor bench as tables, on a terminal and in Markdown."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.table import Table

from bench.tremor_fading import REACHES, WINDOWS, ReachFigures, StartFigures
from bench.tremor_figures import FilterFigures
from bench.tremor_hands import KINDS
from sutura.kinematics.tremor import FirResponse


class Sheet(NamedTuple):
    """One table: a title, heads, rows of cells; the first column is words."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def filter_sheet(filters: Mapping[str, FilterFigures], recorded: Sequence[str]) -> Sheet:
    """What counts of every filter."""
    heads = ["filter", "worst dB", "worst turn dB", "lag ms", "error µm", *(f"{name} dB" for name in recorded)]
    heads += ["reach mm", "overshoot %", "surgeon µm", "µs", "µs pose"]
    rows = []
    for name, f in filters.items():
        kinds = f.kinds.values()
        errors = [kind.error_um for kind in kinds]
        rows.append(
            [
                name,
                _tenths(f.worst_db),
                _tenths(min(kind.turn_attenuation_db for kind in kinds)),
                _tenths(max((kind.lag_ms for kind in kinds), key=abs)),
                f"{min(errors):.0f}–{max(errors):.0f}",
                *(_tenths(f.recorded_db[hand]) for hand in recorded),
                _tenths(f.reach_mm),
                _tenths(f.overshoot_percent),
                "–" if f.surgeon_um is None else f"{f.surgeon_um:.0f}",
                _tenths(f.us),
                _tenths(f.pose_us),
            ]
        )
    return Sheet("Every filter", heads, rows)


def kind_sheet(filters: Mapping[str, FilterFigures]) -> Sheet:
    """Attenuation of every kind of tremor."""
    rows = [[name, *(_tenths(f.kinds[kind].attenuation_db) for kind in KINDS)] for name, f in filters.items()]
    return Sheet("Attenuation by kind of tremor, dB", ["filter", *KINDS], rows)


def reach_sheet(found: Mapping[str, ReachFigures]) -> Sheet:
    """Ways to deal with fast movement."""
    heads = ["filter", *(f"{1e3 * metres:g} mm in {seconds:g} s" for metres, seconds in REACHES)]
    heads += ["surgeon µm", "with tremor µm"]
    rows = [
        [name, *(f"{off:.2f}" for off in f.off_mm), *(_whole(x) for x in (f.surgeon_um, f.with_tremor_um))]
        for name, f in found.items()
    ]
    return Sheet("Fast movement: farthest off, mm; and RMS on a surgeon's movement", heads, rows)


def start_sheet(found: Mapping[str, StartFigures]) -> Sheet:
    """Ways to start."""
    heads = ["filter", *(f"{a:g}–{b:g} s" for a, b in pairwise(WINDOWS))]
    rows = [
        [name, *(f"{rms:.0f} / {most:.0f}" for rms, most in zip(f.rms_um, f.most_um, strict=True))]
        for name, f in found.items()
    ]
    return Sheet("Starting in a movement: RMS / farthest off, µm", heads, rows)


def goal_sheet(shipped: FilterFigures, response: FirResponse) -> Sheet:
    """What the shipped filter was to reach."""
    kinds = shipped.kinds.values()
    lag = max(abs(kind.lag_ms) for kind in kinds)
    error = max(kind.error_um for kind in kinds)
    goals = (
        (
            "attenuation at every frequency of 8–12 Hz, dB",
            "≥ 24",
            response.attenuation,
            response.attenuation >= 24.0,
        ),
        ("attenuation of every kind of tremor, dB", "≥ 24", shipped.worst_db, shipped.worst_db >= 24.0),
        ("gain elsewhere, dB", "≤ 3.5", response.gain, response.gain <= 3.5),
        ("lag on a 0–1 Hz movement, ms", "≤ 1", lag, lag <= 1.0),
        ("error on every kind of tremor, µm RMS", "≤ 25", error, error <= 25.0),
        ("time of a 3-D sample, µs", "≤ 15", shipped.us, shipped.us <= 15.0),
    )
    rows = [[what, wanted, f"{came:.1f}", "met" if is_met else "missed"] for what, wanted, came, is_met in goals]
    return Sheet("The shipped filter's goals", ("goal", "wanted", "came", ""), rows)


def rich_table(sheet: Sheet) -> Table:
    """For a terminal."""
    table = Table(title=sheet.title)
    for i, head in enumerate(sheet.heads):
        table.add_column(head, justify="right" if i else "left")
    for row in sheet.rows:
        table.add_row(*row)
    return table


def markdown(sheet: Sheet) -> str:
    """For a page."""
    lines = [
        f"**{sheet.title}**",
        "",
        f"| {' | '.join(sheet.heads)} |",
        "|---" + "|---:" * (len(sheet.heads) - 1) + "|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in sheet.rows), ""])


def _tenths(x: float) -> str:
    return f"{round(x, 1) + 0.0:.1f}"  # never -0.0


def _whole(x: float | None) -> str:
    return "–" if x is None else f"{x:.0f}"
