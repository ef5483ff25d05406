"""How the hand's motion becomes the tool's: dVRK's teleoperation, as pure functions."""

import math

from sutura.kinematics.rotations import Quaternion, Vector3, conjugate, multiply, normalise, rotate


class Anchor:
    """Hand and tool tied together at one moment.

    Position: setpoint + scale · A (hand - hand at the anchor). Orientation: A · hand · offset with the offset saved
    at the anchor, so that the first target equals the setpoint. A turns master axes into the arm's.
    """

    __slots__ = ("_alignment", "_hand", "_offset", "_scale", "_tool")

    def __init__(
        self,
        hand: Vector3,
        hand_orientation: Quaternion,
        tool: Vector3,
        tool_orientation: Quaternion,
        *,
        scale: float,
        alignment: Quaternion = (0.0, 0.0, 0.0, 1.0),
    ) -> None:
        self._hand = hand
        self._tool = tool
        self._scale = scale
        self._alignment = normalise(alignment)
        self._offset = multiply(conjugate(multiply(self._alignment, hand_orientation)), tool_orientation)

    def target(self, hand: Vector3, hand_orientation: Quaternion) -> tuple[Vector3, Quaternion]:
        """Where the tool shall be: position [m] and orientation (x, y, z, w) in the arm's base frame."""
        k, (hx, hy, hz), (tx, ty, tz) = self._scale, self._hand, self._tool
        dx, dy, dz = rotate(self._alignment, (hand[0] - hx, hand[1] - hy, hand[2] - hz))
        turned = multiply(multiply(self._alignment, hand_orientation), self._offset)
        return (tx + k * dx, ty + k * dy, tz + k * dz), normalise(turned)


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
