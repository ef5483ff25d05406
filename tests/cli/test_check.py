"""`sutura check`: problems with file and line, exit code 1; what cannot be read or is not known, 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sutura.launch import RULES

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


OPEN = """\
sutura: 1
nodes:
  tip: {node: SPEED:SpeedWatch, in: {tip: open/measured_cp}}
silence: [{rule: unwritten-topic, topic: open/measured_cp, reason: fed by hand}]
""".replace("SPEED", str(Path(__file__).parents[2] / "examples" / "speed_watch.py"))


def test_what_is_silenced_is_shown_with_its_reason(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OPEN)
    outcome = sutura("check", str(file))
    assert outcome.code == 0
    shown, ending = outcome.out.splitlines()
    assert shown.startswith(f"{file}:3: ")
    assert shown.endswith("[unwritten-topic] silenced: fed by hand")
    assert ending == "mine: 1 nodes in 1 places, no problems, 1 silenced"
    table = sutura("check", str(file), "--json").table
    assert (table["ok"], table["problems"]) == (True, [])
    assert [(each["problem"]["rule"], each["reason"]) for each in table["silenced"]] == [
        ("unwritten-topic", "fed by hand")
    ]


def test_what_is_silenced_is_shown_beside_problems(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OPEN.replace("silence:", "  hand: {node: master_input}\nsilence:"))
    outcome = sutura("check", str(file))
    assert outcome.code == 1
    assert outcome.out.endswith("[unwritten-topic] silenced: fed by hand\n")
    assert "[missing-driver]" in outcome.err


def test_json_says_where_and_what(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OPEN.partition("silence:")[0])
    outcome = sutura("check", str(file), "--json")
    assert (outcome.code, outcome.err) == (1, "")
    (problem,) = outcome.table["problems"]
    assert problem.pop("message").startswith(
        "input 'tip' of node 'tip' reads topic 'open/measured_cp', which nobody"
    )
    assert problem == {
        "file": str(file),
        "line": 3,
        "column": OPEN.splitlines()[2].index("open/") + 1,
        "rule": "unwritten-topic",
        "node": "tip",
        "topic": "open/measured_cp",
    }


@pytest.mark.parametrize(
    ("text", "settings", "rule", "line"),
    [
        ("nodes: [\n", (), "unreadable-file", 2),
        ("sutura: 1\nnods: {}\n", (), "unknown-name", 2),
        ("sutura: 1\n", ("--set", "arm=x"), "unknown-argument", 0),
    ],
)
def test_json_of_what_cannot_be_loaded(
    sutura: Sutura, tmp_path: Path, text: str, settings: tuple[str, ...], rule: str, line: int
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    outcome = sutura("check", str(file), *settings, "--json")
    assert (outcome.code, outcome.err) == (2, "")
    assert [(problem["rule"], problem["line"]) for problem in outcome.table["problems"]] == [(rule, line)]
    assert outcome.table["ok"] is False
    assert f"[{rule}]" in sutura("check", str(file), *settings).err


def test_the_rules_are_listed(sutura: Sutura) -> None:
    listed = sutura("check", "--rules", "--json").rows
    assert {"id": "latched-level", "finds": RULES["latched-level"].finds, "silenceable": False} in listed
    assert [rule["id"] for rule in listed] == list(RULES)
    assert [line.split()[0] for line in sutura("check", "--rules").out.splitlines()[1:]] == list(RULES)


def test_something_is_named(sutura: Sutura) -> None:
    outcome = sutura("check")
    assert outcome.code == 2
    assert "--rules" in outcome.err


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
