"""The drivers of serial servos keep the contract of drivers, on emulated buses over their real protocols."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from sutura.hw_drivers import ActuatedJoints
from sutura.hw_drivers.contract import CLAUSES, Rig, run_contract
from sutura.hw_drivers.emulated import EmulatedDevice

pytestmark = pytest.mark.realtime

JOINTS = ActuatedJoints(("pan", "lift", "jaw"), (-1.5,) * 3, (1.5,) * 3, (2.0,) * 3, (0.0,) * 3)
PATIENT: dict[str, dict[str, object]] = {  # a busy machine must not look like a lost device, or like silence
    "dynamixel": {"reply_timeout": 0.2, "bus_watchdog": 0.5},
    "feetech": {"reply_timeout": 0.2, "joint_map": {"motors": [1, 2, 3]}},  # a rescue need not look for them
}


@pytest.mark.parametrize("kind", PATIENT)
def test_every_clause_of_the_contract_is_kept(kind: str) -> None:
    with EmulatedDevice(kind, {"motors": 3}) as device, tempfile.TemporaryDirectory(prefix="su") as folder:
        rig = Rig(
            kind,
            JOINTS,
            {**device.options, **PATIENT[kind]},
            Path(folder),
            device=device,
            rate=200.0,
            duration=0.5,
            judges_time=False,
        )
        report = run_contract(rig)
    assert [(f.clause, f.text) for f in report.findings if f.verdict == "fail"] == []
    assert report.passed
    assert [f.clause for f in report.findings if f.verdict == "skip"] == ["homing"], "its encoders are absolute"
    assert {f.clause for f in report.findings if f.verdict == "measured"} == {c.id for c in CLAUSES if c.is_timed}
