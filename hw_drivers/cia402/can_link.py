"""A CAN bus through python-can, without a thread: frames are taken when somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sutura.hw_drivers.errors import DeviceLost, MissingExtra

if TYPE_CHECKING:
    import can

_SEND_S = 0.002  # how long a frame may wait for room


class BusAddress(msgspec.Struct, frozen=True):
    """How a bus is reached: python-can's interface and channel, bitrate [bit/s], the port of `udp_multicast`."""

    interface: str
    channel: str
    bitrate: int | None = None
    port: int | None = None

    def __str__(self) -> str:
        return f"{self.interface} {self.channel}{'' if self.port is None else f':{self.port}'}"


class CanLink:
    """One end of a bus. owner: the driver's name in messages to people. Raises DeviceLost where the bus fails."""

    def __init__(self, owner: str, address: BusAddress) -> None:
        self.owner = owner
        self.address = address
        self.bus = _opened(owner, address)

    def frame(self, identifier: int, data: bytes) -> can.Message:
        """A frame to keep: its data may be changed in place and sent again."""
        import can

        return can.Message(arbitration_id=identifier, is_extended_id=False, data=data)

    def send(self, frame: can.Message) -> None:
        """Send a frame. Raises DeviceLost."""
        import can

        try:
            self.bus.send(frame, _SEND_S)
        except (can.CanError, OSError) as error:
            raise DeviceLost(self.owner, f"the bus {self.address} takes no frames: {error}") from error

    def receive(self, wait_s: float = 0.0) -> can.Message | None:
        """The next frame, within a time [s]; None if there is none. Raises DeviceLost."""
        import can

        try:
            return self.bus.recv(wait_s)
        except (can.CanError, OSError) as error:
            raise DeviceLost(self.owner, f"the bus {self.address} gives no frames: {error}") from error

    def close(self) -> None:
        """Leave the bus."""
        self.bus.shutdown()


def _opened(owner: str, address: BusAddress) -> can.BusABC:
    try:
        import can
    except ImportError as error:
        raise MissingExtra(owner, "can", "python-can") from error
    more: dict[str, int | bool] = {} if address.bitrate is None else {"bitrate": address.bitrate}
    if address.port is not None:
        more["port"] = address.port
    if address.interface == "udp_multicast":
        more["fd"] = False
    try:
        return can.Bus(channel=address.channel, interface=address.interface, **more)  # type: ignore[arg-type]
    except (can.CanError, OSError, ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise DeviceLost(owner, f"the bus {address} cannot be opened: {error}") from error
