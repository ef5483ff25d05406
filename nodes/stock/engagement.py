"""What a hand must show before it drives an arm; pure state, no clock, no socket."""

import math

from sutura.kinematics.hand_test import HandTest
from sutura.kinematics.rotations import Quaternion
from sutura.kinematics.scaling import misalignment
from sutura.nodes.stock.scaling_params import ScalingParams


class Engagement:
    """The hand test, once, and the alignment, each time, as in dVRK; both only where the parameters ask for it."""

    __slots__ = ("_has_followed", "_params", "_test")

    def __init__(self, params: ScalingParams) -> None:
        self._params = params
        self._test = HandTest(params.test_gripper, params.test_roll)
        self._has_followed = False

    def take(self, params: ScalingParams) -> None:
        """Go on with other parameters; a hand that has passed its test has passed it."""
        passed = self._test.passed
        self._params = params
        self._test = HandTest(params.test_gripper, params.test_roll)
        self._test.passed = passed

    def reset(self) -> None:
        """The hand may have left the master: it must show itself anew."""
        self._test.reset()
        self._has_followed = False

    def followed(self) -> None:
        """The hand drives: from now on what counts after a clutch counts."""
        self._has_followed = self._test.passed = True

    def see_gripper(self, angle: float) -> None:
        """Take the gripper's angle [rad]."""
        if self._params.hand_test and not self._test.passed:
            self._test.see_gripper(angle)

    def why_not(self, hand: Quaternion, tool: Quaternion, alignment: Quaternion) -> str:
        """Why a hand of this orientation may not drive a tool of that one, in words; empty if it may.
        `alignment` turns the master's axes into the arm's."""
        p = self._params
        if p.hand_test and not self._test.passed:
            self._test.see_hand(hand)
            if not self._test.passed:
                shown = f"move the gripper by {_degrees(p.test_gripper)} or roll by {_degrees(p.test_roll)}"
                return f"show that a hand holds the master: {shown}"
        if p.align:
            most = p.align_clutch if self._has_followed else p.align_start
            off = misalignment(hand, tool, alignment)
            if off > most:
                return f"the hand is turned {_degrees(off)} from the tool; turn it to within {_degrees(most)}"
        return ""


def _degrees(angle: float) -> str:
    return f"{math.degrees(angle):.0f}°"
