"""Reading recordings: typed, in order, and as far as they are whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutura.messages import Clutch, Frame, JointState, Message, Pose
from sutura.record import BadRecording, Recording, RecordingWriter, RunFacts, TypeFacts, figures_of, type_facts
from tests.record.conftest import MS, START, frame, raw, write

POSE = Pose((0.1, 0.2, 0.3), (0.0, 0.0, 0.0, 1.0))
KILLED = """
import os, signal, sys
from pathlib import Path
from sutura.launch import Blueprint, load_topology, place_configs
from sutura.launch.recorders import with_recorder
from sutura.runtime.lockstep import Lockstep
folder = Path(sys.argv[1])
blueprint = Blueprint.of(with_recorder(load_topology("teleop", ["arm_at_start=true"])))
lockstep = Lockstep(place_configs(blueprint, folder, 1, "", lambda place: "1"))
lockstep.begin()
lockstep.run_until(float(sys.argv[2]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def some(count: int) -> list[Frame[Message]]:
    return [frame(f"t/{n % 3}", Clutch(n % 2 == 0), n // 3 + 1, n * MS) for n in range(count)]


def test_messages_come_back_as_they_were_sent(tmp_path: Path) -> None:
    sent = [
        frame("a/pose", POSE, 1, 1),
        frame("a/js", JointState(("x",), (1.0,)), 1, 2),
        frame("a/pose", POSE, 2, 3),
    ]
    recording = Recording(write(tmp_path / "a.mcap", sent))
    assert [found.frame for found in recording.messages()] == sent
    assert [found.topic for found in recording.messages()] == ["a/pose", "a/js", "a/pose"]
    assert (recording.start, recording.is_complete, recording.damage) == (START, True, "")
    assert set(recording.topics) == {"a/pose", "a/js"}


def test_a_topic_and_a_time_can_be_chosen(tmp_path: Path) -> None:
    recording = Recording(write(tmp_path / "a.mcap", some(30)))
    chosen = recording.messages(topics={"t/1"}, since=START + 10 * MS, until=START + 20 * MS)
    assert [found.frame.stamp - START for found in chosen] == [10 * MS, 13 * MS, 16 * MS, 19 * MS]


def test_a_type_that_nobody_knows_here_comes_as_plain_values_with_names(tmp_path: Path) -> None:
    facts = RunFacts(topology="mine", types={"Depth": TypeFacts(type_facts(Pose).fields)})
    message: Frame[Message] = Frame("t/depth", "Depth", "a@1", 1, START, START, 0, POSE)
    recording = Recording(write(tmp_path / "a.mcap", [message], facts))
    found = next(recording.messages())
    assert found.frame.payload == [[0.1, 0.2, 0.3], [0.0, 0.0, 0.0, 1.0]]
    assert [field.name for field in recording.topics["t/depth"].fields] == ["position", "orientation"]


def test_a_message_of_an_older_version_comes_as_plain_values(tmp_path: Path) -> None:
    message: Frame[Message] = Frame("t/pose", "Pose", "a@1", 1, START, START, 0, Clutch(True))
    assert next(Recording(write(tmp_path / "a.mcap", [message])).messages()).frame.payload == [True]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "it is empty"), (b"sutura: 1\n", "no recording"), (b"\x89MCAP0\r\n", "cut off before it had begun")],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.mcap").write_bytes(content)
    with pytest.raises(BadRecording, match=reason):
        Recording(tmp_path / "a.mcap")
    with pytest.raises(BadRecording, match="No such file"):
        Recording(tmp_path / "b.mcap")


def test_a_recording_of_somebody_else_is_refused(tmp_path: Path) -> None:
    from mcap.writer import Writer

    with (tmp_path / "a.mcap").open("wb") as file:
        writer = Writer(file)
        writer.start(profile="ros2")
        writer.finish()  # type: ignore[no-untyped-call]
    with pytest.raises(BadRecording, match="'ros2'"):
        Recording(tmp_path / "a.mcap")


def test_wherever_a_file_is_cut_all_before_the_last_flush_is_read(tmp_path: Path) -> None:
    path, sent, flushed_at = tmp_path / "a.mcap", some(60), []
    writer = RecordingWriter(path, "test")
    writer.begin(START)
    for n, message in enumerate(sent):
        writer.add(raw(message), message.stamp)
        if n % 20 == 19:
            writer.flush()
            flushed_at.append((path.stat().st_size, n + 1))
    writer.close()
    size = path.stat().st_size
    for length in range(size - 1, 300, -1):
        os.truncate(path, length)
        recording = Recording(path)
        found = [message.frame for message in recording.messages()]
        assert found == sent[: len(found)]
        assert len(found) >= max((count for at, count in flushed_at if at <= length), default=0)
        assert not recording.is_complete
        assert recording.damage == ""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write(tmp_path_factory.mktemp("whole") / "a.mcap", some(60), RunFacts(topology="x")).read_bytes()


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_changed_byte_never_gives_a_wrong_message_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, at: int, value: int
) -> None:
    at %= len(whole)
    path = tmp_path_factory.mktemp("broken") / "a.mcap"
    path.write_bytes(whole[:at] + bytes((value,)) + whole[at + 1 :])
    try:
        recording = Recording(path)
    except BadRecording:
        return
    found = [message.frame for message in recording.messages()]
    assert found == some(60)[: len(found)]
    assert len(found) == 60 or recording.damage or not recording.is_complete


def test_a_run_killed_with_sigkill_is_readable_to_its_last_second(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "2.45"], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    recording = Recording(tmp_path / "recording.mcap")
    figures = figures_of(recording)
    assert not recording.is_complete
    assert recording.damage == ""
    assert 1.45 <= figures.duration_s < 2.451
    assert figures.missed == 0
    assert next(t.messages for t in figures.topics if t.topic == "MTMR/measured_cp") >= 1450


def test_figures_count_what_is_missing_and_forgive_a_writer_that_began_anew(tmp_path: Path) -> None:
    numbers = [1, 2, 5, 6, 1, 2, 4]
    sent = [
        frame("t/a", Clutch(True), seq, n * 100 * MS, "arm@1" if n < 4 else "arm@2")
        for n, seq in enumerate(numbers)
    ]
    figures = figures_of(Recording(write(tmp_path / "a.mcap", sent)))
    assert (figures.messages, figures.missed) == (7, 3)
    assert figures.duration_s == pytest.approx(0.6)
    assert figures.topics[0].rate_hz == pytest.approx(7 / 0.6)
