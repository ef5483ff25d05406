"""What a bare stage needs of its transport, and the settings it is started with."""

from collections.abc import Callable
from typing import Protocol

import msgspec

FIFO_PRIORITY = 30
SILENCE_S = 5.0  # a stage that hears nothing for so long ends by itself


class StageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a bare chain. number: 0 is the source; hears, says: its addresses, empty at the ends of the
    chain; rate [Hz]; warmup: messages that are sent first and not counted;
    fifo: scheduled first in, first out, all its threads."""

    transport: str
    number: int
    hears: str
    says: str
    samples: int
    warmup: int
    rate: float
    fifo: bool


class StageResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage did. handled: messages after the warm-up; latencies [ns]: of the sink only; cpu_s and lasted_s:
    processor and wall time from its first message to its last."""

    handled: int
    cpu_s: float
    lasted_s: float
    latencies: list[int] = []


class Link(Protocol):
    """One stage's ends of the transport."""

    def wait_for_reader(self, timeout: float) -> bool:
        """Wait until the next stage hears this one; False if it does not within `timeout` seconds."""

    def send(self, data: bytes) -> None:
        """Send to the next stage."""

    def listen(self, handle: Callable[[bytes], bool]) -> None:
        """Give every message to `handle` until it returns True or nothing comes for `SILENCE_S`."""

    def close(self) -> None:
        """Close every end."""
