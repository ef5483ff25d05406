"""`sutura check`: problems with file and line, exit code 1; what cannot be read or is not known, 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Sutura = Callable[..., Any]


@pytest.mark.parametrize("name", ["teleop", "sim"])
def test_shipped_topologies_are_sound(sutura: Sutura, name: str) -> None:
    outcome = sutura("check", name)
    assert outcome.code == 0
    assert "no problems" in outcome.out


def test_problems_are_shown_with_file_and_line(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("sutura: 1\nnodes:\n  hand:\n    node: nobody_knows_it\n")
    outcome = sutura("check", str(file))
    assert outcome.code == 1
    assert outcome.out == ""
    assert f"{file}:4: " in outcome.err
    assert "[unknown-node]" in outcome.err


def test_json_lists_the_problems(sutura: Sutura) -> None:
    outcome = sutura("check", "teleop", "--set", "driver=nope", "--json")
    assert outcome.code == 1
    assert outcome.table["ok"] is False
    assert [problem["rule"] for problem in outcome.table["problems"]] == ["unknown-driver"]
    assert sutura("check", "teleop", "--json").table["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("telop",), "'telop'"),
        (("teleop", "--set", "scael=0.3"), "scale"),
        (("teleop", "--set", "scaling.scale"), "NODE.PARAMETER=VALUE"),
        (("teleop", "--set", "arm_at_start=perhaps"), "boolean"),
    ],
)
def test_what_is_not_known_ends_with_2_in_one_line(sutura: Sutura, arguments: tuple[str, ...], named: str) -> None:
    outcome = sutura("check", *arguments)
    assert outcome.code == 2
    assert named in outcome.err
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1


def test_a_file_that_is_no_yaml_ends_with_2(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("nodes: [\n")
    outcome = sutura("check", str(file))
    assert outcome.code == 2
    assert f"{file}:" in outcome.err
