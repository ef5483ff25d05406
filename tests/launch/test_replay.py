"""Recorded inputs fed to the nodes that heard them: they say the same again."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec
import pytest

from sutura.launch.errors import TopologyError
from sutura.launch.pytest_plugin import Rehearse
from sutura.launch.replay import replay
from sutura.launch.run_errors import CannotReplay
from sutura.messages import Frame, RawMessage, TeleopState
from sutura.record import REALTIME, VIRTUAL, Recorded, Recording, RecordingWriter, Tolerances, add_attachment
from tests.record.conftest import EARLY, MS, START, TELEOP, Record, record, teleop, write

__all__ = ["record", "teleop"]  # fixtures


@pytest.mark.parametrize(
    "nodes",
    [
        "tremor",
        "scaling",
        "ik",
        "arm",
        "fk",
        "watchdog",
        "operator",
        "master",
        "tremor,scaling,ik",
        "scaling,arm,watchdog",
        "operator,master,tremor,scaling,ik,arm,fk,watchdog",
    ],
)
def test_the_same_nodes_say_the_same_to_the_nanosecond(teleop: Path, nodes: str) -> None:
    result = replay(Recording(teleop), nodes.split(","))
    assert result.comparison.equal, result.comparison.first
    assert result.comparison.times_compared
    assert result.notes == []
    assert sum(topic.compared for topic in result.comparison.topics) == result.said > 10


def test_physics_is_replayed_too(record: Record) -> None:
    recording = Recording(record("sim", *EARLY, seconds=0.4))
    for nodes in (["world"], ["arm", "world"], ["scaling", "ik", "arm", "fk", "world"]):
        result = replay(recording, nodes)
        assert result.comparison.equal, result.comparison.first


def test_a_changed_parameter_is_found_where_it_first_matters(teleop: Path, tmp_path: Path) -> None:
    recording = Recording(teleop)
    result = replay(recording, ["scaling", "ik"], ["scaling.scale=0.25"], out=tmp_path / "out.mcap")
    told = result.comparison.first
    assert told is not None
    assert (told.topic, told.field) == ("console/teleop/state", "scale")
    first = next(topic.first for topic in result.comparison.topics if topic.topic == "PSM1/servo_cp")
    assert first is not None
    assert first.field == "position[0]"
    following = next(
        m.frame
        for m in recording.messages({"console/teleop/state"})
        if isinstance(m.frame.payload, TeleopState) and m.frame.payload.state == "following"
    )
    assert first.at_s == pytest.approx((following.stamp - START) * 1e-9, abs=0.0011), (
        "with the first hand that moves"
    )
    differing = {topic.topic for topic in result.comparison.topics if topic.differing}
    assert differing == {"PSM1/servo_cp", "PSM1/servo_jp", "console/teleop/state"}
    kept = Recording(tmp_path / "out.mcap")
    assert kept.facts is not None
    assert kept.facts.settings[-1] == "scaling.scale=0.25"
    assert set(kept.topics) >= differing
    assert replay(
        recording, ["scaling", "ik"], ["scaling.scale=0.25"], tolerances=Tolerances(["1"])
    ).comparison.equal


def test_a_recording_that_was_cut_off_is_replayed_as_far_as_it_goes(record: Record, tmp_path: Path) -> None:
    data = record(seconds=1.2).read_bytes()
    for share in (0.5, 0.9):
        cut = tmp_path / f"{share}.mcap"
        cut.write_bytes(data[: int(len(data) * share)])
        result = replay(Recording(cut), ["tremor", "scaling", "ik"])
        assert not Recording(cut).is_complete
        assert result.comparison.equal, result.comparison.first
        assert result.said > 100


def test_what_cannot_be_replayed_is_refused_with_the_reason(teleop: Path, record: Record, tmp_path: Path) -> None:
    recording = Recording(teleop)
    with pytest.raises(CannotReplay, match="did you mean 'scaling'"):
        replay(recording, ["scalin"])
    with pytest.raises(CannotReplay, match="recorder only records"):
        replay(recording, ["recorder"])
    with pytest.raises(CannotReplay, match="no node is named"):
        replay(recording, [])
    with pytest.raises(CannotReplay, match=r"expected `float` <= 1\.0"):
        replay(recording, ["scaling"], ["scaling.scale=7"])
    with pytest.raises(TopologyError, match="nothing"):
        replay(recording, ["scaling"], ["nothing.scale=7"])
    with pytest.raises(CannotReplay, match="which topology ran"):
        replay(Recording(write(tmp_path / "bare.mcap", [])), ["ik"])


def test_a_simulated_arm_needs_its_world_and_hardware_stays_where_it_is(record: Record, tmp_path: Path) -> None:
    recording = Recording(record("sim", *EARLY, seconds=0.05))
    with pytest.raises(CannotReplay, match="name the world as well"):
        replay(recording, ["arm"])
    (tmp_path / "hard.py").write_text(HARDWARE)
    with pytest.raises(CannotReplay, match="which is hardware, and a replay moves none"):
        replay(recording, ["arm"], [f"arm.driver={tmp_path / 'hard.py'}:HardArm"])
    with pytest.raises(CannotReplay, match="leave it out"):
        replay(recording, ["master"], [f"master.driver={tmp_path / 'hard.py'}:HardHand"])
    assert replay(recording, ["arm"], ["arm.driver=kinematic"]).said > 0


HARDWARE = """
from typing import ClassVar
from sutura.hw_drivers import ActuatorDriver, Capabilities, HandSample, InputDevice, StopCategory
from sutura.messages import JointState

class HardArm(ActuatorDriver):
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=0.03)
    def _open(self) -> None: ...
    def _enable(self) -> None: ...
    def _read(self) -> JointState: return JointState((), ())
    def _write(self, positions): return positions
    def _stop(self, category: StopCategory) -> None: ...
    def _close(self) -> None: ...

class HardHand(InputDevice):
    def _open(self) -> None: ...
    def _read(self, elapsed: float) -> HandSample | None: return None
"""


def test_what_the_recording_lacks_is_told(teleop: Path, tmp_path: Path) -> None:
    recording = Recording(teleop)
    late = [m for m in recording.messages() if m.frame.stamp > START + 100 * MS]
    result = replay(Recording(rewrite(recording, late, tmp_path / "late.mcap")), ["ik"])
    assert any("begins after the run did" in note for note in result.notes)
    holed = [m for m in recording.messages() if (m.topic, m.frame.seq) != ("PSM1/servo_cp", 50)]
    result = replay(Recording(rewrite(recording, holed, tmp_path / "holed.mcap")), ["ik"])
    assert "the recorder missed 1 messages that the nodes read" in result.notes
    first = result.comparison.first
    assert first is not None
    assert (first.topic, first.seq, first.field) == ("PSM1/servo_jp", 50, "stamp [s]")


def test_a_replay_ends_where_a_node_was_started_anew(rehearse: Rehearse) -> None:
    run = rehearse("teleop", *TELEOP)
    run.run_for(0.3)
    run.kill("ik")
    run.run_for(0.1)
    run.restart("ik")
    run.run_for(0.1)
    run.report()
    recording = Recording(run.directory.path / "recording.mcap")
    assert recording.is_virtual
    assert recording.links
    result = replay(recording, ["ik"])
    assert result.comparison.equal, result.comparison.first
    assert result.notes == ["place ik was started anew after 0.300 s; the replay ends there"]


def rewrite(recording: Recording, messages: Iterable[Recorded], path: Path, *, clock: str = VIRTUAL) -> Path:
    """The same recording with other messages."""
    assert recording.facts is not None
    facts = msgspec.structs.replace(recording.facts, clock=clock)
    writer = RecordingWriter(path, "test", facts, recording.topology)
    writer.begin(recording.start)
    for message in messages:
        f = message.frame
        kept = Frame(f.topic, f.type, f.writer, f.seq, f.stamp, 0, 0, RawMessage(msgspec.msgpack.encode(f)))
        writer.add(kept, f.stamp)
    writer.close()
    return path


def as_on_the_real_clock(virtual: Path, path: Path, without: Collection[tuple[str, int]] = ()) -> Path:
    """The recording as a run on the real clock would have left it.

    Each answer takes its time, and the recorder hears the writers in lots, mixed. without: messages never said.
    """
    operator = ["console/clutch", "console/teleop/state", "MTMR/gripper/measured_js"]
    topics = [*operator, "MTMR/measured_cp", "MTMR/filtered_cp", "PSM1/servo_cp", "PSM1/servo_jp"]
    messages = []
    for message in Recording(virtual).messages():
        delay = topics.index(message.topic) * 120_000 if message.topic in topics else 800_000
        frame = msgspec.structs.replace(message.frame, stamp=message.frame.stamp + delay)
        if (message.topic, frame.seq) not in without:
            messages.append(message._replace(frame=frame))
    messages.sort(key=lambda m: (m.frame.stamp // (20 * MS), zlib.crc32(m.topic.encode()), m.frame.stamp))
    return rewrite(Recording(virtual), messages, path, clock=REALTIME)


def test_on_the_real_clock_values_are_met_and_timers_left_out(teleop: Path, tmp_path: Path) -> None:
    recording = Recording(as_on_the_real_clock(teleop, tmp_path / "real.mcap"))
    for nodes in (["tremor"], ["scaling"], ["ik"], ["tremor", "scaling", "ik"]):
        result = replay(recording, nodes)
        assert result.comparison.equal, (nodes, result.comparison.first)
        assert not result.comparison.times_compared
        assert {f"{node}/heartbeat" for node in nodes} <= set(result.not_compared)
        assert sum(topic.compared for topic in result.comparison.topics) > 400
    changed = replay(recording, ["tremor", "scaling"], ["scaling.scale=0.25"])
    assert changed.comparison.first is not None
    assert changed.comparison.first.topic == "PSM1/servo_cp"


def test_on_the_real_clock_what_was_not_handled_then_is_not_handled_now(teleop: Path, tmp_path: Path) -> None:
    """The inverse kinematics of two targets are missing, as newer ones had replaced these; its figures say so."""
    unanswered = [("PSM1/servo_jp", 100), ("PSM1/servo_jp", 200)]
    path = as_on_the_real_clock(teleop, tmp_path / "real.mcap", unanswered)
    extra = replay(Recording(path), ["ik"])
    assert sum(topic.only_in_b for topic in extra.comparison.topics) == 2
    link = {"topic": "PSM1/servo_cp", "from": "scaling", "to": "ik", "sent": 500, "received": 500}
    report = {"connections": [{**link, "lost": 0, "overwritten": 2, "stale": 0, "rejected": 0}]}
    add_attachment(path, "report.json", "application/json", msgspec.json.encode(report), START)
    for nodes in (["ik"], ["scaling", "ik"]):
        result = replay(Recording(path), nodes)
        assert result.comparison.equal, (nodes, result.comparison.first)
    assert any("did not handle 2 messages of PSM1/servo_cp" in note for note in result.notes)
