"""`sutura launch` before anything starts: lists, arguments, and every mistake that keeps a run from starting."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Sutura = Callable[..., Any]


def test_shipped_topologies_are_listed_with_what_they_are(sutura: Sutura) -> None:
    outcome = sutura("launch", "--list", "--json")
    assert {"teleop", "sim", "real"} <= {row["name"] for row in outcome.rows}
    assert all(row["description"] for row in outcome.rows)
    assert "teleop" in sutura("launch", "--list").out


def test_arguments_are_shown_with_defaults_and_help(sutura: Sutura) -> None:
    shown = sutura("launch", "teleop", "--args").out
    assert "arm_at_start" in shown
    assert "tool metres per hand metre" in shown
    assert sutura("launch", "teleop", "--args", "--json").table["scale"]["default"] == 0.2


def test_arguments_without_a_default_are_shown_as_well(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("sutura: 1\nargs:\n  file: {type: path, help: which one}\nnodes: {}\n")
    assert "(required)" in sutura("launch", str(file), "--args").out


def test_a_topology_without_arguments_says_so(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("sutura: 1\nnodes: {}\n")
    assert "no arguments" in sutura("launch", str(file), "--args").out


def test_a_setting_that_fails_the_check_starts_nothing(sutura: Sutura, home: Path) -> None:
    outcome = sutura("launch", "teleop", "--set", "driver=nope")
    assert outcome.code == 1
    assert "no actuator driver 'nope'" in outcome.err
    assert "not started" in outcome.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope",),
        ("teleop", "--duration", "0"),
        ("teleop", "--duration", "nan"),
        ("teleop", "--duration", "soon"),
        ("teleop", "--seed", "-1"),
        ("teleop", "--set", "nope=1"),
        ("teleop", "--report", "no/such/folder/report.json"),
        ("teleop", "--report", "."),
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2_and_starts_nothing(sutura: Sutura, home: Path, arguments: tuple[str, ...]) -> None:
    outcome = sutura("launch", *arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert list(home.iterdir()) == []
