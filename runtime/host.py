"""The host of one place: the life of its nodes, and what is asked of them; messages are the dispatcher's."""

import os
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from sutura.errors import SuturaError
from sutura.messages import Heartbeat, prefix_of
from sutura.nodes import Histogram, InputPort, Node, NodeParams, RequestRefused
from sutura.runtime.assembly import assemble
from sutura.runtime.bus import Bus
from sutura.runtime.clock import Clock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.dispatcher import NEVER, Dispatcher
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.usage import cpu_seconds

HEARTBEAT_HZ = 100.0


class Host(Dispatcher):
    """Runs the nodes of one place on one thread."""

    def __init__(self, config: PlaceConfig, clock: Clock, bus: Bus) -> None:
        super().__init__(config, clock, bus)
        self.seed = config.seed
        self.restarted = config.restarted
        self.start = 0
        self.device_dir = Path(config.run_dir)
        self.pid = os.getpid()
        self.notices: list[str] = []
        self.nodes: dict[str, Node] = assemble(config, self)
        self.take_nodes(self.nodes.values())
        self._settling = cycle(self.nodes.values())
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
        self._stale_next = min((port.stale_at for port in self._aging), default=NEVER)

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

    def settle(self) -> None:
        """Put the newest figures of one node, another each time, into their histograms; for the slack."""
        node = next(self._settling)
        for histogram in self._figures_of(node):
            histogram.settle()

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

    def _figures_of(self, node: Node) -> Iterator[Histogram]:
        yield from node.figures.values()
        yield from (timer.lateness for timer in self.timers.timers if timer.node == node.name)
        for port in node.ports.values():
            if isinstance(port, InputPort):
                yield port.path
                yield from (link.latency for link in port.connections.values())

    def _beater(self, node: Node) -> Callable[[], None]:
        name = node.name

        def beat() -> None:
            node.heartbeat.publish(Heartbeat(name, self.handled, node.fault_cause))

        return beat
