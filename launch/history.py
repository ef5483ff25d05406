"""What was said in a run, topic by topic, for those who judge it after: expectations, tests."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sutura.launch.errors import LaunchError
from sutura.messages import Frame, Message
from sutura.nodes.errors import nearest

M = TypeVar("M", bound=Message)


class NotInHistory(LaunchError):
    """Raised when nobody has said anything on a topic, or something of another type."""


@dataclass(frozen=True, slots=True)
class Sample(Generic[M]):
    """One message. at: when it was made [s of the run]; origin: when the gesture behind it was [s of the run]."""

    at: float
    origin: float
    writer: str
    seq: int
    message: M


class History:
    """Every message of a run by topic, in the order in which they were sent. start [ns]: the run's zero."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._by_topic: dict[str, list[Sample[Message]]] = {}

    def add(self, frame: Frame[Message]) -> None:
        """Keep one message."""
        at, origin = (frame.stamp - self._start) * 1e-9, (frame.origin - self._start) * 1e-9
        sample = Sample(at, origin, frame.writer, frame.seq, frame.payload)
        self._by_topic.setdefault(frame.topic, []).append(sample)

    @property
    def topics(self) -> Mapping[str, type[Message]]:
        """The topics on which something was said, with the type of their messages."""
        return {topic: type(samples[0].message) for topic, samples in self._by_topic.items()}

    def of(self, topic: str, message: type[M], since: float = 0.0) -> Sequence[Sample[M]]:
        """All that was said on a topic from `since` [s] on. Raises NotInHistory."""
        samples = self._by_topic.get(topic)
        if samples is None:
            raise NotInHistory(f"nothing was said on topic {topic!r}{nearest(topic, self._by_topic)}")
        came = type(samples[0].message)
        if not issubclass(came, message):
            raise NotInHistory(f"topic {topic!r} carries {came.__name__}, not {message.__name__}")
        first = bisect_left(samples, since, key=_at)
        return cast("Sequence[Sample[M]]", samples[first:])

    def newest(self, topic: str, message: type[M], at: float | None = None) -> Sample[M]:
        """What was said last on a topic, or last until `at` [s]. Raises NotInHistory."""
        samples = self.of(topic, message)
        if at is None:
            return samples[-1]
        count = bisect_right(samples, at, key=_at)
        if not count:
            raise NotInHistory(
                f"nothing was said on topic {topic!r} until {at:g} s; first at {samples[0].at:.6f} s"
            )
        return samples[count - 1]


def _at(sample: Sample[M]) -> float:
    return sample.at
