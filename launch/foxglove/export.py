"""A recording written anew as an MCAP file that opens in Foxglove and its open forks."""

from collections import deque
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sutura import __version__
from sutura.launch.foxglove.frames import frames_of
from sutura.launch.foxglove.outgoing import Channel, Outgoing
from sutura.launch.foxglove.translator import Translator
from sutura.record import CannotRecord, RecordedEvent, Recording
from sutura.record.mcap_file import McapFile

_LEVELS = {"trip": "error", "fault": "error", "ended": "error", "diverged": "error", "unrecorded": "error"}
_LEVELS |= {"hold": "warning", "limit": "warning", "rejected": "warning"}


def export_foxglove(recording: Recording, topics: Collection[str], path: Path) -> dict[str, int]:
    """Write some topics of a recording; the number of messages by topic of the new file.

    Raises CannotRecord.
    """
    try:
        sink = _Sink(McapFile(path, "", f"sutura {__version__}"))
        try:
            _introduce(sink.file, recording)
            _fill(sink, recording, topics)
        finally:
            sink.file.finish()
    except OSError as error:
        raise CannotRecord(path, error.strerror or str(error)) from error
    return sink.counts


def _fill(sink: "_Sink", recording: Recording, topics: Collection[str]) -> None:
    """Messages and events, each where its time is."""
    translator, fields = Translator(frames_of(recording), _wall(recording)), recording.topics
    events = deque(recording.events)
    for message in recording.messages(topics):
        at = message.at + translator.wall
        while events and recording.start + events[0].at_s * 1e9 <= message.at:
            sink.add(_line(translator, recording, events.popleft()), at)
        for outgoing in translator.translate(message.frame, fields[message.topic].fields):
            sink.add(outgoing, at, message.frame.stamp + translator.wall)
    for event in events:
        sink.add(_line(translator, recording, event), sink.last)


class _Sink:
    """Opens channels as they come. counts: messages by topic; last [ns]: the newest log time."""

    def __init__(self, file: McapFile) -> None:
        self.file = file
        self.counts: dict[str, int] = {}
        self.last = 0
        self._channels: dict[Channel, int] = {}
        self._schemas: dict[tuple[str, bytes], int] = {}

    def add(self, outgoing: Outgoing, logged: int, made: int | None = None) -> None:
        channel = outgoing.channel
        number = self._channels.get(channel)
        if number is None:
            number = self._channels[channel] = self._open(channel)
        self.counts[channel.topic] = count = self.counts.get(channel.topic, 0) + 1
        self.last = max(self.last, logged)
        self.file.add_message(number, count, self.last, logged if made is None else made, outgoing.data)

    def _open(self, channel: Channel) -> int:
        key = channel.schema, channel.data
        if key not in self._schemas:
            self._schemas[key] = self.file.add_schema(channel.schema, channel.schema_encoding, channel.data)
        return self.file.add_channel(channel.topic, channel.encoding, self._schemas[key], {})


def _introduce(file: McapFile, recording: Recording) -> None:
    facts = recording.facts
    about = {"recording": recording.path.name, "start_ns": str(recording.start)}
    if facts is not None:
        about |= {"run": facts.run, "topology": facts.topology, "seed": str(facts.seed), "clock": facts.clock}
    file.add_metadata("sutura.export", about)


def _line(translator: Translator, recording: Recording, event: RecordedEvent) -> Outgoing:
    at = recording.start + round(event.at_s * 1e9)
    return translator.log(_LEVELS.get(event.kind, "info"), event.node, f"{event.kind}: {event.text}", at)


def _wall(recording: Recording) -> int:
    """What to add to times of a recording to get wall time [ns]; 0 where it does not know when it began."""
    try:
        began = datetime.strptime(recording.facts.started if recording.facts else "", "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return 0
    return int(began.timestamp()) * 1_000_000_000 - recording.start
