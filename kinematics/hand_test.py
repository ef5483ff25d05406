"""Whether a hand holds the master: dVRK's test that somebody moves it, before it drives anything. Pure."""

from __future__ import annotations

import math

from sutura.kinematics.rotations import Quaternion, conjugate, multiply


class HandTest:
    """Passed once the gripper has opened or closed by `gripper`, or the hand has rolled by `roll` [rad].

    The roll is about the z axis of the master's tip, since the test began.
    """

    __slots__ = ("_first", "_gripper", "_gripper_range", "_roll", "_roll_range", "passed")

    def __init__(self, gripper: float, roll: float) -> None:
        self._gripper, self._roll = gripper, roll
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.passed = False
        self._first: Quaternion | None = None
        self._gripper_range = (math.inf, -math.inf)
        self._roll_range = (0.0, 0.0)

    def see_gripper(self, angle: float) -> None:
        """Take the gripper's angle [rad]."""
        low, high = self._gripper_range
        self._gripper_range = (min(low, angle), max(high, angle))
        self.passed = self.passed or self._gripper_range[1] - self._gripper_range[0] >= self._gripper

    def see_hand(self, orientation: Quaternion) -> None:
        """Take the hand's orientation (x, y, z, w)."""
        if self._first is None:
            self._first = orientation
        _, _, z, w = multiply(conjugate(self._first), orientation)
        roll = math.remainder(2.0 * math.atan2(z, w), math.tau)
        low, high = self._roll_range
        self._roll_range = (min(low, roll), max(high, roll))
        self.passed = self.passed or self._roll_range[1] - self._roll_range[0] >= self._roll
