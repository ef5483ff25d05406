"""Whole runs on a virtual clock: the same to the bit, the same report, and a clean end whatever happens."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import msgspec
import pytest
from mcap.reader import make_reader

from sutura.launch import Topology, load_topology
from sutura.launch.recorders import without_recorders
from sutura.launch.report import Report
from sutura.launch.run import LOCKSTEP_DURATION_S, run_lockstep
from sutura.launch.run_errors import NotSimulated
from sutura.runtime.errors import NodeCrashed
from tests.launch.conftest import Stage

EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)
TELEOP = ("arm_at_start=true", *EARLY)


def run(topology: str | Path | Topology, *settings: str, seed: int = 7, duration: float = 1.0) -> Report:
    """A run in lockstep of a topology, by name, file or as it is."""
    loaded = topology if isinstance(topology, Topology) else load_topology(str(topology), settings)
    return run_lockstep(loaded, seed=seed, duration=duration, note=lambda text: None, update=lambda stepped: None)


def test_equal_seeds_give_equal_hashes_and_another_seed_another(home: Path) -> None:
    first, again, other = (run("teleop", *TELEOP, seed=seed) for seed in (7, 7, 8))
    assert first.verdict == "pass", first.reasons
    assert first.path is not None, "it moved"
    assert first.recording_hash == again.recording_hash
    assert first.recording_hash != other.recording_hash
    assert re.fullmatch("[0-9a-f]{32}", str(first.recording_hash))


def test_physics_is_the_same_again_too(home: Path) -> None:
    first, again, other = (run("sim", *EARLY, seed=seed) for seed in (7, 7, 8))
    assert first.verdict == "pass", first.reasons
    assert first.recording_hash == again.recording_hash
    assert first.recording_hash != other.recording_hash


def test_the_hash_is_that_of_the_recording_and_the_same_without_one(home: Path) -> None:
    topology = load_topology("sim", EARLY)
    recorded, unrecorded = run(topology), run(without_recorders(topology))
    assert recorded.recording_hash == unrecorded.recording_hash
    assert unrecorded.ran.recording == ""
    said = blake2b(digest_size=16)
    with Path(recorded.ran.recording).open("rb") as file:
        for _, _, message in make_reader(file).iter_messages(log_time_order=False):
            said.update(message.data)
    assert said.hexdigest() == recorded.recording_hash


def test_processes_with_other_hash_seeds_and_folders_agree(home: Path, tmp_path: Path) -> None:
    hashes = []
    for number in range(2):
        report = tmp_path / f"{number}.json"
        command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--lockstep", "--duration", "0.5"]
        command += ["--set", "arm_at_start=true", "--report", str(report)]
        environment = {**os.environ, "PYTHONHASHSEED": str(number), "SUTURA_HOME": str(home / str(number))}
        subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60)
        hashes.append(json.loads(report.read_text())["recording_hash"])
    assert hashes[0] == hashes[1]


def test_the_report_is_that_of_a_run_on_the_real_clock(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    topology = load_topology("teleop", TELEOP)
    report = run_lockstep(
        topology,
        settings=TELEOP,
        seed=3,
        duration=0.8,
        report_file=file,
        note=lambda text: None,
        update=lambda stepped: None,
    )
    assert msgspec.json.decode(file.read_bytes(), type=Report) == report
    assert (report.ran.seed, report.ran.duration_s, report.ran.settings) == (3, 0.8, list(TELEOP))
    assert report.realtime_factor is not None
    assert report.realtime_factor > 0.0
    assert report.tracking is not None
    assert [event.kind for event in report.events] == ["reset"]
    assert set(report.nodes) == set(topology.nodes)
    assert all(node.rate_hz > 0.0 and node.cpu_percent is None for node in report.nodes.values())
    assert report.connections
    for link in report.connections:
        assert link.sent == link.received + link.lost + link.rejected > 0, link
        assert link.lost == 0


def test_without_a_duration_it_ends_by_itself(home: Path, stage: Stage) -> None:
    (stage.folder / "idle.py").write_text(
        "from sutura.nodes import Node\n\nclass Idle(Node):\n    'Does nothing.'\n"
    )
    idle = stage.write("idle.yaml", "sutura: 1\nnodes: {idle: {node: 'idle.py:Idle', supervised: true}}\n")
    report = run_lockstep(load_topology(str(idle)), note=lambda text: None, update=lambda stepped: None)
    assert report.ran.duration_s == LOCKSTEP_DURATION_S


def test_ctrl_c_ends_it_with_its_report(home: Path) -> None:
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--lockstep", "--duration", "100000"]
    command += ["--set", "arm_at_start=true"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while "reset" not in (line := _line(process)):
            assert line, "it has ended"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert "verdict" in said
    (folder,) = (home / "runs").iterdir()
    report = msgspec.json.decode((folder / "report.json").read_bytes(), type=Report)
    assert report.ran.duration_s < 100_000
    assert not (folder / "s").exists()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 60.0)[0]
    return process.stdout.readline()


FRAIL = """
from sutura.messages import Clutch
from sutura.nodes import Node, Output, every

class Frail(Node):
    "Falls."
    clutch = Output(Clutch)

    def on_start(self) -> None:
        if self.name == "early":
            raise ValueError("no ground")

    @every(10.0)
    def fall(self) -> None:
        self.clutch.publish(Clutch(True))
        if self.elapsed > 0.45:
            raise ValueError("lost its grip")
"""


@pytest.fixture
def frail(stage: Stage) -> Callable[[str], Path]:
    """A topology with a node that falls: under the name `early` before the run begins, else after 0.45 s."""
    (stage.folder / "frail.py").write_text(FRAIL)
    teleop = "sutura: 1\ninclude: [{file: teleop, args: {arm_at_start: true}}]\n"
    return lambda name: stage.write("frail.yaml", f"{teleop}nodes: {{{name}: {{node: 'frail.py:Frail'}}}}\n")


def test_a_node_that_crashes_ends_its_place_and_fails_the_run(home: Path, frail: Callable[[str], Path]) -> None:
    report = run(frail("late"))
    assert report.verdict == "fail"
    assert [(e.node, e.kind, e.at_s) for e in report.events if e.kind == "crash"] == [("late", "crash", 0.5)]
    assert "lost its grip" in report.reasons[0]
    assert report.ran.duration_s == 1.0, "the others went on"
    assert report.recording_hash == run(frail("late")).recording_hash


def test_how_often_figures_are_looked_at_does_not_show(
    home: Path, frail: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seldom = run(frail("late"))
    monkeypatch.setattr("sutura.launch.stepped_run._TELL_EVERY_S", 0.0)
    often = run(frail("late"))
    assert often.events == seldom.events
    assert often.connections == seldom.connections
    assert often.reasons == seldom.reasons
    assert list(often.nodes) == list(seldom.nodes)


def test_a_node_that_cannot_start_ends_it_all(home: Path, frail: Callable[[str], Path]) -> None:
    with pytest.raises(NodeCrashed, match="no ground"):
        run(frail("early"))
    (folder,) = (home / "runs").iterdir()
    assert not (folder / "s").exists()


def test_real_hardware_is_never_driven_by_a_virtual_clock(home: Path, stage: Stage) -> None:
    text = (Path(__file__).parents[2] / "examples" / "slow_arm.py").read_text()
    (stage.folder / "hard_arm.py").write_text(text.replace("simulated=True", "simulated=False"))
    hard = stage.write(
        "hard.yaml",
        "sutura: 1\ninclude: [{file: teleop}]\nnodes: {arm: {driver: {use: 'hard_arm.py:SlowArm'}}}\n",
    )
    with pytest.raises(NotSimulated, match=r"arm has .*SlowArm"):
        run(hard)
    assert not home.exists() or list(home.iterdir()) == []
