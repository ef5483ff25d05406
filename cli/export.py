"""`sutura export`: a recording for other people's tools."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson, Topics
from sutura.cli.output import example, say, show_json

EXAMPLE = example(
    "sutura export recording.mcap --to foxglove --out for-foxglove.mcap",
    "sutura export recording.mcap --to csv --out tables --topic PSM1/servo_jp",
    "sutura export recording.mcap --to parquet --out tables",
)


class Form(StrEnum):
    """What a recording is written as."""

    FOXGLOVE = "foxglove"
    CSV = "csv"
    PARQUET = "parquet"


def export(
    file: Annotated[Path, typer.Argument(help="A recording.", show_default=False)],
    form: Annotated[Form, typer.Option("--to", help="foxglove: one MCAP file; csv, parquet: one file a topic.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The MCAP file, or the folder of the tables.",
            show_default="beside the recording, with the form in its name",
        ),
    ] = None,
    topics: Topics = None,
    as_json: AsJson = False,
) -> None:
    """Write a recording anew for Foxglove, or its topics as tables with typed columns; it stays as it is."""
    from sutura.cli.errors import FileRefused, UnknownRecordedTopic
    from sutura.cli.recordings import tell_unless_whole
    from sutura.record import Recording, export_tables

    recording = Recording(file)
    known = recording.topics
    for topic in topics or ():
        if topic not in known:
            raise UnknownRecordedTopic(topic, known)
    chosen = topics or sorted(known)
    if form is Form.FOXGLOVE:
        from sutura.launch.foxglove.export import export_foxglove

        target = out or file.with_name(f"{file.stem}.foxglove.mcap")
        if target.exists():
            raise FileRefused(target, "it is there already, and recordings are never overwritten")
        result: dict[str, object] = dict(export_foxglove(recording, frozenset(chosen), target))
    else:
        target = out or file.with_name(f"{file.stem}-{form}")
        result = {topic: str(path) for topic, path in export_tables(recording, chosen, form, target).items()}
    tell_unless_whole(recording)
    if as_json:
        return show_json({"out": str(target), "written": result})
    return say(f"{len(result)} topics: {target}")
