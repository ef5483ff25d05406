"""Gamepad, keyboard and pedals on the kernel's own bytes."""

import math
import os
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers import (
    BadOptions,
    DeviceLost,
    DriverContext,
    HandSample,
    InputDevice,
    OperatorDevice,
    OperatorSample,
    load_input,
    load_operator,
)
from sutura.hw_drivers.errors import MissingExtra
from sutura.hw_drivers.inputs.emulated_device import EmulatedEvents
from sutura.hw_drivers.inputs.event_codes import code_of
from sutura.hw_drivers.inputs.event_stream import EVENT, EventStream, InputEvent
from tests.hw_drivers.inputs.waiting import until

FULL = 32767
PEDALS = {"present": "KEY_P", "clutch": "BTN_LEFT", "estop": "BTN_RIGHT", "camera": "BTN_MIDDLE"}


def opened(driver: InputDevice | OperatorDevice, device: EmulatedEvents) -> None:
    """Open a driver and wait until the device has said how it stands."""
    before = device.readers
    driver.open()
    until(lambda: device.readers, lambda readers: readers > before)


class Hand:
    """A hand that is read every millisecond of its own time."""

    def __init__(self, name: str, device: EmulatedEvents, context: DriverContext, **options: object) -> None:
        self.driver: InputDevice = load_input(name)({"device": str(device.path), **options}, context)
        opened(self.driver, device)
        self.elapsed = 0.0
        self.read()

    def read(self) -> HandSample:
        self.elapsed += 0.001
        sample = self.driver.read(self.elapsed)
        assert sample is not None
        return sample

    def read_for(self, seconds: float) -> HandSample:
        for _ in range(round(seconds * 1000)):
            sample = self.read()
        return sample


def operator(name: str, device: EmulatedEvents, context: DriverContext, **options: object) -> OperatorDevice:
    driver = load_operator(name)({"device": str(device.path), **options}, context)
    opened(driver, device)
    driver.read(0.0)
    return driver


def levels(driver: OperatorDevice) -> Callable[[], OperatorSample]:
    def read() -> OperatorSample:
        sample = driver.read(0.0)
        assert sample is not None
        return sample

    return read


# The hand --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dead_man", "push", "axis", "sign"),
    [
        ("gamepad", "BTN_TL", {"ABS_Y": -32768}, 0, 1.0),
        ("gamepad", "BTN_TL", {"ABS_X": -32768}, 1, 1.0),
        ("gamepad", "BTN_TL", {"ABS_RY": -32768}, 2, 1.0),
        ("gamepad", "BTN_TL", {"ABS_RY": FULL}, 2, -1.0),
        ("keyboard", "KEY_SPACE", {"KEY_W": 1}, 0, 1.0),
        ("keyboard", "KEY_SPACE", {"KEY_D": 1}, 1, -1.0),
    ],
)
def test_a_push_moves_the_hand_the_right_way_while_the_dead_man_is_held(
    events: EmulatedEvents,
    context: DriverContext,
    name: str,
    dead_man: str,
    push: dict[str, int],
    axis: int,
    sign: float,
) -> None:
    hand = Hand(name, events, context)
    events.set(**push)
    assert hand.read_for(0.05).pose.position == (0.0, 0.0, 0.0), "nobody holds the dead-man"
    events.set(**{dead_man: 1})
    moved = until(hand.read, lambda sample: abs(sample.pose.position[axis]) > 0.01).pose.position
    assert math.copysign(1.0, moved[axis]) == sign
    assert [c for i, c in enumerate(moved) if i != axis] == [0.0, 0.0]
    events.set(**{dead_man: 0})
    rests = until(hand.read, lambda sample: sample.pose == hand.read().pose)
    assert hand.read_for(0.1) == rests, "it is let go: it stands"


def test_the_hand_turns_and_its_gripper_opens(events: EmulatedEvents, context: DriverContext) -> None:
    hand = Hand("gamepad", events, context)
    events.set(BTN_TL=1, ABS_RX=-32768, BTN_EAST=1)
    sample = until(hand.read, lambda sample: sample.gripper > 0.1)
    x, y, z, _ = sample.pose.orientation
    assert z > 0.01, "to the left is about z, upwards"
    assert (x, y) == (0.0, 0.0)


def test_a_clutched_hand_goes_back_to_the_middle(events: EmulatedEvents, context: DriverContext) -> None:
    hand = Hand("gamepad", events, context)
    events.set(BTN_TL=1, ABS_Y=-32768)
    until(hand.read, lambda sample: sample.pose.position[0] > 0.02)
    events.set(BTN_TL=0, BTN_TR=1)
    rests = until(hand.read, lambda sample: sample.pose == hand.read().pose)
    assert hand.read_for(0.3) == rests, "nobody is there"
    events.set(BTN_TL=1)
    until(hand.read, lambda sample: sample.pose.position == (0.0, 0.0, 0.0))


def test_a_lost_hand_says_so_and_never_stands_still_instead(events: EmulatedEvents, context: DriverContext) -> None:
    hand = Hand("gamepad", events, context)
    events.set(BTN_TL=1, ABS_Y=-32768)
    until(hand.read, lambda sample: sample.pose.position[0] > 0.01)
    events.unplug()
    with pytest.raises(DeviceLost, match="GamepadHand of node"):
        hand.read_for(1.0)
    with pytest.raises(DeviceLost):
        hand.read()
    hand.driver.close()
    with pytest.raises(DeviceLost, match=r"no .*events"):
        hand.driver.open()
    events.plug()
    opened(hand.driver, events)
    assert hand.read_for(0.2).pose.position == (0.0, 0.0, 0.0), "a dead-man that was held all along does not count"
    events.set(BTN_TL=0)
    hand.read_for(0.1)
    events.set(BTN_TL=1)
    until(hand.read, lambda sample: sample.pose.position[0] > 0.01)


def test_two_may_read_one_device(events: EmulatedEvents, context: DriverContext) -> None:
    hand, pedals = Hand("gamepad", events, context), operator("gamepad", events, context)
    events.set(BTN_TL=1, ABS_Y=-32768)
    until(levels(pedals), lambda sample: sample.present)
    until(hand.read, lambda sample: sample.pose.position[0] > 0.0)


# The levels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "level"),
    [("KEY_P", "present"), ("BTN_LEFT", "clutch"), ("BTN_RIGHT", "estop"), ("BTN_MIDDLE", "camera")],
)
def test_each_pedal_is_its_level(events: EmulatedEvents, context: DriverContext, button: str, level: str) -> None:
    read = levels(operator("pedals", events, context, map=PEDALS))
    nothing = OperatorSample(present=False, clutch=False)
    assert read() == nothing
    events.set(**{button: 1})
    pressed = until(read, lambda sample: bool(getattr(sample, level)))
    assert pressed == OperatorSample(**{"present": False, "clutch": False, level: True})
    events.set(**{button: 2})  # the kernel's auto-repeat
    assert read() == pressed
    events.set(**{button: 0})
    until(read, lambda sample: sample == nothing)


def test_what_is_held_at_the_start_counts_except_for_presence(
    events: EmulatedEvents, context: DriverContext
) -> None:
    events.set(KEY_P=1, BTN_RIGHT=1)
    read = levels(operator("pedals", events, context, map=PEDALS))
    assert read() == OperatorSample(present=False, clutch=False, estop=True)
    events.set(KEY_P=0, BTN_RIGHT=0)
    until(read, lambda sample: not sample.estop)
    events.set(KEY_P=1)
    until(read, lambda sample: sample.present)


def test_pedals_that_are_pulled_are_lost(events: EmulatedEvents, context: DriverContext) -> None:
    driver = operator("pedals", events, context, map=PEDALS)
    events.unplug()
    with pytest.raises(DeviceLost, match="Pedals of node"):
        until(levels(driver), lambda sample: False)


# Options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"map": {"present": "BTN_TLL"}}, "did you mean BTN_TL"),
        ({"map": {"present": ""}}, "the button that is held while somebody is there"),
        ({"map": {"clutch": "ABS_X"}}, "expected a button, ABS_X is an axis"),
        ({"map": {"klutch": "BTN_TR"}}, "klutch"),
        ({"axes": {"x": "BTN_TL"}}, "two buttons make an axis"),
        ({"axes": {"x": "KEY_A/ABS_X"}}, "expected a button"),
        ({"speed": 2.0}, "speed"),
        ({"dead_zone": 1.0}, "dead_zone"),
    ],
)
def test_bad_options_are_refused_in_words(context: DriverContext, options: dict[str, object], says: str) -> None:
    with pytest.raises(BadOptions, match=says):
        load_input("gamepad")(options, context)


def test_without_its_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, context: DriverContext) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    with pytest.raises(MissingExtra, match=r"needs evdev.*sutura\[evdev\]"):
        load_input("gamepad")({}, context)


def test_pedals_must_say_which_is_which(context: DriverContext) -> None:
    with pytest.raises(BadOptions, match="map"):
        load_operator("pedals")({}, context)


def test_some_buttons_may_be_mapped_otherwise_and_the_rest_stays(
    events: EmulatedEvents, context: DriverContext
) -> None:
    read = levels(operator("gamepad", events, context, map={"clutch": "BTN_THUMBL"}))
    events.set(BTN_THUMBL=1, BTN_SELECT=1)
    assert until(read, lambda sample: sample.clutch).estop


@pytest.mark.parametrize("name", ["/dev/input/event9999", "/nowhere/else"])
def test_a_path_that_is_not_there_is_named(context: DriverContext, name: str) -> None:
    with pytest.raises(DeviceLost, match=f"there is no {name}"):
        load_input("gamepad")({"device": name}, context).open()


def test_a_file_is_no_device(context: DriverContext, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no device")
    with pytest.raises(DeviceLost, match="no input device of the kernel"):
        load_input("gamepad")({"device": str(tmp_path / "file")}, context).open()


# Bytes -----------------------------------------------------------------------------------------------------------


def test_the_format_is_the_kernels() -> None:
    """A left button pressed, as recorded from a 64-bit kernel: struct timeval, then type, code and value."""
    recorded = bytes.fromhex("5ba1f265000000001c2e0800000000000100100101000000")
    assert struct.calcsize("@l") == 8, "this record is of a 64-bit machine"
    assert EVENT.size == len(recorded)
    assert EVENT.unpack(recorded)[2:] == (1, code_of("BTN_LEFT"), 1)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 31), st.integers(0, 767), st.integers(-(2**31), 2**31 - 1)), max_size=40
    ),
    cuts=st.lists(st.integers(0, 40 * 24), max_size=6),
)
def test_events_come_whole_in_whatever_pieces_their_bytes_do(
    rows: list[tuple[int, int, int]], cuts: list[int]
) -> None:
    data = b"".join(EVENT.pack(0, 0, *row) for row in rows)
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        stream = EventStream(near.fileno(), "test", near.close)
        got: list[InputEvent] = []
        edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
        for start, end in pairwise(edges):
            far.sendall(data[start:end])
            got += stream.read()
        assert [tuple(event) for event in got] == rows


def test_after_the_kernel_dropped_events_only_whole_packets_count(folder: Path, context: DriverContext) -> None:
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with door:
        door.bind(str(folder / "raw"))
        door.listen()
        driver = load_operator("pedals")({"device": str(folder / "raw"), "map": PEDALS}, context)
        driver.open()
        far, _ = door.accept()
        with far:
            left, right = code_of("BTN_LEFT"), code_of("BTN_RIGHT")
            for row in ((0, 0, 0), (1, left, 1), (0, 3, 0), (1, left, 0), (1, right, 1)):
                far.sendall(EVENT.pack(0, 0, *row))
            part = levels(driver)()
            assert part.clutch, "what comes after a loss is a part of a packet"
            assert not part.estop
            for row in ((0, 0, 0), (1, right, 1), (0, 0, 0)):
                far.sendall(EVENT.pack(0, 0, *row))
            assert levels(driver)().estop
        driver.close()


# A device of the kernel's own ------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.access("/dev/uinput", os.W_OK), reason="no /dev/uinput here that we may write to")
def test_a_device_of_the_kernel_is_read_like_the_emulated_one(context: DriverContext) -> None:
    from evdev import AbsInfo, UInput, ecodes

    buttons = [code_of(f"BTN_{name}") for name in ("TL", "TR", "SELECT", "NORTH", "WEST", "EAST", "SOUTH")]
    stick, hat = AbsInfo(0, -32768, 32767, 0, 0, 0), AbsInfo(0, -1, 1, 0, 0, 0)
    axes = [(code_of(f"ABS_{name}"), stick) for name in ("X", "Y", "RX", "RY")]
    axes += [(code_of(f"ABS_{name}"), hat) for name in ("HAT0X", "HAT0Y")]
    able: dict[int, Sequence[int]] = {ecodes.EV_KEY: buttons, ecodes.EV_ABS: axes}  # type: ignore[dict-item]
    with UInput(able, name="sutura test gamepad") as pad:
        driver = load_operator("gamepad")({"device": "sutura test gamepad"}, context)
        driver.open()
        driver.read(0.0)
        pad.write(ecodes.EV_KEY, code_of("BTN_TL"), 1)
        pad.syn()
        until(levels(driver), lambda sample: sample.present)
    with pytest.raises(DeviceLost, match="unplugged"):
        until(levels(driver), lambda sample: False)
