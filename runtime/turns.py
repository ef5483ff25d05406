"""Whose turn it is in lockstep: the one order in which places run, in one process or in many.

At each moment the first place in the topology's order that is due or has mail takes all its mail and runs, until
there is none; then time goes on to the next deadline.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from hashlib import blake2b

from sutura.nodes import Event
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig

NEVER = 2**62
_DIGEST_BYTES = 16
_LOT = 256


class Turns(ABC):
    """A seat for each place, in the topology's order: its mail, and when it runs next. Hashes all that is said."""

    def __init__(self, configs: Iterable[PlaceConfig]) -> None:
        self.clock = VirtualClock()
        self.start = self.clock()
        self.configs = {config.place: config for config in configs}
        self.seats = {place: seat for seat, place in enumerate(self.configs)}
        self.mail: list[list[bytes]] = [[] for _ in self.configs]
        self.due: list[int] = [NEVER] * len(self.configs)
        self.log: list[bytes] | None = None  # all that is said, for whoever wants to compare
        self.remarks: list[Event] = []  # what people should know and no place says
        self._said = blake2b(digest_size=_DIGEST_BYTES)
        self._fresh: list[bytes] = []  # said, but not hashed yet: many at once cost a fraction
        self._readers: dict[str, list[tuple[int, Callable[[bytes], None]]]] = {}
        for seat, config in enumerate(self.configs.values()):
            for topic, source in config.sources.items():
                if source.place != config.place:
                    self._readers.setdefault(topic, []).append((seat, self.mail[seat].append))

    @abstractmethod
    def visit(self, seat: int, letters: list[bytes]) -> int:
        """Let a place run with its mail, and clear what it took; returns when it must run next [ns]."""

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self.clock() - self.start) * 1e-9

    @property
    def recording_hash(self) -> str:
        """BLAKE2b over the bytes of every frame so far, in the order in which they were sent."""
        self._hash_fresh()
        return self._said.hexdigest()

    def _hash_fresh(self) -> None:
        self._said.update(b"".join(self._fresh))
        self._fresh.clear()

    def post(self, topic: str, data: bytes) -> None:
        """Take a frame that a place has sent to those that read its topic."""
        fresh = self._fresh
        fresh.append(data)
        if len(fresh) >= _LOT:
            self._hash_fresh()
        if self.log is not None:
            self.log.append(data)
        readers = self._readers.get(topic)
        if readers:
            now, due = self.clock.now(), self.due
            for seat, put in readers:
                put(data)
                due[seat] = now

    def run_until(self, seconds: float) -> None:
        """Move on to `seconds` after the start."""
        self.step_to(self.start + round(seconds * 1e9))

    def run_for(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.run_until(self.elapsed + seconds)

    def close(self) -> None:
        """Give back what stepping took."""

    def step_to(self, end: int) -> None:
        """Give every place its turns until `end` [ns], and set the clock to it."""
        now, due, mail, visit = self.clock(), self.due, self.mail, self.visit
        while (at := min(due)) <= end:
            if at > now:
                self.clock.advance_to(at)
                now = at
            seat = due.index(at)
            due[seat] = visit(seat, mail[seat])
        self.clock.advance_to(end)
