"""What is in a recording, in figures."""

import msgspec

from sutura.record.reader import RawRecorded, Recording


class TopicFigures(msgspec.Struct, kw_only=True):
    """One topic.

    rate_hz: messages a second over the whole recording; bytes: of its messages, uncompressed; missed: messages that
    were sent and are not in the file, by the gaps in their numbers.
    """

    topic: str
    type: str
    messages: int = 0
    rate_hz: float = 0.0
    bytes: int = 0
    missed: int = 0


class RecordingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A whole recording. duration_s: from the start of the run to its last message."""

    duration_s: float
    messages: int
    missed: int
    topics: list[TopicFigures]


class Numbers:
    """The numbers of one topic's messages, of which a gap means a loss and a step back a writer that began anew."""

    def __init__(self) -> None:
        self._last = -1

    def missed_before(self, number: int) -> int:
        """How many messages are missing between the last one and this one."""
        last, self._last = self._last, number
        return max(0, number - last - 1) if last >= 0 else 0


def figures_of(recording: Recording) -> RecordingFigures:
    """Read a whole recording and count."""
    topics: dict[str, TopicFigures] = {}
    numbers: dict[str, Numbers] = {}
    last = recording.start
    for message in recording.raw():
        name = message.topic.topic
        if name not in topics:
            topics[name] = TopicFigures(topic=name, type=message.topic.type)
            numbers[name] = Numbers()
        _count(topics[name], numbers[name], message)
        last = max(last, message.stamp)
    duration = (last - recording.start) * 1e-9
    for topic in topics.values():
        topic.rate_hz = topic.messages / duration if duration > 0.0 else 0.0
    found = [topics[name] for name in sorted(topics)]
    return RecordingFigures(
        duration_s=duration,
        messages=sum(topic.messages for topic in found),
        missed=sum(topic.missed for topic in found),
        topics=found,
    )


def _count(topic: TopicFigures, numbers: Numbers, message: RawRecorded) -> None:
    topic.messages += 1
    topic.bytes += len(message.data)
    topic.missed += numbers.missed_before(message.sequence)
