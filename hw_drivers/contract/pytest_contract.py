"""The contract as a test class: `class TestMyDriver(DriverContract): driver = "mine"`; pytest runs a test a clause.

This module needs pytest, which Sutura itself does not.
"""

import inspect
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from sutura.hw_drivers.actuator import ActuatorDriver
from sutura.hw_drivers.contract.clause import Clause
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.contract.running import CLAUSES, look_at
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.joints import ActuatedJoints, joints_of_arm


class DriverContract:
    """Subclass it and name a driver. A clause that cannot be tried is a skipped test, with its reason.

    driver: its name, `module:Class`, or the class; options: of the driver; joints: those that it moves, without
    them the ones of the arm file `model`; device: the kind of an emulator that is started for it, with
    `device_options`; rate [Hz], duration [s]: as of `Rig`; judges_time: whether this machine is quiet enough to
    judge jitter and latency; may_move: whether the device may be moved.
    """

    driver: ClassVar[str | type[ActuatorDriver]]
    options: ClassVar[Mapping[str, object]] = {}
    joints: ClassVar[ActuatedJoints | None] = None
    model: ClassVar[str] = "psm_classic_lnd"
    device: ClassVar[str | None] = None
    device_options: ClassVar[Mapping[str, object]] = {}
    rate: ClassVar[float | None] = 100.0
    duration: ClassVar[float] = 60.0
    judges_time: ClassVar[bool] = False
    may_move: ClassVar[bool] = True

    @pytest.fixture(scope="class")
    def rig(self) -> Iterator[Rig]:
        """The driver on its rig, with its device."""
        with tempfile.TemporaryDirectory(prefix="su") as folder:
            device = None
            if self.device is not None:
                where = {"device_dir": folder} if self.device == "world" else {}
                device = EmulatedDevice(self.device, {**self.device_options, **where})
            try:
                yield self._rig(Path(folder), device)
            finally:
                if device is not None:
                    device.close()

    @pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
    def test_clause(self, rig: Rig, clause: Clause) -> None:
        """One promise of the contract."""
        finding = look_at(rig, clause)
        if finding.verdict == "skip":
            pytest.skip(finding.text)
        assert finding.verdict != "fail", f"{clause.promise}: {finding.text}"

    def _rig(self, folder: Path, device: EmulatedDevice | None) -> Rig:
        return Rig(
            _named(self.driver),
            self.joints or joints_of_arm(self.model),
            {**self.options, **(device.options if device else {})},
            folder,
            device=device,
            rate=self.rate,
            duration=self.duration,
            judges_time=self.judges_time,
            may_move=self.may_move,
        )


def _named(driver: str | type[ActuatorDriver]) -> str:
    """The name by which another process finds the class too."""
    if isinstance(driver, str):
        return driver
    module = driver.__module__
    if module.partition(".")[0] in ("tests", "__main__") or inspect.getmodule(driver) is None:
        return f"{inspect.getsourcefile(driver)}:{driver.__qualname__}"
    return f"{module}:{driver.__qualname__}"
