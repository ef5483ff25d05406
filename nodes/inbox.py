"""An input port at run time: what it accepts, keeps, hands out and counts.

Pure bookkeeping without clock or socket: the host brings frames and the time.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from sutura.messages import Frame, Message, node_of
from sutura.nodes.statistics import Counters, Histogram

M = TypeVar("M", bound=Message)

# CLOCK_MONOTONIC is one for a host; anything further ahead was stamped by another clock.
FUTURE_TOLERANCE_NS = 1_000_000
_NO_AGE = 2**63
_LEAST_PERIOD_NS = 10_000  # no writer is faster: a number that says so is damaged, and would make a reader deaf
_LOST_AT_ONCE = 1000


class Connection:
    """One topic coming into one port: its writer, its place in the sequence, its figures.

    A writer that starts its count after this reader was ready has lost what lies before; one that this reader
    joined later (`joined_late`) has not.
    """

    __slots__ = ("counters", "joined_late", "latency", "seq", "stamp", "topic", "writer", "writer_node")

    def __init__(self, topic: str, writer_node: str, joined_late: bool = False) -> None:
        self.topic = topic
        self.writer_node = writer_node
        self.joined_late = joined_late
        self.writer = ""
        self.seq = 0
        self.stamp = 0
        self.counters = Counters()
        self.latency = Histogram()

    def follow(self, writer: str, seq: int, stamp: int) -> str:
        """Turn to another incarnation of the writer; returns why it is refused, or nothing."""
        if self.writer_node and node_of(writer) != self.writer_node:
            return f"topic {self.topic!r} is written by {self.writer_node}, not by {writer}"
        if stamp < self.stamp:
            return f"it is older than what {self.writer} has sent since"
        first = not self.writer
        self.writer = writer
        self.seq = seq - 1 if first and self.joined_late else 0
        return ""


class InputPort(Generic[M]):
    """What a node sees of an input: `value`, `frame`, `is_fresh`; handlers get messages through the host."""

    __slots__ = (
        "_clock",
        "_depth",
        "_keeps_all",
        "_oldest_ns",
        "connections",
        "feedback",
        "frame",
        "handler",
        "max_age_ns",
        "name",
        "node_order",
        "on_stale",
        "path",
        "pending",
        "raw",
        "refused",
        "stale",
        "stale_at",
        "waiting",
    )

    def __init__(
        self,
        name: str,
        *,
        depth: int,
        keeps_all: bool,
        max_age: float | None,
        feedback: bool,
        clock: Callable[[], int],
    ) -> None:
        self.name = name
        self.connections: dict[str, Connection] = {}
        self.feedback = feedback
        self.max_age_ns = int(max_age * 1e9) if max_age is not None else 0
        self.frame: Frame[M] | None = None
        self.waiting: deque[Frame[M]] = deque()
        self.pending = False
        self.raw = False
        self.stale = False
        self.stale_at = 0
        self.handler: Callable[[M], None] | None = None
        self.on_stale: Callable[[], None] | None = None
        self.node_order = 0
        self.path = Histogram()
        self.refused: Callable[[Frame[M], str], None] | None = None
        self._clock = clock
        self._depth = depth
        self._oldest_ns = self.max_age_ns or _NO_AGE
        self._keeps_all = keeps_all

    @property
    def value(self) -> M | None:
        """The newest message handed out, or None where there is none or it is stale or expired."""
        return self.frame.payload if self.frame is not None and self.is_fresh else None

    @property
    def writers(self) -> str:
        """The nodes that should be heard here, by name."""
        return ", ".join(link.writer_node or link.topic for link in self.connections.values())

    @property
    def is_fresh(self) -> bool:
        """Whether the newest message is younger than max_age and not expired."""
        frame = self.frame
        return frame is not None and self.usable(frame, self._clock())

    def usable(self, frame: Frame[M], now: int) -> bool:
        """Whether a message may still be used at `now` [ns]."""
        if frame.expires and now >= frame.expires:
            return False
        return not self.max_age_ns or now - frame.stamp <= self.max_age_ns

    def accept(self, frame: Frame[M], now: int) -> bool:
        """Take a decoded frame in. Returns whether something waits for the handler because of it."""
        if not self.admit(self.connections[frame.topic], frame, now):
            return False
        if self.waiting:
            self._make_room(frame)
        self.waiting.append(frame)
        return True

    def admit(self, link: Connection, frame: Frame[M], now: int) -> bool:
        """Whether a frame that came on a connection may be handled at `now` [ns]; counts it."""
        age, seq = now - frame.stamp, frame.seq
        if age < -FUTURE_TOLERANCE_NS:
            return self._reject(link, frame, f"stamped {-age} ns in the future: another clock")
        if frame.writer != link.writer:
            refusal = link.follow(frame.writer, seq, frame.stamp)
            if refusal:
                return self._reject(link, frame, refusal)
        if seq - link.seq != 1:
            if seq <= link.seq:
                return False  # a latched message sent again, or a repeat
            lost = seq - link.seq - 1
            if lost > _LOST_AT_ONCE and lost * _LEAST_PERIOD_NS > frame.stamp - link.stamp:
                return self._reject(link, frame, f"its number leaps by {lost} within {frame.stamp - link.stamp} ns")
            link.counters.lost += lost
        link.seq, link.stamp = seq, frame.stamp
        link.counters.received += 1
        if age > self._oldest_ns or 0 < frame.expires <= now:  # as `usable` says, without the call
            link.counters.stale += 1
            return False
        return True

    def _make_room(self, frame: Frame[M]) -> None:
        """A full queue loses its oldest; a newest input keeps one message of each topic."""
        if self._keeps_all:
            if len(self.waiting) >= self._depth:
                oldest = self.waiting.popleft()
                self.connections[oldest.topic].counters.overwritten += 1
            return
        for old in self.waiting:
            if old.topic == frame.topic:
                self.waiting.remove(old)
                self.connections[old.topic].counters.overwritten += 1
                return

    def _reject(self, link: Connection, frame: Frame[M], reason: str) -> bool:
        link.counters.rejected += 1
        if self.refused is not None:
            self.refused(frame, reason)
        return False

    def take(self, now: int) -> Frame[M] | None:
        """The oldest waiting message, made the port's value; None, and counted, if it may no longer be used."""
        frame = self.waiting.popleft()
        if now - frame.stamp > self._oldest_ns or 0 < frame.expires <= now:  # as `usable` says, without the call
            self.connections[frame.topic].counters.stale += 1
            return None
        self.keep(frame)
        return frame

    def keep(self, frame: Frame[M]) -> None:
        """Make a message the port's value."""
        self.frame = frame
        self.stale = False
        expires = frame.expires
        if expires and expires < self.stale_at and self.max_age_ns:
            self.stale_at = expires + 1

    def measure(self, link: Connection, frame: Frame[M], taken: int, handled: int) -> None:
        """Count how long a message took until it was taken and until it was handled, at these times [ns]."""
        link.latency.add_nano(taken - frame.stamp)
        if self.handler is not None and not self.feedback:
            self.path.add_nano(handled - frame.origin)

    def turned_stale(self, now: int) -> bool:
        """Whether a stale episode begins at `now`; sets when to look again."""
        newest = self.frame
        fresh_until = newest.stamp + self.max_age_ns if newest is not None else self.stale_at - 1
        if newest is not None and newest.expires:
            fresh_until = min(fresh_until, newest.expires)
        if now <= fresh_until:
            self.stale_at = fresh_until + 1
            return False
        self.stale_at = now + self.max_age_ns
        if self.stale:
            return False
        self.stale = True
        return True
