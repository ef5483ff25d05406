"""Commands for a live run, where none is live: one line and exit code 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Sutura = Callable[..., Any]


@pytest.mark.parametrize(
    "command",
    [
        ("topic", "list"),
        ("topic", "echo", "PSM1/servo_jp"),
        ("topic", "hz", "PSM1/servo_jp"),
        ("topic", "info", "PSM1/servo_jp"),
        ("topic", "pub", "console/clutch", "Clutch", "{pressed: true}"),
        ("node", "list"),
        ("node", "info", "arm"),
        ("param", "list"),
        ("param", "get", "scaling", "scale"),
        ("param", "set", "scaling", "scale", "0.3"),
        ("graph",),
        ("estop",),
        ("estop", "--release"),
        ("reset",),
        ("enable",),
        ("disable", "arm"),
        ("home",),
        ("clutch", "press"),
    ],
    ids=" ".join,
)
def test_it_says_that_no_run_is_live(sutura: Sutura, home: Path, command: tuple[str, ...]) -> None:
    outcome = sutura(*command)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "no run is live" in outcome.err
    assert outcome.err.count("\n") == 1


def test_it_names_the_run_that_was_asked_for(sutura: Sutura, home: Path) -> None:
    assert "'yesterday'" in sutura("topic", "list", "--run", "yesterday").err
