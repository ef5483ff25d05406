"""Whose turn it is in lockstep: the one order in which places run, in one process or in many.

At each moment the first place in the topology's order that is due or has mail takes all its mail and runs, until
there is none; then time goes on to the next deadline.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b

from sutura.nodes import Event
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig

NEVER = 2**62
Call = Callable[[list[bytes]], int]
_DIGEST_BYTES = 16
_LOT = 256


def nobody(letters: list[bytes]) -> int:
    """In the seat of a place that is gone: what is sent to it is lost."""
    letters.clear()
    return NEVER


class Turns:
    """A seat for each place, in the topology's order: its mail, and when it runs next. Hashes all that is said.

    calls: by seat, what lets a place run with its mail, takes it away, and says when it must run next [ns].
    """

    def __init__(self, configs: Iterable[PlaceConfig]) -> None:
        self.clock = VirtualClock()
        self.start = self.clock()
        self.configs = {config.place: config for config in configs}
        self.seats = {place: seat for seat, place in enumerate(self.configs)}
        self.mail: list[list[bytes]] = [[] for _ in self.configs]
        self.due: list[int] = [NEVER] * len(self.configs)
        self.calls: list[Call] = [nobody] * len(self.configs)
        self.remarks: list[Event] = []  # what people should know and no place says
        self._said = blake2b(digest_size=_DIGEST_BYTES)
        self._fresh: list[bytes] = []  # said, but not hashed yet: many at once cost a fraction
        self._readers: dict[str, list[tuple[int, Callable[[bytes], None]]]] = {}
        self._log: list[bytes] | None = None
        for seat, config in enumerate(self.configs.values()):
            for topic, source in config.sources.items():
                if source.place != config.place:
                    self._readers.setdefault(topic, []).append((seat, self.mail[seat].append))

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self.clock() - self.start) * 1e-9

    @property
    def recording_hash(self) -> str:
        """BLAKE2b over the bytes of every frame so far, in the order in which they were sent."""
        self._hash_fresh()
        return self._said.hexdigest()

    def take_log(self) -> list[bytes]:
        """All that was said since this was last asked; the first time nothing, as nothing was kept."""
        self._hash_fresh()
        log, self._log = self._log or [], []
        return log

    def stop_log(self) -> None:
        """Keep nothing from now on."""
        self._log = None

    def _hash_fresh(self) -> None:
        """Also what else costs less for many messages at once than for each."""
        self._said.update(b"".join(self._fresh))
        if self._log is not None:
            self._log += self._fresh
        self._fresh.clear()

    def post(self, topic: str, data: bytes) -> None:
        """Take a frame that a place has sent to those that read its topic."""
        self._fresh.append(data)
        now, due = self.clock.at, self.due
        for seat, put in self._readers.get(topic, ()):
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
        now, due, mail, calls = self.clock.at, self.due, self.mail, self.calls
        while (at := min(due)) <= end:
            if at > now:
                self.clock.at = now = at
                if len(self._fresh) >= _LOT:
                    self._hash_fresh()
            seat = due.index(at)
            due[seat] = calls[seat](mail[seat])
        self.clock.advance_to(end)
