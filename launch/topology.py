"""A topology after loading: what runs, wired to what, in which process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sutura.launch.arguments import Argument
from sutura.launch.marks import Mark
from sutura.launch.trial_plan import TrialPlan
from sutura.launch.yaml_source import Located
from sutura.nodes.node import DriverChoice
from sutura.runtime.config import Realtime

RESTARTS = ("on_failure", "never")


@dataclass(frozen=True, kw_only=True)
class TopologyNode:
    """One node.

    node: class name, `module:Class`, or `file.py:Class` with the file in `folder` (else empty); inputs: topics by
    port; outputs: topics by port as far as the topology says them, the others are `<name>/<port>`, see
    `sutura.launch.wiring.outputs_of`; restart: `on_failure` or `never`; requires_report: a contract
    report without which it does not start, empty for none.
    """

    name: str
    node: str
    folder: str = ""
    params: dict[str, object] = field(default_factory=dict)
    driver: DriverChoice | None = None
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    supervised: bool = False
    restart: str = "on_failure"
    requires_report: str = ""
    marks: Mapping[tuple[str, ...], Mark] = field(default_factory=dict, compare=False, repr=False)

    def where(self, *keys: str) -> Mark:
        """Where something of this node is said, such as `("params", "scale")`, or the nearest thing around it."""
        while keys and keys not in self.marks:
            keys = keys[:-1]
        return self.marks.get(keys, Mark(self.name))


@dataclass(frozen=True, kw_only=True)
class Topology:
    """A whole topology: includes, arguments and settings are worked in.

    places: the nodes of every process, in order; realtime: settings by place, where there are any; expect,
    faults, silence: as the launched file says them (they speak of a run, so those of included files do not count);
    said: `expect`, `faults` and `silence` once more, with the lines where they stand; trial: how `sutura test` runs
    it.
    """

    name: str
    path: Path = field(compare=False)
    description: str = ""
    args: dict[str, object] = field(default_factory=dict)
    nodes: dict[str, TopologyNode] = field(default_factory=dict)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    realtime: dict[str, Realtime] = field(default_factory=dict)
    expect: list[object] = field(default_factory=list)
    faults: list[object] = field(default_factory=list)
    silence: list[object] = field(default_factory=list)
    trial: TrialPlan = field(default_factory=TrialPlan)
    arguments: dict[str, Argument] = field(default_factory=dict, compare=False, repr=False)
    place_marks: Mapping[str, Mark] = field(default_factory=dict, compare=False, repr=False)
    said: Mapping[str, tuple[Located, ...]] = field(default_factory=dict, compare=False, repr=False)

    def place_of(self, node: str) -> str:
        """The place a node lives in."""
        return next(place for place, members in self.places.items() if node in members)
