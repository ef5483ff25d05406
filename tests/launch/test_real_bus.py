"""The hardware topology on an emulated CAN bus: recorded surgeon motion, a bus that is cut, and the way back."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutura.cli.operating import command_actuators, command_operators, reset_all
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.launch import load_topology
from sutura.runtime.clock import monotonic
from tests.hw_drivers.devices import NO_MULTICAST
from tests.launch.conftest import Program, wait_until

RECORDING = Path(__file__).resolve().parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"
pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(bool(NO_MULTICAST), reason=NO_MULTICAST),
    pytest.mark.skipif(
        not RECORDING.is_file(), reason=f"no {RECORDING.name} in ../shared/data beside the repository"
    ),
]

Start = Callable[..., Program]
SURGEON = ("master.driver=recording", f"master.driver.file={RECORDING}", "master.driver.rate=30")
SOON = "operator.script=[{at: 0.0, present: true, clutch: true}]"
FOR_NS = 3_000_000_000
PEDAL_NS = 200_000_000


@pytest.fixture
def bus() -> Iterator[EmulatedDevice]:
    choice = load_topology("real").nodes["arm"].driver
    assert choice is not None
    options = {name: choice.options[name] for name in ("joint_map", "counts_per_turn")}
    with EmulatedDevice("can", options) as device:
        yield device


def launched(program: Start, bus: EmulatedDevice) -> Program:
    """A run that waits for its operator: only the addresses differ from hardware."""
    addresses = [f"{name}={bus.options[name]}" for name in ("interface", "channel")]
    run = program("real", [*addresses, *SURGEON, SOON])
    run.until("run")
    return run


def arm_it(bus: EmulatedDevice) -> None:
    """What an operator does, in the order of the documentation; the pedal again, if the arm did not follow."""
    answers = [*command_actuators("enable", None, None), *reset_all(None)]
    assert all(answer.ok for answer in answers), answers

    def pedal() -> bool:
        for what in ("press_clutch", "release_clutch"):
            assert all(answer.ok for answer in command_operators(what, None, None))
            until = monotonic() + PEDAL_NS
            wait_until(lambda until=until: monotonic() > until, "a foot moves")  # type: ignore[misc]
        return bus.truth().is_moving

    wait_until(pedal, "the arm moves")


def test_recorded_surgeon_motion_on_the_bus_passes(program: Start, bus: EmulatedDevice) -> None:
    run = launched(program, bus)
    assert not bus.truth().is_powered, "nothing has power before a person says so"
    arm_it(bus)
    end, first = monotonic() + FOR_NS, bus.truth().positions
    wait_until(lambda: monotonic() > end, "it has moved for a while")
    assert bus.truth().positions != first
    assert run.end(signal.SIGINT) == 0
    report = json.loads((run.run / "report.json").read_text())
    assert report["verdict"] == "pass", report["reasons"]
    assert report["path"]["latency_us"]["p50"] is not None
    assert not bus.truth().is_powered, "the end of a run leaves no power on"


def test_a_bus_that_is_cut_holds_with_its_cause_and_comes_back_by_reset_and_re_clutch(
    program: Start, bus: EmulatedDevice
) -> None:
    run = launched(program, bus)
    arm_it(bus)
    bus.unplug()
    wait_until(lambda: not bus.truth().is_powered, "the drives have stopped by themselves")
    held = bus.truth().positions
    refused = reset_all(None)[0]
    assert not refused.ok
    assert "does not answer" in refused.refused
    bus.plug()
    assert all(answer.ok for answer in reset_all(None))
    assert not bus.truth().is_powered, "a reset alone powers nothing"
    assert bus.truth().positions == pytest.approx(held, abs=1e-6)
    arm_it(bus)
    assert run.end(signal.SIGINT) == 0
    report = json.loads((run.run / "report.json").read_text())
    assert len(report["trips"]) == 1
    told = [report["trips"][0]["cause"], *(event["text"] for event in report["events"])]
    lost = re.compile(r"device of driver 'CanopenArm of arm' does not answer: drive \d on udp_multicast")
    assert any(map(lost.search, told)), "a slow machine may miss the arm's heartbeat first, but the cause is told"
