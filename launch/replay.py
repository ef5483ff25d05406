"""Replay: recorded messages are fed to chosen nodes on a virtual clock, and what they say is compared."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sutura import __version__
from sutura.launch.past import Past, past_of
from sutura.launch.replay_cast import Cast, cast_of
from sutura.launch.replay_stage import ReplayStage
from sutura.launch.resolved import resolved_yaml
from sutura.messages import Frame, RawMessage
from sutura.record import Comparison, Numbers, RawRecorded, Recording, RecordingWriter, Tolerances, compare


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
            recording, said, tolerances or Tolerances(), topics, past.compared_until - recording.start
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
        order = cast.facts.places
        self._stage = ReplayStage(configs, order, recording.start, self._note)
        self._read = {topic for config in configs for topic in config.sources} - cast.written
        self._numbers: dict[str, Numbers] = {}
        self._missed = 0
        self._begins_late = False

    def run(self) -> None:
        """Feed everything, in the order and at the times of the recording."""
        stage, past = self._stage, self._past
        try:
            stage.begin()
            for message in past.messages(self._read | self._cast.written):
                self._feed(message)
            stage.run_before(past.fed_until)
        finally:
            stage.end()
            self._writer.close()

    def notes(self) -> list[str]:
        """What the recording lacks of the inputs."""
        found = []
        if self._begins_late:
            found.append("the recording begins after the run did: what the nodes had heard before is missing")
        if self._missed:
            found.append(f"the recorder missed {self._missed} messages that the nodes read")
        return found

    def _feed(self, message: RawRecorded) -> None:
        topic = message.topic.topic
        facts = self._cast.facts.topics.get(topic)
        if facts is None:
            return
        if topic in self._cast.written:
            self._stage.pass_by(message, facts.place)
            return
        self._stage.feed(message, facts.place)
        if topic in self._read:
            self.fed += 1
            if topic not in self._numbers:
                self._numbers[topic] = Numbers()
                self._begins_late |= message.sequence != 1
            self._missed += self._numbers[topic].missed_before(message.sequence)

    def _note(self, frame: Frame[RawMessage], answers: bool) -> None:
        self.said += 1
        if not answers:
            self.timed.add(frame.topic)
        self._writer.add(frame, frame.stamp)
