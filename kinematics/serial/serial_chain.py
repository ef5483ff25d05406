"""Forward kinematics and Jacobians of a chain of joints, by MuJoCo, from a URDF or MJCF."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from sutura.kinematics import rotations
from sutura.kinematics.arm_file import closest
from sutura.kinematics.errors import ArmFileError
from sutura.kinematics.limits import JointLimits, JointUnit
from sutura.kinematics.rotations import Quaternion
from sutura.kinematics.serial.serial_file import SerialArmModel

Floats = NDArray[np.float64]
_UNITS: dict[int, JointUnit] = {int(mujoco.mjtJoint.mjJNT_HINGE): "rad", int(mujoco.mjtJoint.mjJNT_SLIDE): "m"}


class TipState(NamedTuple):
    """The tip in the base frame: position [m], three columns of axes, quaternion (x, y, z, w)."""

    position: Floats
    axes: Floats
    orientation: Quaternion


class SerialChain:
    """The joints from the base to the tip of one arm. `place` sets them; what follows is of that configuration."""

    def __init__(self, file: Path, arm: SerialArmModel) -> None:
        """Read the model that an arm file names, and find the arm's joints in it.

        Raises:
            ArmFileError: the model cannot be read, or has not the body or the joints that the file names.
        """
        self._file, self._arm = str(file), arm
        self.model_file = file.parent / arm.model
        self._model = _kinematic_model(self._file, self.model_file)
        self._data = mujoco.MjData(self._model)
        self._body = self._find_body(arm.tip.body)
        ids = self._joint_ids()
        self._qpos, self._dofs = self._model.jnt_qposadr[ids], self._model.jnt_dofadr[ids]
        self._tip_position = np.array(arm.tip.position)
        self._tip_R = np.array(rotations.to_matrix(arm.orientation))
        self.limits = self._limits(ids)
        self._linear = np.zeros((3, self._model.nv))
        self._angular = np.zeros((3, self._model.nv))

    def place(self, q: Floats) -> TipState:
        """Set the joints [rad, m] and say where the tip is."""
        data = self._data
        data.qpos[self._qpos] = q
        mujoco.mj_kinematics(self._model, data)
        body_R = data.xmat[self._body].reshape(3, 3)
        w, x, y, z = data.xquat[self._body].tolist()
        orientation = rotations.normalise(rotations.multiply((x, y, z, w), self._arm.orientation))
        return TipState(data.xpos[self._body] + body_R @ self._tip_position, body_R @ self._tip_R, orientation)

    def jacobian(self, point: Floats) -> tuple[Floats, Floats]:
        """Linear and angular, 3 x n each, base frame, of a point [m, base frame] that moves with the tip."""
        mujoco.mj_comPos(self._model, self._data)
        mujoco.mj_jac(self._model, self._data, self._linear, self._angular, point, self._body)
        return self._linear[:, self._dofs], self._angular[:, self._dofs]

    def _find_body(self, name: str) -> int:
        names = [self._model.body(i).name for i in range(1, self._model.nbody)]
        if name not in names:
            problem = f"expected a body of {self._arm.model} ({', '.join(names)}), {name!r} came"
            raise ArmFileError(self._file, "tip.body", problem, closest(name, tuple(names)))
        return int(self._model.body(name).id)

    def _joint_ids(self) -> list[int]:
        """The joints between the base and the tip; the file must name exactly these, in their order."""
        found: list[int] = []
        body = self._body
        while body:
            first, count = int(self._model.body_jntadr[body]), int(self._model.body_jntnum[body])
            found[:0] = range(first, first + count) if count else ()
            body = int(self._model.body_parentid[body])
        names = [self._model.joint(i).name for i in found]
        named = [joint.name for joint in self._arm.joints]
        if named != names:
            problem = f"expected the joints from the base to {self._arm.tip.body!r} in their order"
            raise ArmFileError(self._file, "joints", f"{problem} ({', '.join(names)}), {', '.join(named)} came")
        for i, name in zip(found, names, strict=True):
            if int(self._model.jnt_type[i]) not in _UNITS:
                raise ArmFileError(
                    self._file, "joints", f"expected turning and sliding joints only, {name} is free"
                )
        return found

    def _limits(self, ids: list[int]) -> JointLimits:
        model, joints = self._model, self._arm.joints
        ranges = [model.jnt_range[i].tolist() if model.jnt_limited[i] else (-math.inf, math.inf) for i in ids]
        for index, (joint, (low, high)) in enumerate(zip(joints, ranges, strict=True)):
            for field, value in (("home", joint.home), ("posture", joint.posture)):
                if value is not None and not low <= value <= high:
                    problem = f"expected {low:.6g} to {high:.6g} ({joint.name}), {value} came"
                    raise ArmFileError(self._file, f"joints[{index}].{field}", problem)
        return JointLimits(
            names=tuple(joint.name for joint in joints),
            units=tuple(_UNITS[int(model.jnt_type[i])] for i in ids),
            lower=tuple(low for low, _ in ranges),
            upper=tuple(high for _, high in ranges),
            velocity=tuple(joint.velocity for joint in joints),
        )


def _kinematic_model(arm_file: str, model_file: Path) -> mujoco.MjModel:
    """The bare joints and bodies of a URDF or MJCF; without shapes, so no mesh file is needed."""
    try:
        spec = mujoco.MjSpec.from_file(str(model_file))
        spec.compiler.fusestatic = False  # a tool on a fixed joint keeps its name
        spec.compiler.boundmass = spec.compiler.boundinertia = 1e-6  # masses play no part here
        for element in (*spec.actuators, *spec.sensors, *spec.geoms, *spec.meshes):
            spec.delete(element)
        return spec.compile()
    except (ValueError, OSError) as error:
        raise ArmFileError(arm_file, "model", f"{model_file} cannot be read: {error}") from error
