"""What every input and operator device of ours keeps, whatever it is."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers import (
    DeviceLost,
    DriverContext,
    InputDevice,
    OperatorDevice,
    WrongState,
    load_input,
    load_operator,
)
from sutura.hw_drivers.inputs.emulated_device import EmulatedEvents, EmulatedInput, EmulatedSpaceMouse
from tests.hw_drivers.inputs.waiting import until

PEDALS = {"present": "KEY_P", "clutch": "BTN_LEFT"}


class Plugged(NamedTuple):
    """A driver, closed, and its device."""

    driver: InputDevice | OperatorDevice
    device: EmulatedInput


@pytest.fixture(
    params=[
        ("hand", "gamepad", {}),
        ("hand", "keyboard", {}),
        ("hand", "spacemouse", {}),
        ("operator", "gamepad", {}),
        ("operator", "keyboard", {}),
        ("operator", "pedals", {"map": PEDALS}),
        ("operator", "spacemouse", {}),
    ],
    ids=lambda param: f"{param[0]}-{param[1]}",
    scope="module",
)
def plugged(request: pytest.FixtureRequest) -> Iterator[Plugged]:
    kind, name, options = request.param
    with tempfile.TemporaryDirectory(prefix="sutura-", dir="/tmp") as folder:
        path = Path(folder) / "device"
        device = EmulatedSpaceMouse(path) if name == "spacemouse" else EmulatedEvents(path)
        device.plug()
        load = load_input if kind == "hand" else load_operator
        context = DriverContext("node", path.parent, time.monotonic_ns)
        driver = load(name)({"device": str(path), **options}, context)
        yield Plugged(driver, device)
        driver.close()
        device.unplug()


@given(calls=st.lists(st.sampled_from(["open", "read", "close"]), max_size=12))
def test_calls_in_any_order_do_what_they_say_or_name_the_state(plugged: Plugged, calls: list[str]) -> None:
    driver, is_open = plugged.driver, False
    driver.close()
    for call in calls:
        if call == "read":
            if is_open:
                assert driver.read(0.0) is not None
            else:
                with pytest.raises(WrongState, match=r"needs the state open, it is closed"):
                    driver.read(0.0)
        else:
            getattr(driver, call)()
            is_open = call == "open"
    driver.close()


def test_nothing_is_leaked(plugged: Plugged) -> None:
    def held() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    plugged.driver.open()
    plugged.driver.close()
    plugged.device.unplug()
    plugged.device.plug()
    before = held()
    for _ in range(20):
        plugged.driver.open()
        plugged.driver.read(0.0)
        plugged.driver.close()
    plugged.device.unplug()
    for _ in range(20):
        with pytest.raises(DeviceLost):
            plugged.driver.open()
    plugged.device.plug()
    until(held, lambda now: now[0] <= before[0] and now[1] <= before[1])


def test_a_lost_device_says_so_each_time_and_comes_back_by_close_and_open(plugged: Plugged) -> None:
    driver, device = plugged
    device.unplug()
    device.plug()
    driver.open()
    until(lambda: device.readers, bool)
    device.unplug()

    def loss() -> str:
        try:
            driver.read(0.0)
        except DeviceLost as error:
            return str(error)
        return ""

    assert "of node" in until(loss, bool)
    assert loss()
    driver.close()
    device.plug()
    driver.open()
    assert not loss()
    driver.close()
