"""A whole topology on one thread and one virtual clock: places run in order, messages travel as on the wire.

The clock is a value that moves to the next deadline of any place; a message takes no time. Nodes cannot tell the
difference. A place can be killed or frozen, which is how safety is rehearsed to the microsecond.
"""

from collections.abc import Callable, Collection, Iterable
from itertools import cycle

import msgspec

from sutura.messages import Frame, Message, encode_frame
from sutura.nodes import Event, OutputPort, RequestRefused
from sutura.runtime.config import PlaceConfig
from sutura.runtime.faulty_host import make_host
from sutura.runtime.host import Host
from sutura.runtime.status import PlaceStatus, place_status
from sutura.runtime.turns import NEVER, Call, Turns, nobody

Observer = Callable[[Frame[Message]], None]

_NO_READERS: tuple[tuple[int, Callable[[bytes], None]], ...] = ()
_NOBODY = "nobody"  # who writes what is injected


class Wire:
    """The way out of one place in lockstep: bytes, as on a socket."""

    __slots__ = ("send",)

    def __init__(self, lockstep: "Lockstep") -> None:
        self.send = lockstep.carry


class Lockstep(Turns):
    """Steps the places of a topology together."""

    def __init__(self, configs: Iterable[PlaceConfig]) -> None:
        super().__init__(configs)
        self.hosts: dict[str, Host] = {}
        self.observers: list[Observer] = []
        self._settling = cycle(self.seats)
        self._injected: dict[str, int] = {}
        for place, config in self.configs.items():
            self._seat(place, make_host(config, self.clock.now, Wire(self)))

    def begin(self) -> None:
        """Start every place. Raises NodeCrashed."""
        for host in self.hosts.values():
            host.begin(self.start)
        self.run_until(0.0)

    def carry(self, frame: Frame[Message], latched: bool) -> None:
        """Take a frame from a place to those that read its topic."""
        data, due, now = encode_frame(frame), self.due, self.clock.at
        self._fresh.append(data)
        for seat, put in self._readers.get(frame.topic, _NO_READERS):  # as `post` does, without the call
            put(data)
            due[seat] = now
        for observer in self.observers:
            observer(frame)

    def step_to(self, end: int) -> None:
        """Give every place its turns until `end` [ns], and set the clock to it. Raises NodeCrashed."""
        for place, host in self.hosts.items():  # whoever holds a host may have given it work meanwhile
            seat = self.seats[place]
            if self.calls[seat] not in (nobody, _frozen):
                self.due[seat] = self.clock.at if self.mail[seat] else host.deadline()
        super().step_to(end)

    def _hash_fresh(self) -> None:
        super()._hash_fresh()
        host = self.hosts.get(next(self._settling))
        if host is not None:
            host.settle()

    def kill(self, place: str) -> None:
        """End a place as SIGKILL does: at once, with nothing said and nothing cleaned up."""
        del self.hosts[place]
        self._call(place, nobody)
        self.mail[self.seats[place]].clear()

    def freeze(self, place: str) -> None:
        """Stop a place as SIGSTOP does; what is sent to it waits."""
        self._call(place, _frozen)

    def thaw(self, place: str) -> None:
        """Let a frozen place go on."""
        self._seat(place, self.hosts[place])
        self.step_to(self.clock())

    def restart(self, place: str, incarnation: str) -> None:
        """Start a killed place anew, as the supervisor does."""
        config = msgspec.structs.replace(self.configs[place], incarnation=incarnation, restarted=True)
        host = make_host(config, self.clock.now, Wire(self))
        host.begin(self.start)
        host.timers.skip_to(self.clock())
        self._seat(place, host)

    def command(self, node: str, command: str) -> str:
        """Let a node carry out a state command. Raises RequestRefused."""
        host = self.host_of(node)
        text = host.command(host.node(node), command)
        self.step_to(self.clock())
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
        self.step_to(self.clock())

    def inject(self, topic: str, message: Message) -> None:
        """Say something on a topic that no node writes. Raises RequestRefused where nobody reads it."""
        now, seq = self.clock(), self._injected.get(topic, 0) + 1
        frame = Frame(topic, type(message).__name__, f"{_NOBODY}@1", seq, now, now, 0, message)
        places = [place for place, config in self.configs.items() if _reads(config, topic)]
        if not places:
            raise RequestRefused(f"nobody reads topic {topic!r}")
        self._injected[topic] = seq
        self.carry(frame, False)
        for place in places:
            if place in self.hosts:
                self.hosts[place].inject(encode_frame(frame))
        self.step_to(now)

    def bury(self, place: str, node: str, text: str) -> tuple[PlaceStatus, list[Event]] | None:
        """End a place whose node has crashed, its devices safe; returns its last figures and events.

        None for one that was only just being started anew.
        """
        host = self.hosts.get(place)
        if host is None:
            return None
        host.event(node, "crash", text)
        host.end()
        self.kill(place)
        return _taken(host)

    def look(self) -> dict[str, tuple[PlaceStatus, list[Event]]]:
        """The figures of every place that lives, and the events since the last look."""
        return {place: _taken(host) for place, host in self.hosts.items()}

    def end(self, first: Collection[str] = ()) -> None:
        """Stop every place in an orderly way, those of `first` first; what comes then is only counted."""
        for place in sorted(self.hosts, key=lambda place: place not in first):
            self.hosts[place].end()
        for place, host in self.hosts.items():
            letters = self.mail[self.seats[place]]
            for data in letters:
                host.deliver(data)
            letters.clear()

    def _seat(self, place: str, host: Host) -> None:
        self.hosts[place] = host
        self._call(place, host.turn)

    def _call(self, place: str, call: Call) -> None:
        """Who is in a place's seat from now on."""
        seat = self.seats[place]
        self.calls[seat], self.due[seat] = call, NEVER


def _frozen(letters: list[bytes]) -> int:
    """In the seat of a place that stands still: what is sent to it waits."""
    return NEVER


def _reads(config: PlaceConfig, topic: str) -> bool:
    return any(topic in topics for node in config.nodes for topics in node.inputs.values())


def _taken(host: Host) -> tuple[PlaceStatus, list[Event]]:
    events = list(host.events)
    host.events.clear()
    return place_status(host), events
