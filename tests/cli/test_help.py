"""Help is there for every command, with an example, and comes without loading what runs robots."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer

from sutura import __version__
from sutura.cli.main import app

Sutura = Callable[..., Any]


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    root = typer.main.get_command(app)
    for name, command in getattr(root, "commands", {}).items():
        found.append((name,))
        found += [(name, inner) for inner in getattr(command, "commands", {})]
    return found


COMMANDS = _commands()


def test_every_command_of_the_issue_is_there() -> None:
    wanted: set[tuple[str, ...]] = {
        ("launch",),
        ("check",),
        ("graph",),
        ("estop",),
        ("reset",),
        ("enable",),
        ("disable",),
        ("home",),
        ("top",),
    }
    wanted |= {("info",), ("diff",), ("replay",), ("runs", "list"), ("runs", "prune")}
    wanted |= {("doctor",), ("clutch",), ("node", "list"), ("node", "info")}
    wanted |= {("topic", verb) for verb in ("list", "echo", "hz", "bw", "delay", "info", "pub")}
    wanted |= {("param", verb) for verb in ("list", "get", "set")}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(sutura: Sutura, command: tuple[str, ...]) -> None:
    outcome = sutura(*command, "--help")
    assert outcome.code == 0
    assert "Example: sutura " + " ".join(command) in " ".join(outcome.out.split())


def test_version(sutura: Sutura) -> None:
    assert sutura("--version").out == f"sutura {__version__}\n"


def test_a_wrong_command_ends_with_2(sutura: Sutura) -> None:
    assert sutura("lanch").code == 2
    assert sutura("topic", "ecko").code == 2


def test_help_loads_no_physics_no_sockets_and_no_nodes() -> None:
    code = "import sys, sutura.cli.main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"mujoco", "numpy", "scipy", "zmq", "sutura.nodes", "sutura.runtime.host"} & set(loaded)
