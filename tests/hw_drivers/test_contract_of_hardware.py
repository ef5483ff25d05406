"""The driver contract, clause by clause, for the drivers of CAN and dVRK arms on their emulated devices."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.hw_drivers.contract import Rig, run_contract
from sutura.hw_drivers.emulated import EmulatedDevice
from tests.hw_drivers.devices import JOINTS, NO_MULTICAST, options_of_the_arm, promptly, with_options

pytestmark = pytest.mark.realtime


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="su") as path:
        yield Path(path)


@pytest.mark.parametrize(
    ("driver", "kind", "rate"),
    [
        pytest.param("canopen", "can", 250.0, marks=pytest.mark.skipif(bool(NO_MULTICAST), reason=NO_MULTICAST)),
        ("dvrk", "dvrk", 500.0),
    ],
)
def test_it_keeps_every_clause(folder: Path, driver: str, kind: str, rate: float) -> None:
    motors = options_of_the_arm("real") if driver == "canopen" else {}
    with promptly(), EmulatedDevice(kind, motors) as device:
        options = with_options(motors, device.options, {"lost_after": 0.2})
        rig = Rig(driver, JOINTS, options, folder, device=device, rate=rate, duration=1.0, judges_time=False)
        report = run_contract(rig)
    assert [(f.clause, f.text) for f in report.findings if f.verdict == "fail"] == []
    assert report.passed
    assert [f.clause for f in report.findings if f.verdict == "skip"] == ["homing"], "its encoders are absolute"
