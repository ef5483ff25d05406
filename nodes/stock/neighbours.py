"""The shafts of other arms, as one arm sees them; pure state, no clock, no socket."""

from collections.abc import Iterable

from sutura.kinematics.capsules import Capsule
from sutura.kinematics.rotations import Vector3
from sutura.nodes.errors import RequestRefused, nearest
from sutura.nodes.stock.clearance_params import ClearanceParams

_MAX_AGE_NS = 100_000_000


class Neighbours:
    """Where the arms stand that this one keeps clear of, and where their shafts were heard to be last.

    shafts: by the namespace of the arm's topic, in this arm's base frame.
    """

    __slots__ = ("_bases", "_heard_at", "_radius", "shafts")

    def __init__(self, params: ClearanceParams, topics: Iterable[str]) -> None:
        """Take the placements. Raises RequestRefused for a topic of an arm that has none."""
        self._bases = params.neighbours()
        self._radius = params.shaft_radius
        self._heard_at: dict[str, int] = {}
        self.shafts: dict[str, Capsule] = {}
        for topic in topics if params.clearance else ():
            name = _arm_of(topic)
            if name not in self._bases:
                raise RequestRefused(
                    f"`others` lacks the placement of arm {name!r} of topic {topic!r}{nearest(name, self._bases)}"
                )

    def go_on_from(self, before: "Neighbours") -> None:
        """Keep what was heard, where the arms still stand as they did."""
        if (self._bases, self._radius) == (before._bases, before._radius):
            self._heard_at = before._heard_at
            self.shafts.update(before.shafts)

    def hear(self, topic: str, tip: Vector3, now: int) -> None:
        """The tip of another arm [m], in its own base frame, at `now` [ns]."""
        name = _arm_of(topic)
        base = self._bases.get(name)
        if base is not None:
            self.shafts[name] = Capsule(base.position, base.place(tip), self._radius)
            self._heard_at[name] = now

    def missing(self, now: int) -> str:
        """Which arm is not heard at `now` [ns], in words; empty if none is missing."""
        for name in self._bases:
            if now - self._heard_at.get(name, -_MAX_AGE_NS) > _MAX_AGE_NS:
                return f"{name} is not heard: how near it is is not known"
        return ""


def _arm_of(topic: str) -> str:
    return topic.rpartition("/")[0]
