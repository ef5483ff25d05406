"""A bench for nodes: hosted on a virtual clock, with the test as everything around them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from sutura.messages import Frame, Message, encode_frame
from sutura.nodes import InputPort, Node, OutputPort, load_node
from sutura.nodes.node import DriverChoice, Event
from sutura.runtime.config import NodeConfig, PlaceConfig, TopicSource
from sutura.runtime.host import Host
from sutura.runtime.lockstep import Lockstep

MS = 1_000_000
WRITER = "tester@1"


def target_of(kind: str | type[Node]) -> str:
    """What a topology would write to name a class."""
    return kind if isinstance(kind, str) else f"{kind.__module__}:{kind.__qualname__}"


class Bench:
    """Nodes in one place. Every input that no node of the place writes hears the topic `in/<port>`."""

    def __init__(
        self, configs: list[NodeConfig], run_dir: Path, restarted: bool, sources: Mapping[str, str]
    ) -> None:
        place = PlaceConfig(
            place="bench",
            nodes=tuple(configs),
            run_dir=str(run_dir),
            incarnation="1",
            restarted=restarted,
            sources={topic: TopicSource(node, "elsewhere") for topic, node in sources.items()},
        )
        self.lockstep = Lockstep([place])
        self.host: Host = self.lockstep.hosts["bench"]
        self.sent: list[Frame[Message]] = []
        self.lockstep.observers.append(self.sent.append)
        self._seq: dict[tuple[str, str], int] = {}
        self.lockstep.begin()

    @property
    def node(self) -> Node:
        """The first node."""
        return next(iter(self.host.nodes.values()))

    @property
    def now(self) -> int:
        return self.lockstep.clock()

    @property
    def events(self) -> list[Event]:
        return list(self.host.events)

    def run_for(self, seconds: float) -> None:
        self.lockstep.run_for(seconds)

    def frame(
        self,
        port: str,
        message: Message,
        *,
        writer: str = WRITER,
        age: float = 0.0,
        valid_for: float = 0.0,
        origin: int = 0,
        seq: int = 0,
    ) -> Frame[Message]:
        """The next message of a writer; age and valid_for in s, 0 for one that never expires."""
        topic = port if "/" in port else f"in/{port}"
        number = seq or self._seq.get((topic, writer), 0) + 1
        self._seq[topic, writer] = number
        stamp = self.now - round(age * 1e9)
        expires = stamp + round(valid_for * 1e9) if valid_for else 0
        return Frame(topic, type(message).__name__, writer, number, stamp, origin or stamp, expires, message)

    def deliver(self, frame: Frame[Message]) -> None:
        """Bring a frame in as bytes, and let the host work."""
        self.host.turn([encode_frame(frame)])

    def send(
        self, port: str, message: Message, *, age: float = 0.0, valid_for: float = 0.0, origin: int = 0
    ) -> None:
        """Say something to an input, now."""
        self.deliver(self.frame(port, message, age=age, valid_for=valid_for, origin=origin))

    def keep_saying(self, seconds: float, messages: Mapping[str, Message], step: float = 0.01) -> None:
        """Say something to several inputs, again and again."""
        for _ in range(round(seconds / step)):
            for port, message in messages.items():
                self.send(port, message, valid_for=0.05)
            self.run_for(step)

    def said(self, port: str, node: str = "") -> list[Frame[Message]]:
        """All that a node has sent from an output."""
        return [frame for frame in self.sent if frame.topic == f"{node or self.node.name}/{port}"]

    def input(self, port: str, node: str = "") -> InputPort[Message]:
        found = self.host.nodes[node or self.node.name].ports[port]
        assert isinstance(found, InputPort)
        return found

    def output(self, port: str, node: str = "") -> OutputPort[Message]:
        found = self.host.nodes[node or self.node.name].ports[port]
        assert isinstance(found, OutputPort)
        return found


class MakeBench(Protocol):
    """Host nodes on a bench."""

    def __call__(
        self,
        *kinds: str | type[Node],
        params: Mapping[str, object] = ...,
        driver: DriverChoice | None = ...,
        wires: Mapping[str, tuple[str, ...]] = ...,
        supervised: bool = ...,
        restarted: bool = ...,
        sources: Mapping[str, str] = ...,
    ) -> Bench: ...


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A short path: socket addresses are limited."""
    path = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
    (path / "s").mkdir()
    yield path
    shutil.rmtree(path)


def _config(
    name: str,
    kind: str | type[Node],
    params: Mapping[str, object],
    driver: DriverChoice | None,
    wires: Mapping[str, tuple[str, ...]],
    supervised: bool,
) -> NodeConfig:
    inputs = load_node(target_of(kind)).declaration.inputs
    return NodeConfig(
        name=name,
        node=target_of(kind),
        params=dict(params),
        driver=driver,
        inputs={port: wires.get(f"{name}.{port}", wires.get(port, (f"in/{port}",))) for port in inputs},
        supervised=supervised,
    )


@pytest.fixture
def bench(run_dir: Path) -> Callable[..., Bench]:
    """Host nodes, named n, n2, n3, …; `wires` gives topics by port or by `node.port`."""

    def make(
        *kinds: str | type[Node],
        params: Mapping[str, object] | None = None,
        driver: DriverChoice | None = None,
        wires: Mapping[str, tuple[str, ...]] | None = None,
        supervised: bool = False,
        restarted: bool = False,
        sources: Mapping[str, str] | None = None,
    ) -> Bench:
        configs = [
            _config(f"n{i + 1}" if i else "n", kind, params or {}, driver, wires or {}, supervised)
            for i, kind in enumerate(kinds)
        ]
        return Bench(configs, run_dir, restarted, sources or {})

    return make
