"""Keeps an input or operator device: one that is lost is silent, and taken again once it is there."""

from typing import Generic, Protocol, TypeVar

from sutura.hw_drivers import DeviceFault, DeviceLost, DriverError
from sutura.nodes import Node

_AGAIN_NS = 500_000_000

SampleT = TypeVar("SampleT", covariant=True)


class Device(Protocol[SampleT]):
    """What a hand and an operator device have in common."""

    def open(self) -> None:
        """Take the device."""

    def read(self, elapsed: float) -> SampleT | None:
        """The newest reading."""

    def close(self) -> None:
        """Give the device back."""


class DeviceKeeper(Generic[SampleT]):
    """Reads a node's device. A lost or faulty one makes the node say a fault, on which the watchdog trips; twice a
    second it is opened anew, and then the fault is gone, but motion needs an operator's reset and a re-clutch."""

    def __init__(self, node: Node, device: Device[SampleT]) -> None:
        self._node = node
        self._device = device
        self._again_at = 0  # 0: the device is open

    def open(self) -> None:
        """Take the device at the start. Raises DriverError."""
        self._device.open()

    def read(self) -> SampleT | None:
        """The newest reading; None while the device has nothing to say or is lost."""
        if self._again_at:
            self._try_again()
            return None
        try:
            return self._device.read(self._node.elapsed)
        except (DeviceLost, DeviceFault) as error:
            self._device.close()
            self._again_at = self._node.now() + _AGAIN_NS
            self._node.fault(str(error))
            return None

    def close(self) -> None:
        """Give the device back."""
        self._device.close()

    def _try_again(self) -> None:
        if self._node.now() < self._again_at:
            return
        try:
            self._device.open()
        except DriverError:
            self._again_at = self._node.now() + _AGAIN_NS  # the fault that was said still stands
        else:
            self._again_at = 0
            self._node.clear_fault()
            self._node.event("info", "the device is back")
