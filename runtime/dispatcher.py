"""The hot path of a place: brings messages to handlers, in order, and keeps the figures.

It knows neither sockets nor which clock it lives by; a loop (`sutura.runtime.place`) or the lockstep coordinator
gives it bytes and time. A message that comes alone, as most do, goes from its bytes to its handler without a queue;
all others wait in their ports and are handled in the topology's order.
"""

from collections import deque
from collections.abc import Callable, Iterable

from sutura.messages import DecodeFailure, Frame, Message, as_raw, clip, prefix_of
from sutura.nodes import Event, InputPort, Node, OutputPort
from sutura.runtime.bus import Bus
from sutura.runtime.clock import Clock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.routes import LoneWay, Route, lone_ways, make_routes
from sutura.runtime.timers import TimerWheel

NEVER = 2**62
_MAX_EVENTS = 1000
_ROUND_NS = 100_000  # what is sent backwards within a place arrives this much later
_PAST_TOPIC = 0x9E  # the second byte of a frame is 0xA0 and the length of a short topic, which begins at the third


class Dispatcher:
    """Messages in, handlers, messages out; one thread. `Host` gives it its nodes."""

    def __init__(self, config: PlaceConfig, clock: Clock, bus: Bus) -> None:
        self.config = config
        self.now = clock
        self.origin = 0
        self.handled = 0
        self.events: deque[Event] = deque(maxlen=_MAX_EVENTS)
        self.unreadable = 0
        self.timers = TimerWheel()
        self.inputs: list[InputPort[Message]] = []
        self._bus = bus
        self._is_alone = len(config.nodes) == 1
        self._outbox: list[tuple[Frame[Message], bool]] = []
        self._to_measure: list[tuple[InputPort[Message], Frame[Message], int, int]] = []
        self._pending: list[InputPort[Message]] = []
        self._next_round: list[tuple[InputPort[Message], Frame[Message]]] = []
        self._routes: dict[bytes, list[Route]] = {}
        self._lone: dict[bytes, LoneWay] = {}
        self._aging: list[InputPort[Message]] = []
        self._stale_next = NEVER
        self._round_at = 0
        self._due_at = 0  # until then a message that comes alone needs no queue; 0 where others may wait

    def take_nodes(self, nodes: Iterable[Node]) -> None:
        """Learn which bytes go to which inputs."""
        nodes = tuple(nodes)
        self.inputs = [p for n in nodes for p in n.ports.values() if isinstance(p, InputPort)]
        self._routes = make_routes(nodes)
        self._lone = lone_ways(self._routes)
        for port in self.inputs:
            port.refused = self._refused
        self._aging = [port for port in self.inputs if port.max_age_ns]

    # What arrives ---------------------------------------------------------------------------------------------

    def turn(self, letters: list[bytes]) -> int:
        """Take the letters away, then handle all that is due or waits: timers, messages, inputs that turned stale.

        Returns the new `deadline`.
        """
        if len(letters) == 1 and self.now() < self._due_at:
            data = letters.pop()
            way = self._lone.get(data[: data[1] - _PAST_TOPIC]) if len(data) > 1 else None
            if way is not None:
                self._answer(way, data)
                return self._due_at
            self.deliver(data)
        else:
            for data in letters:
                self.deliver(data)
            letters.clear()
        self.run()
        return self.deadline()

    def _answer(self, way: LoneWay, data: bytes) -> None:
        """Handle a message that came alone while nothing is due: as `deliver` and `run` do, without the queues."""
        decode, port, link = way
        try:
            frame = decode(data)
        except DecodeFailure as failure:
            self._undecoded(failure, (port,))
            return
        taken = self.now()
        if not port.admit(link, frame, taken):
            return
        port.keep(frame)
        self.handled += 1
        handler, origin = port.handler, frame.origin
        if handler is not None:
            self.origin = 0 if port.feedback else origin
            try:
                handler(frame.payload)
            except Exception as error:
                raise NodeCrashed(self._name(port.node_order), f"on_{port.name}", error) from error
            if not port.feedback:
                port.path.add_nano(self.now() - origin)
        link.latency.add_nano(taken - frame.stamp)
        if self._pending:
            self.dispatch()
        if self._outbox or self._to_measure:
            self.flush()
        if port.max_age_ns and port.stale_at < self._stale_next:
            self._stale_next = port.stale_at
        if self._stale_next < self._due_at or self._next_round:
            self.deadline()

    def deliver(self, data: bytes) -> None:
        """Take one message from the wire; bad bytes are counted, reported with their writer, and dropped."""
        route = self._routes.get(prefix_of(data))
        if route is None:
            self.unreadable += 1
            self.event("", "rejected", f"{len(data)} bytes that carry no topic read here")
            return
        for decode, ports in route:
            try:
                frame = decode(data)
            except DecodeFailure as failure:
                self._undecoded(failure, ports)
                continue
            now = self.now()
            for port in ports:
                if port.accept(frame, now) and not port.pending:
                    port.pending = True
                    self._pending.append(port)

    def run(self) -> None:
        """Handle all that is due or waits: timers, messages, inputs that turned stale."""
        now = self.now()
        if now >= self.timers.next_at:
            for timer in self.timers.due(now):
                self.origin = 0
                self._guard(timer.node, timer.name, timer.call)
                if self._pending:
                    self.dispatch()
        if self._pending:
            self.dispatch()
        if now >= self._stale_next:
            self._look_for_stale(now)
        if self._next_round and now >= self._round_at:
            self._turn_round()
        self.flush()

    def dispatch(self) -> None:
        """Run the handlers of all ports with something waiting, in the topology's order."""
        pending, now = self._pending, self.now
        while pending:
            port = pending.pop() if len(pending) == 1 else self._first(pending)
            port.pending = False
            handler, waiting = port.handler, port.waiting
            while waiting:
                taken = now()
                frame = port.take(taken)
                if frame is None:
                    continue
                self.handled += 1
                if handler is not None:
                    self.origin = 0 if port.feedback else frame.origin
                    try:
                        handler(frame.payload)
                    except Exception as error:
                        raise NodeCrashed(self._name(port.node_order), f"on_{port.name}", error) from error
                self._to_measure.append((port, frame, taken, now()))
            if port.max_age_ns and port.stale_at < self._stale_next:
                self._stale_next = port.stale_at

    def deadline(self) -> int:
        """When the host must run next even if nothing arrives [ns]."""
        at = self.timers.next_at
        if self._stale_next < at:
            at = self._stale_next
        if self._next_round and self._round_at < at:
            at = self._round_at
        self._due_at = 0 if self._pending else at
        return at

    def _first(self, pending: list[InputPort[Message]]) -> InputPort[Message]:
        port = min(pending, key=_node_order)
        pending.remove(port)
        return port

    def _turn_round(self) -> None:
        """Bring what was sent backwards within the place: it counts as of the next tick."""
        waiting, self._next_round = self._next_round, []
        for port, frame in waiting:
            self._enqueue(port, frame)
        self.dispatch()

    # What leaves ----------------------------------------------------------------------------------------------

    def send(self, port: OutputPort[Message], frame: Frame[Message]) -> None:
        """Bring a frame to the readers of this place by a direct call, then to those outside.

        A place of several nodes only notes it for those outside: its own control path goes before.
        """
        for reader in port.readers:
            if reader.accept(frame, frame.stamp) and not reader.pending:
                reader.pending = True
                self._pending.append(reader)
        if port.others:
            self._send_elsewise(port, frame)
        if self._is_alone:
            self._bus.send(frame, port.latched)
        else:
            self._outbox.append((frame, port.latched))

    def _send_elsewise(self, port: OutputPort[Message], frame: Frame[Message]) -> None:
        """To readers in this place that take bytes, and to those that stand before the writer: on the next tick."""
        for reader in port.others:
            if reader.raw:
                self._enqueue(reader, as_raw(frame))
                continue
            if not self._next_round:
                self._round_at = frame.stamp + _ROUND_NS
            self._next_round.append((reader, frame))

    def flush(self) -> None:
        """Hand to the bus what the handlers sent, then keep the figures; the control path has gone before."""
        if self._outbox:
            outbox, self._outbox = self._outbox, []
            for frame, latched in outbox:
                self._bus.send(frame, latched)
        if self._to_measure:
            for port, frame, taken, handled in self._to_measure:
                port.measure(port.connections[frame.topic], frame, taken, handled)
            self._to_measure.clear()

    def not_finite(self, port: OutputPort[Message]) -> None:
        """Report that a node tried to send NaN or Inf; the message was held back."""
        if port.refused == 1:
            self.event(self._name(port.node_order), "rejected", f"output {port.name}: not finite, held back")

    def event(self, node: str, kind: str, text: str) -> None:
        """Keep an event until the supervisor fetches it."""
        self.events.append(Event(self.now(), node, kind, clip(text)))

    def _enqueue(self, port: InputPort[Message], frame: Frame[Message]) -> None:
        if port.accept(frame, self.now()) and not port.pending:
            port.pending = True
            self._pending.append(port)

    # Inner workings -------------------------------------------------------------------------------------------

    def _refused(self, frame: Frame[Message], reason: str) -> None:
        self.event("", "rejected", f"message {frame.seq} of {frame.writer}: {reason}")

    def _look_for_stale(self, now: int) -> None:
        for port in self._aging:
            if now >= port.stale_at and port.turned_stale(now) and port.on_stale is not None:
                self.origin = 0
                self._guard(self._name(port.node_order), f"on_stale_{port.name}", port.on_stale)
                self.dispatch()
        self._stale_next = min(port.stale_at for port in self._aging)

    def _undecoded(self, failure: DecodeFailure, ports: Iterable[InputPort[Message]]) -> None:
        for port in ports:
            port.connections[failure.topic].counters.rejected += 1
        self.event("", "rejected", str(failure))

    def _guard(self, node: str, where: str, call: Callable[[], None]) -> None:
        self.handled += 1
        try:
            call()
        except Exception as error:
            raise NodeCrashed(node, where, error) from error

    def _name(self, order: int) -> str:
        return self.config.nodes[order].name


def _node_order(port: InputPort[Message]) -> int:
    return port.node_order
