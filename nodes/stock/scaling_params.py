"""The parameters of motion scaling, and the limits of the tool tip that they describe."""

import math
from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.kinematics.rotations import IDENTITY
from sutura.kinematics.tip_limits import TipLimits
from sutura.kinematics.workspace import Box, Plane, Workspace
from sutura.nodes.stock.clearance_params import ClearanceParams, PlacementParam

_Vector = tuple[float, float, float]
_Quaternion = tuple[float, float, float, float]
Positive = Annotated[float, Meta(gt=0.0)]
Angle = Annotated[float, Meta(gt=0.0, le=math.pi)]


class BoxParam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A box along the axes of the arm's base frame, from `lower` to `upper` [m]."""

    lower: _Vector
    upper: _Vector
    name: Annotated[str, Meta(min_length=1, max_length=64)] = "a box"

    def __post_init__(self) -> None:
        if not all(low < high for low, high in zip(self.lower, self.upper, strict=True)):
            raise ValueError(f"expected lower below upper in {self.name}, came {self.lower} and {self.upper}")


class PlaneParam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plane through `point` [m] in the arm's base frame; the side to which `normal` points is allowed."""

    point: _Vector
    normal: _Vector
    name: Annotated[str, Meta(min_length=1, max_length=64)] = "a plane"

    def __post_init__(self) -> None:
        if not 0.0 < math.hypot(*self.normal) < math.inf:
            raise ValueError(f"expected a normal of {self.name} that has a direction, came {self.normal}")


class ScalingParams(ClearanceParams):
    """scale: tool metres per hand metre; alignment (x, y, z, w): turns the master's base into the arm's.

    rotation_lock, translation_lock: the hand's turning, or its moving, does not move the tool.
    align: the hand must be turned as the tool is before it drives, within align_start [rad], and align_clutch [rad]
    after a clutch; for masters that can be. hand_test: before it first drives it must open or close its gripper by
    test_gripper or roll by test_roll [rad].
    tip_speed [m/s], turn_speed [rad/s]: of the tool tip; keep_in, keep_out, planes: where the tip may be;
    braking [m/s²]: with which it slows down before it must stop;
    clearance, shaft_radius, placement, others: as of `ClearanceParams`.
    arm: this arm's name in a selection; camera: where the camera arm's base stands, as `placement`. With a camera
    wired `alignment` turns the master's base into the camera (x right, y down, z along the sight).
    jaw_speed, jaw_catch_up [rad/s]: fastest jaw motion, and that after the clutch until within jaw_tolerance [rad].
    """

    scale: Annotated[float, Meta(gt=0.0, le=1.0, description="tool metres per hand metre")] = 0.2
    alignment: _Quaternion = IDENTITY
    rotation_lock: bool = False
    translation_lock: bool = False
    align: bool = False
    align_start: Angle = math.radians(5.0)
    align_clutch: Angle = math.radians(2.0)
    hand_test: bool = False
    test_gripper: Angle = math.radians(40.0)
    test_roll: Angle = math.radians(4.0)
    tip_speed: Annotated[float, Meta(gt=0.0, description="of the tool tip, m/s")] = 0.5
    turn_speed: Annotated[float, Meta(gt=0.0, description="of the tool's turning, rad/s")] = 10.0
    keep_in: tuple[BoxParam, ...] = ()
    keep_out: tuple[BoxParam, ...] = ()
    planes: tuple[PlaneParam, ...] = ()
    braking: Annotated[float, Meta(gt=0.0, description="of the tool tip before a wall, m/s²")] = 1.0
    arm: str = ""
    camera: PlacementParam = PlacementParam()
    jaw_speed: Positive = 4.0 * math.pi
    jaw_catch_up: Positive = 0.2 * math.pi
    jaw_tolerance: Positive = math.radians(2.0)

    def tip_limits(self) -> TipLimits:
        """What the tip must keep to."""
        inside, outside = _boxes(self.keep_in), _boxes(self.keep_out)
        planes = tuple(map(_plane, self.planes))
        return TipLimits(
            self.tip_speed,
            self.turn_speed,
            Workspace(planes, inside, outside, self.braking) if planes or inside or outside else None,
            clearance=self.clearance,
            radius=self.shaft_radius,
            braking=self.braking,
        )


def _boxes(boxes: tuple[BoxParam, ...]) -> tuple[Box, ...]:
    return tuple(Box(box.lower, box.upper, box.name) for box in boxes)


def _plane(plane: PlaneParam) -> Plane:
    length = math.hypot(*plane.normal)
    x, y, z = (part / length for part in plane.normal)
    return Plane((x, y, z), x * plane.point[0] + y * plane.point[1] + z * plane.point[2], plane.name)
