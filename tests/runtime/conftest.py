"""Whole topologies in virtual time, with drivers and places that can fail."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Protocol

import msgspec
import pytest

from sutura.hw_drivers import DeviceFault, DeviceLost, StopCategory
from sutura.launch import Blueprint, load_topology, place_configs
from sutura.messages import Frame, JointState, Message
from sutura.nodes import Node
from sutura.nodes.node import Event
from sutura.runtime.lockstep import Lockstep
from sutura.sim_driver.kinematic_arm import KinematicArm

MS = 1_000_000
DEADLINE_NS = 50 * MS
ARM_AT_START = ("arm_at_start=true", "master.driver.start=0.15")
EARLY = "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.08, clutch: false}]"


class RecordingArm(KinematicArm):
    """A kinematic arm that keeps what reached it, and fails when it is told to."""

    writes: ClassVar[list[tuple[int, tuple[float, ...]]]] = []
    stops: ClassVar[list[tuple[int, StopCategory]]] = []
    read_error: ClassVar[type[DeviceFault] | type[DeviceLost] | None] = None
    write_error: ClassVar[type[DeviceFault] | type[DeviceLost] | None] = None
    enable_error: ClassVar[bool] = False
    is_away: ClassVar[bool] = False
    opened: ClassVar[int] = 0

    @classmethod
    def forget(cls) -> None:
        cls.writes.clear()
        cls.stops.clear()
        cls.read_error = cls.write_error = None
        cls.enable_error = cls.is_away = False
        cls.opened = 0

    def _open(self) -> None:
        if self.is_away:
            raise DeviceLost(self.name, "its bus is cut")
        type(self).opened += 1
        super()._open()

    def _enable(self) -> None:
        if self.enable_error:
            raise DeviceFault(self.name, "its power stage does not answer")
        super()._enable()

    def _read(self) -> JointState:
        if self.read_error is not None:
            raise self.read_error(self.name, "the encoder of yaw")
        return super()._read()

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        if self.write_error is not None:
            raise self.write_error(self.name, "overcurrent on pitch")
        self.writes.append((self.context.now(), positions))
        return super()._write(positions)

    def _stop(self, category: StopCategory) -> None:
        self.stops.append((self.context.now(), category))
        super()._stop(category)


RECORDING_ARM = f"{__name__}:RecordingArm"


@functools.cache
def _blueprint(topology: str, settings: tuple[str, ...]) -> Blueprint:
    return Blueprint.of(load_topology(topology, settings))


class Session:
    """A topology in lockstep, and what happened in it."""

    def __init__(self, topology: str, settings: tuple[str, ...], run_dir: Path, swap: Mapping[str, str]) -> None:
        self.blueprint = _blueprint(topology, settings)
        configs = place_configs(self.blueprint, run_dir, seed=1, boot_id="boot", incarnation=lambda place: "1")
        configs = [
            msgspec.structs.replace(
                config,
                nodes=tuple(
                    msgspec.structs.replace(node, node=swap.get(node.name, node.node)) for node in config.nodes
                ),
            )
            for config in configs
        ]
        self.lockstep = Lockstep(configs)
        self.frames: list[Frame[Message]] = []
        self.keep: set[str] = set()
        self._lost: list[Event] = []
        self._incarnations = 1
        self.lockstep.observers.append(self._note)
        self.lockstep.begin()

    @property
    def now(self) -> int:
        return self.lockstep.clock()

    @property
    def elapsed(self) -> float:
        return self.lockstep.elapsed

    @property
    def events(self) -> list[Event]:
        """What all places told, also those that are gone."""
        live = [event for host in self.lockstep.hosts.values() for event in host.events]
        return sorted(self._lost + live, key=lambda event: event.at)

    @property
    def writes(self) -> list[tuple[int, tuple[float, ...]]]:
        """What reached the driver: when, and the positions."""
        return RecordingArm.writes

    @property
    def supervised(self) -> tuple[str, ...]:
        return tuple(name for name, node in self.blueprint.topology.nodes.items() if node.supervised)

    def node(self, name: str) -> Node:
        return next(host.nodes[name] for host in self.lockstep.hosts.values() if name in host.nodes)

    def place_of(self, node: str) -> str:
        return self.blueprint.topology.place_of(node)

    def run_for(self, seconds: float) -> None:
        self.lockstep.run_for(seconds)

    def run_until(self, seconds: float) -> None:
        self.lockstep.run_until(seconds)

    def kill(self, node: str) -> None:
        place = self.place_of(node)
        self._lost += self.lockstep.hosts[place].events
        self.lockstep.kill(place)

    def freeze(self, node: str) -> None:
        self.lockstep.freeze(self.place_of(node))

    def thaw(self, node: str) -> None:
        self.lockstep.thaw(self.place_of(node))

    def restart(self, node: str) -> None:
        self._incarnations += 1
        self.lockstep.restart(self.place_of(node), str(self._incarnations))

    def command(self, node: str, command: str) -> str:
        return self.lockstep.command(node, command)

    def re_clutch(self) -> None:
        """Press the pedal for a while, and release it."""
        self.command("operator", "press_clutch")
        self.run_for(0.05)
        self.command("operator", "release_clutch")
        self.run_for(0.1)

    def moved_since(self, at: int) -> bool:
        """Whether any command reached the driver after `at` [ns]."""
        return any(when > at for when, _ in self.writes)

    def told(self, kind: str) -> list[str]:
        return [event.text for event in self.events if event.kind == kind]

    def of(self, topic: str) -> list[Message]:
        """What was said on a topic that is in `keep`."""
        return [frame.payload for frame in self.frames if frame.topic == topic]

    def end(self) -> None:
        self.lockstep.end()

    def _note(self, frame: Frame[Message]) -> None:
        if frame.topic in self.keep:
            self.frames.append(frame)


class MakeSession(Protocol):
    """Begin a topology in virtual time."""

    def __call__(self, topology: str, *settings: str, swap: Mapping[str, str] = ...) -> Session: ...


@pytest.fixture
def session() -> Iterator[Callable[..., Session]]:
    """Sessions, each in a short folder of its own: socket addresses are limited."""
    made: list[tuple[Session, Path]] = []

    def make(topology: str, *settings: str, swap: Mapping[str, str] | None = None) -> Session:
        RecordingArm.forget()
        folder = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
        (folder / "s").mkdir()
        made.append((Session(topology, settings, folder, swap or {}), folder))
        return made[-1][0]

    yield make
    for begun, folder in made:
        begun.end()
        shutil.rmtree(folder)


@pytest.fixture
def recording_arm() -> str:
    """The driver that keeps what reaches it, as a topology names it."""
    return RECORDING_ARM


@pytest.fixture
def moving(session: MakeSession) -> Callable[..., Session]:
    """The kinematic arm in the middle of a motion, 0.6 s into the run, every command to it recorded."""

    def make(*settings: str, until: float = 0.6, swap: Mapping[str, str] | None = None) -> Session:
        begun = session("teleop", *ARM_AT_START, EARLY, f"arm.driver={RECORDING_ARM}", *settings, swap=swap or {})
        begun.run_until(until)
        assert len({positions for _, positions in begun.writes[-5:]}) == 5, "it moves"
        return begun

    return make
