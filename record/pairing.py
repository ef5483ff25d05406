"""Reads two recordings side by side and brings together what belongs together: topic, incarnation, number."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sutura.record.decoding import Recorded
from sutura.record.reader import Recording

_Key = tuple[str, int, int, int]


class Pair(NamedTuple):
    """The same message of two runs; None where one of them lacks it. order: counts in the order of reading."""

    a: Recorded | None
    b: Recorded | None
    order: int


class _Reading:
    """One of the two: what has been read of it and has not found its like yet."""

    def __init__(self, recording: Recording, topics: Collection[str], by_origin: bool) -> None:
        self.start = recording.start
        self.waiting: dict[_Key, tuple[Recorded, int]] = {}
        self._by_origin = by_origin
        self._incarnations: dict[str, list[str]] = {}
        self._last: dict[str, tuple[int, int]] = {}
        self._messages = recording.messages(topics)
        self.next = next(self._messages, None)

    def take(self) -> tuple[_Key, Recorded] | None:
        """The next message and what identifies it; a writer's incarnations are counted, not named."""
        found, self.next = self.next, next(self._messages, None)
        if found is None:
            return None
        writers = self._incarnations.setdefault(found.topic, [])
        if found.frame.writer not in writers:
            writers.append(found.frame.writer)
        number, nth = self._number(found) if self._by_origin else (found.frame.seq, 0)
        return (found.topic, writers.index(found.frame.writer), number, nth), found

    def _number(self, message: Recorded) -> tuple[int, int]:
        """What caused it, and the how manyth of that cause it is."""
        origin = message.frame.origin
        before, count = self._last.get(message.topic, (0, 0))
        self._last[message.topic] = (origin, count + 1 if origin == before else 0)
        return self._last[message.topic]

    @property
    def next_at(self) -> int:
        """When the next message was made, since the start [ns]."""
        return 2**63 if self.next is None else self.next.frame.stamp - self.start


def pairs(a: Recording, b: Recording, topics: Collection[str], by_origin: bool) -> Iterator[Pair]:
    """Every message of these topics, with its like; those without come when both have been read.

    by_origin: what has the same cause belongs together, rather than what has the same number.
    """
    first, second = _Reading(a, topics, by_origin), _Reading(b, topics, by_origin)
    order = 0
    while first.next is not None or second.next is not None:
        is_first = first.next_at <= second.next_at
        side, other = (first, second) if is_first else (second, first)
        taken = side.take()
        if taken is None:
            break
        key, message = taken
        order += 1
        like = other.waiting.pop(key, None)
        if like is None:
            side.waiting[key] = (message, order)
        else:
            yield Pair(message, like[0], like[1]) if is_first else Pair(like[0], message, like[1])
    yield from (Pair(message, None, at) for message, at in first.waiting.values())
    yield from (Pair(None, message, at) for message, at in second.waiting.values())
