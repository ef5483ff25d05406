"""A whole topology on one thread and one virtual clock: places run in order, messages travel as on the wire.

The clock is a value that moves to the next deadline of any place; a message takes no time. At each moment the first
place in the topology's order that is due or has mail takes all its mail and runs, until there is none. Nodes cannot
tell the difference. A place can be killed or frozen, which is how safety is rehearsed to the microsecond.
"""

from collections.abc import Callable, Collection, Iterable
from hashlib import blake2b

import msgspec

from sutura.messages import Frame, Message, encode_frame
from sutura.nodes import OutputPort, RequestRefused
from sutura.runtime.clock import VirtualClock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.faulty_host import make_host
from sutura.runtime.host import Host

Observer = Callable[[Frame[Message]], None]

_NEVER = 2**62
_NOBODY = "nobody"  # who writes what is injected
_DIGEST_BYTES = 16


class Wire:
    """The way out of one place in lockstep: bytes, as on a socket."""

    __slots__ = ("send",)

    def __init__(self, lockstep: "Lockstep") -> None:
        self.send = lockstep.carry

    def wants(self, topic: str) -> bool:
        """Every topic is worth sending: all that is said is in the recording hash."""
        return True


class Lockstep:
    """Steps the places of a topology together."""

    def __init__(self, configs: Iterable[PlaceConfig]) -> None:
        self.clock = VirtualClock()
        self.start = self.clock()
        self.hosts: dict[str, Host] = {}
        self.observers: list[Observer] = []
        self._configs = {config.place: config for config in configs}
        self._seats = {place: seat for seat, place in enumerate(self._configs)}
        self._injected: dict[str, int] = {}
        self._said = blake2b(digest_size=_DIGEST_BYTES)
        # By seat, in the topology's order: who sits there (nobody: gone or frozen), its mail, when it runs next.
        self._at_work: list[Host | None] = [None] * len(self._configs)
        self._mail: list[list[bytes]] = [[] for _ in self._configs]
        self._due: list[int] = [_NEVER] * len(self._configs)
        self._readers: dict[str, list[int]] = {}
        for place, config in self._configs.items():
            for topic, source in config.sources.items():
                if source.place != place:
                    self._readers.setdefault(topic, []).append(self._seats[place])
            self._seat(place, make_host(config, self.clock.now, Wire(self)))

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return (self.clock() - self.start) * 1e-9

    @property
    def recording_hash(self) -> str:
        """BLAKE2b over the bytes of every frame so far, in the order in which they were sent."""
        return self._said.hexdigest()

    def begin(self) -> None:
        """Start every place."""
        for host in self.hosts.values():
            host.begin(self.start)
        self.run_until(0.0)

    def run_until(self, seconds: float) -> None:
        """Move on to `seconds` after the start."""
        self._step_to(self.start + round(seconds * 1e9))

    def run_for(self, seconds: float) -> None:
        """Move on by `seconds`."""
        self.run_until(self.elapsed + seconds)

    def carry(self, frame: Frame[Message], latched: bool) -> None:
        """Take a frame from a place to those that read its topic."""
        data = encode_frame(frame)
        self._said.update(data)
        now = self.clock.now()  # not the stamp: the writer's clock may have jumped
        for seat in self._readers.get(frame.topic, ()):
            self._mail[seat].append(data)
            self._due[seat] = now
        for observer in self.observers:
            observer(frame)

    def kill(self, place: str) -> None:
        """End a place as SIGKILL does: at once, with nothing said and nothing cleaned up."""
        del self.hosts[place]
        self._at_work[self._seats[place]] = None
        self._mail[self._seats[place]].clear()

    def freeze(self, place: str) -> None:
        """Stop a place as SIGSTOP does; what is sent to it waits."""
        self._at_work[self._seats[place]] = None

    def thaw(self, place: str) -> None:
        """Let a frozen place go on."""
        self._seat(place, self.hosts[place])
        self._step_to(self.clock())

    def restart(self, place: str, incarnation: str) -> None:
        """Start a killed place anew, as the supervisor does."""
        self._mail[self._seats[place]].clear()
        config = msgspec.structs.replace(self._configs[place], incarnation=incarnation, restarted=True)
        host = make_host(config, self.clock.now, Wire(self))
        host.begin(self.start)
        host.timers.skip_to(self.clock())
        self._seat(place, host)

    def command(self, node: str, command: str) -> str:
        """Let a node carry out a state command. Raises RequestRefused."""
        host = self.host_of(node)
        text = host.command(host.node(node), command)
        self._step_to(self.clock())
        return text

    def host_of(self, node: str) -> Host:
        """The host in which a node lives. Raises RequestRefused where it was killed."""
        for host in self.hosts.values():
            if node in host.nodes:
                return host
        raise RequestRefused(f"node {node!r} does not live (places: {', '.join(self.hosts)})")

    def publish(self, node: str, port: str, message: Message) -> None:
        """Let a node say something that it has not thought of itself. Raises RequestRefused."""
        host = self.host_of(node)
        output = host.node(node).ports[port]
        if isinstance(output, OutputPort):
            host.origin = 0
            output.publish(message)
        host.flush()
        self._step_to(self.clock())

    def inject(self, topic: str, message: Message) -> None:
        """Say something on a topic that no node writes. Raises RequestRefused where nobody reads it."""
        now, seq = self.clock(), self._injected.get(topic, 0) + 1
        frame = Frame(topic, type(message).__name__, f"{_NOBODY}@1", seq, now, now, 0, message)
        places = [place for place, config in self._configs.items() if _reads(config, topic)]
        if not places:
            raise RequestRefused(f"nobody reads topic {topic!r}")
        self._injected[topic] = seq
        self._said.update(encode_frame(frame))
        for place in places:
            if place in self.hosts:
                self.hosts[place].inject(encode_frame(frame))
        for observer in self.observers:
            observer(frame)
        self._step_to(now)

    def end(self, first: Collection[str] = ()) -> None:
        """Stop every place in an orderly way, those of `first` first; what comes then is only counted."""
        for place in sorted(self.hosts, key=lambda place: place not in first):
            self.hosts[place].end()
        for place, host in self.hosts.items():
            mail = self._mail[self._seats[place]]
            while mail:
                host.deliver(mail.pop(0))

    def _seat(self, place: str, host: Host) -> None:
        self.hosts[place] = host
        self._at_work[self._seats[place]] = host

    def _step_to(self, end: int) -> None:
        """Run all that is due until `end` [ns], moment by moment, and set the clock to it."""
        clock, due, at_work, mail = self.clock, self._due, self._at_work, self._mail
        for seat, host in enumerate(at_work):  # whoever holds a host may have given it work meanwhile
            due[seat] = _NEVER if host is None else clock() if mail[seat] else host.deadline()
        while (at := min(due)) <= end:
            seat = due.index(at)
            host = at_work[seat]
            if host is None:
                due[seat] = _NEVER
                continue
            clock.advance_to(at)
            if mail[seat]:
                letters, mail[seat] = mail[seat], []
                for data in letters:
                    host.deliver(data)
            host.run()
            due[seat] = host.deadline()
        clock.advance_to(end)


def _reads(config: PlaceConfig, topic: str) -> bool:
    return any(topic in topics for node in config.nodes for topics in node.inputs.values())
