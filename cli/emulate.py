"""`sutura emulate`: an emulated device on a real bus, which a hardware driver cannot tell from hardware."""

from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example

EXAMPLE = example(
    "sutura emulate can --like real",
    "sutura emulate dvrk --set state_command=false --json",
    'echo \'{"call": "truth"}\' | sutura emulate can --control',
)


def emulate(
    kind: Annotated[str, typer.Argument(help="can, dynamixel, feetech or dvrk.", show_default=False)],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="OPTION=VALUE",
            show_default=False,
            help="Set an option of the emulator; the value is YAML. May be said several times.",
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="TOPOLOGY",
            show_default=False,
            help="Take joint map and encoders from the arm's driver in this topology.",
        ),
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            "--control",
            help="Take calls as JSON lines on stdin (unplug, plug, fail, repair, push, truth), "
            "answer on stdout, and end with stdin.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Emulate a device until Ctrl-C: it speaks the real protocol on a bus of its own, and says how to reach it."""
    from sutura.cli.emulating import EmulationOrder, run_emulator

    run_emulator(EmulationOrder(kind, settings or (), like, control, as_json))
