"""The base of every node."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol

import msgspec

from sutura.hw_drivers import Disturbance, DriverContext
from sutura.messages import Heartbeat, Message
from sutura.nodes.declaration import Declaration, declare
from sutura.nodes.errors import RequestRefused
from sutura.nodes.inbox import InputPort
from sutura.nodes.outbox import OutputPort
from sutura.nodes.parameters import NodeParams
from sutura.nodes.ports import Output
from sutura.nodes.statistics import Histogram


class Event(msgspec.Struct, frozen=True):
    """Something that a person should know. at [ns]; kind: `trip`, `hold`, `fault`, `rejected`, `info`, …"""

    at: int
    node: str
    kind: str
    text: str


class DriverChoice(msgspec.Struct, frozen=True):
    """Which driver a node uses, and the driver's options, as the topology says."""

    use: str
    options: Mapping[str, object] = {}


class Surroundings(Protocol):
    """What the host gives a node: the time, the run, and an ear."""

    seed: int
    start: int
    restarted: bool
    device_dir: Path

    def now(self) -> int:
        """The host's clock [ns]."""

    def event(self, node: str, kind: str, text: str) -> None:
        """Keep an event for the people who watch the run."""


class Node:
    """Declare ports and `Params` on the class, write `on_<input>` handlers and `@every` timers; that is all.

    Handlers run to completion, one at a time. `on_stale_<input>` is called once per stale episode. The host
    brings ports and parameters before `on_start` and calls `on_stop` whatever ended the run.
    """

    class Params(NodeParams):
        """No parameters."""

    heartbeat = Output(Heartbeat, valid_for=0.04, rate=100.0)
    declaration: ClassVar[Declaration]
    state_commands: ClassVar[frozenset[str]] = frozenset()
    drives_actuator: ClassVar[bool] = False

    params: NodeParams
    name: str
    ports: dict[str, InputPort[Message] | OutputPort[Message]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.declaration = declare(cls)

    def host(
        self, name: str, params: NodeParams, surroundings: Surroundings, driver: DriverChoice | None = None
    ) -> None:
        """Give the node its name, its parameters and its host. Called once, by the host."""
        self.name = name
        self.params = params
        self.ports = {}
        self.fault_cause = ""
        self.figures: dict[str, Histogram] = {}
        self.gauges: dict[str, float] = {}
        self.driver_choice = driver
        self.disturbance: Disturbance | None = None
        self._surroundings = surroundings

    # What an author may write -------------------------------------------------------------------------------

    def on_start(self) -> None:
        """Called once before the first handler; open devices here."""

    def on_stop(self) -> None:
        """Called once at the end, also after an error or a signal; leave devices safe here."""

    def on_params(self, params: NodeParams) -> None:
        """Called with new parameters before they count. Raise RequestRefused to keep the old ones."""

    def on_state_command(self, command: str) -> str:
        """Carry out a CRTK state command out of `state_commands`; returns what came of it in words."""
        raise RequestRefused(f"{self.name} does not take {command!r}")

    # What an author may use ---------------------------------------------------------------------------------

    def now(self) -> int:
        """The only time there is: the host's clock [ns]."""
        return self._surroundings.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return (self._surroundings.now() - self._surroundings.start) * 1e-9

    @property
    def started_at(self) -> int:
        """When the run began [ns]; known once messages and timers come."""
        return self._surroundings.start

    @property
    def device_dir(self) -> Path:
        """Where simulated devices are reached."""
        return self._surroundings.device_dir

    def driver_context(self) -> DriverContext:
        """What the node's driver is given besides its options."""
        return DriverContext(self.name, self.device_dir, self.now, self.seed, self.disturbance)

    @property
    def is_restart(self) -> bool:
        """Whether this node was started anew in a run under way."""
        return self._surroundings.restarted

    @property
    def seed(self) -> int:
        """The seed of this run."""
        return self._surroundings.seed

    def event(self, kind: str, text: str) -> None:
        """Tell the people who watch; cheap, but not for every message."""
        self._surroundings.event(self.name, kind, text)

    def measure(self, figure: str, value: float) -> None:
        """Add a sample, in SI units, to one of the node's histograms."""
        histogram = self.figures.get(figure)
        if histogram is None:
            histogram = self.figures[figure] = Histogram()
        histogram.add(value)

    def gauge(self, figure: str, value: float) -> None:
        """Keep the present value of a figure."""
        if not math.isfinite(value):
            raise ValueError(f"gauge {figure!r} of {self.name}: expected a finite number, came {value}")
        self.gauges[figure] = value

    def fault(self, cause: str) -> None:
        """Say that this node cannot do its work; its heartbeat carries the cause and the watchdog trips."""
        if not self.fault_cause:
            self.fault_cause = cause
            self.event("fault", cause)

    def clear_fault(self) -> None:
        """Say that the fault has been dealt with; the watchdog still needs an operator's reset."""
        self.fault_cause = ""
