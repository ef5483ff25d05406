"""What is written can be read by the `mcap` package, which is the judge."""

import json
from pathlib import Path

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import McapReader, SeekingReader, make_reader

from sutura.messages import Clutch, Frame, Message, Pose
from sutura.record import CannotRecord, Missed, RecordingWriter, RunFacts, add_attachment, type_facts
from tests.record.conftest import MS, START, frame, raw, write

POSE = Pose((0.1, 0.2, 0.3), (0.0, 0.0, 0.0, 1.0))


def judge(path: Path) -> McapReader:
    return make_reader(path.open("rb"), validate_crcs=True)


def poses(count: int, topic: str = "PSM1/measured_cp") -> list[Frame[Message]]:
    return [frame(topic, POSE, seq, seq * MS) for seq in range(1, count + 1)]


def test_another_reader_finds_every_message_as_it_was_on_the_wire(tmp_path: Path) -> None:
    sent = [*poses(5000), *(frame("console/clutch", Clutch(True), n, (5000 + n) * MS) for n in range(1, 10))]
    found = list(judge(write(tmp_path / "a.mcap", sent)).iter_messages())
    assert len(found) == len(sent)
    for message, (schema, channel, kept) in zip(sent, found, strict=True):
        assert schema is not None
        assert (channel.topic, schema.name) == (message.topic, message.type)
        assert (kept.sequence, kept.publish_time) == (message.seq, message.stamp)
        assert msgpack.unpackb(kept.data)[:3] == [message.topic, message.type, message.writer]


def test_its_index_finds_one_topic_and_one_time(tmp_path: Path) -> None:
    sent = [*poses(3000), *(frame("console/clutch", Clutch(True), n, (3000 + n) * MS) for n in range(1, 10))]
    path = write(tmp_path / "a.mcap", sent)
    reader = judge(path)
    assert isinstance(reader, SeekingReader)
    assert sum(1 for _ in reader.iter_messages(topics=["console/clutch"])) == 9
    some = reader.iter_messages(starting_at=START + 1000 * MS, ending_before=START + 1100 * MS)
    assert [message.sequence for _, _, message in some] == list(range(1000, 1100))
    summary = reader.get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == len(sent)
    assert len(summary.chunk_indexes) > 1


def test_the_beginning_says_what_ran(tmp_path: Path) -> None:
    facts = RunFacts(
        topology="teleop", seed=7, versions={"sutura": "1"}, params={"ik": {"model": "x"}}, started="now"
    )
    writer = RecordingWriter(tmp_path / "a.mcap", "test", facts, "sutura: 1\n")
    writer.begin(START)
    writer.close()
    reader = judge(tmp_path / "a.mcap")
    found = {attachment.name: attachment.data for attachment in reader.iter_attachments()}
    assert found["topology.yaml"] == b"sutura: 1\n"
    assert json.loads(found["facts.json"])["params"] == {"ik": {"model": "x"}}
    told = {metadata.name: metadata.metadata for metadata in reader.iter_metadata()}
    assert told["sutura.run"]["seed"] == "7"
    assert told["sutura.versions"] == {"sutura": "1"}
    assert told["sutura.start"] == {"monotonic_ns": str(START), "wall": "now"}


def test_a_type_that_only_the_launcher_knows_has_its_schema_and_names(tmp_path: Path) -> None:
    facts = RunFacts(topology="mine", types={"Depth": type_facts(Pose)})
    message: Frame[Message] = Frame("PSM1/depth", "Depth", "a@1", 1, START, START, 0, POSE)
    _, channel, _ = next(iter(judge(write(tmp_path / "a.mcap", [message], facts)).iter_messages()))
    assert [field["name"] for field in json.loads(channel.metadata["fields"])] == ["position", "orientation"]
    schema, _, _ = next(iter(judge(tmp_path / "a.mcap").iter_messages()))
    assert schema is not None
    assert schema.encoding == "jsonschema"
    assert "prefixItems" in json.loads(schema.data)["$defs"]["Frame_Pose_"]


def test_what_is_flushed_is_in_the_file_at_once(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "a.mcap", "test")
    writer.add(raw(poses(1)[0]), START)
    before = (tmp_path / "a.mcap").stat().st_size
    writer.flush()
    assert (tmp_path / "a.mcap").stat().st_size > before
    writer.flush()
    writer.close()
    writer.close()
    assert sum(1 for _ in judge(tmp_path / "a.mcap").iter_messages()) == 1


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    paths = []
    for _ in range(3):
        writer = RecordingWriter(tmp_path / "run.mcap", "test")
        paths.append(writer.path.name)
        writer.close()
    assert paths == ["run.mcap", "run-2.mcap", "run-3.mcap"]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRecord, match="No such file or directory"):
        RecordingWriter(tmp_path / "nowhere" / "a.mcap", "test")
    with pytest.raises(CannotRecord, match="No space left"):
        RecordingWriter(Path("/dev/full"), "test")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 3), max_size=300),
    st.lists(st.binary(max_size=50), max_size=3),
    st.sets(st.integers(0, 299)),
)
def test_any_mixture_is_read_by_the_judge(
    tmp_path_factory: pytest.TempPathFactory, topics: list[int], attachments: list[bytes], flushes: set[int]
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.mcap"
    writer = RecordingWriter(path, "test")
    for n, topic in enumerate(topics):
        writer.add(raw(frame(f"t/{topic}", Clutch(n % 2 == 0), n + 1, n)), START + n)
        if n in flushes:
            writer.flush()
    writer.close({"t/0": Missed(1, 2, 3)}, START)
    for n, data in enumerate(attachments):
        add_attachment(path, f"{n}.bin", "application/octet-stream", data, START)
    reader = judge(path)
    assert [m.sequence for _, _, m in reader.iter_messages()] == list(range(1, len(topics) + 1))
    kept = {attachment.name: attachment.data for attachment in reader.iter_attachments()}
    assert {f"{n}.bin": data for n, data in enumerate(attachments)} == {k: v for k, v in kept.items() if "bin" in k}
    summary = reader.get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.attachment_count == len(attachments) + 1
