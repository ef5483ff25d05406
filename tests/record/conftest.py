"""Recordings of whole runs in virtual time, and small ones made by hand."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from sutura.launch import Blueprint, load_topology, place_configs
from sutura.launch.facts import describe_run
from sutura.launch.recorders import with_recorder
from sutura.messages import Frame, Message, RawMessage, as_raw
from sutura.record import VIRTUAL, RecordingWriter, RunFacts
from sutura.runtime.lockstep import Lockstep

MS = 1_000_000
START = 1_000_000_000
EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.08, clutch: false}]",
)
TELEOP = ("arm_at_start=true", *EARLY)


def record_in(folder: Path, topology: str, settings: Sequence[str], seconds: float, incarnation: str) -> Path:
    """Run a topology in virtual time with a recorder; the recording."""
    (folder / "s").mkdir(exist_ok=True)
    blueprint = Blueprint.of(with_recorder(load_topology(topology, settings)))
    describe_run(folder, blueprint, seed=1, settings=settings, clock=VIRTUAL)
    lockstep = Lockstep(place_configs(blueprint, folder, 1, "", lambda place: incarnation))
    lockstep.begin()
    lockstep.run_until(seconds)
    lockstep.end()
    return folder / "recording.mcap"


class Record(Protocol):
    """Record a run in virtual time."""

    def __call__(
        self, topology: str = ..., *settings: str, seconds: float = ..., incarnation: str = ...
    ) -> Path: ...


@pytest.fixture
def record() -> Iterator[Record]:
    """Recordings, each in a short folder of its own: socket addresses are limited."""
    folders: list[Path] = []

    def make(topology: str = "teleop", *settings: str, seconds: float = 0.5, incarnation: str = "1") -> Path:
        folders.append(Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp")))
        return record_in(folders[-1], topology, settings or TELEOP, seconds, incarnation)

    yield make
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def teleop() -> Iterator[Path]:
    """Half a second of teleop, moving."""
    folder = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
    yield record_in(folder, "teleop", TELEOP, 0.5, "1")
    shutil.rmtree(folder)


def frame(
    topic: str, payload: Message, seq: int, stamp: int, writer: str = "arm@1", origin: int = 0
) -> Frame[Message]:
    """A message made `stamp` ns after the start."""
    made = START + stamp
    return Frame(topic, type(payload).__name__, writer, seq, made, origin or made, made + 30 * MS, payload)


def raw(message: Frame[Message]) -> Frame[RawMessage]:
    """The message as a recorder gets it."""
    kept = as_raw(message)
    assert isinstance(kept.payload, RawMessage)
    return Frame(kept.topic, kept.type, kept.writer, kept.seq, kept.stamp, kept.origin, kept.expires, kept.payload)


def write(
    path: Path, messages: Iterable[Frame[Message]], facts: RunFacts | None = None, start: int = START
) -> Path:
    """A complete recording of these messages."""
    writer = RecordingWriter(path, "test", facts, "")
    writer.begin(start)
    for message in messages:
        writer.add(raw(message), message.stamp)
    writer.close()
    return path
