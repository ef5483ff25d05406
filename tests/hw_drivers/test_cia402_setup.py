"""How drives are set up and refused, with emulated ones on python-can's bus within a process, and on vcan."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sutura.hw_drivers import BadOptions, DeviceFault, DeviceLost
from sutura.hw_drivers.cia402.canopen_arm import CanopenArm
from sutura.hw_drivers.cia402.emulator import CanEmulator
from sutura.hw_drivers.cia402.objects import Index
from sutura.hw_drivers.errors import MissingExtra
from tests.hw_drivers.devices import CONTEXT, JOINTS

_NUMBERS = itertools.count()


class Opened(CanEmulator):
    """Drives whose dictionaries a test may change."""

    def put(self, node: int, index: Index, value: int) -> None:
        self._drives[node - 1].dictionary.put(index, value)

    def get(self, node: int, index: Index, subindex: int = 0) -> int:
        return self._drives[node - 1].dictionary.number(index, subindex)

    def forget(self, node: int, index: Index) -> None:
        values: dict[tuple[int, int], bytes] = self._drives[node - 1].dictionary._values
        for key in [key for key in values if key[0] == index]:
            del values[key]


@pytest.fixture
def drives() -> Iterator[Opened]:
    made = Opened({"interface": "virtual", "channel": f"test {os.getpid()} {next(_NUMBERS)}"})
    made.start()
    yield made
    made.close()


def arm_on(drives: CanEmulator, **options: object) -> CanopenArm:
    return CanopenArm(JOINTS, {**drives.options, "answer_timeout": 0.5, **options}, CONTEXT)


def test_every_drive_is_told_what_it_must_know(drives: Opened) -> None:
    arm = arm_on(drives, heartbeat_timeout=0.04, following_error=0.5, quick_stop_deceleration=100.0)
    arm.open()
    counts = 131_072 / 6.283185307179586
    assert drives.get(3, Index.CONSUMER_HEARTBEAT, 1) == 127 << 16 | 40
    assert drives.get(3, Index.ABORT_CONNECTION_OPTION) == 3
    assert drives.get(3, Index.QUICK_STOP_OPTION) == 2
    assert drives.get(3, Index.MODE_DISPLAY) == 8
    assert drives.get(3, Index.QUICK_STOP_DECELERATION) == round(100.0 * counts)
    assert drives.get(3, Index.FOLLOWING_ERROR_WINDOW) == round(0.5 * counts)
    assert drives.get(3, Index.POSITION_LIMITS, 2) == pytest.approx(JOINTS.upper[2] * counts, abs=1.0)
    arm.close()


def test_the_limits_of_coupled_motors_are_those_that_the_joints_allow(drives: Opened) -> None:
    coupling = [[float(row == column) for column in range(7)] for row in range(7)]
    coupling[6][0] = 0.5
    arm = arm_on(drives, joint_map={"coupling": coupling})
    arm.open()
    counts = 131_072 / 6.283185307179586
    most = JOINTS.upper[6] + 0.5 * JOINTS.upper[0]
    assert drives.get(7, Index.POSITION_LIMITS, 2) == pytest.approx(most * counts, abs=1.0)
    assert drives.get(1, Index.POSITION_LIMITS, 2) == pytest.approx(JOINTS.upper[0] * counts, abs=1.0)
    arm.close()


@pytest.mark.parametrize(
    ("index", "value", "words"),
    [
        (Index.DEVICE_TYPE, 401, "node 5 is no drive of profile CiA 402: its profile is 401"),
        (Index.SUPPORTED_MODES, 1, "drive 5 has no cyclic synchronous position mode"),
    ],
)
def test_what_cannot_do_the_work_is_refused(drives: Opened, index: Index, value: int, words: str) -> None:
    drives.put(5, index, value)
    arm = arm_on(drives)
    with pytest.raises(DeviceFault, match=words):
        arm.open()
    with pytest.raises(DeviceFault, match=words):
        arm.open()


def test_a_drive_that_cannot_watch_us_is_refused(drives: Opened) -> None:
    drives.forget(2, Index.ABORT_CONNECTION_OPTION)
    with pytest.raises(DeviceFault, match=r"drive 2 refuses object 0x6007:00 \(abort_connection_option\)"):
        arm_on(drives).open()


@pytest.mark.parametrize("index", [Index.SYNC_PERIOD, Index.FAULT_REACTION_OPTION])
def test_a_drive_may_lack_what_it_can_work_without(drives: Opened, index: Index) -> None:
    drives.forget(2, index)
    arm = arm_on(drives)
    arm.open()
    arm.close()


def test_a_drive_that_is_not_there_is_named(drives: Opened) -> None:
    with pytest.raises(DeviceLost, match="drive 9 does not answer on virtual"):
        arm_on(drives, joint_map={"motors": [1, 2, 3, 4, 5, 6, 9]}, answer_timeout=0.02).open()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"joint_map": {"motors": [1, 2, 3, 4, 5, 6, 200]}}, "expected node numbers from 1 to 127"),
        ({"joint_map": {"motors": ["a", 2, 3, 4, 5, 6, 7]}}, "expected node numbers from 1 to 127"),
        ({"counts_per_turn": [1, 2]}, "expected 7 or one for all, came 2"),
        ({"counts_per_turn": 1 << 40}, "a target has 32 bits"),
        ({"heartbeat_timeout": 0.5}, "<= 0.05"),
        ({"sync_period": 0.0}, ">= 0.001"),
        ({"sync_period": 0.0025}, "expected whole milliseconds, came 2.5 ms"),
        ({"nodes": 3}, "nodes"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_their_reason(options: dict[str, Any], words: str) -> None:
    with pytest.raises(BadOptions, match=words):
        CanopenArm(JOINTS, options, CONTEXT)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"interface": "udp_multicast", "channel": "239.1.2.3"}, "expected GROUP:PORT, came '239.1.2.3'"),
        ({"interface": "carrier_pigeon"}, "the bus carrier_pigeon can0 cannot be opened"),
    ],
)
def test_a_bus_that_cannot_be_opened_is_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(DeviceLost, match=words):
        CanopenArm(JOINTS, options, CONTEXT).open()


@pytest.mark.parametrize("library", ["can", "canopen"])
def test_without_its_libraries_the_extra_is_named(
    drives: Opened, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=r"pip install 'sutura\[can\]'"):
        arm_on(drives).open()


def test_on_a_virtual_can_of_the_kernel() -> None:
    drives = CanEmulator({"interface": "socketcan", "channel": "vcan0"})
    try:
        drives.start()
    except DeviceLost as error:
        pytest.skip(f"no vcan0 here: {error}")
    arm = arm_on(drives)
    arm.open()
    assert arm.read().position[2] == pytest.approx(0.12, abs=1e-3)
    arm.close()
    drives.close()
