"""A gamepad drives the simulated arm: hand and operator on one device, checked, run, let go and pulled."""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutura.errors import SuturaError
from sutura.hw_drivers.inputs.emulated_device import EmulatedEvents
from sutura.launch import check_topology, load_topology
from sutura.launch.rehearsal import Rehearsal
from sutura.launch.run_errors import NotSimulated
from sutura.launch.supervisor import Supervisor
from sutura.messages import Pose
from sutura.record import Recording
from tests.launch.conftest import Stage, events_of, watch_until

GAMEPAD = ("master.driver=gamepad", "operator.driver=gamepad")


def at(path: Path) -> tuple[str, ...]:
    return *GAMEPAD, f"master.driver.device={path}", f"operator.driver.device={path}"


@pytest.mark.parametrize("topology", ["sim", "teleop"])
@pytest.mark.parametrize("name", ["gamepad", "keyboard", "spacemouse"])
def test_one_setting_each_makes_a_device_hand_and_operator(topology: str, name: str) -> None:
    settings = (f"master.driver={name}", f"operator.driver={name}")
    assert check_topology(load_topology(topology, settings)) == []


def test_an_option_of_a_driver_that_a_setting_chose_may_be_set_after_it() -> None:
    loaded = load_topology("sim", ("operator.driver=pedals", "operator.driver.map={present: KEY_P}"))
    assert check_topology(loaded) == []
    with pytest.raises(SuturaError, match=r"operator\.driver\.map"):
        load_topology("sim", ("operator.driver.map={present: KEY_P}", "operator.driver=pedals"))


@pytest.mark.parametrize(
    ("fault", "problems"), [("freeze: operator", 0), ("bias: operator, field: position, by: 1 mm", 1)]
)
def test_levels_can_be_frozen_but_have_no_numbers_to_bias(stage: Stage, fault: str, problems: int) -> None:
    file = stage.write(
        "faulty.yaml",
        f"""
        sutura: 1
        include: [{{file: teleop}}]
        nodes: {{operator: {{driver: {{use: gamepad}}}}}}
        faults: [{{at: 1 s, {fault}}}]
        """,
    )
    assert len(check_topology(load_topology(str(file)))) == problems


@pytest.mark.parametrize("node", ["master", "operator"])
def test_nobody_is_read_in_lockstep(tmp_path: Path, node: str) -> None:
    with pytest.raises(NotSimulated, match=f"node {node} has gamepad, which reads real hardware"):
        Rehearsal(load_topology("teleop", (f"{node}.driver=gamepad",)), tmp_path)


@pytest.fixture
def pad() -> Iterator[EmulatedEvents]:
    with tempfile.TemporaryDirectory(prefix="su", dir="/tmp") as folder:
        device = EmulatedEvents(Path(folder) / "pad")
        device.plug()
        yield device
        device.unplug()


def writes(supervisor: Supervisor) -> int:
    """How many commands have reached the arm."""
    nodes = [node for status in supervisor.statuses.values() for node in status.nodes if node.name == "arm"]
    return sum(node.figures["gesture_to_motor"].count for node in nodes if "gesture_to_motor" in node.figures)


def reclutching(pad: EmulatedEvents, supervisor: Supervisor) -> Callable[[], bool]:
    """Press and release the clutch, slowly enough to be heard, until the arm follows."""
    asked = itertools.count()

    def has_begun() -> bool:
        pad.set(BTN_TR=int(next(asked) % 20 < 10))
        return writes(supervisor) > 0

    return has_begun


@pytest.mark.realtime
def test_a_gamepad_drives_the_simulated_arm_until_it_is_pulled(stage: Stage, pad: EmulatedEvents) -> None:
    supervisor = stage.started("sim", at(pad.path))
    assert pad.readers == 2, "hand and operator read the same device"
    pad.set(BTN_TL=1)
    watch_until(supervisor, lambda: bool(events_of(supervisor, "reset")))
    watch_until(supervisor, reclutching(pad, supervisor))
    pad.set(BTN_TR=0, ABS_Y=-32768)
    before = writes(supervisor)
    watch_until(supervisor, lambda: writes(supervisor) > before + 500)
    pad.unplug()
    watch_until(
        supervisor, lambda: bool(events_of(supervisor, "hold")) and len(events_of(supervisor, "fault")) == 2
    )
    (trip,) = events_of(supervisor, "trip")
    assert "Gamepad" in trip.text or "fallen silent" in trip.text
    pad.plug()
    watch_until(supervisor, lambda: len(events_of(supervisor, "info")) == 2)
    assert len(events_of(supervisor, "reset")) == 1, "it is back, but nobody has reset"
    supervisor.stop()
    heard = Recording(supervisor.run.path / "recording.mcap").messages({"PSM1/measured_cp"})
    poses = [sample.frame.payload for sample in heard if isinstance(sample.frame.payload, Pose)]
    assert poses[-1].position[0] - poses[0].position[0] > 0.002, "the tool went forward, as the stick said"
