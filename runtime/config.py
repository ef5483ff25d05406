"""What one place needs to know to run: written by the launcher, read by the place's process."""

from pathlib import Path

import msgspec

from sutura.nodes.node import DriverChoice
from sutura.runtime.fault_plan import PlaceFaults

PROTOCOL = 1


class Realtime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings a place asks the kernel for; what it refuses is reported, not fatal.

    policy: `other`, `fifo`, `rr`, or `idle` for what runs only when nobody else wants the core; priority: 1 to 99
    for fifo and rr; cpus: cores it may use (empty: all);
    lock_memory: keep its pages in memory; hang_limit [s]: it ends itself when its loop stands still so long;
    batch [s]: it looks at its inputs only this often, for a place that needs throughput and no speed.
    """

    policy: str = "other"
    priority: int = 0
    cpus: tuple[int, ...] = ()
    lock_memory: bool = False
    hang_limit: float = 0.5
    batch: float = 0.0


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a place.

    node: class name or `module:Class` or `file.py:Class`, files found in `folder`; inputs: topics by port;
    outputs: topic by port; feedback: topics of inputs that close a loop.
    """

    name: str
    node: str
    folder: str = ""
    params: dict[str, object] = {}
    driver: DriverChoice | None = None
    inputs: dict[str, tuple[str, ...]] = {}
    outputs: dict[str, str] = {}
    supervised: bool = False


class TopicSource(msgspec.Struct, frozen=True):
    """Who writes a topic, and in which place."""

    node: str
    place: str


class PlaceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One place: its nodes in order, and whom it hears and is heard by.

    sources: the writer of every topic that its nodes read (topics without one are open to injection);
    readers: how many other places read each of its topics; restarted: it joins a run under way; faults: what is to
    be injected, None without.
    """

    place: str
    nodes: tuple[NodeConfig, ...]
    run_dir: str
    incarnation: str
    seed: int = 0
    sources: dict[str, TopicSource] = {}
    readers: dict[str, int] = {}
    realtime: Realtime = Realtime()
    restarted: bool = False
    boot_id: str = ""
    faults: PlaceFaults | None = None
    protocol: int = PROTOCOL


def write_config(config: PlaceConfig, path: Path) -> None:
    """Write a place's configuration for its process."""
    path.write_bytes(msgspec.json.encode(config))


def read_config(path: Path) -> PlaceConfig:
    """Read what `write_config` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=PlaceConfig)
