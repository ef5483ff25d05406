"""Topologies with expectations, run for a part of a second: a kinematic arm that follows early, and is let down."""

from pathlib import Path
from textwrap import dedent

from sutura.launch import check_topology
from sutura.launch.judgement import Judged, Judgement
from sutura.launch.loader import load_trial
from sutura.launch.report import RanReport, Report
from sutura.launch.trial import Trial

NODES = """
from sutura.messages import Pose
from sutura.nodes import Input, Node, Output, every

class Dawdler(Node):
    "Answers gestures up to 20 ms late, and says something that has run out when it is said."
    pose = Input(Pose)
    answer = Output(Pose, rate="pose")
    spoilt = Output(Pose, rate="pose")

    def on_start(self) -> None:
        self.kept = None

    def on_pose(self, pose: Pose) -> None:
        self.kept = self.kept or self.pose.frame

    @every(50.0)
    def answer_late(self) -> None:
        if self.kept is not None:
            self.answer.publish(self.kept.payload, origin=self.kept.origin)
            self.spoilt.publish(self.kept.payload, expires=self.now())
            self.kept = None

class Reader(Node):
    "Handles what comes."
    pose = Input(Pose)

    def on_pose(self, pose: Pose) -> None: ...

class Looker(Node):
    "Only keeps what comes."
    pose = Input(Pose)

class Brittle(Node):
    "Breaks."
    @every(10.0)
    def fall(self) -> None:
        if self.elapsed > 0.35:
            raise ValueError("lost its grip")

class BrittleReader(Brittle):
    "Hears until it breaks."
    pose = Input(Pose)

    def on_pose(self, pose: Pose) -> None: ...
"""
EARLY = """\
sutura: 1
include: [{file: teleop, args: {arm_at_start: true}}]
nodes:
  operator: {params: {script: [{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}%s]}}
  master: {driver: {start: 0.15}}
"""
GOOD = EARLY % ""
ABSENT = EARLY % ", {at: 0.4, present: false}"
STOPPED = EARLY % ", {at: 0.4, estop: true}"


def written(folder: Path, text: str, *expect: str, more: str = "", duration: float = 0.6) -> Path:
    """A topology file: its text, further nodes (lines of the `nodes` map), a `test` block and an `expect` block."""
    (folder / "own.py").write_text(dedent(NODES))
    lines = "".join(f"  {line}\n" for line in more.splitlines())
    expected = "expect:\n" + "".join(f"  - {entry}\n" for entry in expect) if expect else ""
    path = folder / "tried.yaml"
    path.write_text(f"{text}{lines}test: {{duration: {duration} s, seed: 7}}\n{expected}")
    return path


def tried(path: Path, *settings: str) -> Report:
    """Check a topology and test it in lockstep."""
    topology = load_trial(str(path), settings)
    problems = check_topology(topology)
    assert not problems, "\n".join(map(str, problems))
    return Trial(topology=topology, settings=settings).run(note=lambda text: None, update=lambda run: None)


def judgement(report: Report) -> Judgement:
    assert report.test is not None
    return report.test


def only(report: Report) -> Judged:
    """The one expectation of a test."""
    (judged,) = judgement(report).expectations
    return judged


def bare_report(test: Judgement) -> Report:
    """A report of a run in which nothing was."""
    return Report(
        verdict="pass",
        reasons=[],
        connections=[],
        nodes={},
        path=None,
        tracking=None,
        trips=[],
        task=None,
        recording_hash=None,
        realtime_factor=None,
        events=[],
        ran=RanReport("t", {}, [], {}, 0, 1.0, "", ""),
        test=test,
    )
