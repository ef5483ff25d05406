"""Velocities of a stick made into the pose of a hand; pure state, no clock, no device."""

import math
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.context import DriverOptions
from sutura.kinematics.rotations import (
    IDENTITY,
    Vector3,
    from_rotation_vector,
    multiply,
    to_rotation_vector,
    unit,
)
from sutura.messages import Pose

_LONGEST_STEP_S = 0.02  # a pause buys no leap
_ORIGIN: Vector3 = (0.0, 0.0, 0.0)

Positive = Annotated[float, Meta(gt=0.0)]


class RateOptions(DriverOptions):
    """speed [m/s] and turn [rad/s]: of the hand at full deflection, in any direction; dead_zone: the part of the
    way that counts for nothing; expo: 0 is linear, 1 is a cubic, finest about the middle; reach [m]: how far the
    hand goes from the middle along each axis; turn_reach [rad]: how far it turns; gripper [rad]: its angle at
    first, 0 is closed, up to gripper_open; gripper_speed [rad/s]."""

    speed: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.1
    turn: Annotated[float, Meta(gt=0.0, le=6.3)] = 0.6
    dead_zone: Annotated[float, Meta(ge=0.0, lt=1.0)] = 0.12
    expo: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    reach: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.2
    turn_reach: Annotated[float, Meta(gt=0.0, le=3.0)] = 1.2
    gripper: Annotated[float, Meta(ge=0.0)] = 0.0
    gripper_open: Positive = 0.8
    gripper_speed: Positive = 0.8


def shaped(deflection: float, dead_zone: float, expo: float) -> float:
    """A deflection, -1 … 1, freed of its dead zone and bent so that it is finest about the middle."""
    size = (min(abs(deflection), 1.0) - dead_zone) / (1.0 - dead_zone)
    if not size > 0.0:
        return 0.0
    return math.copysign((1.0 - expo) * size + expo * size**3, deflection)


class RateMotion:
    """A hand in a bounded workspace, moved by deflections: shaped, limited in speed, and kept within reach."""

    __slots__ = ("_limits", "gripper", "orientation", "position")

    def __init__(self, options: RateOptions) -> None:
        self._limits = options
        self.position: Vector3 = _ORIGIN
        self.orientation = IDENTITY
        self.gripper = min(options.gripper, options.gripper_open)

    @property
    def pose(self) -> Pose:
        """Where the hand is, from the middle of its workspace."""
        return Pose(self.position, self.orientation)

    def move(self, along: Vector3, about: Vector3, opening: float, dt: float) -> None:
        """Go on for `dt` seconds; deflections along and about x, y, z and of the gripper, -1 … 1."""
        o, dt = self._limits, _step(dt)
        x, y, z = self._scaled(along, o.speed * dt)
        px, py, pz = self.position
        self.position = (_kept(px + x, o.reach), _kept(py + y, o.reach), _kept(pz + z, o.reach))
        turn = self._scaled(about, o.turn * dt)
        if turn != _ORIGIN:
            self._turn_to(multiply(from_rotation_vector(turn), self.orientation))
        step = o.gripper_speed * dt * shaped(opening, o.dead_zone, o.expo)
        self.gripper = min(max(self.gripper + step, 0.0), o.gripper_open)

    def go_back(self, dt: float) -> None:
        """Go on to the middle for `dt` seconds: what a hand does while it is clutched, so that it has room."""
        o, dt = self._limits, _step(dt)
        x, y, z = self.position
        far = math.sqrt(x * x + y * y + z * z)
        k = max(far - o.speed * dt, 0.0) / far if far else 0.0
        self.position = (k * x, k * y, k * z)
        rx, ry, rz = to_rotation_vector(self.orientation)
        angle = math.sqrt(rx * rx + ry * ry + rz * rz)
        k = max(angle - o.turn * dt, 0.0) / angle if angle else 0.0
        self.orientation = unit(from_rotation_vector((k * rx, k * ry, k * rz)))

    def _scaled(self, deflections: Vector3, most: float) -> Vector3:
        """Shaped deflections times `most`, together no longer than it."""
        o = self._limits
        x, y, z = (shaped(d, o.dead_zone, o.expo) for d in deflections)
        k = most / max(math.sqrt(x * x + y * y + z * z), 1.0)
        return k * x, k * y, k * z

    def _turn_to(self, orientation: tuple[float, float, float, float]) -> None:
        x, y, z = to_rotation_vector(orientation)
        angle = math.sqrt(x * x + y * y + z * z)
        if angle > self._limits.turn_reach:
            k = self._limits.turn_reach / angle
            orientation = from_rotation_vector((k * x, k * y, k * z))
        self.orientation = unit(orientation)


def _step(dt: float) -> float:
    return min(max(dt, 0.0), _LONGEST_STEP_S)


def _kept(value: float, reach: float) -> float:
    return min(max(value, -reach), reach)
