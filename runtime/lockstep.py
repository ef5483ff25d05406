"""A whole topology on one thread and one virtual clock: places run in order, messages travel as on the wire.

The clock is a value that moves to the next deadline of any place; a message takes no time. Nodes cannot tell the
difference. A place can be killed or frozen, which is how safety is rehearsed to the microsecond.
"""

from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from sutura.messages import Frame, Message, encode_frame
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.host import Host

Observer = Callable[[Frame[Message]], None]


class Wire:
    """The way out of one place in lockstep: bytes, as on a socket."""

    def __init__(self, lockstep: "Lockstep") -> None:
        self._lockstep = lockstep

    def wants(self, topic: str) -> bool:
        """Every topic is worth sending: whoever watches the run may look at it."""
        return True

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Queue a frame for every place that reads its topic."""
        self._lockstep.carry(frame)


class Lockstep:
    """Steps the places of a topology together."""

    def __init__(self, configs: Iterable[PlaceConfig]) -> None:
        self.clock = VirtualClock()
        self.start = self.clock()
        self.hosts: dict[str, Host] = {}
        self.observers: list[Observer] = []
        self._configs = {config.place: config for config in configs}
        self._frozen: set[str] = set()
        self._readers: dict[str, list[str]] = {}
        self._mail: deque[tuple[str, bytes]] = deque()
        for place, config in self._configs.items():
            for topic, source in config.sources.items():
                if source.place != place:
                    self._readers.setdefault(topic, []).append(place)
            self.hosts[place] = Host(config, self.clock, Wire(self))

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self.clock() - self.start) * 1e-9

    def begin(self) -> None:
        """Start every place."""
        for host in self.hosts.values():
            host.begin(self.start)
        self._deliver_all()

    def run_until(self, seconds: float) -> None:
        """Move on to `seconds` after the start."""
        end = self.start + round(seconds * 1e9)
        while True:
            at = min((host.deadline() for host in self._live()), default=end)
            if at >= end:
                break
            self.clock.advance_to(at)
            self._run_due()
        self.clock.advance_to(end)
        self._run_due()

    def run_for(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.run_until(self.elapsed + seconds)

    def carry(self, frame: Frame[Message]) -> None:
        """Take a frame from a place to those that read its topic."""
        for observer in self.observers:
            observer(frame)
        readers = self._readers.get(frame.topic)
        if readers:
            data = encode_frame(frame)
            self._mail.extend((place, data) for place in readers)

    def kill(self, place: str) -> None:
        """End a place as SIGKILL does: at once, with nothing said and nothing cleaned up."""
        del self.hosts[place]
        self._frozen.discard(place)

    def freeze(self, place: str) -> None:
        """Stop a place as SIGSTOP does; what is sent to it waits."""
        self._frozen.add(place)

    def thaw(self, place: str) -> None:
        """Let a frozen place go on."""
        self._frozen.discard(place)
        self._deliver_all()

    def restart(self, place: str, incarnation: str) -> None:
        """Start a killed place anew, as the supervisor does."""
        config = msgspec.structs.replace(self._configs[place], incarnation=incarnation, restarted=True)
        host = Host(config, self.clock, Wire(self))
        host.begin(self.start)
        host.timers.skip_to(self.clock())
        self.hosts[place] = host

    def command(self, node: str, command: str) -> str:
        """Let a node carry out a state command. Raises RequestRefused."""
        host = next(host for host in self.hosts.values() if node in host.nodes)
        text = host.command(host.node(node), command)
        self._deliver_all()
        return text

    def end(self) -> None:
        """Stop every place in an orderly way."""
        for host in self.hosts.values():
            host.end()

    def _live(self) -> list[Host]:
        return [host for place, host in self.hosts.items() if place not in self._frozen]

    def _run_due(self) -> None:
        now = self.clock()
        for host in self._live():
            if host.deadline() <= now:
                host.run()
                self._deliver_all()

    def _deliver_all(self) -> None:
        waiting: list[tuple[str, bytes]] = []
        while self._mail:
            place, data = self._mail.popleft()
            host = self.hosts.get(place)
            if place in self._frozen:
                waiting.append((place, data))
            elif host is not None:
                host.deliver(data)
                host.run()
        self._mail.extend(waiting)
