"""What a recording can tell of chosen nodes: who they were, until when, and in which order all was said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from sutura.launch.replay_cast import Cast
from sutura.record import RawRecorded, Recording

# In a run on the real clock the nodes do not stop at the same moment: the last messages may have found no one.
_TAIL_NS = 50_000_000


@dataclass(frozen=True)
class Past:
    """incarnations: by place; fed_until, compared_until [ns]: what comes from then on is not fed, or not missed."""

    recording: Recording
    incarnations: dict[str, str]
    fed_until: int
    compared_until: int
    notes: list[str] = field(default_factory=list)

    def messages(self, topics: Collection[str]) -> Iterable[RawRecorded]:
        """What was said, in order.

        In a virtual run as it was recorded, all topics, as each tells which place had its turn; on the real clock
        by the time at which it was made, as the recorder heard it later, and mixed.
        """
        if self.recording.is_virtual:
            return self.recording.raw(until=self.fed_until)
        return sorted(self.recording.raw(topics, until=self.fed_until), key=attrgetter("stamp"))


class _Lives:
    """The incarnations of one place as they speak."""

    def __init__(self) -> None:
        self.writers: list[str] = []
        self.first_ended_at = 0

    def hear(self, incarnation: str, stamp: int) -> None:
        if incarnation not in self.writers:
            self.writers.append(incarnation)
        if incarnation == self.writers[0]:
            self.first_ended_at = max(self.first_ended_at, stamp)


def past_of(recording: Recording, cast: Cast) -> Past:
    """Look through a recording for what the nodes of a cast said."""
    lives: dict[str, _Lives] = {}
    for message in recording.messages(cast.written):
        place = cast.facts.topics[message.topic].place
        incarnation = message.frame.writer.partition("@")[2]
        lives.setdefault(place, _Lives()).hear(incarnation, message.frame.stamp)
    until = _end(recording, lives)
    notes = [*_partings(cast)]
    for place, life in lives.items():
        if len(life.writers) > 1:
            until = min(until, life.first_ended_at + 1)
            at = (life.first_ended_at - recording.start) * 1e-9
            notes.append(f"place {place} was started anew after {at:.3f} s; the replay ends there")
    if not recording.is_virtual:
        notes += _unhandled(recording, cast)
    compared = until if recording.is_virtual else until - _TAIL_NS
    incarnations = {place: life.writers[0] for place, life in lives.items()}
    return Past(recording, incarnations, until, compared, notes)


def _end(recording: Recording, lives: dict[str, _Lives]) -> int:
    """A virtual run ends with its last moment, which is whole unless the recording was cut off in it; on the real
    clock it ends for a node with what that said last."""
    if not recording.is_virtual:
        return min((life.first_ended_at for life in lives.values()), default=recording.start) + 1
    last = max((message.stamp for message in recording.raw()), default=recording.start)
    return last + 1 if recording.is_complete and not recording.damage else last


def _partings(cast: Cast) -> Iterable[str]:
    for place, nodes in cast.places.items():
        others = [node for node in cast.topology.places[place] if node not in nodes]
        if others:
            here, there = ", ".join(nodes), ", ".join(others)
            yield f"{here} shared place {place} with {there}: replay them together to be exact"


def _unhandled(recording: Recording, cast: Cast) -> Iterable[str]:
    """Inputs that the nodes did not get to handle then, and get now."""
    for link in recording.links:
        gone = link.overwritten + link.stale + link.lost + link.rejected
        if link.to in cast.nodes and gone:
            yield f"{link.to} did not handle {gone} messages of {link.topic} then, and does now"
