"""When `sutura launch` serves a web console, and when it does not."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Sutura

pytest.importorskip("viser", reason="no viser here: pip install 'sutura[console]'")

RUN = ("launch", "teleop", "--set", "arm_at_start=true", "--duration", "1.5", "--no-record")
OWN = """
sutura: 1
args: {arm_at_start: {default: true}}
include: [{file: teleop, args: {arm_at_start: $(arm_at_start)}}]
nodes:
  screen: {node: console, params: {port: 9123}}
expect: [{trips: 0}]
test: {duration: 2 s}
"""


@pytest.mark.realtime
def test_a_run_serves_one_and_says_where(sutura: Sutura, home: Path) -> None:
    outcome = sutura(*RUN)
    assert "console: http://127.0.0.1:" in outcome.out
    assert "console to watch only: http://127.0.0.1:" in outcome.out
    (run,) = (home / "runs").iterdir()
    assert not (run / "console.json").exists(), "its token goes with it"
    assert "websocket" not in (run / "report.json").read_text()


@pytest.mark.realtime
def test_headless_leaves_it_out(sutura: Sutura, home: Path) -> None:
    outcome = sutura(*RUN, "--headless", "--json")
    assert "console: http" not in outcome.out + outcome.err
    assert "console" not in dict(outcome.table["nodes"])  # type: ignore[call-overload]


@pytest.mark.realtime
def test_without_its_library_one_line_says_so_and_the_run_goes_on(
    sutura: Sutura, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "viser", None)
    outcome = sutura(*RUN)
    assert outcome.err.count("pip install 'sutura[console]'") == 1
    assert "ran 1.5 s" in outcome.out


def test_a_hand_that_is_the_console_needs_its_library(
    sutura: Sutura, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "viser", None)
    outcome = sutura(*RUN, "--set", "master.driver=console")
    assert outcome.code != 0
    assert "pip install 'sutura[console]'" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_virtual_clock_and_a_test_have_none(sutura: Sutura, home: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    lockstep = sutura("launch", str(own), "--lockstep", "--duration", "1", "--json", "--no-record")
    assert "arm" in dict(lockstep.table["nodes"])  # type: ignore[call-overload]
    assert "screen" not in dict(lockstep.table["nodes"])  # type: ignore[call-overload]
    tested = sutura("test", str(own))
    assert tested.code == 0, tested.out + tested.err
