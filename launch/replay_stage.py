"""Chosen nodes on a virtual clock, with a recording in place of all others."""

from collections.abc import Callable, Iterable

from sutura.messages import Frame, Message, RawMessage, as_raw
from sutura.record import RawRecorded
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.host import Host

Said = Callable[[Frame[RawMessage], bool], None]


class _Way:
    """The way out of one replayed place."""

    def __init__(self, stage: "ReplayStage") -> None:
        self._stage = stage

    def wants(self, topic: str) -> bool:
        """All that is said is compared."""
        return True

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Bring a frame to the other replayed places, and to whoever compares."""
        self._stage.carry(frame)


class ReplayStage:
    """Replayed places, stepped as in lockstep: at each moment the first place, in the order of the topology, that
    has mail or is due takes all its mail and runs.

    order: every place of the recorded run, in order; said: gets each frame, and whether an input caused it rather
    than a timer.
    """

    def __init__(self, configs: Iterable[PlaceConfig], order: Iterable[str], start: int, said: Said) -> None:
        self.clock = VirtualClock(start)
        self.hosts: dict[str, Host] = {}
        self._start = start
        self._said = said
        self._answers = False
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

    def feed(self, message: RawRecorded, place: str) -> None:
        """Bring a recorded message of another node, which lived in `place`, to its readers.

        Whoever stands before that place and has something to do now has done it before, as it was then.
        """
        self.run_before(message.stamp)
        self.clock.advance_to(message.stamp)
        self._settle(self._seats[place])
        for reader in self._readers.get(message.topic.topic, ()):
            self._mail[reader].append(message.data)

    def pass_by(self, message: RawRecorded, place: str) -> None:
        """Go on to where a recorded message of a replayed node stands: it has said it by now, or will not."""
        self.run_before(message.stamp)
        self.clock.advance_to(message.stamp)
        self._settle(self._seats[place] + 1)

    def run_before(self, end: int) -> None:
        """Do all that is due before `end` [ns], moment by moment."""
        if self.clock() < end:
            self._settle(len(self._seats))
        while (at := min(host.deadline() for host in self.hosts.values())) < end:
            self.clock.advance_to(at)
            self._settle(len(self._seats))

    def carry(self, frame: Frame[Message]) -> None:
        """Take a frame from a replayed place to the others that read it."""
        raw = as_raw(frame)
        data = raw.payload.data  # type: ignore[attr-defined]
        for reader in self._readers.get(frame.topic, ()):
            self._mail[reader].append(data)
        self._said(raw, self._answers)  # type: ignore[arg-type]

    def end(self) -> None:
        """Let every node leave its devices; what it says then is not compared."""
        self._said = _nobody
        for host in self.hosts.values():
            host.end()

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
