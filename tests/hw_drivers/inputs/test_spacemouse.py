"""A SpaceMouse on its own reports."""

import math
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers import (
    BadOptions,
    DeviceLost,
    DriverContext,
    HandSample,
    load_input,
    load_operator,
)
from sutura.hw_drivers.errors import MissingExtra
from sutura.hw_drivers.inputs.emulated_device import EmulatedSpaceMouse
from sutura.hw_drivers.inputs.spacemouse_reports import axes_of, buttons_of
from tests.hw_drivers.inputs.waiting import until


class Hand:
    """A hand that is read every millisecond of its own time, by a clock that goes as fast as it is read."""

    def __init__(self, mouse: EmulatedSpaceMouse, context: DriverContext) -> None:
        self.ns = 0
        context = DriverContext(context.name, context.device_dir, lambda: self.ns)
        self.driver = load_input("spacemouse")({"device": str(mouse.path)}, context)
        self.driver.open()
        until(lambda: mouse.readers, bool)

    def read(self) -> HandSample:
        self.ns += 1_000_000
        sample = self.driver.read(self.ns * 1e-9)
        assert sample is not None
        return sample


def pressed_anew(mouse: EmulatedSpaceMouse, read: Callable[[], object]) -> None:
    """Let go, and press again."""
    mouse.hold()
    read()
    mouse.hold(1)


@pytest.mark.parametrize(
    ("push", "axis", "sign"),
    [({"y": -1.0}, 0, 1.0), ({"x": -1.0}, 1, 1.0), ({"z": -1.0}, 2, 1.0), ({"z": 1.0}, 2, -1.0)],
)
def test_a_push_moves_the_hand_the_same_way(
    space_mouse: EmulatedSpaceMouse, context: DriverContext, push: dict[str, float], axis: int, sign: float
) -> None:
    hand = Hand(space_mouse, context)
    pressed_anew(space_mouse, hand.read)

    def pushed_again() -> HandSample:
        space_mouse.push(**push)
        return hand.read()

    moved = until(pushed_again, lambda sample: abs(sample.pose.position[axis]) > 0.005).pose.position
    assert math.copysign(1.0, moved[axis]) == sign
    assert [c for i, c in enumerate(moved) if i != axis] == [0.0, 0.0]


def test_a_turn_turns_the_hand_the_same_way(space_mouse: EmulatedSpaceMouse, context: DriverContext) -> None:
    hand = Hand(space_mouse, context)
    pressed_anew(space_mouse, hand.read)

    def turned_again() -> HandSample:
        space_mouse.turn(rz=-1.0)
        return hand.read()

    x, y, _z, _w = until(turned_again, lambda sample: sample.pose.orientation[2] > 0.01).pose.orientation
    assert (x, y) == (0.0, 0.0)


def test_a_pushed_cap_that_falls_silent_stops(space_mouse: EmulatedSpaceMouse, context: DriverContext) -> None:
    hand = Hand(space_mouse, context)
    pressed_anew(space_mouse, hand.read)
    space_mouse.push(y=-1.0)
    until(hand.read, lambda sample: sample.pose.position[0] > 0.001)
    for _ in range(250):
        hand.read()
    assert hand.read() == hand.read()


def test_a_button_held_before_does_not_say_that_somebody_is_there(
    space_mouse: EmulatedSpaceMouse, context: DriverContext
) -> None:
    driver = load_operator("spacemouse")({"device": str(space_mouse.path)}, context)
    driver.open()
    until(lambda: space_mouse.readers, bool)
    space_mouse.hold(1, 2)
    held = until(lambda: driver.read(0.0), lambda s: s is not None and s.clutch)
    assert held is not None
    assert not held.present
    pressed_anew(space_mouse, lambda: driver.read(0.0))
    until(lambda: driver.read(0.0), lambda s: s is not None and s.present and not s.clutch)


def test_one_that_is_pulled_is_lost_and_comes_back(space_mouse: EmulatedSpaceMouse, context: DriverContext) -> None:
    hand = Hand(space_mouse, context)
    space_mouse.unplug()
    with pytest.raises(DeviceLost, match="SpaceMouseHand"):
        until(hand.read, lambda sample: False)
    hand.driver.close()
    with pytest.raises(DeviceLost):
        hand.driver.open()
    space_mouse.plug()
    hand.driver.open()
    assert hand.read().pose.position == (0.0, 0.0, 0.0)


def test_without_one_it_says_so(context: DriverContext) -> None:
    with pytest.raises(DeviceLost, match=r"/dev/hidraw9999 cannot be opened"):
        load_input("spacemouse")({"device": "/dev/hidraw9999"}, context).open()


def test_without_its_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, context: DriverContext) -> None:
    monkeypatch.setitem(sys.modules, "hidraw", None)
    with pytest.raises(MissingExtra, match=r"needs hidapi.*sutura\[spacemouse\]"):
        load_input("spacemouse")({"device": "/dev/hidraw0"}, context).open()


def test_unknown_buttons_and_axes_are_refused(context: DriverContext) -> None:
    with pytest.raises(BadOptions, match="button_1 … button_32"):
        load_operator("spacemouse")({"map": {"present": "BTN_TL"}}, context)
    with pytest.raises(BadOptions, match="x, y, z, rx, ry, rz"):
        load_input("spacemouse")({"axes": {"x": "w"}}, context)


@given(report=st.binary(min_size=1, max_size=64))
def test_no_report_is_taken_for_more_than_it_can_say(report: bytes) -> None:
    assert all(-1.0 <= value <= 1.0 for value in axes_of(report).values())
    held = buttons_of(report)
    assert held is None or held <= set(range(1, 33))


def test_newer_devices_say_all_axes_in_one_report() -> None:
    report = bytes((1,)) + b"".join(v.to_bytes(2, "little", signed=True) for v in (350, -350, 0, 35, 700, -70))
    assert axes_of(report) == {"x": 1.0, "y": -1.0, "z": 0.0, "rx": 0.1, "ry": 1.0, "rz": -0.2}
