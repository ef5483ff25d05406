"""Options that several commands share."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
RunName = Annotated[
    str | None,
    typer.Option("--run", metavar="NAME", help="The live run, or a part of its name.", show_default=False),
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
