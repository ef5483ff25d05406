"""A driver on a rig that is only read: hands, operators' devices, cameras."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sutura.hw_drivers.camera import Camera, CameraFrame
from sutura.hw_drivers.context import DriverContext
from sutura.hw_drivers.contract.clause import Figure, NotApplicable
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.errors import DriverError
from sutura.hw_drivers.input_device import HandSample, InputDevice
from sutura.hw_drivers.operator_device import OperatorDevice, OperatorSample

Reader = InputDevice | OperatorDevice | Camera
Sample = HandSample | OperatorSample | CameraFrame
READS = 50


@dataclass(frozen=True, kw_only=True)
class ReaderRig:
    """A driver that is read. kind: its class; rate [Hz]: of reads; device: only where one is emulated."""

    kind: type[InputDevice] | type[OperatorDevice] | type[Camera]
    options: Mapping[str, object]
    device_dir: Path
    device: EmulatedDevice | None = None
    rate: float = 100.0

    def make(self) -> Reader:
        """A driver, closed."""
        return self.kind(self.options, DriverContext("contract", self.device_dir, time.monotonic_ns))

    @contextmanager
    def opened(self) -> Iterator[Callable[[], Sample | None]]:
        """What reads an open driver; it is closed at the end."""
        driver = self.make()
        try:
            driver.open()
            yield reader_of(driver)
        finally:
            with suppress(DriverError):
                driver.close()

    def samples(self) -> list[Sample]:
        """What a driver gives, read at the rig's rate. Raises NotApplicable where there is nothing."""
        with self.opened() as read:
            found: list[Sample] = []
            for _ in range(READS):
                sample = read()
                found += [] if sample is None else [sample]
                time.sleep(1.0 / self.rate)
        if not found:
            raise NotApplicable(f"gave nothing in {READS} reads: move or press something meanwhile")
        return found


def reader_of(driver: Reader) -> Callable[[], Sample | None]:
    """Its `read`, at the time that has passed since now."""
    if isinstance(driver, Camera):
        return driver.read
    began = time.monotonic()
    return lambda: driver.read(time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class ReaderClause:
    """One promise of what is read."""

    id: str
    promise: str
    check: Callable[[ReaderRig], Figure | None]
