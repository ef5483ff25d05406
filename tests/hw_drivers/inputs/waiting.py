"""Waits for what comes through sockets."""

import time
from collections.abc import Callable
from typing import TypeVar

_PATIENCE_S = 10.0
SampleT = TypeVar("SampleT")


def until(read: Callable[[], SampleT], holds: Callable[[SampleT], bool]) -> SampleT:
    """Read until something holds: bytes need their time through a socket."""
    end = time.monotonic() + _PATIENCE_S
    while not holds(sample := read()):
        assert time.monotonic() < end, f"still {sample}"
    return sample
