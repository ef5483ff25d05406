"""Clauses about what fails: the bus, the drive, and a device that does not answer."""

import time
from collections.abc import Callable
from contextlib import suppress

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, NotApplicable, require, within
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.errors import DeviceFault, DeviceLost, DriverError, EmulatorFell

_SEEN_S = 0.5  # within which a loss or a fault is noticed


def unplugged(rig: Rig) -> Figure:
    """A bus that is gone is a lost device, soon."""
    device = _device(rig)
    with rig.enabled() as driver:
        try:
            device.unplug()
            took, error = _until_error(rig, driver)
        finally:
            device.plug()
        require(isinstance(error, DeviceLost), f"expected DeviceLost, came {type(error).__name__}: {error}")
        require(
            driver.name in str(error) or rig.driver in str(error), f"the error does not name the driver: {error}"
        )
    return within(took, _SEEN_S, "s", "the loss of the bus was noticed late")


def bounded(rig: Rig) -> Figure:
    """No call blocks for long, also while the device is gone."""
    device, longest = _device(rig), 0.0
    with rig.enabled() as driver:
        hold = rig.command(rig.goal(driver.read().position, 0, 0.0))
        try:
            device.unplug()
            for _ in rig.pace(1.0):
                longest = max(longest, _lasts(lambda: driver.write(hold)), _lasts(driver.read))
        finally:
            device.plug()
    return within(1e3 * longest, 1e3 * rig.patience, "ms", "a call blocks")


def plugged_again(rig: Rig) -> None:
    """After the loss, close and open are the clean way back."""
    device = _device(rig)
    driver = rig.make()
    driver.open()
    rig.first_reading(driver)
    driver.enable()
    device.unplug()
    try:
        _until_error(rig, driver)
        with suppress(DeviceLost):  # a device that is gone cannot be left in good order
            driver.close()
        rig.require_state(driver, DriverState.CLOSED)
    finally:
        device.plug()
    with rig.enabled() as again:
        rig.go_to(again, rig.goal(again.read().position, 0))


def drive_fault(rig: Rig) -> Figure:
    """A drive's fault is reported in words; repaired, it works after being opened anew."""
    device = _device(rig)
    try:
        with rig.enabled() as driver:
            device.fail(0)
            took, error = _until_error(rig, driver)
            require(isinstance(error, DeviceFault), f"expected DeviceFault, came {type(error).__name__}: {error}")
    except EmulatorFell as error:
        raise NotApplicable(f"its device cannot fail: {error}") from error
    finally:
        device.repair()
    with rig.enabled() as again:
        rig.go_to(again, rig.goal(again.read().position, 0))
    return within(took, _SEEN_S, "s", "a drive's fault was noticed late")


def _device(rig: Rig) -> EmulatedDevice:
    if rig.device is None:
        raise NotApplicable("needs an emulated device that can be pulled out")
    return rig.device


def _until_error(rig: Rig, driver: ActuatorDriver) -> tuple[float, DriverError]:
    """Write and read until the driver says that something is wrong; how long that took [s], and what it said."""
    hold = rig.command(rig.goal(rig.truth().positions, 0, 0.0))
    for t in rig.pace(_SEEN_S + 1.5):
        try:
            driver.write(hold)
            driver.read()
        except DriverError as error:
            return t, error
    raise Broken(f"{_SEEN_S + 1.5:g} s later neither write nor read says that anything is wrong")


def _lasts(call: Callable[[], object]) -> float:
    begun = time.monotonic()
    with suppress(DriverError):  # that it says so is another clause
        call()
    return time.monotonic() - begun


CLAUSES = (
    Clause("unplugged", "a bus that is gone is a lost device, soon", unplugged, by_device=True),
    Clause("bounded", "no call blocks, also while the device is gone", bounded, by_device=True, is_timed=True),
    Clause(
        "plugged_again", "after a loss, close and open are the way back", plugged_again, moves=True, by_device=True
    ),
    Clause(
        "drive_fault",
        "a drive's fault is reported in words, and can be cleared",
        drive_fault,
        moves=True,
        by_device=True,
    ),
)
