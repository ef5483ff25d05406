"""`sutura plot`: numbers of a recording over time, as a picture."""

import math
from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example, say, show_json

EXAMPLE = example(
    "sutura plot recording.mcap PSM1/measured_js.position",
    "sutura plot recording.mcap MTMR/measured_cp.position[0] MTMR/filtered_cp.position[0] --from 8 --to 12",
    "sutura plot recording.mcap PSM1/tracking_error.distance --out error.html",
)


def plot(
    file: Annotated[Path, typer.Argument(help="A recording.", show_default=False)],
    fields: Annotated[
        list[str],
        typer.Argument(
            metavar="TOPIC.FIELD…", help="Numbers, such as PSM1/servo_jp.position[1]; without an index all of them."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to draw: .png or .html.", show_default="FILE's name with .png"),
    ] = None,
    since: Annotated[
        float, typer.Option("--from", min=0.0, metavar="S", help="From this second of the run.")
    ] = 0.0,
    until: Annotated[
        float | None,
        typer.Option("--to", min=0.0, metavar="S", help="Up to this second.", show_default="the end"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw numbers of a recording over time; those of one unit share a panel. --json says what was drawn."""
    from sutura.cli.picture import Panel, draw, require_picture
    from sutura.cli.recordings import tell_unless_whole
    from sutura.record import Recording, Series, choice_of, series_of

    end = math.inf if until is None else until
    if end <= since:
        raise typer.BadParameter("expected --to after --from")
    target = out or file.with_suffix(".png")
    require_picture(target)
    recording = Recording(file)
    found = series_of(recording, [choice_of(recording, text) for text in fields], since, end)
    tell_unless_whole(recording)
    panels: dict[str, list[Series]] = {}
    for series in found:
        panels.setdefault(series.unit, []).append(series)
    name = recording.facts.run if recording.facts else file.name
    draw([Panel(unit or "value", curves) for unit, curves in panels.items()], name or file.name, target)
    if as_json:
        drawn = [{"label": s.label, "unit": s.unit, "points": len(s.time)} for s in found]
        return show_json({"file": str(target), "curves": drawn})
    return say(f"plot: {target} ({len(found)} curves)")
