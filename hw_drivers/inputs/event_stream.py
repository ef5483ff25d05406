"""The kernel's `struct input_event`, read from whatever carries it: a device node, or a socket."""

import os
import struct
from collections.abc import Callable
from typing import NamedTuple

from sutura.hw_drivers.errors import DeviceLost

EVENT = struct.Struct("@llHHi")  # struct input_event: s, µs, type, code, value
_MOST_BYTES = 64 * EVENT.size
_MOST_READS = 8  # in one poll: what floods is read further in the next


class InputEvent(NamedTuple):
    """One event: its type (EV_KEY, EV_ABS, EV_SYN, …), its code, and the value."""

    kind: int
    code: int
    value: int


class EventStream:
    """Takes events off a descriptor that does not block, in whatever pieces their bytes come."""

    def __init__(self, descriptor: int, who: str, close: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._who = who
        self._close = close
        self._rest = b""

    def read(self) -> list[InputEvent]:
        """What has come since; empty if nothing has. Never waits. Raises DeviceLost."""
        events: list[InputEvent] = []
        for _ in range(_MOST_READS):
            data = self._some()
            self._rest += data
            whole = len(self._rest) - len(self._rest) % EVENT.size
            events += [InputEvent(*row[2:]) for row in EVENT.iter_unpack(self._rest[:whole])]
            self._rest = self._rest[whole:]
            if len(data) < _MOST_BYTES:
                break
        return events

    def close(self) -> None:
        """Give the descriptor back."""
        self._close()

    def _some(self) -> bytes:
        try:
            data = os.read(self._descriptor, _MOST_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceLost(self._who, f"{error.strerror}; it was unplugged, or its driver has gone") from error
        if not data:
            raise DeviceLost(self._who, "the other end has closed the stream")
        return data
