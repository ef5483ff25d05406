"""A camera arm as dVRK's ECM: yaw and pitch about a remote centre, insertion through it, roll about the shaft.

The camera frame at the tip has x to the right of the image, y down and z along the line of sight. The base frame
stands at the remote centre; at home the camera looks along its −z, with its y up in the image.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from sutura.kinematics.arm_file import Jaw, Number, Positive, check_range, read_document
from sutura.kinematics.errors import ArmFileError
from sutura.kinematics.inputs import check_vector
from sutura.kinematics.limits import JointLimits, JointUnit, Saturated
from sutura.kinematics.rotations import Quaternion, Vector3, conjugate, multiply, unit

NAMES = ("yaw", "pitch", "insertion", "roll")
UNITS: tuple[JointUnit, ...] = ("rad", "rad", "m", "rad")
NO_JAW = Jaw(0.0, 0.0, 1.0)  # an actuator has a jaw; that of a camera stays at 0
_TINY = 1e-9  # [m] a camera this near to the remote centre looks where it did
_HALF = math.sqrt(0.5)
_EXACT = 1e-9  # [rad, m] rounding of a pose is no limit

EndoscopeJoints = tuple[float, float, float, float]  # [rad, rad, m, rad]


class EndoscopeJoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One joint: limits [rad, m] and largest speed."""

    name: Literal["yaw", "pitch", "insertion", "roll"]
    lower: Number
    upper: Number
    velocity: Positive


class EndoscopeModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a camera arm says. depth [m]: of the camera past the remote centre at insertion 0."""

    kind: Literal["endoscope"]
    name: str
    description: str
    source: str
    joints: tuple[EndoscopeJoint, EndoscopeJoint, EndoscopeJoint, EndoscopeJoint]
    depth: Number
    home: tuple[Number, Number, Number, Number]


class EndoscopeArm:
    """Kinematics of one camera arm, in closed form. It has no state: one instance serves all."""

    jaw: Jaw = NO_JAW

    def __init__(self, model: EndoscopeModel) -> None:
        rows = model.joints
        self.model = model
        self.name = model.name
        self.home: tuple[float, ...] = model.home
        self.limits = JointLimits(
            NAMES,
            UNITS,
            tuple(row.lower for row in rows),
            tuple(row.upper for row in rows),
            tuple(row.velocity for row in rows),
        )

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints, in their order."""
        return NAMES

    def forward_pose(self, q: Sequence[float]) -> tuple[Vector3, Quaternion]:
        """Position [m] and orientation (x, y, z, w) of the camera in the base.

        Raises CountError, NotFiniteError.
        """
        check_vector("joints", q, NAMES)
        yaw, pitch, insertion, roll = q
        depth = insertion + self.model.depth
        c = math.cos(pitch)
        position = (depth * c * math.sin(yaw), -depth * math.sin(pitch), -depth * c * math.cos(yaw))
        return position, multiply(_looking(yaw, pitch), (0.0, 0.0, math.sin(roll / 2.0), math.cos(roll / 2.0)))

    def track(
        self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float], dt: float | None = None
    ) -> Saturated:
        """Joints within the limits that bring the camera to a position, turned about its sight as the pose says.

        A pose has six degrees of freedom and the arm four: where the camera looks follows from where it is. Raises
        CountError, NotFiniteError, NotARotationError.
        """
        check_vector("position", position, ("x", "y", "z"))
        check_vector("near", near, NAMES)
        x, y, z = position
        distance = math.hypot(x, y, z)
        yaw, pitch = near[0], near[1]
        if distance > _TINY:
            pitch = -math.asin(max(-1.0, min(1.0, y / distance)))
            if math.hypot(x, z) > _TINY:
                yaw = math.atan2(x, -z)
        _, _, sine, cosine = multiply(conjugate(_looking(yaw, pitch)), unit(orientation_xyzw))
        roll = 2.0 * math.atan2(sine, cosine)
        roll += math.tau * round((near[3] - roll) / math.tau)
        joints = (yaw, pitch, distance - self.model.depth, roll)
        beyond = tuple(one.joint for one in self.limits.excess(joints, _EXACT))
        return Saturated(self.limits.saturate(joints).joints, beyond)

    def remote_centre_deviation(self, q: Sequence[float]) -> None:
        """None: the remote centre is mechanical."""


def read_endoscope(path: Path) -> EndoscopeArm:
    """The camera arm that a file describes. Raises ArmFileError."""
    try:
        model = msgspec.convert(read_document(path), EndoscopeModel)
    except msgspec.ValidationError as error:
        raise ArmFileError(str(path), "file", str(error)) from error
    for index, (row, name, home) in enumerate(zip(model.joints, NAMES, model.home, strict=True)):
        if row.name != name:
            raise ArmFileError(str(path), f"joints[{index}].name", f"expected {name!r}, {row.name!r} came")
        check_range(str(path), f"joints[{index}] ({name})", row.lower, row.upper)
        if not row.lower <= home <= row.upper:
            raise ArmFileError(str(path), f"home[{index}]", f"expected {row.lower} to {row.upper}, {home} came")
    return EndoscopeArm(model)


def _looking(yaw: float, pitch: float) -> Quaternion:
    """The camera frame at roll 0: at home turned by half a turn about x, then pitched and yawed."""
    turned = (0.0, -math.sin(yaw / 2.0), 0.0, math.cos(yaw / 2.0))
    tilted = (-math.sin(pitch / 2.0), 0.0, 0.0, math.cos(pitch / 2.0))
    return multiply(multiply(turned, tilted), (1.0, 0.0, 0.0, 0.0))
