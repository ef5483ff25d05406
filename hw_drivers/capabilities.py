"""What a driver and its device can do; declared, and later proved by the contract test."""

from enum import IntEnum

import msgspec


class StopCategory(IntEnum):
    """Stop categories of IEC 60204-1."""

    OFF = 0  # remove power at once
    CONTROLLED = 1  # stop under control, then remove power
    HOLD = 2  # stop under control and hold, powered


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """Declarations that the actuator node and the checker rely on.

    modes: what commands it takes, `position`, `velocity`, `effort`; silence_stop_s: a watchdog in the device stops
    it this long after the last command [s], None if it has none; holds_unpowered: it keeps its position without
    power (brakes); simulated: no hardware moves; needs_world: it is a client of the `world` node; max_rate_hz: the
    fastest rate of reads and writes that it takes [Hz].
    """

    modes: tuple[str, ...] = ("position",)
    silence_stop_s: float | None = None
    holds_unpowered: bool = False
    simulated: bool = False
    needs_world: bool = False
    max_rate_hz: float = 1000.0
