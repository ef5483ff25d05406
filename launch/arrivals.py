"""When each message reached a node in a run on the real clock, as far as a recording can tell.

The recorder hears each message when it is sent, not when others get it. But what a handler sends carries the origin
of the message that it answers, and a stamp: so an answered message was handled then. One without an answer is taken
to have come as fast as the others. A message without an answer, among others that have one, was never handled, as
newer ones had come before; unless more have none than the node's own figures say, for then it answers only some.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sutura.launch.replay_cast import Cast
from sutura.nodes.ports import Policy
from sutura.record import Recorded, Recording

_LONGEST_NS = 100_000_000
_USUAL_NS = 200_000


class Arrival(NamedTuple):
    """A message comes to a place. at [ns]; data: the frame, None where a replayed node says it anew."""

    at: int
    place: str
    topic: str
    number: int
    data: bytes | None


def arrivals(recording: Recording, cast: Cast, until: int) -> list[Arrival]:
    """All that came to the nodes of a cast and was handled, made before `until` [ns], in order."""
    found = (arrival for name in cast.nodes for arrival in _Listener(recording, cast, name, until).arrivals())
    return sorted(dict.fromkeys(found))


def gone(recording: Recording, node: str, topic: str) -> int:
    """How many messages of a topic a node did not get to handle, by its own figures."""
    links = (link for link in recording.links if (link.to, link.topic) == (node, topic))
    return sum(link.overwritten + link.stale for link in links)


class _Listener:
    """One node: what it heard from outside its place, and what it answered."""

    def __init__(self, recording: Recording, cast: Cast, name: str, until: int) -> None:
        self._recording, self._cast, self._name = recording, cast, name
        self._place = cast.topology.place_of(name)
        self._newest: dict[str, bool] = {}
        self._note_inputs()
        self._heard: dict[str, list[Recorded]] = {topic: [] for topic in self._newest}
        self._said: dict[str, dict[int, int]] = {}  # by topic it writes: origin to the first stamp
        written = {topic for topic, facts in cast.facts.topics.items() if facts.node == name}
        for message in recording.messages({*self._heard, *written}, until=until):
            if message.topic in written:
                self._said.setdefault(message.topic, {}).setdefault(message.frame.origin, message.frame.stamp)
            if message.topic in self._heard:
                self._heard[message.topic].append(message)

    def arrivals(self) -> Iterator[Arrival]:
        """What it handled, and when."""
        handled = {topic: self._handled(messages) for topic, messages in self._heard.items()}
        usual = self._usual(handled)
        for topic, messages in self._heard.items():
            skipped = self._skipped(topic, messages)
            is_own = topic in self._cast.written
            for message in messages:
                frame = message.frame
                if frame.seq not in skipped:
                    at = handled[topic].get(frame.origin, frame.stamp + usual)
                    yield Arrival(at, self._place, topic, frame.seq, None if is_own else message.data)

    def _note_inputs(self) -> None:
        """What it reads from outside its place, and whether it handles the newest only."""
        for port, topics in self._cast.topology.nodes[self._name].inputs.items():
            declared = self._cast.kinds[self._name].declaration.inputs[port]
            for topic in topics:
                writer = self._cast.facts.topics.get(topic)
                if writer is not None and not (writer.place == self._place and writer.node in self._cast.nodes):
                    self._newest[topic] = declared.policy is Policy.NEWEST and not declared.feedback

    def _handled(self, messages: Iterable[Recorded]) -> dict[int, int]:
        """When messages were handled, by their origin: when their first answer was made."""
        found: dict[int, int] = {}
        for message in messages:
            origin, stamp = message.frame.origin, message.frame.stamp
            answers = (said[origin] for said in self._said.values() if origin in said)
            times = [at for at in answers if stamp <= at < stamp + _LONGEST_NS]
            if times:
                found[origin] = min(times)
        return found

    def _usual(self, handled: dict[str, dict[int, int]]) -> int:
        """How long a message took [ns].

        The middle of those that are known, or the least where the place takes them in batches: each came before its
        batch, at whatever time.
        """
        took = sorted(
            handled[topic][message.frame.origin] - message.frame.stamp
            for topic, messages in self._heard.items()
            for message in messages
            if message.frame.origin in handled[topic]
        )
        if not took:
            return _USUAL_NS
        realtime = self._cast.topology.realtime.get(self._place)
        return took[0] if realtime is not None and realtime.batch else took[len(took) // 2]

    def _skipped(self, topic: str, messages: Iterable[Recorded]) -> set[int]:
        """The numbers of the messages that were replaced or grew stale before the node had time."""
        if not self._newest[topic]:
            return set()
        asked = {message.frame.origin: message.frame.seq for message in messages}
        answered = {origin for said in self._said.values() if said.keys() <= asked.keys() for origin in said}
        if not answered:
            return set()
        first, last = min(answered), max(answered)
        silent = {number for origin, number in asked.items() if first < origin < last and origin not in answered}
        return silent if len(silent) <= gone(self._recording, self._name, topic) else set()
