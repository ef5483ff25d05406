"""Simulated physics: arms, jaws and rings under MuJoCo. No sockets and no clocks: `step` advances 1 ms."""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from sutura.kinematics import Arm, load_arm
from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.sim_driver.errors import ArmDisabledError, ArmNotSimulatedError, BadTargetError
from sutura.sim_driver.ring_state import RingState
from sutura.sim_driver.scene import ACTUATED, PLACEMENTS, ArmPlacement, build_scene

_SETTLE_S = 0.2
_JITTER = 0.0003  # [m] by which a seed moves a ring to either side
_JOINTS = 6


class _ArmHandle(NamedTuple):
    """Where one arm's values stand in MuJoCo's arrays: seven in each (five links, two jaws)."""

    kinematics: Arm
    qpos: int
    dof: int
    actuator: int


class Physics:
    """A simulated table with arms and rings.

    Every arm starts at its arm file's home with closed jaws and its brakes on (disabled); equal arguments give
    equal states, bit for bit, on one machine.

    """

    def __init__(
        self,
        arms: Sequence[str] = ("PSM1",),
        model: str = "psm_classic_lnd",
        rings: int = 2,
        seed: int = 0,
        timestep: float = 0.001,
        placements: Mapping[str, ArmPlacement] = PLACEMENTS,
    ) -> None:
        """Put the named arms, all of one arm file, where `placements` says, and let `rings` rings come to rest.

        The seed moves each ring by up to 0.3 mm along x and y. The timestep is in s.

        Raises:
            ArmNotSimulatedError: an arm has no placement.
            SceneError, KinematicsError: as `build_scene`.
        """
        self.placements = tuple(_placement(name, placements)._replace(model=model) for name in arms)
        self.model = mujoco.MjModel.from_xml_string(build_scene(self.placements, rings, timestep))
        self.data = mujoco.MjData(self.model)
        self._arms = {placement.name: self._handle(placement) for placement in self.placements}
        self._enabled = dict.fromkeys(self._arms, False)
        self._ring_dofs = [int(self.model.joint(f"ring{i}").dofadr[0]) for i in range(rings)]
        self._ring_bodies = [int(self.model.body(f"ring{i}").id) for i in range(rings)]
        self._ring_of_geom, self._is_jaw = self._geom_tables()
        self._scatter_rings(seed)
        self._settle()

    @property
    def time(self) -> float:
        """Simulated time since the start [s]."""
        return float(self.data.time)

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms, in the order given."""
        return tuple(self._arms)

    def joint_count(self, arm: str) -> int:
        """How many joints an arm has, without its jaw."""
        self._find(arm)
        return _JOINTS

    def step(self) -> None:
        """Advance by one timestep."""
        mujoco.mj_step(self.model, self.data)

    def command(self, arm: str, joints: Sequence[float] | None, jaw: float | None) -> None:
        """Set an arm's targets, which stay until the next call: six joints [rad, m] and the jaw's opening [rad].

        None leaves what was. The jaws aim at wrist yaw ± jaw / 2. MuJoCo clips them to the arm file's limits.

        Raises:
            ArmNotSimulatedError, ArmDisabledError, BadTargetError: and then nothing is changed.
        """
        handle = self._find(arm)
        if not self._enabled[arm]:
            raise ArmDisabledError(arm)
        _check_target(arm, joints, jaw)
        if joints is not None:
            self.data.ctrl[handle.actuator : handle.actuator + _JOINTS] = joints
        if jaw is not None:
            self.data.ctrl[handle.actuator + _JOINTS] = jaw

    def hold(self, arm: str) -> None:
        """Freeze an arm where its joints are now. The jaw keeps its last target, so a grip never opens."""
        handle = self._find(arm)
        self.data.ctrl[handle.actuator : handle.actuator + _JOINTS] = self._joints(self.data.qpos, handle.qpos)[0]

    def enable(self, arm: str) -> None:
        """Release an arm's brakes; it holds where it is until commanded."""
        self.hold(arm)
        self._enabled[arm] = True

    def disable(self, arm: str) -> None:
        """Put an arm's brakes on: it holds where it is and refuses commands."""
        self.hold(arm)
        self._enabled[arm] = False

    def enabled(self, arm: str) -> bool:
        """Whether an arm takes commands."""
        self._find(arm)
        return self._enabled[arm]

    def joints(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Six joint positions [rad, m] and the jaw's opening angle [rad]."""
        return self._joints(self.data.qpos, self._find(arm).qpos)

    def velocities(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Six joint velocities [rad/s, m/s] and the jaw's [rad/s]."""
        return self._joints(self.data.qvel, self._find(arm).dof)

    def efforts(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Six actuator efforts [Nm, N] and the jaw's [Nm on each jaw]."""
        first = self._find(arm).actuator
        *joints, jaw = self.data.actuator_force[first : first + len(ACTUATED)].tolist()
        return tuple(joints), jaw

    def tip(self, arm: str) -> tuple[Vector3, Quaternion]:
        """The true pose `base_T_tip`: position [m] and quaternion (x, y, z, w), from the simulated joints."""
        handle = self._find(arm)
        return handle.kinematics.forward_pose(self._joints(self.data.qpos, handle.qpos)[0])

    def qpos(self) -> tuple[float, ...]:
        """The position of everything in the scene, as MuJoCo has it."""
        return tuple(self.data.qpos.tolist())

    def rings(self) -> tuple[RingState, ...]:
        """What every ring does now, in the world frame."""
        touched = self._touched()
        return tuple(self._ring(i, i in touched) for i in range(len(self._ring_bodies)))

    def _find(self, arm: str) -> _ArmHandle:
        try:
            return self._arms[arm]
        except KeyError:
            raise ArmNotSimulatedError(arm, self._arms) from None

    @staticmethod
    def _joints(array: NDArray[np.float64], first: int) -> tuple[tuple[float, ...], float]:
        """Five joints and two jaws in one of MuJoCo's arrays as six joints and the opening."""
        *links, jaw_a, jaw_b = array[first : first + 7].tolist()
        return (*links, 0.5 * (jaw_a + jaw_b)), jaw_a - jaw_b

    def _ring(self, index: int, touched: bool) -> RingState:
        body, dof = self._ring_bodies[index], self._ring_dofs[index]
        x, y, z = self.data.xpos[body].tolist()
        axis = self.data.xmat[body][2::3].tolist()
        vx, vy, vz, wx, wy, wz = self.data.qvel[dof : dof + 6].tolist()
        speed, turning = math.sqrt(vx * vx + vy * vy + vz * vz), math.sqrt(wx * wx + wy * wy + wz * wz)
        return RingState((x, y, z), (axis[0], axis[1], axis[2]), speed, turning, touched)

    def _touched(self) -> set[int]:
        """The rings that a jaw touches now."""
        pairs = self.data.contact.geom
        if not len(pairs):
            return set()
        rings = self._ring_of_geom[pairs]
        jaws = self._is_jaw[pairs]
        first = rings[(rings[:, 0] >= 0) & jaws[:, 1], 0]
        second = rings[(rings[:, 1] >= 0) & jaws[:, 0], 1]
        return {*first.tolist(), *second.tolist()}

    def _handle(self, placement: ArmPlacement) -> _ArmHandle:
        first = self.model.joint(f"{placement.name}/q1")
        actuator = int(self.model.actuator(f"{placement.name}/{ACTUATED[0]}").id)
        return _ArmHandle(load_arm(placement.model), int(first.qposadr[0]), int(first.dofadr[0]), actuator)

    def _geom_tables(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        bodies = self.model.geom_bodyid
        ring_of_geom = np.full(self.model.ngeom, -1, dtype=np.int64)
        for index, body in enumerate(self._ring_bodies):
            ring_of_geom[bodies == body] = index
        jaws = [self.model.body(f"{arm}/{jaw}").id for arm in self._arms for jaw in ("jaw_a", "jaw_b")]
        return ring_of_geom, np.isin(bodies, jaws)

    def _scatter_rings(self, seed: int) -> None:
        random = Random(seed)
        for index in range(len(self._ring_bodies)):
            start = int(self.model.joint(f"ring{index}").qposadr[0])
            for axis in (0, 1):
                self.data.qpos[start + axis] += random.uniform(-_JITTER, _JITTER)

    def _settle(self) -> None:
        """Place the arms at home and let the rings come to rest before time begins."""
        for handle in self._arms.values():
            home = handle.kinematics.home
            self.data.qpos[handle.qpos : handle.qpos + 7] = (*home, home[-1])
            self.data.ctrl[handle.actuator : handle.actuator + len(ACTUATED)] = (*home, 0.0)
        for _ in range(round(_SETTLE_S / self.model.opt.timestep)):
            self.step()
        self.data.time = 0.0


def _placement(name: str, placements: Mapping[str, ArmPlacement]) -> ArmPlacement:
    if name not in placements:
        raise ArmNotSimulatedError(name, placements)
    return placements[name]


def _check_target(arm: str, joints: Sequence[float] | None, jaw: float | None) -> None:
    if joints is not None and not (len(joints) == _JOINTS and all(map(math.isfinite, joints))):
        raise BadTargetError(arm, f"{_JOINTS} finite joint positions", tuple(joints))
    if jaw is not None and not math.isfinite(jaw):
        raise BadTargetError(arm, "a finite jaw angle", jaw)
