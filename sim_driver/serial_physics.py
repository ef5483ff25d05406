"""Simulated physics of one serial arm: its own URDF or MJCF under MuJoCo, with a position drive on each joint."""

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.kinematics.serial import SerialArm
from sutura.sim_driver.errors import ArmDisabledError, ArmNotSimulatedError, BadTargetError, SceneError
from sutura.sim_driver.ring_state import RingState

_DRIVE_SPEED = 400.0  # [rad/s] natural frequency of every drive, critically damped: all joints lag by the same 5 ms


class SerialPhysics:
    """A serial arm at its home with its brakes on, its base at the world's origin; `step` advances by a timestep.

    The drives hold the arm's weight, as those of industrial arms do; the jaw is where it was told to be.
    """

    def __init__(self, arms: Sequence[str], arm: SerialArm, timestep: float = 0.001) -> None:
        """Put the one named arm into an otherwise empty world. The timestep is in s.

        Raises:
            SceneError: not one name, or MuJoCo cannot simulate the model.
        """
        if len(arms) != 1:
            raise SceneError("the arms beside a serial one", "none", tuple(arms))
        self._name = arms[0]
        self._arm, self._count = arm, len(arm.home)
        self._enabled = False
        self._jaw = 0.0
        self.model = _driven(arm, timestep)
        self.data = mujoco.MjData(self.model)
        ids = [self.model.joint(name).id for name in arm.joint_names]
        self._qpos, self._dofs = self.model.jnt_qposadr[ids], self.model.jnt_dofadr[ids]
        self._actuators = [self.model.actuator(f"drive/{name}").id for name in arm.joint_names]
        self.data.qpos[self._qpos] = arm.home
        self._set_gains()
        self.hold(self._name)
        mujoco.mj_forward(self.model, self.data)

    @property
    def time(self) -> float:
        """Simulated time since the start [s]."""
        return float(self.data.time)

    @property
    def arms(self) -> tuple[str, ...]:
        """The name of the arm."""
        return (self._name,)

    def joint_count(self, arm: str) -> int:
        """How many joints the arm has, without its jaw."""
        self._check(arm)
        return self._count

    def step(self) -> None:
        """Advance by one timestep."""
        mujoco.mj_step(self.model, self.data)

    def command(self, arm: str, joints: Sequence[float] | None, jaw: float | None) -> None:
        """Set the targets, which stay until the next call; None leaves what was.

        Raises:
            ArmNotSimulatedError, ArmDisabledError, BadTargetError: and then nothing is changed.
        """
        self._check(arm)
        if not self._enabled:
            raise ArmDisabledError(arm)
        if joints is not None and not (len(joints) == self._count and all(map(math.isfinite, joints))):
            raise BadTargetError(arm, f"{self._count} finite joint positions", tuple(joints))
        if jaw is not None and not math.isfinite(jaw):
            raise BadTargetError(arm, "a finite jaw angle", jaw)
        if joints is not None:
            self.data.ctrl[self._actuators] = joints
        if jaw is not None:
            self._jaw = jaw

    def hold(self, arm: str) -> None:
        """Freeze the arm where its joints are now."""
        self._check(arm)
        self.data.ctrl[self._actuators] = self.data.qpos[self._qpos]

    def enable(self, arm: str) -> None:
        """Release the brakes; the arm holds where it is until commanded."""
        self.hold(arm)
        self._enabled = True

    def disable(self, arm: str) -> None:
        """Put the brakes on: the arm holds where it is and refuses commands."""
        self.hold(arm)
        self._enabled = False

    def joints(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Joint positions [rad, m] and the jaw's [rad]."""
        return self._row(arm, self.data.qpos[self._qpos]), self._jaw

    def velocities(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Joint velocities [rad/s, m/s]; the jaw has none."""
        return self._row(arm, self.data.qvel[self._dofs]), 0.0

    def efforts(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Efforts of the drives [Nm, N]; the jaw has none."""
        return self._row(arm, self.data.actuator_force[self._actuators]), 0.0

    def tip(self, arm: str) -> tuple[Vector3, Quaternion]:
        """The true pose `base_T_tip`: position [m] and quaternion (x, y, z, w), from the simulated joints."""
        return self._arm.forward_pose(self.joints(arm)[0])

    def qpos(self) -> tuple[float, ...]:
        """The position of everything in the scene, as MuJoCo has it."""
        return tuple(self.data.qpos.tolist())

    def rings(self) -> tuple[RingState, ...]:
        """There are none."""
        return ()

    def _check(self, arm: str) -> None:
        if arm != self._name:
            raise ArmNotSimulatedError(arm, self.arms)

    def _row(self, arm: str, values: NDArray[np.float64]) -> tuple[float, ...]:
        self._check(arm)
        row: list[float] = values.tolist()
        return tuple(row)

    def _set_gains(self) -> None:
        """Stiffness and damping from what each joint moves at home, so that all follow at the same speed."""
        mujoco.mj_forward(self.model, self.data)
        inertia = np.zeros((self.model.nv, self.model.nv))
        mujoco.mj_fullM(self.model, self.data, inertia)
        moved = np.diag(inertia)[self._dofs]
        stiffness, damping = moved * _DRIVE_SPEED**2, 2.0 * moved * _DRIVE_SPEED
        self.model.actuator_gainprm[self._actuators, 0] = stiffness
        self.model.actuator_biasprm[self._actuators, 1] = -stiffness
        self.model.actuator_biasprm[self._actuators, 2] = -damping


def _driven(arm: SerialArm, timestep: float) -> mujoco.MjModel:
    """The arm's model with a position drive on each joint, in place of any that it has."""
    try:
        spec = mujoco.MjSpec.from_file(str(arm.model_file))
        spec.compiler.fusestatic = False
        for actuator in spec.actuators:
            spec.delete(actuator)
        for body in spec.bodies[1:]:
            body.gravcomp = 1.0
        for name in arm.joint_names:
            drive = spec.add_actuator(name=f"drive/{name}", trntype=mujoco.mjtTrn.mjTRN_JOINT, target=name)
            drive.set_to_position(kp=1.0, kv=1.0)
        spec.option.timestep = timestep
        spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        return spec.compile()
    except (ValueError, OSError) as error:
        raise SceneError(str(arm.model_file), "a model that MuJoCo can simulate", error) from error
