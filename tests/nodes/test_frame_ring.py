"""Pictures in shared memory: whole or not at all, whoever is killed, and whenever."""

import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sutura.nodes import FrameReader, FrameRingRefused, FrameWriter, RingPlace
from sutura.nodes.frame_ring import ring_path

ROOT = Path(__file__).parents[2]
SIZE, SLOTS = 1000, 3
WRITER = """
import sys
from pathlib import Path
import msgspec
from sutura.nodes import FrameWriter
ring = FrameWriter(Path(sys.argv[1]), "eye", int(sys.argv[2]), 2)
number = 0
while True:
    number += 1
    place = ring.write(bytes([number % 251]) * int(sys.argv[2]))
    sys.stdout.buffer.write(msgspec.json.encode(place) + b"\\n")
    sys.stdout.buffer.flush()
"""
READER = """
import sys
from pathlib import Path
import msgspec
from sutura.nodes import FrameReader, RingPlace
reader = FrameReader(Path(sys.argv[1]))
for line in sys.stdin.buffer:
    data = reader.read("eye", msgspec.json.decode(line, type=RingPlace))
    print("none" if data is None else len(set(data)), flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="su") as name:
        yield Path(name)


class Ring(RuleBasedStateMachine):
    """A writer, started anew at times, and a reader: it gets what was written, or nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory(prefix="su")
        self.folder = Path(self.home.name)
        self.reader = FrameReader(self.folder)
        self.written: list[tuple[int, RingPlace, bytes]] = []
        self.incarnation = 0

    @initialize()
    def begin(self) -> None:
        self.writer = FrameWriter(self.folder, "eye", SIZE, SLOTS)

    @rule()
    def start_anew(self) -> None:
        self.incarnation += 1
        self.begin()

    @rule(data=st.binary(max_size=SIZE))
    def write(self, data: bytes) -> None:
        self.written.append((self.incarnation, self.writer.write(data), data))

    @rule(back=st.integers(0, 2 * SLOTS))
    def read(self, back: int) -> None:
        if back >= len(self.written):
            return
        incarnation, place, data = self.written[-1 - back]
        found = self.reader.read("eye", place)
        is_there = incarnation == self.incarnation and back < SLOTS
        assert found == data if is_there else found in (None, data)

    @invariant()
    def nothing_else_lies_about(self) -> None:
        assert {path.name for path in (self.folder / "s").glob("*")} <= {"eye.ring"}

    def teardown(self) -> None:
        self.reader.close()
        self.home.cleanup()


Ring.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestRing = Ring.TestCase


@settings(deadline=None, max_examples=150)
@given(
    data=st.binary(min_size=1, max_size=SIZE),
    done=st.integers(0, SIZE),
    fresh=st.binary(min_size=SIZE, max_size=SIZE),
)
def test_a_picture_that_is_written_over_at_any_byte_is_not_used(data: bytes, done: int, fresh: bytes) -> None:
    """As a reader sees it whose processor shows it the new bytes before the new mark."""
    with tempfile.TemporaryDirectory(prefix="su") as name:
        folder = Path(name)
        place = FrameWriter(folder, "eye", SIZE, 2).write(data)
        path = ring_path(folder, "eye")
        content = path.read_bytes()
        at = content.index(data, 64 + place.slot * (64 + 1024) + 64)
        torn = (fresh[:done] + data[done:])[: len(data)]
        with path.open("r+b") as file:
            file.seek(at)
            file.write(torn)
        found = FrameReader(folder).read("eye", place)
        assert found == data if torn == data else found is None or zlib.crc32(torn) == place.checksum


@given(
    place=st.builds(
        RingPlace, st.integers(-9, 99), st.integers(-1, 9), st.integers(-(2**40), 2**40), st.integers(0, 2**32 - 1)
    )
)
def test_a_notice_that_speaks_of_no_picture_gives_none(place: RingPlace) -> None:
    with tempfile.TemporaryDirectory(prefix="su") as name:
        writer = FrameWriter(Path(name), "eye", SIZE, SLOTS)
        true = writer.write(b"picture")
        reader = FrameReader(Path(name))
        assert reader.read("eye", place) is None or place == true
        assert reader.read("nobody", true) is None


@pytest.mark.parametrize("content", [b"", b"short", b"SUTRING1" + bytes(100), bytes(5000)])
def test_a_file_that_is_no_ring_gives_none(folder: Path, content: bytes) -> None:
    path = ring_path(folder, "eye")
    path.parent.mkdir()
    path.write_bytes(content)
    reader = FrameReader(folder)
    assert reader.read("eye", RingPlace(0, 1, 1, 0)) is None
    assert reader.overwritten == 1


def test_what_does_not_fit_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="at most 10 bytes, came 11"):
        FrameWriter(folder, "eye", 10).write(b"elevenbytes")
    for slot_bytes, slots in ((0, 4), (10, 1), (1 << 40, 2)):
        with pytest.raises(FrameRingRefused, match="'eye'"):
            FrameWriter(folder, "eye", slot_bytes, slots)


def test_a_closed_ring_leaves_no_file_and_its_reader_what_it_had(folder: Path) -> None:
    writer, reader = FrameWriter(folder, "eye", SIZE), FrameReader(folder)
    place = writer.write(b"last")
    assert reader.read("eye", place) == b"last"
    writer.close()
    assert list((folder / "s").iterdir()) == []
    assert reader.read("eye", place) == b"last"


def _started(program: str, folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", program, str(folder), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("round_", range(4))
def test_a_writer_killed_at_any_moment_leaves_whole_pictures_only(folder: Path, round_: int) -> None:
    size = 4_000_000
    reader = FrameReader(folder)
    with _started(WRITER, folder, str(size)) as writer:
        assert writer.stdout is not None
        places: list[RingPlace] = []
        for line in writer.stdout:
            places.append(msgspec.json.decode(line, type=RingPlace))
            found = reader.read("eye", places[-1])
            assert found is None or (len(found) == size and len(set(found)) == 1)
            if len(places) > 5 + round_:
                break
        writer.send_signal(signal.SIGKILL)
    for place in places:
        found = reader.read("eye", place)
        assert found is None or len(set(found)) == 1
    again = FrameWriter(folder, "eye", size, 2)
    assert reader.read("eye", again.write(b"after")) == b"after"


def test_a_reader_killed_or_stopped_at_any_moment_holds_nobody(folder: Path) -> None:
    writer = FrameWriter(folder, "eye", 1_000_000, 2)
    for number, end in ((signal.SIGSTOP, signal.SIGKILL), (signal.SIGKILL, signal.SIGKILL)):
        with _started(READER, folder) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write(msgspec.json.encode(writer.write(b"\x01" * 1_000_000)) + b"\n")
            reader.stdin.flush()
            assert reader.stdout.readline() in (b"1\n", b"none\n")
            reader.send_signal(number)
            mine = FrameReader(folder)
            for value in range(50):
                picture = bytes([value]) * 1_000_000
                assert mine.read("eye", writer.write(picture)) == picture
            reader.send_signal(end)
