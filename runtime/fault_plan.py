"""What a place is told of the faults that are to be injected into it. Times are ns after the start of the run."""

from random import Random

import msgspec

from sutura.hw_drivers import SensorFault

DROP, DELAY, DUPLICATE, REORDER, CORRUPT = "drop", "delay", "duplicate", "reorder", "corrupt"


class Spread(msgspec.Struct, frozen=True):
    """A time [s], always the same or drawn. kind: `constant` (a), `uniform` (a to b) or `normal` (mean a, standard
    deviation b; what would be below 0 is 0)."""

    kind: str
    a: float
    b: float = 0.0

    def draw(self, random: Random) -> int:
        """One of them [ns]."""
        match self.kind:
            case "uniform":
                seconds = random.uniform(self.a, self.b)
            case "normal":
                seconds = random.gauss(self.a, self.b)
            case _:
                seconds = self.a
        return max(0, round(seconds * 1e9))


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Base of faults that last. until: None lasts to the end of the run; number: of its entry in the topology."""

    number: int
    at: int
    until: int | None = None

    def holds(self, now: int) -> bool:
        """Whether it is on at `now` [ns after the start]."""
        return self.at <= now and (self.until is None or now < self.until)


class ConnectionFault(Window, frozen=True, kw_only=True):
    """A fault on the way of a topic's messages into the place. share: of the messages that it strikes (0 to 1);
    by: how long each is delayed; bits: how many of each are flipped."""

    kind: str
    topic: str
    share: float = 1.0
    by: Spread = Spread("constant", 0.0)
    bits: int = 1


class Slowness(Window, frozen=True, kw_only=True):
    """Every round of the place's work takes longer. by: how much."""

    by: Spread


class ClockJump(msgspec.Struct, frozen=True, kw_only=True):
    """The place's clock goes wrong from a time on. by [ns]: how far, to the past if below 0."""

    number: int
    at: int
    by: int


class PlaceFaults(msgspec.Struct, frozen=True, kw_only=True):
    """All faults of one place. sensors: by node."""

    connections: tuple[ConnectionFault, ...] = ()
    slowness: tuple[Slowness, ...] = ()
    jumps: tuple[ClockJump, ...] = ()
    sensors: dict[str, tuple[SensorFault, ...]] = {}


def random_of(seed: int, number: int, place: str) -> Random:
    """The chance of one fault in one place: the same for equal seeds of a run, whatever else is random in it."""
    return Random(f"{seed}/{number}/{place}")
