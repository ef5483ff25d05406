"""What an operator asks of a live run: stop, reset, enable, disable, home, clutch."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sutura.cli.completion import actuators
from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example, fail, say, show_json

if TYPE_CHECKING:
    from sutura.cli.live_run import Answer

Arm = Annotated[
    str | None, typer.Argument(help="An actuator node.", autocompletion=actuators, show_default="every actuator")
]


class Pedal(StrEnum):
    """What to do with the clutch."""

    PRESS = "press"
    RELEASE = "release"


def add_to(app: typer.Typer) -> None:
    """Add the operator's commands."""
    app.command("estop", epilog=example("sutura estop", "sutura estop --release"))(estop)
    app.command("reset", epilog=example("sutura reset"))(reset)
    app.command("enable", epilog=example("sutura enable", "sutura enable arm"))(enable)
    app.command("disable", epilog=example("sutura disable arm"))(disable)
    app.command("home", epilog=example("sutura home arm"))(home)
    app.command("clutch", epilog=example("sutura clutch press", "sutura clutch release"))(clutch)


def estop(
    release: Annotated[bool, typer.Option("--release", help="Release the operators' emergency stop.")] = False,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Stop every actuator of every live run (--run: of one) at once; it latches until `sutura reset`."""
    from sutura.cli.operating import release_estop, stop_at_once

    _end(release_estop(run_name) if release else stop_at_once(run_name), as_json)


def reset(as_json: AsJson = False, run_name: RunName = None) -> None:
    """Clear faults of the actuators, then let the watchdog grant permits again; motion needs a re-clutch too."""
    from sutura.cli.operating import reset_all

    _end(reset_all(run_name), as_json)


def enable(arm: Arm = None, as_json: AsJson = False, run_name: RunName = None) -> None:
    """Switch arms on: powered and holding, ready to follow once there is a permit and a re-clutch."""
    _command_arms("enable", arm, as_json, run_name)


def disable(arm: Arm = None, as_json: AsJson = False, run_name: RunName = None) -> None:
    """Stop arms and switch them off."""
    _command_arms("disable", arm, as_json, run_name)


def home(arm: Arm = None, as_json: AsJson = False, run_name: RunName = None) -> None:
    """Let enabled arms at rest find their home."""
    _command_arms("home", arm, as_json, run_name)


def clutch(
    what: Annotated[Pedal, typer.Argument(help="press or release the clutch pedal")],
    operator: Annotated[str | None, typer.Argument(help="An operator node.", show_default="every operator")] = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Press or release the clutch in place of a pedal; pressed, the hand moves and the arm does not."""
    from sutura.cli.operating import command_operators

    _end(command_operators(f"{what.value}_clutch", operator, run_name), as_json)


def _command_arms(command: str, arm: str | None, as_json: bool, run_name: str | None) -> None:
    from sutura.cli.operating import command_actuators

    _end(command_actuators(command, arm, run_name), as_json)


def _end(answers: "list[Answer]", as_json: bool) -> None:
    """Say what came of each order; exit code 1 if one was not carried out."""
    if as_json:
        show_json(
            [
                {"node": a.order.node, "command": a.order.command, "ok": a.ok, "text": a.text, "refused": a.refused}
                for a in answers
            ]
        )
    for answer in answers:
        if not answer.ok:
            fail(f"{answer.order.node}: {answer.order.command}: {answer.refused}")
        elif not as_json:
            say(f"{answer.order.node}: {answer.order.command}: {answer.text or 'done'}")
    if not all(answer.ok for answer in answers):
        raise typer.Exit(1)
