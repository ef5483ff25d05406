"""Old runs are kept until a person removes them."""

import os
from pathlib import Path

import pytest

from sutura.launch import kept_runs
from sutura.launch.run_dir import RunDirectory, RunInfo, own_start_time


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUTURA_HOME", str(tmp_path))
    return tmp_path


def made(name: str, *, is_live: bool = False) -> Path:
    """A run's directory with a recording of 1000 bytes."""
    run = RunDirectory.create("teleop")
    run = RunDirectory(run.path.rename(run.path.with_name(name)))
    (run.path / "recording.mcap").write_bytes(bytes(1000))
    if is_live:
        info = RunInfo(
            name=name, topology="teleop", pid=os.getpid(), pid_started=own_start_time(), started="now", places=()
        )
        run.publish(info)
    else:
        (run.path / "report.json").write_text(
            '{"verdict": "pass", "ran": {"topology": "teleop", "duration_s": 2.5}}'
        )
    return run.path


def test_runs_are_listed_newest_first_with_what_came_of_them(home: Path) -> None:
    assert kept_runs.kept_runs() == []
    made("20260101-000000-teleop-aaaa")
    made("20260102-000000-teleop-bbbb", is_live=True)
    newest, oldest = kept_runs.kept_runs()
    assert (newest.is_live, newest.verdict, newest.duration_s, newest.topology) == (True, "", None, "teleop")
    assert (oldest.name, oldest.verdict, oldest.duration_s) == ("20260101-000000-teleop-aaaa", "pass", 2.5)
    assert oldest.bytes > 1000


def test_the_newest_stay_and_so_does_one_that_lives(home: Path) -> None:
    old = made("20260101-000000-teleop-aaaa")
    living = made("20260102-000000-teleop-bbbb", is_live=True)
    new = [made(f"2026010{n}-000000-teleop-cccc") for n in (3, 4)]
    assert [run.path for run in kept_runs.prune(2, pretend=True)] == [str(old)]
    assert old.exists()
    assert [run.path for run in kept_runs.prune(2)] == [str(old)]
    assert not old.exists()
    assert all(path.exists() for path in (living, *new))


def test_nothing_is_said_of_runs_until_they_use_much_room(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made("20260101-000000-teleop-aaaa")
    assert kept_runs.size_notice() == ""
    monkeypatch.setattr(kept_runs, "NOTICE_BYTES", 1000)
    assert "sutura runs prune" in kept_runs.size_notice()
