"""Replay: recorded messages are fed to chosen nodes on a virtual clock, and what they say is compared."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sutura import __version__
from sutura.launch.arrivals import arrivals
from sutura.launch.past import Past, past_of
from sutura.launch.replay_cast import Cast, cast_of
from sutura.launch.replay_stage import ReplayStage
from sutura.launch.resolved import resolved_yaml
from sutura.messages import Frame, RawMessage
from sutura.record import Comparison, Numbers, Recording, RecordingWriter, Tolerances, compare


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a replay.

    fed, said: messages that the nodes were given by the recording, and that they said; comparison: A is the
    recording, B the replay; not_compared: topics that a timer drives, in a run on the real clock; notes: why
    differences may be expected, in words.
    """

    nodes: tuple[str, ...]
    fed: int
    said: int
    comparison: Comparison
    not_compared: list[str]
    notes: list[str]


def replay(
    recording: Recording,
    nodes: Sequence[str],
    settings: Sequence[str] = (),
    out: Path | None = None,
    tolerances: Tolerances | None = None,
) -> Replay:
    """Host nodes, feed them what they read and none of them writes, and compare what they say with the recording.

    A recording of a virtual run is met exactly, times included; of a run on the real clock, values are compared, of
    what inputs cause. settings: as for a launch; out: where to keep what the nodes say.
    Raises CannotReplay, TopologyError, NodeCrashed, CannotRecord, BadTolerance.
    """
    cast = cast_of(recording, nodes, settings)
    past = past_of(recording, cast)
    with tempfile.TemporaryDirectory(prefix="su") as folder:
        path = out or Path(folder) / "replay.mcap"
        performance = _Performance(recording, cast, past, Path(folder), path)
        performance.run()
        said = Recording(path)
        timed = sorted(performance.timed) if not recording.is_virtual else []
        topics = cast.written - set(timed)
        comparison = compare(
            recording,
            said,
            tolerances or Tolerances(),
            topics,
            until=past.compared_until - recording.start,
            by_origin=not recording.is_virtual,
        )
    return Replay(
        nodes=cast.nodes,
        fed=performance.fed,
        said=performance.said,
        comparison=comparison,
        not_compared=timed,
        notes=[*past.notes, *performance.notes()],
    )


class _Performance:
    """One replay under way."""

    def __init__(self, recording: Recording, cast: Cast, past: Past, folder: Path, out: Path) -> None:
        self.fed = 0
        self.said = 0
        self.timed: set[str] = set()
        self._recording, self._cast, self._past = recording, cast, past
        facts = msgspec.structs.replace(cast.facts, settings=(*cast.facts.settings, *cast.settings))
        self._writer = RecordingWriter(out, __version__, facts, resolved_yaml(cast.topology))
        self._writer.begin(recording.start)
        configs = cast.configs(folder, past.incarnations)
        holds = not recording.is_virtual
        self._stage = ReplayStage(configs, cast.facts.places, recording.start, self._note, holds)
        self._read = {topic for config in configs for topic in config.sources} - cast.written
        self._numbers: dict[str, Numbers] = {}
        self._missed = 0
        self._begins_late = False

    def run(self) -> None:
        """Feed everything, in the order and at the times of the recording."""
        try:
            self._stage.begin()
            if self._recording.is_virtual:
                self._feed_in_turn()
            else:
                self._feed_as_it_came()
            self._stage.run_before(self._past.fed_until)
        finally:
            self._stage.end()
            self._writer.close()

    def notes(self) -> list[str]:
        """What the recording lacks of the inputs."""
        found = []
        if not self._past.incarnations:
            found.append("nothing that these nodes said was recorded, so nothing is compared")
        if self._begins_late:
            found.append("the recording begins after the run did: what the nodes had heard before is missing")
        if self._missed:
            found.append(f"the recorder missed {self._missed} messages that the nodes read")
        return found

    def _feed_in_turn(self) -> None:
        """In a virtual run the order of all that was said tells which place had its turn."""
        topics, written = self._cast.facts.topics, self._cast.written
        for message in self._recording.raw(until=self._past.fed_until):
            topic = message.topic.topic
            if topic in topics:
                self._stage.advance_to(message.stamp, topics[topic].place, topic in written)
                if topic in self._read:
                    self._count(topic, message.sequence)
                    self._stage.feed(topic, message.data)

    def _feed_as_it_came(self) -> None:
        """On the real clock messages took their time, and the nodes' own take as long again."""
        for came in arrivals(self._recording, self._cast, self._past.fed_until):
            if came.data is None:
                self._stage.release(came.at, came.place, came.topic, came.number)
            else:
                self._stage.deliver(came.at, came.place, came.data)
        for message in self._recording.raw(self._read, until=self._past.fed_until):
            self._count(message.topic.topic, message.sequence)

    def _count(self, topic: str, sequence: int) -> None:
        self.fed += 1
        if topic not in self._numbers:
            self._numbers[topic] = Numbers()
            self._begins_late |= sequence != 1
        self._missed += self._numbers[topic].missed_before(sequence)

    def _note(self, frame: Frame[RawMessage], answers: bool) -> None:
        self.said += 1
        if not answers:
            self.timed.add(frame.topic)
        self._writer.add(frame, frame.stamp)
