"""Options that several commands share."""

from typing import Annotated

import typer

from sutura.cli.completion import runs

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
RunName = Annotated[
    str | None,
    typer.Option(
        "--run",
        metavar="NAME",
        help="The live run, or a part of its name.",
        show_default=False,
        autocompletion=runs,
    ),
]
Tolerance = Annotated[
    list[str] | None,
    typer.Option(
        "--tolerance",
        metavar="[KEY=]VALUE",
        show_default=False,
        help="How far numbers may be apart: VALUE, TOPIC=VALUE, TOPIC.FIELD=VALUE (SI units), time=SECONDS. "
        "May be said several times.",
    ),
]
Topics = Annotated[
    list[str] | None,
    typer.Option(
        "--topic", metavar="TOPIC", show_default="all", help="Only this topic. May be said several times."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        help="Set an argument (arm=PSM2), a parameter (scaling.scale=0.3), a driver (master.driver=recording) "
        "or one of its options (master.driver.file=hand.csv). May be said several times.",
    ),
]
