"""The directories of runs: private, found while they live, clean afterwards."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sutura.launch.run_dir import (
    RunDirectory,
    RunInfo,
    find_run,
    live_runs,
    own_start_time,
    runs_home,
    start_time,
)
from sutura.launch.run_errors import NoSuchRun, RunDirectoryRefused


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUTURA_HOME", str(tmp_path))
    return tmp_path


def live(topology: str, pid: int = 0, started: float = 0.0) -> RunDirectory:
    """A run that says it is alive."""
    run = RunDirectory.create(topology)
    pid = pid or os.getpid()
    started = started or start_time(pid) or 0.0
    run.publish(
        RunInfo(name=run.path.name, topology=topology, pid=pid, pid_started=started, started="now", places=())
    )
    return run


def test_only_its_user_may_look_into_it(home: Path) -> None:
    before = os.umask(0)
    try:
        run = RunDirectory.create("teleop")
    finally:
        os.umask(before)
    for folder in (run.path, run.sockets, run.logs, run.configs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_runs_of_one_second_do_not_share_it(home: Path) -> None:
    assert len({RunDirectory.create("teleop").path for _ in range(20)}) == 20


def test_a_home_that_cannot_hold_it_says_what_to_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("SUTURA_HOME", str(home / "file"))
    with pytest.raises(RunDirectoryRefused, match="SUTURA_HOME"):
        RunDirectory.create("teleop")


def test_without_a_home_runs_are_kept_with_the_users_state(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUTURA_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    assert runs_home() == home / "state" / "sutura" / "runs"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(home))
    assert runs_home() == home / ".local" / "state" / "sutura" / "runs"


def test_a_run_lives_as_long_as_its_very_supervisor(home: Path) -> None:
    assert live("mine").is_live()
    assert not live("other_process_of_that_pid", started=own_start_time() + 1.0).is_live()
    assert not RunDirectory.create("silent").is_live()


def test_a_zombie_does_not_live(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        run = live("doomed", process.pid)
        assert run.is_live()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is not reaped
        assert start_time(process.pid) is None
        assert not run.is_live()


def test_a_broken_notice_is_no_live_run(home: Path) -> None:
    run = live("mine")
    (run.path / "run.json").write_bytes(b'{"name": 1')
    assert run.info() is None
    assert live_runs() == []


def test_the_newest_run_is_found_or_one_by_a_part_of_its_name(home: Path) -> None:
    with pytest.raises(NoSuchRun, match="no run is live"):
        find_run()
    older, newer = live("teleop"), live("sim")
    older_path = older.path.rename(older.path.with_name("20000101-000000-teleop-abcd"))
    assert find_run().path == newer.path
    assert find_run("teleop").path == older_path
    with pytest.raises(NoSuchRun, match=rf"(?s)'nothing'.*{newer.path.name}.*{older_path.name}"):
        find_run("nothing")


def test_what_only_a_live_run_needs_is_removed_and_the_rest_is_kept(home: Path) -> None:
    run = live("teleop")
    (run.sockets / "arm.pub").write_text("")
    (run.logs / "arm.log").write_text("words")
    run.retire()
    run.retire()
    assert not run.sockets.exists()
    assert not run.is_live()
    assert (run.logs / "arm.log").read_text() == "words"


def test_a_process_that_does_not_exist_has_no_start_time() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert start_time(process.pid) is None
