"""What connection faults do to messages on their way into a place: bytes in, bytes out, now or later.

Each fault is a stage; the stages of a topic stand one behind the other, in the order of the faults. Outside of its
time a stage lets everything past. Nothing here reads a message: bytes are dropped, held or damaged as on a wire.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from random import Random

from sutura.messages import prefix_of, topic_prefix
from sutura.runtime import fault_plan
from sutura.runtime.fault_plan import ConnectionFault, random_of

NEVER = 2**62


class Stage:
    """One fault on one topic; as it stands it strikes nothing. Times are ns after the start of the run.

    met: messages that came while it was on; struck: those it did something to.
    """

    def __init__(self, fault: ConnectionFault, random: Random) -> None:
        self.fault = fault
        self.met = 0
        self.struck = 0
        self.random = random

    @property
    def next_at(self) -> int:
        """When something that it holds must go on."""
        return NEVER

    def take(self, data: bytes, now: int) -> Iterable[bytes]:
        """What goes on at once when a message comes."""
        if not self.fault.holds(now):
            return self.pass_by(data)
        self.met += 1
        if self.random.random() >= self.fault.share:
            return self.pass_by(data)
        self.struck += 1
        return self.strike(data, now)

    def pass_by(self, data: bytes) -> Iterable[bytes]:
        """What goes on when a message is not struck."""
        return (data,)

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        """What goes on at once when a message is struck."""
        return (data,)

    def release(self, now: int) -> Iterator[bytes]:
        """What was held until now and goes on."""
        yield from ()

    def __str__(self) -> str:
        fault = self.fault
        return f"fault {fault.number} ({fault.kind} {fault.topic}) struck {self.struck} of {self.met} messages"


class Drop(Stage):
    """A struck message does not arrive."""

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        return ()


class Duplicate(Stage):
    """A struck message arrives twice."""

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        return (data, data)


class Corrupt(Stage):
    """Some bits of a struck message arrive flipped, anywhere in it."""

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        damaged = bytearray(data)
        for bit in self.random.sample(range(8 * len(data)), min(self.fault.bits, 8 * len(data))):
            damaged[bit // 8] ^= 1 << bit % 8
        return (bytes(damaged),)


class Delay(Stage):
    """A struck message arrives later, and what comes after it never before it: a stream keeps its order."""

    def __init__(self, fault: ConnectionFault, random: Random) -> None:
        super().__init__(fault, random)
        self._held: deque[tuple[int, bytes]] = deque()

    @property
    def next_at(self) -> int:
        return self._held[0][0] if self._held else NEVER

    def pass_by(self, data: bytes) -> Iterable[bytes]:
        if not self._held:
            return (data,)
        self._held.append((self._held[-1][0], data))
        return ()

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        at = now + self.fault.by.draw(self.random)
        self._held.append((max(at, self._held[-1][0]) if self._held else at, data))
        return ()

    def release(self, now: int) -> Iterator[bytes]:
        while self._held and self._held[0][0] <= now:
            yield self._held.popleft()[1]


class Reorder(Stage):
    """A struck message is held back until the next one of its topic has gone past it, or the fault ends."""

    def __init__(self, fault: ConnectionFault, random: Random) -> None:
        super().__init__(fault, random)
        self._held: bytes | None = None

    @property
    def next_at(self) -> int:
        return NEVER if self._held is None or self.fault.until is None else self.fault.until

    def pass_by(self, data: bytes) -> Iterable[bytes]:
        if self._held is None:
            return (data,)
        held, self._held = self._held, None
        return (data, held)

    def strike(self, data: bytes, now: int) -> Iterable[bytes]:
        if self._held is not None:
            self.struck -= 1  # it is the one that goes past
            return self.pass_by(data)
        self._held = data
        return ()

    def release(self, now: int) -> Iterator[bytes]:
        if self._held is not None and now >= self.next_at:
            yield self._held
            self._held = None


_STAGES: dict[str, Callable[[ConnectionFault, Random], Stage]] = {
    fault_plan.DROP: Drop,
    fault_plan.DELAY: Delay,
    fault_plan.DUPLICATE: Duplicate,
    fault_plan.REORDER: Reorder,
    fault_plan.CORRUPT: Corrupt,
}


class Inlet:
    """All connection faults of one place."""

    def __init__(self, faults: Iterable[ConnectionFault], seed: int, place: str) -> None:
        self.stages = [_STAGES[fault.kind](fault, random_of(seed, fault.number, place)) for fault in faults]
        self._ways: dict[bytes, list[Stage]] = {}
        for stage in self.stages:
            self._ways.setdefault(topic_prefix(stage.fault.topic), []).append(stage)

    @property
    def next_at(self) -> int:
        """When something that is held must go on [ns after the start]."""
        return min((stage.next_at for stage in self.stages), default=NEVER)

    def take(self, data: bytes, now: int) -> list[bytes]:
        """What arrives at once when a message comes from the wire."""
        return _through(self._ways.get(prefix_of(data), ()), data, now)

    def release(self, now: int) -> list[bytes]:
        """What was held until now and arrives."""
        arriving: list[bytes] = []
        for way in self._ways.values():
            for number, stage in enumerate(way):
                for data in stage.release(now):
                    arriving += _through(way[number + 1 :], data, now)
        return arriving

    def flush(self) -> list[bytes]:
        """All that is held, at the end of the run: nothing strikes it any more."""
        return [data for way in self._ways.values() for stage in reversed(way) for data in stage.release(NEVER)]


def _through(stages: Iterable[Stage], data: bytes, now: int) -> list[bytes]:
    """One message through the stages that lie before it."""
    letters = [data]
    for stage in stages:
        letters = [each for letter in letters for each in stage.take(letter, now)]
    return letters
