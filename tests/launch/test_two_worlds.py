"""Every stock node, its code unchanged, on the virtual clock and as a process on the real one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sutura.launch import Blueprint, Topology, TopologyNode
from sutura.launch.lockstep import LockstepRun
from sutura.launch.run_dir import RunDirectory
from sutura.launch.supervisor import Supervisor
from sutura.nodes import load_node
from sutura.nodes.node import DriverChoice
from sutura.nodes.table import installed_nodes
from sutura.runtime.status import PlaceStatus
from tests.launch.conftest import watch_until

pytestmark = pytest.mark.realtime

ELSEWHERE = {
    "camera",  # lives on pictures of a world: test_endoscope_run.py, tests/topologies/test_endoscope.py
    "console",  # for people, and never on a virtual clock: tests/console
}
STOCK = sorted(n for n, target in installed_nodes().items() if target.startswith("sutura.") and n not in ELSEWHERE)
DRIVERS = {"actuator": "kinematic", "master_input": "script"}  # of the nodes that cannot live without one
LOCKSTEP_S = 0.5

Said = Mapping[str, frozenset[str]]


def alone() -> Blueprint:
    """Every stock node in a place of its own; nobody hears anybody but the recorder, which hears all."""
    nodes = {
        name: TopologyNode(
            name=name,
            node=name,
            driver=DriverChoice(DRIVERS[name]) if name in DRIVERS else None,
            supervised=True,
        )
        for name in STOCK
    }
    places: dict[str, tuple[str, ...]] = {name: (name,) for name in STOCK}
    return Blueprint.of(Topology(name="alone", path=Path("alone.yaml"), nodes=nodes, places=places))


def said(statuses: Mapping[str, PlaceStatus]) -> Said:
    """The topics on which each node has said something."""
    return {place: frozenset(out.topic for out in s.outputs if out.sent) for place, s in statuses.items()}


@pytest.fixture(scope="module")
def worlds() -> Iterator[tuple[LockstepRun, Supervisor]]:
    """The same topology in lockstep, and then in processes until each node has said as much there."""
    home = Path(tempfile.mkdtemp(prefix="su"))
    blueprint = alone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUTURA_HOME", str(home))
        stepped = LockstepRun(blueprint, RunDirectory.create("alone"), 0)
        real = Supervisor(blueprint, RunDirectory.create("alone"), 0)
    try:
        stepped.begin()
        stepped.advance(LOCKSTEP_S, bool, lambda run: None)
        stepped.end()
        wanted = said(stepped.statuses)
        real.start(lambda text: None)
        watch_until(real, lambda: all(wanted[place] <= topics for place, topics in _all(real).items()))
        real.stop()
        yield stepped, real
    finally:
        stepped.end()
        real.stop()
        shutil.rmtree(home)


def _all(real: Supervisor) -> Said:
    return {place: said(real.statuses).get(place, frozenset()) for place in STOCK}


@pytest.mark.parametrize("name", STOCK)
def test_a_stock_node_lives_in_both_worlds(worlds: tuple[LockstepRun, Supervisor], name: str) -> None:
    outputs = set(load_node(name).declaration.outputs)
    spoken = [said(run.statuses)[name] for run in worlds]
    assert spoken[0] == spoken[1]
    assert f"{name}/heartbeat" in spoken[0] <= {f"{name}/{port}" for port in outputs}
    for run in worlds:
        assert [e for e in run.events if e.node == name and e.kind in ("crash", "ended", "hung", "forced")] == []
        assert run.statuses[name].handled > 0
