"""Chosen nodes on a virtual clock, with a recording in place of all others."""

from collections import deque
from collections.abc import Callable, Iterable

from sutura.messages import Frame, Message, RawMessage, as_raw
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.host import Host

_PATIENCE_NS = 50_000_000
Said = Callable[[Frame[RawMessage], bool], None]


class _Way:
    """The way out of one replayed place."""

    def __init__(self, stage: "ReplayStage") -> None:
        self._stage = stage

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Bring a frame to the other replayed places, and to whoever compares."""
        self._stage.carry(frame)


class ReplayStage:
    """Replayed places, stepped as in lockstep: at each moment the first place, in the order of the topology, that
    has mail or is due takes all its mail and runs.

    order: every place of the recorded run, in order; said: gets each frame, and whether an input caused it rather
    than a timer; holds: what the places say to one another waits until it is released, as it took time then.
    """

    def __init__(
        self, configs: Iterable[PlaceConfig], order: Iterable[str], start: int, said: Said, holds: bool
    ) -> None:
        self.clock = VirtualClock(start)
        self.hosts: dict[str, Host] = {}
        self._start = start
        self._said = said
        self._answers = False
        self._holds = holds
        self._held: dict[tuple[str, str], deque[tuple[int, int, bytes]]] = {}
        self._seats = {place: seat for seat, place in enumerate(order)}
        self._mail: dict[str, list[bytes]] = {}
        self._readers: dict[str, list[str]] = {}
        for config in sorted(configs, key=lambda config: self._seats[config.place]):
            self._mail[config.place] = []
            for topic, source in config.sources.items():
                if source.place != config.place or source.node not in {node.name for node in config.nodes}:
                    self._readers.setdefault(topic, []).append(config.place)
            self.hosts[config.place] = Host(config, self.clock, _Way(self))

    def begin(self) -> None:
        """Start the nodes."""
        for host in self.hosts.values():
            host.begin(self._start)

    def advance_to(self, at: int, place: str, inclusive: bool) -> None:
        """Go on to the moment `at` [ns], in which `place` says something.

        Whoever stands before that place, or up to it, and has something to do has done it before.
        """
        self.run_before(at)
        self.clock.advance_to(at)
        self._settle(self._seats[place] + inclusive)

    def feed(self, topic: str, data: bytes) -> None:
        """Bring a recorded message to all that read its topic."""
        for place in self._readers.get(topic, ()):
            self._mail[place].append(data)

    def deliver(self, at: int, place: str, data: bytes) -> None:
        """Bring a recorded message to one place at `at` [ns]."""
        self.run_before(at)
        self.clock.advance_to(at)
        self._mail[place].append(data)

    def release(self, at: int, place: str, topic: str, number: int) -> None:
        """Bring to one place, at `at` [ns], what is held for it of this topic and number.

        Older numbers were never handled, and go.
        """
        self.run_before(at)
        self.clock.advance_to(at)
        held = self._held.get((place, topic))
        while held and held[0][0] <= number:
            seq, _, data = held.popleft()
            if seq == number:
                self._mail[place].append(data)

    def run_before(self, end: int) -> None:
        """Do all that is due before `end` [ns], moment by moment."""
        if self.clock() < end:
            self._lose_patience(end)
            self._settle(len(self._seats))
        while (at := min(host.deadline() for host in self.hosts.values())) < end:
            self.clock.advance_to(at)
            self._settle(len(self._seats))

    def carry(self, frame: Frame[Message]) -> None:
        """Take a frame from a replayed place to the others that read it."""
        raw = as_raw(frame)
        data = raw.payload.data  # type: ignore[attr-defined]
        for place in self._readers.get(frame.topic, ()):
            if self._holds:
                self._held.setdefault((place, frame.topic), deque()).append((frame.seq, frame.stamp, data))
            else:
                self._mail[place].append(data)
        self._said(raw, self._answers)  # type: ignore[arg-type]

    def end(self) -> None:
        """Let every node leave its devices; what it says then is not compared."""
        self._said = _nobody
        for host in self.hosts.values():
            host.end()

    def _lose_patience(self, now: int) -> None:
        """What nobody said then, as the nodes say more now, is brought all the same."""
        for (place, _), held in self._held.items():
            while held and held[0][1] < now - _PATIENCE_NS:
                self._mail[place].append(held.popleft()[2])

    def _settle(self, seats: int) -> None:
        """Let the places before this seat do what they have to do now."""
        now = self.clock()
        while (place := self._next(now)) is not None and self._seats[place] < seats:
            host, letters = self.hosts[place], self._mail[place]
            self._mail[place] = []
            self._answers = bool(letters)
            for data in letters:
                host.deliver(data)
            host.run()

    def _next(self, now: int) -> str | None:
        """The first place that has mail or is due."""
        for place, host in self.hosts.items():
            if self._mail[place] or host.deadline() <= now:
                return place
        return None


def _nobody(frame: Frame[RawMessage], answers: bool) -> None:
    """Does not listen any more."""
