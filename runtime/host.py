"""The host of one place: brings messages to handlers, in order, and keeps the figures.

It knows neither sockets nor which clock it lives by; a loop (`sutura.runtime.place`) or the lockstep coordinator
gives it bytes and time.
"""

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sutura.errors import SuturaError
from sutura.messages import (
    DecodeFailure,
    Frame,
    Heartbeat,
    Message,
    as_raw,
    clip,
    prefix_of,
)
from sutura.nodes import Event, InputPort, Node, NodeParams, OutputPort, RequestRefused
from sutura.runtime.assembly import assemble
from sutura.runtime.bus import Bus
from sutura.runtime.clock import Clock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.routes import make_routes
from sutura.runtime.timers import TimerWheel
from sutura.runtime.usage import cpu_seconds

HEARTBEAT_HZ = 100.0
_MAX_EVENTS = 1000
_NEVER = 2**62
_ROUND_NS = 100_000  # what is sent backwards within a place arrives this much later


class Host:
    """Runs the nodes of one place on one thread."""

    def __init__(self, config: PlaceConfig, clock: Clock, bus: Bus) -> None:
        self.config = config
        self.now = clock
        self.seed = config.seed
        self.restarted = config.restarted
        self.start = 0
        self.device_dir = Path(config.run_dir)
        self.origin = 0
        self.handled = 0
        self.events: deque[Event] = deque(maxlen=_MAX_EVENTS)
        self.unreadable = 0
        self.pid = os.getpid()
        self.notices: list[str] = []
        self.timers = TimerWheel()
        self._bus = bus
        self._is_alone = len(config.nodes) == 1
        self._outbox: list[tuple[Frame[Message], bool]] = []
        self._to_measure: list[tuple[InputPort[Message], Frame[Message], int, int]] = []
        self._pending: list[InputPort[Message]] = []
        self._next_round: list[tuple[InputPort[Message], Frame[Message]]] = []
        self.nodes: dict[str, Node] = assemble(config, self)
        self.inputs = [p for n in self.nodes.values() for p in n.ports.values() if isinstance(p, InputPort)]
        self._routes = make_routes(self.nodes.values())
        for port in self.inputs:
            port.refused = self._refused
        self._aging = [port for port in self.inputs if port.max_age_ns]
        self._stale_next = _NEVER
        self._round_at = 0
        self._opened = False
        self.cpu_before = 0.0
        self._stopped = False

    # Life -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Let every node open what it needs; done before the place is ready, as it may take long."""
        self._opened = True
        for node in self.nodes.values():
            self._guard(node.name, "on_start", node.on_start)

    def begin(self, start: int) -> None:
        """Lay the timers on the grid that begins at `start` [ns]; opens the nodes if that is not done."""
        self.start = start
        if not self._opened:
            self.open()
        self.cpu_before = cpu_seconds()
        for order, (node, config) in enumerate(zip(self.nodes.values(), self.config.nodes, strict=True)):
            for timer in node.declaration.timers.values():
                rate = timer.rate if isinstance(timer.rate, float | int) else getattr(node.params, timer.rate)
                self.timers.add(node.name, timer.name, rate, timer.method.__get__(node), start, order)
            if config.supervised:
                beat = self._beater(node)
                self.timers.add(node.name, "heartbeat", HEARTBEAT_HZ, beat, start, order)
        for port in self._aging:
            port.stale_at = start + port.max_age_ns
        self._stale_next = min((port.stale_at for port in self._aging), default=_NEVER)

    def end(self) -> None:
        """Let every node leave its devices safe, in reverse order, whatever one of them raises."""
        if self._stopped:
            return
        self._stopped = True
        for node in reversed(self.nodes.values()):
            try:
                node.on_stop()
            except Exception as error:  # noqa: BLE001 (the others must still be stopped; it is reported)
                self.event(node.name, "fault", f"on_stop raised {type(error).__name__}: {error}")
        for port, frame in self._next_round:  # it came, though nobody handles it any more: that is no loss
            port.accept(frame, self.now())
        self._next_round.clear()
        self.flush()

    # What arrives ---------------------------------------------------------------------------------------------

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
                for port in ports:
                    port.connections[failure.topic].counters.rejected += 1
                self.event("", "rejected", str(failure))
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
        return self._round_at if self._next_round and self._round_at < at else at

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
        elif port.latched or self._bus.wants(port.topic):
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
                port.measure(frame, taken, handled)
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

    # What is asked of it --------------------------------------------------------------------------------------

    def node(self, name: str) -> Node:
        """A node by name. Raises RequestRefused."""
        try:
            return self.nodes[name]
        except KeyError:
            raise RequestRefused(f"no node {name!r} in this place (nodes: {', '.join(self.nodes)})") from None

    def command(self, node: Node, command: str) -> str:
        """Let a node carry out a state command, as a call between handlers. Raises RequestRefused."""
        if command not in node.state_commands:
            known = ", ".join(sorted(node.state_commands)) or "none"
            raise RequestRefused(f"node {node.name} does not take {command!r} (it takes: {known})")
        self.origin = 0
        try:
            text = node.on_state_command(command)
        except SuturaError:
            raise
        except Exception as error:
            raise NodeCrashed(node.name, f"state command {command!r}", error) from error
        self.dispatch()
        self.flush()
        return text

    def set_params(self, node: Node, params: NodeParams) -> None:
        """Give a node new parameters, its timers their new rates. Raises what refuses them, and changes nothing."""
        try:
            node.on_params(params)
        except SuturaError:
            raise
        except Exception as error:
            raise NodeCrashed(node.name, "on_params", error) from error
        node.params = params
        for timer in node.declaration.timers.values():
            if isinstance(timer.rate, str):
                self.timers.set_rate(node.name, timer.name, getattr(params, timer.rate))

    def inject(self, data: bytes) -> None:
        """Take a message that no node of the topology writes. Raises RequestRefused, DecodeFailure."""
        route = self._routes.get(prefix_of(data))
        if route is None:
            raise RequestRefused(f"no input of place {self.config.place!r} reads that topic")
        for decode, ports in route:
            frame = decode(data)
            source = self.config.sources.get(frame.topic)
            if source is not None:
                raise RequestRefused(f"topic {frame.topic!r} is written by {source.node}; it takes no other writer")
            for port in ports:
                self._enqueue(port, frame)

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

    def _beater(self, node: Node) -> Callable[[], None]:
        name = node.name

        def beat() -> None:
            node.heartbeat.publish(Heartbeat(name, self.handled, node.fault_cause))

        return beat

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
