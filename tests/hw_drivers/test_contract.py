"""The contract kit: a good driver keeps every clause, and each clause catches one that does a thing wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.hw_drivers import UnknownDriver
from sutura.hw_drivers.contract import (
    CLAUSES,
    ContractReport,
    Rig,
    look_at,
    markdown,
    read_report,
    run_contract,
    write_json,
)
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.errors import BadReport
from tests.hw_drivers.bench_arm import JOINTS

pytestmark = pytest.mark.realtime

GOOD = "tests.hw_drivers.bench_arm:BenchArm"
DEVICE = "tests.hw_drivers.bench_device:BenchDevice"
BY_ID = {clause.id: clause for clause in CLAUSES}
FLAWS = {
    "order": ("reads whenever",),
    "idempotent": ("opens once",),
    "readings": ("velocity is nan",),
    "enabling": ("jumps when enabled",),
    "homing": ("never homed",),
    "leaks": ("leaks a thread", "leaks a file"),
    "units": ("wrong sign", "wrong size", "joints swapped"),
    "returns_sent": ("sends less",),
    "speed": ("too fast",),
    "not_finite": ("takes nan",),
    "out_of_limits": ("takes beyond",),
    "other_joints": ("takes others",),
    "stale": ("takes stale",),
    "hold": ("runs on after HOLD",),
    "controlled": ("runs on after CONTROLLED",),
    "off": ("runs on after OFF",),
    "closing": ("closes on the run",),
    "silence": ("runs on in silence",),
    "killed": ("no rescue",),
    "known_state": ("opens blind",),
    "unplugged": ("never lost", "lost is a fault"),
    "bounded": ("blocks",),
    "plugged_again": ("cannot come back",),
    "drive_fault": ("hides faults",),
    "rate": ("slow write",),
    "jitter": ("slow write",),
    "write_latency": ("slow write",),
    "read_latency": ("slow read",),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="su") as path:
        yield Path(path)


def rig(device: EmulatedDevice, folder: Path, flaw: str = "", driver: str = GOOD) -> Rig:
    return Rig(
        driver,
        JOINTS,
        {**device.options, "flaw": flaw},
        folder,
        device=device,
        duration=0.5,
        homing_bound=0.3,
        judges_time=flaw in ("slow write", "slow read", "blocks", "too fast"),
    )


def test_a_good_driver_keeps_every_clause(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        report = run_contract(rig(device, folder))
    assert report.failed == ()
    assert report.passed
    assert [f.clause for f in report.findings if f.verdict == "skip"] == ["homing"], "its encoders are absolute"
    assert {f.clause for f in report.findings if f.verdict == "measured"} == {c.id for c in CLAUSES if c.is_timed}


def test_a_driver_that_needs_homing_homes(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        assert look_at(rig(device, folder, "needs homing"), BY_ID["homing"]).verdict == "pass"


@pytest.mark.parametrize(("clause", "flaw"), [(c, flaw) for c, flaws in FLAWS.items() for flaw in flaws])
def test_each_clause_catches_a_driver_that_breaks_it(folder: Path, clause: str, flaw: str) -> None:
    restless = flaw in ("runs on in silence", "no rescue", "closes on the run")
    with EmulatedDevice(DEVICE, {"stops_in_silence": not restless}) as device:
        finding = look_at(rig(device, folder, flaw), BY_ID[clause])
    assert finding.verdict == "fail", f"{flaw!r} was not caught by {clause!r}"
    assert finding.text


def test_every_clause_has_a_driver_that_breaks_it() -> None:
    assert {*FLAWS, "declared"} == set(BY_ID)


def test_a_driver_that_nothing_stops_declares_too_little(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        boundless = rig(device, folder, driver="tests.hw_drivers.bench_arm:BoundlessArm")
        finding = look_at(boundless, BY_ID["declared"])
    assert finding.verdict == "fail"
    assert "rescue" in finding.text


def test_hardware_that_may_not_move_is_not_moved_and_that_is_said(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        at_rest = rig(device, folder)
        at_rest.may_move = False
        report = run_contract(at_rest)
        assert device.truth().positions == (0.0, 0.0)
    skipped = {f.clause: f.text for f in report.findings if f.verdict == "skip"}
    assert skipped["units"] == "the device may not be moved"
    assert report.failed == ()


def test_a_report_is_kept_and_read_again(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        report = run_contract(rig(device, folder), [BY_ID["readings"], BY_ID["homing"]])
    write_json(report, folder / "report.json")
    assert read_report(folder / "report.json") == report
    page = markdown(report)
    assert "keeps its contract" in page
    assert "| `homing` |" in page
    assert "skipped" in page


def test_a_check_in_which_nothing_passed_is_no_pass(folder: Path) -> None:
    with EmulatedDevice(DEVICE) as device:
        report = run_contract(rig(device, folder), [BY_ID["homing"]])
    assert isinstance(report, ContractReport)
    assert not report.passed


def test_what_is_no_report_is_refused_in_words(folder: Path) -> None:
    with pytest.raises(BadReport, match="No such file"):
        read_report(folder / "none.json")
    (folder / "other.json").write_text('{"driver": 3}')
    with pytest.raises(BadReport, match="no contract report"):
        read_report(folder / "other.json")


def test_a_driver_that_is_not_there_is_no_finding(folder: Path) -> None:
    with pytest.raises(UnknownDriver, match="did you mean 'kinematic'"):
        run_contract(Rig("kinematik", JOINTS, {}, folder))
