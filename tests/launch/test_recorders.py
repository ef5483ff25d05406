"""Recording by default, beside the control path, whatever becomes of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from sutura.launch import Blueprint, check_topology, load_topology, place_configs
from sutura.launch.recorders import recorders_in, with_recorder, without_recorders
from sutura.launch.run import run_topology
from sutura.launch.supervisor import Supervisor
from sutura.nodes.stock.recorder import Recorder
from sutura.record import Recording, figures_of
from sutura.runtime.lockstep import Lockstep
from tests.launch.conftest import Program
from tests.record.conftest import TELEOP

Start = Callable[..., Program]


def test_a_topology_without_a_recorder_gets_one_out_of_the_way() -> None:
    topology = with_recorder(load_topology("teleop"))
    assert recorders_in(topology) == ("recorder",)
    assert topology.places["recorder"] == ("recorder",)
    setting = topology.realtime["recorder"]
    assert (setting.policy, setting.batch > 0) == ("other", True)
    assert check_topology(topology) == []
    assert with_recorder(topology) == topology
    assert recorders_in(with_recorder(load_topology("sim"))) == ("recorder",)


def test_its_name_is_never_one_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("sutura: 1\nnodes:\n  recorder: {node: operator}\n")
    assert recorders_in(with_recorder(load_topology(str(tmp_path / "mine.yaml")))) == ("recorder2",)


def test_without_recorders_nothing_else_is_gone() -> None:
    topology = load_topology("sim")
    without = without_recorders(topology)
    assert recorders_in(without) == ()
    assert set(topology.nodes) - set(without.nodes) == {"recorder"}
    assert set(topology.places) - set(without.places) == {"recorder"}
    assert check_topology(without) == []


def test_a_full_disk_ends_the_recording_and_not_the_run(tmp_path: Path) -> None:
    topology = load_topology("sim", [*TELEOP[1:], "recorder.file=/dev/full", "world.rings=0"])
    (tmp_path / "s").mkdir()
    lockstep = Lockstep(place_configs(Blueprint.of(topology), tmp_path, 1, "", lambda place: "1"))
    lockstep.begin()
    lockstep.run_until(0.3)
    told = [event for event in lockstep.hosts["recorder"].events if event.kind == "unrecorded"]
    lockstep.end()
    assert len(told) == 1
    assert "/dev/full: No space left on device; the run goes on" in told[0].text
    assert isinstance(lockstep.hosts["recorder"].nodes["recorder"], Recorder)
    assert lockstep.hosts["arm"].nodes["arm"].figures["gesture_to_motor"].total > 100


def recorded(folder: Path) -> Path:
    """Teleop with a recorder."""
    file = folder / "recorded.yaml"
    args = "args: {arm_at_start: {default: false}}"
    include = "include: [{file: teleop, args: {arm_at_start: $(arm_at_start)}}]"
    realtime = "realtime: {recorder: {batch: 0.02}}"
    file.write_text(f"sutura: 1\n{args}\n{include}\nnodes: {{recorder: {{node: recorder}}}}\n{realtime}\n")
    return file


def _silent(supervisor: Supervisor) -> None:
    """Looks at nothing."""


@pytest.mark.realtime
def test_a_recording_has_what_ran_and_what_was_lost(home: Path) -> None:
    settings = ["arm_at_start=true", "scale=0.3"]
    report = run_topology(
        with_recorder(load_topology("teleop", settings)),
        settings=settings,
        seed=7,
        duration=1.2,
        note=lambda text: None,
        update=_silent,
    )
    recording = Recording(Path(report.ran.recording))
    assert recording.is_complete
    facts = recording.facts
    assert facts is not None
    assert (facts.topology, facts.seed, facts.settings) == ("teleop", 7, tuple(settings))
    assert facts.params["scaling"]["scale"] == 0.3
    assert facts.versions == report.ran.versions
    assert "motion_scaling" in recording.topology
    links = {(link.topic, link.from_, link.to): link for link in recording.links}
    assert len(links) == len(report.connections)
    assert ("PSM1/servo_jp", "ik", "arm") in links
    assert ("PSM1/servo_jp", "ik", "recorder") in links
    figures = figures_of(recording)
    assert figures.missed == sum(missed.lost for missed in recording.missed.values())
    assert {topic.topic for topic in figures.topics} >= {"MTMR/measured_cp", "PSM1/servo_jp", "watchdog/state"}
    sent = {link.topic: link.sent for link in recording.links}
    for topic in figures.topics:
        unheard = sent[topic.topic] - topic.messages - recording.missed[topic.topic].lost
        assert 0 <= unheard <= 0.05 * topic.rate_hz, topic  # said in the last moment, if the machine was that slow


@pytest.mark.realtime
def test_whoever_is_killed_what_was_recorded_is_left_readable(program: Start, tmp_path: Path) -> None:
    run = program(recorded(tmp_path), ["arm_at_start=true"])
    pid = run.pids["recorder"]
    while not run.until("moved"):
        run.forget()
    os.kill(pid, signal.SIGKILL)
    while not any(event[1] == "restart" for event in cast("list[list[str]]", run.until("events"))):
        run.forget()
    while run.pids["recorder"] == pid or not (run.run / "recording-2.mcap").exists():
        run.forget()
    run.process.kill()  # and now everything, at once
    run.process.wait()
    killed, second = Recording(run.run / "recording.mcap"), Recording(run.run / "recording-2.mcap")
    figures = figures_of(killed)
    assert not killed.is_complete
    assert killed.damage == ""
    assert killed.facts is not None
    assert figures.missed == 0
    assert figures.messages > 1000
    assert second.facts == killed.facts
