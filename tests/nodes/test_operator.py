"""The operator and the master on devices that come and go."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sutura.hw_drivers.inputs.emulated_device import EmulatedEvents
from sutura.messages import ArmSelection, Clutch, EmergencyStop, OperatorPresence, Pedal, Pose
from sutura.nodes import RequestRefused
from sutura.nodes.node import DriverChoice
from tests.hw_drivers.inputs.waiting import until

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

PEDALS = {"present": "KEY_P", "clutch": "BTN_LEFT", "estop": "BTN_RIGHT", "camera": "BTN_MIDDLE"}


@pytest.fixture
def events() -> Iterator[EmulatedEvents]:
    with tempfile.TemporaryDirectory(prefix="sutura-", dir="/tmp") as folder:
        device = EmulatedEvents(Path(folder) / "events")
        device.plug()
        yield device
        device.unplug()


def pedals(bench: MakeBench, events: EmulatedEvents) -> Bench:
    b = bench("operator", driver=DriverChoice("pedals", {"device": str(events.path), "map": PEDALS}))
    until(lambda: events.readers, bool)
    b.run_for(0.02)
    return b


def newest(b: Bench) -> tuple[bool, bool, bool]:
    """The levels of the newest turn: present, clutch, estop."""
    present, clutch, estop = (b.said(port)[-1].payload for port in ("present", "clutch", "estop"))
    assert isinstance(present, OperatorPresence)
    assert isinstance(clutch, Clutch)
    assert isinstance(estop, EmergencyStop)
    return present.present, clutch.pressed, estop.pressed


def after_a_turn(b: Bench) -> Callable[[], tuple[bool, bool, bool]]:
    def read() -> tuple[bool, bool, bool]:
        b.run_for(0.01)
        return newest(b)

    return read


def test_the_levels_are_the_devices_at_100_hz(bench: MakeBench, events: EmulatedEvents) -> None:
    b = pedals(bench, events)
    assert newest(b) == (False, False, False)
    events.set(KEY_P=1, BTN_LEFT=1)
    until(after_a_turn(b), lambda levels: levels == (True, True, False))
    before = len(b.said("present"))
    b.run_for(1.0)
    assert len(b.said("present")) - before == 100
    events.set(BTN_LEFT=0, BTN_RIGHT=1, BTN_MIDDLE=1)
    until(after_a_turn(b), lambda levels: levels == (True, False, True))
    assert b.said("camera")[-1].payload == Pedal(True)
    assert b.said("swap")[-1].payload == Pedal(False)


def test_a_request_presses_but_never_releases_what_a_foot_presses(bench: MakeBench, events: EmulatedEvents) -> None:
    b = pedals(bench, events)
    events.set(KEY_P=1)
    until(after_a_turn(b), lambda levels: levels == (True, False, False))
    for command, levels in [
        ("press_clutch", (True, True, False)),
        ("release_clutch", (True, False, False)),
        ("estop", (True, False, True)),
        ("release_estop", (True, False, False)),
        ("absent", (False, False, False)),
        ("present", (True, False, False)),
    ]:
        b.node.on_state_command(command)
        assert newest(b) == levels
    events.set(KEY_P=0, BTN_LEFT=1, BTN_RIGHT=1)
    until(after_a_turn(b), lambda levels: levels == (False, True, True))
    for command in ("release_clutch", "release_estop", "present"):
        assert "the device's own levels count too" in b.node.on_state_command(command)
    assert newest(b) == (False, True, True)
    with pytest.raises(RequestRefused):
        b.node.on_state_command("dance")


def test_pulled_pedals_are_silence_and_a_fault_until_back(bench: MakeBench, events: EmulatedEvents) -> None:
    b = pedals(bench, events)
    events.set(KEY_P=1)
    until(after_a_turn(b), lambda levels: levels[0])
    events.unplug()

    def fault() -> str:
        b.run_for(0.01)
        return b.node.fault_cause

    assert "Pedals of n" in until(fault, bool)
    said = len(b.sent)
    b.run_for(1.0)
    assert len(b.sent) == said, "silence means absent, clutched, stopped"
    b.node.on_state_command("estop")
    assert newest(b)[2], "a stop by request reaches everyone all the same"
    b.node.on_state_command("release_estop")
    events.plug()
    until(fault, lambda cause: not cause)
    assert not until(after_a_turn(b), lambda levels: True)[0], "held all along: it does not count"
    events.set(KEY_P=0)
    until(lambda: events.readers, bool)
    b.run_for(0.02)
    events.set(KEY_P=1)
    until(after_a_turn(b), lambda levels: levels[0])
    assert [event.kind for event in b.events if event.kind in ("fault", "info")] == ["fault", "info"]


def test_a_lost_hand_is_silent_and_never_a_fresh_old_pose(bench: MakeBench, events: EmulatedEvents) -> None:
    b = bench("master_input", driver=DriverChoice("gamepad", {"device": str(events.path)}))
    until(lambda: events.readers, bool)
    b.run_for(0.01)
    events.set(BTN_TL=1, ABS_Y=-32768)

    def x() -> float:
        b.run_for(0.01)
        pose = b.said("measured_cp")[-1].payload
        assert isinstance(pose, Pose)
        return pose.position[0]

    until(x, lambda x: x > 0.01)
    events.unplug()

    def fault() -> str:
        b.run_for(0.002)
        return b.node.fault_cause

    until(fault, bool)
    said = len(b.sent)
    b.run_for(1.0)
    assert len(b.sent) == said
    events.plug()
    until(fault, lambda cause: not cause)
    b.run_for(0.01)
    assert b.said("measured_cp")[-1].stamp > b.now - 2_000_000
    assert x() == 0.0, "it begins in the middle, and a dead-man held all along does not count"


def test_without_a_driver_it_says_its_script_and_a_request_takes_a_level_over(bench: MakeBench) -> None:
    b = bench("operator")
    b.run_for(0.5)
    assert newest(b) == (True, True, False)
    b.run_for(1.0)
    assert newest(b) == (True, False, False)
    b.node.on_state_command("absent")
    assert newest(b) == (False, False, False)
    assert b.said("camera") == []


def test_feet_on_a_cart_move_the_camera_and_give_a_hand_its_next_arm(
    bench: MakeBench, events: EmulatedEvents
) -> None:
    options = {"device": str(events.path), "map": {**PEDALS, "swap": "KEY_S"}}
    arms = {"right": ["PSM1", "PSM3"], "left": ["PSM2"]}
    b = bench("cart_operator", params=arms, driver=DriverChoice("pedals", options))
    until(lambda: events.readers, bool)

    def levels() -> tuple[bool, str, str]:
        b.run_for(0.01)
        camera, right, left = (b.said(port)[-1].payload for port in ("camera", "right", "left"))
        assert isinstance(camera, Pedal)
        assert isinstance(right, ArmSelection)
        assert isinstance(left, ArmSelection)
        return camera.pressed, right.arm, left.arm

    until(levels, lambda said: said == (False, "PSM1", "PSM2"))
    events.set(BTN_MIDDLE=1, KEY_S=1)
    until(levels, lambda said: said == (True, "PSM3", "PSM2"))
    b.run_for(0.5)
    assert levels() == (True, "PSM3", "PSM2"), "a pedal that stays pressed swaps once"
    events.set(BTN_MIDDLE=0, KEY_S=0)
    until(levels, lambda said: not said[0])
    events.set(KEY_S=1)
    until(levels, lambda said: said == (False, "PSM1", "PSM2"))
