"""A CAN bus through python-can, without a thread: frames are taken when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sutura.hw_drivers.errors import DeviceLost, MissingExtra

if TYPE_CHECKING:
    import can

_SEND_S = 0.002  # how long a frame may wait for room


class BusAddress(msgspec.Struct, frozen=True):
    """How a bus is reached: python-can's interface and channel, bitrate [bit/s]; on `udp_multicast`, GROUP:PORT."""

    interface: str
    channel: str
    bitrate: int | None = None

    def __str__(self) -> str:
        return f"{self.interface} {self.channel}"

    def arguments(self) -> dict[str, str | int | bool]:
        """What python-can is asked for. Raises ValueError."""
        asked: dict[str, str | int | bool] = {"interface": self.interface, "channel": self.channel}
        if self.bitrate is not None:
            asked["bitrate"] = self.bitrate
        if self.interface == "udp_multicast":
            group, colon, port = self.channel.rpartition(":")
            if not (group and colon and port.isdecimal()):
                raise ValueError(f"expected GROUP:PORT, came {self.channel!r}")
            asked.update(channel=group, port=int(port), fd=False)
        return asked


class CanLink:
    """One end of a bus. owner: the driver's name in messages to people. Raises DeviceLost where the bus fails."""

    def __init__(self, owner: str, address: BusAddress) -> None:
        try:
            import can
        except ImportError as error:
            raise MissingExtra(owner, "can", "python-can") from error
        self.owner = owner
        self.address = address
        self._message = can.Message
        self._troubles = (can.CanError, OSError)
        try:
            self.bus: can.BusABC = can.Bus(**address.arguments())  # type: ignore[arg-type]
        except (*self._troubles, ValueError, TypeError, ImportError, NotImplementedError) as error:
            raise DeviceLost(owner, f"the bus {address} cannot be opened: {error}") from error

    def frame(self, identifier: int, data: bytes) -> can.Message:
        """A frame to keep: its data may be changed in place and sent again."""
        return self._message(arbitration_id=identifier, is_extended_id=False, data=data)

    def send(self, frame: can.Message) -> None:
        """Send a frame. Raises DeviceLost."""
        try:
            self.bus.send(frame, _SEND_S)
        except self._troubles as error:
            raise DeviceLost(self.owner, f"the bus {self.address} takes no frames: {error}") from error

    def receive(self, wait_s: float = 0.0) -> can.Message | None:
        """The next frame, within a time [s]; None if there is none. Raises DeviceLost."""
        try:
            return self.bus.recv(wait_s)
        except self._troubles as error:
            raise DeviceLost(self.owner, f"the bus {self.address} gives no frames: {error}") from error

    def close(self) -> None:
        """Leave the bus."""
        self.bus.shutdown()
