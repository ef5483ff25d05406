"""The contract of what is only read: good drivers keep it, and each clause catches one that does a thing wrong."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from sutura.hw_drivers import Camera, CameraFrame, HandSample, InputDevice, load_input
from sutura.hw_drivers.contract import READER_CLAUSES, Finding, ReaderRig, check_reader
from sutura.messages import Pose

RATE = 200.0


class Hand(InputDevice):
    """Keeps the contract."""

    w = 1.0

    def _open(self) -> None: ...

    def _read(self, elapsed: float) -> HandSample | None:
        return HandSample(Pose((elapsed, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 0.0)


class Eye(Camera):
    """Keeps the contract."""

    backwards = 1

    def _open(self) -> None:
        self._seen = 0

    def _read(self) -> CameraFrame | None:
        self._seen += 1
        return CameraFrame(np.zeros((4, 6, 3), np.uint8), self.context.now() // 2 + self.backwards * self._seen)


class ReadsClosed(Hand):
    def read(self, elapsed: float) -> HandSample | None:
        return self._read(elapsed)


class OpensOnce(Hand):
    def open(self) -> None:
        if self._is_open:
            raise OSError("busy")
        super().open()


class Nowhere(Hand):
    def _read(self, elapsed: float) -> HandSample | None:
        return HandSample(Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), float("nan"))


class Backwards(Eye):
    """Its stamps run back."""

    backwards = -10_000_000_000


class Waits(Hand):
    def _read(self, elapsed: float) -> HandSample | None:
        time.sleep(0.02)
        return super()._read(elapsed)


class Leaks(Hand):
    def _open(self) -> None:
        os.open(os.devnull, os.O_RDONLY)


GOOD: list[type[InputDevice] | type[Camera]] = [Hand, Eye, load_input("circle"), load_input("script")]
BAD: dict[str, type[InputDevice] | type[Camera]] = {
    "closed": ReadsClosed,
    "idempotent": OpensOnce,
    "samples": Nowhere,
    "stamps": Backwards,
    "bounded": Waits,
    "leaks": Leaks,
}


def check(kind: type[InputDevice] | type[Camera], folder: Path) -> dict[str, Finding]:
    return {f.clause: f for f in check_reader(ReaderRig(kind=kind, options={}, device_dir=folder, rate=RATE))}


@pytest.mark.realtime
@pytest.mark.parametrize("kind", GOOD)
def test_good_drivers_keep_it(kind: type[InputDevice] | type[Camera], tmp_path: Path) -> None:
    findings = check(kind, tmp_path)
    assert not [f for f in findings.values() if f.verdict == "fail"]
    assert findings["unplugged"].verdict == "skip"
    assert "needs an emulated device" in findings["unplugged"].text


@pytest.mark.realtime
@pytest.mark.parametrize("clause", BAD)
def test_each_clause_catches_one_that_breaks_it_alone(clause: str, tmp_path: Path) -> None:
    findings = check(BAD[clause], tmp_path)
    assert [f.clause for f in findings.values() if f.verdict == "fail"] == [clause]


def test_every_clause_but_the_one_of_devices_has_a_driver_that_breaks_it() -> None:
    assert {clause.id for clause in READER_CLAUSES} - set(BAD) == {"unplugged"}
