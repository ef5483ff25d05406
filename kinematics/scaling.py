"""How the hand's motion becomes the tool's: dVRK's teleoperation, as pure functions."""

import math

from sutura.kinematics.rotations import (
    IDENTITY,
    Quaternion,
    Vector3,
    angle_between,
    conjugate,
    multiply,
    normalise,
    rotate,
)


class Anchor:
    """Hand and tool tied together at one moment.

    Position: setpoint + scale · A (hand - hand at the anchor). Orientation: A · hand · offset with the offset saved
    at the anchor, so that the first target equals the setpoint. A turns master axes into the arm's. What is locked
    stays as it was at the anchor.
    """

    __slots__ = (
        "_aligned",
        "_alignment",
        "_hand",
        "_lock_rotation",
        "_scale",
        "_tool",
        "_tool_orientation",
        "offset",
    )

    def __init__(
        self,
        hand: Vector3,
        hand_orientation: Quaternion,
        tool: Vector3,
        tool_orientation: Quaternion,
        *,
        scale: float,
        alignment: Quaternion = IDENTITY,
        offset: Quaternion | None = None,
        lock_rotation: bool = False,
        lock_translation: bool = False,
    ) -> None:
        """offset: of before, for an orientation that shall stay absolute; the first target then turns to it."""
        self._hand = hand
        self._tool = tool
        self._tool_orientation = tool_orientation
        self._scale = 0.0 if lock_translation else scale
        self._lock_rotation = lock_rotation
        self._alignment = normalise(alignment)
        self._aligned = self._alignment == IDENTITY
        self.offset = offset or multiply(conjugate(multiply(self._alignment, hand_orientation)), tool_orientation)

    def target(self, hand: Vector3, hand_orientation: Quaternion) -> tuple[Vector3, Quaternion]:
        """Where the tool shall be: position [m] and orientation (x, y, z, w) in the arm's base frame."""
        k, (hx, hy, hz), (tx, ty, tz) = self._scale, self._hand, self._tool
        moved = (hand[0] - hx, hand[1] - hy, hand[2] - hz)
        if not self._aligned:
            moved = rotate(self._alignment, moved)
            hand_orientation = multiply(self._alignment, hand_orientation)
        dx, dy, dz = moved
        position = (tx + k * dx, ty + k * dy, tz + k * dz)
        if self._lock_rotation:
            return position, self._tool_orientation
        return position, normalise(multiply(hand_orientation, self.offset))


def misalignment(hand_orientation: Quaternion, tool_orientation: Quaternion, alignment: Quaternion) -> float:
    """How far the hand is turned from the tool [rad], the hand seen in the arm's axes."""
    return angle_between(multiply(alignment, hand_orientation), tool_orientation)


class JawFollower:
    """The jaw follows the gripper at a bounded speed, slower after a clutch until it has caught up.

    angle [rad]; speed, catch_up_speed [rad/s]; tolerance [rad]. Times in ns.
    """

    __slots__ = ("_catch_up_speed", "_catching_up", "_last", "_speed", "_tolerance", "angle")

    def __init__(self, angle: float, speed: float, catch_up_speed: float, tolerance: float) -> None:
        self.angle = angle
        self._speed = speed
        self._catch_up_speed = catch_up_speed
        self._tolerance = tolerance
        self._catching_up = True
        self._last = 0

    def catch_up(self) -> None:
        """Go slowly until the gripper is reached."""
        self._catching_up = True

    def hold(self, now: int) -> float:
        """Keep the angle."""
        self._last = now
        return self.angle

    def follow(self, gripper: float, now: int) -> float:
        """The jaw's next angle [rad]; a pause counts as 10 ms at most."""
        dt = min((now - self._last) * 1e-9, 0.01) if self._last else 0.0
        self._last = now
        step = gripper - self.angle
        if abs(step) <= self._tolerance:
            self._catching_up = False
        most = (self._catch_up_speed if self._catching_up else self._speed) * dt
        self.angle += math.copysign(min(abs(step), most), step)
        return self.angle
