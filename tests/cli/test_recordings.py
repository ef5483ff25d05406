"""`info`, `diff`, `replay` and `runs` as a person and as a script call them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.record.conftest import EARLY, record, teleop

__all__ = ["record", "teleop"]  # fixtures

Sutura = Callable[..., Any]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run with another scale."""
    from tests.record.conftest import record_in

    settings = ("arm_at_start=true", *EARLY, "scaling.scale=0.25")
    return record_in(tmp_path_factory.mktemp("r"), "teleop", settings, 0.5, "2")


def test_info_says_what_ran_and_what_was_recorded(sutura: Sutura, teleop: Path) -> None:
    told = sutura("info", str(teleop))
    assert told.code == 0
    assert all(
        word in told.out for word in ("teleop, seed 1, virtual clock", "ended in good order", "sutura 0.1.0")
    )
    assert "0.500 s" in told.out
    row = next(line.split() for line in told.out.splitlines() if line.startswith("MTMR/measured_cp"))
    assert row[1:5] == ["Pose", "500", "1000.0", "0"]
    data = sutura("info", str(teleop), "--json").table
    assert (data["complete"], data["seed"], data["clock"]) == (True, 1, "virtual")
    assert data["params"]["scaling"]["scale"] == 0.2
    assert {topic["topic"] for topic in data["topics"]} >= {"PSM1/servo_jp", "watchdog/permit"}


def test_info_tells_what_was_cut_off(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.mcap").write_bytes(teleop.read_bytes()[:-1000])
    assert "cut off" in sutura("info", str(tmp_path / "cut.mcap")).out
    assert sutura("info", str(tmp_path / "cut.mcap"), "--json").table["complete"] is False


def test_diff_names_the_first_difference_and_ends_with_1(sutura: Sutura, teleop: Path, changed: Path) -> None:
    same = sutura("diff", str(teleop), str(teleop))
    assert (same.code, same.out.startswith("equal: ")) == (0, True)
    told = sutura("diff", str(teleop), str(changed))
    assert told.code == 1
    assert told.out.startswith("first difference: console/teleop/state scale: 0.2 vs 0.25 ")
    moved = sutura("diff", str(teleop), str(changed), "--topic", "PSM1/servo_cp")
    assert moved.code == 1
    assert moved.out.startswith("first difference: PSM1/servo_cp position[0]: ")
    assert sutura("diff", str(teleop), str(changed), "--topic", "MTMR/measured_cp").code == 0
    assert sutura("diff", str(teleop), str(changed), "--tolerance", "0.1").code == 0
    data = sutura("diff", str(teleop), str(changed), "--json").table
    assert (data["equal"], data["first"]["topic"], data["first"]["field"]) == (
        False,
        "console/teleop/state",
        "scale",
    )


def test_replay_ends_with_0_when_the_nodes_say_the_same(
    sutura: Sutura, teleop: Path, changed: Path, tmp_path: Path
) -> None:
    told = sutura("replay", str(teleop), "--nodes", "scaling, ik")
    assert (told.code, "equal: " in told.out) == (0, True)
    out = tmp_path / "out.mcap"
    command = ["replay", str(teleop), "--nodes", "scaling,ik,arm,fk", "--set", "scaling.scale=0.25"]
    told = sutura(*command, "--out", str(out), "--json")
    assert told.code == 1
    differing = {topic["topic"] for topic in told.table["comparison"]["topics"] if topic["differing"]}
    assert {"PSM1/servo_cp", "PSM1/servo_jp", "PSM1/measured_js", "console/teleop/state"} <= differing
    topics = ["--topic", "PSM1/servo_cp", "--topic", "PSM1/servo_jp", "--topic", "PSM1/measured_js"]
    assert sutura("diff", str(changed), str(out), *topics).code == 0
    again = sutura(*command, "--out", str(out))
    assert again.code == 2
    assert "never overwritten" in again.err


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["info", "README.md"], "no recording"),
        (["info", "nowhere.mcap"], "No such file"),
        (["diff", "{}", "nowhere.mcap"], "No such file"),
        (["diff", "{}", "{}", "--topic", "PSM1/servo_jq"], "did you mean 'PSM1/servo_jp'?"),
        (["diff", "{}", "{}", "--tolerance", "much"], "expected VALUE"),
        (["diff", "{}", "{}", "--tolerance", "nowhere=1"], "no such topic"),
        (["replay", "{}", "--nodes", "ikk"], "did you mean 'ik'?"),
        (["replay", "{}", "--nodes", "ik", "--set", "ik.model=nothing", "--out", "/nowhere/x"], "no folder"),
        (["replay", "{}", "--nodes", "scaling", "--set", "scaling.scale=2"], "<= 1.0"),
        (["replay", "{}", "--nodes", ""], "no node is named"),
    ],
)
def test_bad_input_ends_with_2_and_a_reason(sutura: Sutura, teleop: Path, command: list[str], reason: str) -> None:
    told = sutura(*(word.replace("{}", str(teleop)) for word in command))
    assert told.code == 2
    assert reason in told.err
    assert told.out == ""


def test_runs_are_listed_and_pruned(sutura: Sutura, home: Path) -> None:
    names = [f"2026010{n}-000000-teleop-aaaa" for n in range(1, 4)]
    for name in names:
        (home / "runs" / name).mkdir(parents=True)
    assert [run["name"] for run in sutura("runs", "list", "--json").rows] == names[::-1]
    assert names[0] in sutura("runs", "list").out
    assert "would remove" in sutura("runs", "prune", "--keep", "1", "--dry-run").out
    assert len(sutura("runs", "prune", "--keep", "1", "--json").rows) == 2
    assert [path.name for path in (home / "runs").iterdir()] == [names[2]]


@pytest.mark.realtime
@pytest.mark.parametrize("option", ["--no-record", None])
def test_a_launch_records_unless_it_is_told_not_to(sutura: Sutura, home: Path, option: str | None) -> None:
    options = [option] if option else []
    command = ["launch", "teleop", "--set", "arm_at_start=true", "--duration", "0.3", "--json", *options]
    report = sutura(*command).table
    recording = Path(report["ran"]["recording"] or "nothing")
    assert recording.is_file() is (option != "--no-record")
    if recording.is_file():
        assert sutura("info", str(recording), "--json").table["complete"] is True
