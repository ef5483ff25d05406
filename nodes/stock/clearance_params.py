"""Parameters of an arm that keeps clear of others: where it and they stand, and how near they may come."""

import math
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.kinematics.capsules import Placement
from sutura.kinematics.rotations import IDENTITY, normalise
from sutura.nodes import NodeParams

_UNIT_TOLERANCE = 1e-3


class PlacementParam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an arm's base stands in a frame common to the arms: position [m], orientation (x, y, z, w)."""

    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    orientation: tuple[float, float, float, float] = IDENTITY

    def __post_init__(self) -> None:
        if not abs(math.hypot(*self.orientation) - 1.0) <= _UNIT_TOLERANCE:
            raise ValueError(f"expected a unit quaternion (x, y, z, w), came {self.orientation}")

    @property
    def placement(self) -> Placement:
        """For kinematics."""
        return Placement(self.position, normalise(self.orientation))


class ClearanceParams(NodeParams):
    """clearance [m]: least distance of the shafts' surfaces, of shaft_radius [m], between this arm at `placement`
    and each of `others`, by the namespace of its topic; 0 for none."""

    clearance: Annotated[float, Meta(ge=0.0, le=0.1)] = 0.0
    shaft_radius: Annotated[float, Meta(gt=0.0, le=0.02)] = 0.0042
    placement: PlacementParam = PlacementParam()
    others: dict[str, PlacementParam] = {}  # noqa: RUF012 (msgspec copies it)

    def neighbours(self) -> Mapping[str, Placement]:
        """The bases of the other arms that this one keeps clear of, in its own base frame."""
        own = self.placement.placement
        return (
            {name: other.placement.seen_from(own) for name, other in self.others.items()} if self.clearance else {}
        )
