"""No child survives its supervisor, even one that is killed with SIGKILL."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.launch.conftest import Program, is_gone, wait_until

pytestmark = pytest.mark.realtime

Start = Callable[..., Program]

ARMS = """
from pathlib import Path
from sutura.hw_drivers import Capabilities
from sutura.sim_driver.kinematic_arm import KinematicArm

class Arm(KinematicArm):
    capabilities = Capabilities(holds_unpowered=True, simulated=True)
    def _note(self, word: str) -> None:
        with (self.context.device_dir / "stops").open("a") as file:
            file.write(word + "\\n")
    def _stop(self, category) -> None:
        super()._stop(category)
        self._note(f"stop {category.value}")
    def _close(self) -> None:
        super()._close()
        self._note("close")
    @classmethod
    def rescue(cls, options, context) -> None:
        with (context.device_dir / "stops").open("a") as file:
            file.write(f"rescue {context.name}\\n")
"""


@pytest.fixture
def run(program: Start, tmp_path: Path) -> Program:
    """A run whose arm is enabled."""
    path = tmp_path / "arms.py"
    path.write_text(ARMS)
    made = program("teleop", [f"driver={path}:Arm", "arm_at_start=true"])
    while "reset" not in str(made.until("events")):
        made.forget()
    return made


def end_of(run: Program) -> list[str]:
    """Kill the supervisor, see that nothing is left, and read what became of the arm."""
    pids, path = run.pids, run.run
    run.end(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, pids.values())), "every process has ended")
    assert not (path / "s").exists()
    assert not (path / "run.json").exists()
    return (path / "stops").read_text().splitlines()


def test_every_place_stops_its_device_and_ends(run: Program) -> None:
    stops = end_of(run)
    assert stops.index("stop 1") < stops.index("close")
    assert stops[-1] == "rescue arm"  # a guard cannot know how a place ended


def test_a_suspended_place_is_ended_too(run: Program) -> None:
    os.kill(run.pids["fk"], signal.SIGSTOP)
    assert "close" in end_of(run)


def test_a_suspended_actuator_is_ended_and_its_device_rescued(run: Program) -> None:
    pids, path = run.pids, run.run
    run.process.send_signal(signal.SIGSTOP)  # else it would do it itself
    os.kill(pids["arm"], signal.SIGSTOP)
    run.end(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, pids.values())), "every process has ended")
    assert (path / "stops").read_text().splitlines()[-1] == "rescue arm"
    assert "close" not in (path / "stops").read_text()


def test_an_actuator_that_falls_together_with_the_supervisor_is_rescued(run: Program) -> None:
    run.process.send_signal(signal.SIGSTOP)
    os.kill(run.pids["arm"], signal.SIGKILL)
    stops = end_of(run)
    assert stops[-1] == "rescue arm"
    assert "close" not in stops


def test_a_supervisor_that_is_killed_during_the_start_leaves_nothing(program: Start, home: Path) -> None:
    run = program("teleop")
    run.until("note")
    (path,) = (home / "runs").iterdir()
    children = children_of(run.process.pid)
    assert len(children) == 9  # eight places and the guard
    run.end(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, children)), "every process has ended")
    assert not (path / "s").exists()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
