"""The simulated drivers keep the contract of drivers, as hardware must: the world is their device."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from sutura.hw_drivers.contract import CLAUSES, Rig, run_contract
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.joints import joints_of_arm

pytestmark = pytest.mark.realtime

MODEL = "psm_classic_lnd"
TIMED = {clause.id for clause in CLAUSES if clause.is_timed}
BY_DEVICE = {clause.id for clause in CLAUSES if clause.by_device}


def test_mujoco_keeps_every_clause() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="su") as folder,
        EmulatedDevice("world", {"device_dir": folder, "model": MODEL, "silence": 0.2}) as world,
    ):
        rig = Rig(
            "mujoco",
            joints_of_arm(MODEL),
            {},
            Path(folder),
            device=world,
            rate=250.0,
            duration=0.5,
            judges_time=False,
        )
        report = run_contract(rig)
    assert [(f.clause, f.text) for f in report.findings if f.verdict == "fail"] == []
    skipped = {f.clause: f.text for f in report.findings if f.verdict == "skip"}
    assert set(skipped) == {"homing", "drive_fault"}
    assert "simulated drives have no faults" in skipped["drive_fault"]
    assert {f.clause for f in report.findings if f.verdict == "measured"} == TIMED


def test_kinematic_keeps_every_clause_that_needs_no_device() -> None:
    with tempfile.TemporaryDirectory(prefix="su") as folder:
        rig = Rig("kinematic", joints_of_arm(MODEL), {}, Path(folder), rate=250.0, duration=0.5, judges_time=False)
        report = run_contract(rig)
    assert [(f.clause, f.text) for f in report.findings if f.verdict == "fail"] == []
    skipped = {f.clause for f in report.findings if f.verdict == "skip"}
    assert skipped == {"homing", "killed", "known_state"} | BY_DEVICE, "it ends with its process, and has no bus"
