"""An emulated bus at the other end of a wire in memory, which may be spoilt; in place of a `SerialPort`."""

from collections.abc import Callable, Iterator
from typing import Protocol

from hypothesis import strategies as st

from sutura.hw_drivers.serial_servos.port import SerialPort

Spoil = Callable[[bytes], bytes]


class Bus(Protocol):
    def answers(self, data: bytes) -> Iterator[bytes]: ...


class WireInMemory(SerialPort):
    """Waiting is over as soon as nothing is left to read."""

    def __init__(self, bus: Bus, spoil: Spoil = bytes) -> None:
        super().__init__("a test", "memory", 1_000_000, 0.05)
        self.bus, self.spoil = bus, spoil
        self.waiting = bytearray()

    @property
    def is_there(self) -> bool:
        return True

    def open(self) -> None: ...

    def close(self) -> None: ...

    def clearPort(self) -> None:  # noqa: N802 (the SDKs' name)
        self.waiting.clear()

    def writePort(self, packet: list[int]) -> int:  # noqa: N802 (the SDKs' name)
        self.waiting += self.spoil(b"".join(self.bus.answers(bytes(packet))))
        return len(packet)

    def readPort(self, length: int) -> bytes:  # noqa: N802 (the SDKs' name)
        taken = bytes(self.waiting[: max(length, 0)])
        del self.waiting[: len(taken)]
        return taken

    def isPacketTimeout(self) -> bool:  # noqa: N802 (the SDKs' name)
        return not self.waiting


@st.composite
def spoils(draw: st.DrawFn) -> Spoil:
    """Flip, lose or add bytes in some of the answers."""
    flips = draw(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 255)), max_size=3))
    cut, extra, every = draw(st.integers(0, 8)), draw(st.binary(max_size=12)), draw(st.integers(1, 4))
    count = iter(range(10**9))

    def spoil(data: bytes) -> bytes:
        if not data or next(count) % every:
            return data
        changed = bytearray(data)
        for at, by in flips:
            changed[at % len(changed)] ^= by
        return extra + bytes(changed[: len(changed) - cut])

    return spoil
