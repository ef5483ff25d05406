"""The fixture `rehearse`, found by pytest through its entry point."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from sutura.errors import SuturaError
from sutura.launch.checker import check_topology
from sutura.launch.errors import LaunchError
from sutura.launch.loader import load_topology
from sutura.launch.problems import Problem
from sutura.launch.recorders import with_recorder, without_recorders
from sutura.launch.rehearsal import Rehearsal
from sutura.launch.topology import Topology

_KEPT = ("recording.mcap", "report.json", "topology.yaml")


@dataclass
class _Stage:
    """The runs of one test, and where what they leave is kept if it fails."""

    folder: Path
    rehearsals: list[Rehearsal] = field(default_factory=list)


_stage = pytest.StashKey[_Stage]()


class UnsoundTopology(LaunchError):
    """Raised when a test wants to run a topology in which the check finds problems."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        super().__init__("\n".join([f"{name} was not started:", *map(str, problems)]))


class Rehearse(Protocol):
    """The type of the fixture `rehearse`."""

    def __call__(
        self,
        topology: str | Path | Topology,
        *settings: str,
        seed: int = 0,
        record: bool = True,
        faults: bool = False,
    ) -> Rehearsal:
        """Start a topology, by shipped name, file or as it is, with settings as after `--set`.

        faults: inject those of the topology.

        Raises UnsoundTopology, TopologyError and what the nodes' start raises.
        """


@pytest.fixture
def rehearse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rehearse]:
    """Run topologies in lockstep inside a test; each ends with it."""
    stage = request.node.stash[_stage] = _Stage(tmp_path)
    folders: list[Path] = []

    def start(
        topology: str | Path | Topology,
        *settings: str,
        seed: int = 0,
        record: bool = True,
        faults: bool = False,
    ) -> Rehearsal:
        loaded = topology if isinstance(topology, Topology) else load_topology(str(topology), settings)
        loaded = with_recorder(loaded) if record else without_recorders(loaded)
        problems = check_topology(loaded)
        if problems:
            raise UnsoundTopology(loaded.name, problems)
        folders.append(Path(tempfile.mkdtemp(prefix="sutura-")))  # short: device sockets stand in it
        stage.rehearsals.append(Rehearsal(loaded, folders[-1], settings=settings, seed=seed, faults=faults))
        return stage.rehearsals[-1]

    try:
        yield start
        for rehearsal in stage.rehearsals:
            rehearsal.report()
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the runs of a test that has failed, and say where."""
    report = yield
    stage = item.stash.get(_stage, None)
    if stage is not None and call.when == "call" and report.failed:
        for number, rehearsal in enumerate(stage.rehearsals):
            _keep(rehearsal, stage.folder / f"{number}-{rehearsal.topology.name}", item, report)
    return report


def _keep(rehearsal: Rehearsal, folder: Path, item: pytest.Item, report: pytest.TestReport) -> None:
    """Copy what a run has left, and name it in the output and the JUnit file."""
    ended_at = rehearsal.now
    try:
        rehearsal.report()
    except SuturaError as error:
        report.sections.append(("sutura", f"{rehearsal.topology.name} could not be ended: {error}"))
    folder.mkdir(parents=True, exist_ok=True)
    kept = [Path(shutil.copy2(rehearsal.directory.path / name, folder)) for name in _left(rehearsal)]
    said = "\n".join(f"{path.stem}: {path}" for path in kept)
    report.sections.append((f"sutura: {rehearsal.topology.name}, ended at {ended_at:.3f} s", said))
    item.user_properties += [(path.stem, str(path)) for path in kept]


def _left(rehearsal: Rehearsal) -> list[str]:
    return [name for name in _KEPT if (rehearsal.directory.path / name).is_file()]
