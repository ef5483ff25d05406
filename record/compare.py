"""Compares two recordings topic by topic and finds where they part."""

from collections.abc import Collection

import msgspec

from sutura.record.decoding import Recorded
from sutura.record.fields import FieldComparer, FieldDifference, Side
from sutura.record.pairing import Pair, pairs
from sutura.record.reader import Recording, TopicInfo
from sutura.record.tolerances import Tolerances

_ALL_TIME = 2**63
_TIMES = ("stamp", "origin", "expires")


class Difference(msgspec.Struct, frozen=True):
    """One message that differs.

    at_s: when it was made, since the start of its run [s]; seq: its number; field: path of the first field that
    differs, empty where one recording lacks the message; a, b: both values.
    """

    topic: str
    at_s: float
    seq: int
    field: str
    a: object
    b: object

    def __str__(self) -> str:
        return f"{self.topic} {self.what} (at {self.at_s:.6f} s, message {self.seq})"

    @property
    def what(self) -> str:
        """The field and both values, or where the message is missing."""
        if not self.field:
            return "is only in A" if self.b is None else "is only in B"
        return f"{self.field}: {self.a!r} vs {self.b!r}"


class TopicComparison(msgspec.Struct, kw_only=True):
    """One topic: messages in both, of these how many differ, messages in one only, and the first difference."""

    topic: str
    type: str
    compared: int = 0
    differing: int = 0
    only_in_a: int = 0
    only_in_b: int = 0
    first: Difference | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two recordings. first: the earliest difference; times_compared: whether stamps had to be equal as well."""

    equal: bool
    first: Difference | None
    times_compared: bool
    topics: list[TopicComparison]


def compare(
    a: Recording,
    b: Recording,
    tolerances: Tolerances,
    topics: Collection[str] | None = None,
    until: int = _ALL_TIME,
    by_origin: bool = False,
) -> Comparison:
    """Compare messages by topic, incarnation and number; writers' incarnations and absolute times do not count.

    Times are compared where both runs had a virtual clock, or within the tolerance for them. topics: only these;
    until [ns since the start]: what only one of them has from then on does not count; by_origin: compare what has
    the same cause, where both had the same causes, rather than the same number. Raises BadTolerance.
    """
    return _Comparer(a, b, tolerances, topics).run(until, by_origin)


class _Comparer:
    def __init__(self, a: Recording, b: Recording, tolerances: Tolerances, topics: Collection[str] | None) -> None:
        self._a, self._b = a, b
        known = {**b.topics, **a.topics}
        chosen = {topic: info for topic, info in known.items() if topics is None or topic in topics}
        tolerances.require_topics(chosen)
        self._time_ns = 0 if a.is_virtual and b.is_virtual else None
        if tolerances.time_ns is not None:
            self._time_ns = tolerances.time_ns
        self._sides = Side(a.start, _nodes(a)), Side(b.start, _nodes(b))
        self._same_start = a.start == b.start
        self._comparers = {topic: self._comparer(info, tolerances) for topic, info in chosen.items()}
        self._results = {t: TopicComparison(topic=t, type=info.type) for t, info in sorted(chosen.items())}
        self._orders: dict[str, tuple[int, int]] = {}

    def run(self, until: int, by_origin: bool) -> Comparison:
        """Compare everything."""
        for pair in pairs(self._a, self._b, self._results.keys(), by_origin):
            self._count(pair, until)
        results = list(self._results.values())
        first = min(self._orders, key=self._orders.__getitem__, default=None)
        return Comparison(
            equal=first is None,
            first=self._results[first].first if first is not None else None,
            times_compared=self._time_ns is not None,
            topics=results,
        )

    def _count(self, pair: Pair, until: int) -> None:
        message, side = (pair.a, self._sides[0]) if pair.a is not None else (pair.b, self._sides[1])
        if message is None:
            return
        result, at = self._results[message.topic], side.time(message.frame.stamp)
        found = FieldDifference("", None, None)
        if pair.a is not None and pair.b is not None:
            result.compared += 1
            differs = self._difference(pair.a, pair.b)
            if differs is None:
                return
            found = differs
            result.differing += 1
        elif at >= until:
            return
        elif pair.a is not None:
            result.only_in_a += 1
            found = FieldDifference("", "", None)
        else:
            result.only_in_b += 1
            found = FieldDifference("", None, "")
        self._keep(message, found, at, pair.order)

    def _keep(self, message: Recorded, found: FieldDifference, at: int, order: int) -> None:
        """The earliest difference of a topic; within one moment, that which was read first."""
        if message.topic not in self._orders or (at, order) < self._orders[message.topic]:
            self._orders[message.topic] = (at, order)
            difference = Difference(message.topic, at * 1e-9, message.frame.seq, found.path, found.a, found.b)
            self._results[message.topic].first = difference

    def _difference(self, a: Recorded, b: Recorded) -> FieldDifference | None:
        x, y = a.frame, b.frame
        comparer = self._comparers[a.topic]
        if x.type != y.type:
            return FieldDifference("type", x.type, y.type)
        if not (x.payload == y.payload and (self._same_start or self._time_ns is None)):
            found = comparer.first(x.payload, y.payload)
            if found is not None:
                return found
        if self._sides[0].text(x.writer) != self._sides[1].text(y.writer):
            return FieldDifference("writer", x.writer, y.writer)
        differing = (comparer.times(name, getattr(x, name), getattr(y, name)) for name in _TIMES)
        return next(filter(None, differing), None)

    def _comparer(self, info: TopicInfo, tolerances: Tolerances) -> FieldComparer:
        topic = info.topic
        return FieldComparer(info.fields, lambda field: tolerances.of(topic, field), self._time_ns, self._sides)


def _nodes(recording: Recording) -> list[str]:
    facts = recording.facts
    return [node for nodes in facts.places.values() for node in nodes] if facts is not None else []
