"""What a recording can tell of chosen nodes: who they were, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sutura.launch.arrivals import gone
from sutura.launch.replay_cast import Cast
from sutura.record import Recording

# In a run on the real clock the nodes do not stop at the same moment: the last messages may have found no one.
_TAIL_NS = 50_000_000


@dataclass(frozen=True)
class Past:
    """incarnations: by place; fed_until, compared_until [ns]: what comes from then on is not fed, or not missed."""

    incarnations: dict[str, str]
    fed_until: int
    compared_until: int
    notes: list[str] = field(default_factory=list)


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
    incarnations = {place: life.writers[0] for place, life in lives.items()}
    if recording.is_virtual:
        return Past(incarnations, until, until, notes)
    return Past(incarnations, until, until - _TAIL_NS, [*notes, *_uncertain(recording, cast)])


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


def _uncertain(recording: Recording, cast: Cast) -> Iterable[str]:
    """Inputs of which some were not handled then."""
    for link in recording.links:
        missing = gone(recording, link.to, link.topic)
        if link.to in cast.nodes and missing:
            yield f"{link.to} did not handle {missing} messages of {link.topic} then; which ones is inferred"
