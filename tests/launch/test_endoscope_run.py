"""The endoscope on the real clock: it dies and hangs beside the control path, which does not notice."""

import os
import signal
from collections.abc import Callable

import pytest

from sutura.launch.supervisor import Supervisor
from sutura.sim_driver import off_screen
from sutura.sim_driver.errors import NoRenderer
from tests.launch.conftest import Program, Stage, events_of, is_gone, wait_until, watch_until

pytestmark = pytest.mark.realtime

SETTINGS = (
    "camera=true",
    "camera.driver.width=160",
    "camera.driver.height=128",
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)


@pytest.fixture(autouse=True)
def _can_draw() -> None:
    try:
        off_screen.open_context(64, 64).free()
    except NoRenderer as error:
        pytest.skip(str(error))


def pictures(supervisor: Supervisor) -> int:
    """Told by the present incarnation of the camera."""
    status = supervisor.statuses.get("camera")
    return sum(out.sent for out in status.outputs if out.port == "video") if status is not None else 0


def commands(supervisor: Supervisor) -> int:
    """Written to the arm."""
    status = supervisor.statuses.get("arm")
    figures = status.nodes[0].figures if status is not None else {}
    return figures["gesture_to_motor"].count if "gesture_to_motor" in figures else 0


def lost_control_messages(supervisor: Supervisor) -> int:
    return sum(
        link.counters.lost + link.counters.rejected
        for status in supervisor.statuses.values()
        for link in status.connections
        if "camera" not in (link.reader, link.writer) and link.reader != "recorder"
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_camera_that_is_killed_or_hangs_costs_the_control_path_nothing(
    stage: Stage, number: signal.Signals
) -> None:
    supervisor = stage.started("sim", SETTINGS)
    watch_until(supervisor, lambda: pictures(supervisor) > 5 and commands(supervisor) > 100)
    pid = supervisor.children["camera"].pid
    os.kill(pid, number)
    before = commands(supervisor)
    watch_until(supervisor, lambda: commands(supervisor) > before + 500)
    watch_until(supervisor, lambda: supervisor.children["camera"].pid != pid and pictures(supervisor) > 5)
    assert lost_control_messages(supervisor) == 0
    assert [e for kind in ("trip", "hold") for e in events_of(supervisor, kind)] == []


def test_nothing_of_the_pictures_is_left_when_the_supervisor_is_killed(program: Callable[..., Program]) -> None:
    run = program("sim", SETTINGS)
    ring = run.run / "s" / "camera.ring"
    wait_until(ring.exists, "the camera shares pictures")
    pids = run.pids
    os.kill(pids["camera"], signal.SIGSTOP)
    run.end(signal.SIGKILL)
    wait_until(lambda: all(map(is_gone, pids.values())), "every process has ended")
    assert not ring.parent.exists()
