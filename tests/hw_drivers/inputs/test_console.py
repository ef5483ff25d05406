"""The console as a hand and as an operator's device, over the real sockets."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.hw_drivers import DeviceLost, DriverContext, load_input, load_operator
from sutura.hw_drivers.inputs.console_wire import SILENT_NS, ConsoleEnd, ConsoleState
from sutura.kinematics.rotations import IDENTITY, angle_between, from_rotation_vector

TURNED = from_rotation_vector((0.0, 0.0, 1.0))


class Bench:
    """A run's directory, a clock that stands where it is put, and the console's end."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_000_000_000
        self.context = DriverContext("hand", folder, lambda: self.now)
        self.hand = load_input("console")({}, self.context)
        self.operator = load_operator("console")({}, DriverContext("operator", folder, lambda: self.now))
        self.hand.open()
        self.operator.open()
        self.console = ConsoleEnd(folder)

    def say(self, x: float = 0.0, *, present: bool = True, clutch: bool = False, estop: bool = False) -> None:
        self.console.send(ConsoleState(self.now, present, clutch, estop, (x, 0.0, 0.0), TURNED, 0.5))


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="su", dir="/tmp") as folder:
        made = Bench(Path(folder))
        yield made
        made.hand.close()
        made.operator.close()
        made.console.close()
        assert list((Path(folder) / "s").iterdir()) == []


def test_before_a_console_speaks_there_is_no_hand_and_nobody(bench: Bench) -> None:
    assert bench.hand.read(0.0) is None
    levels = bench.operator.read(0.0)
    assert levels is not None
    assert (levels.present, levels.clutch) == (False, True)


def test_the_hand_goes_after_the_gizmo_and_comes_there(bench: Bench) -> None:
    bench.say(0.0)
    bench.hand.read(0.0)
    last, t, gripper, orientation = 0.0, 0.0, 0.0, IDENTITY
    for _ in range(600):
        bench.now += 1_000_000
        t += 0.001
        bench.say(0.02)
        sample = bench.hand.read(t)
        assert sample is not None
        x = sample.pose.position[0]
        assert last <= x <= 0.02 + 1e-12
        assert x - last <= 0.5 * 0.001 + 1e-9, "never faster than its speed"
        last, gripper, orientation = x, sample.gripper, sample.pose.orientation
    assert last == pytest.approx(0.02, abs=1e-6)
    assert gripper == 0.5
    assert angle_between(orientation, TURNED) < 1e-6
    assert math.isclose(angle_between(IDENTITY, orientation), 1.0, rel_tol=1e-6)


def test_levels_are_those_that_were_said_last(bench: Bench) -> None:
    bench.say(clutch=True)
    bench.say(clutch=False, estop=True)
    levels = bench.operator.read(0.0)
    assert levels is not None
    assert (levels.present, levels.clutch, levels.estop) == (True, False, True)


def test_a_silent_console_is_no_hand_and_an_absent_operator_and_releases_no_stop(bench: Bench) -> None:
    bench.say(estop=True)
    assert bench.hand.read(0.0) is not None
    assert bench.operator.read(0.0) is not None
    bench.now += SILENT_NS + 1
    assert bench.hand.read(0.1) is None
    levels = bench.operator.read(0.1)
    assert levels is not None
    assert (levels.present, levels.clutch, levels.estop) == (False, True, True)


def test_what_is_no_state_of_a_console_is_passed_over(bench: Bench) -> None:
    bench.say(present=True)
    for data in (b"", b"\xc1", b"\x97\x01\x02"):
        bench.console._socket.sendto(data, str(bench.context.device_dir / "s" / "operator.console"))
    levels = bench.operator.read(0.0)
    assert levels is not None
    assert levels.present


def test_a_directory_that_cannot_be_listened_in_is_named() -> None:
    hand = load_input("console")({}, DriverContext("hand", Path("/tmp") / ("x" * 120), lambda: 0))
    with pytest.raises(DeviceLost, match="cannot listen at"):
        hand.open()
