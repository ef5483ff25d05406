"""What drives and a referee need of a simulated world, whatever arms stand in it."""

from collections.abc import Sequence
from typing import Protocol

import mujoco

from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.sim_driver.ring_state import RingState


class SimulatedArms(Protocol):
    """Arms by name. Joints are in the arm file's order [rad, m]; the jaw [rad] stands beside them."""

    @property
    def model(self) -> mujoco.MjModel:
        """All that stands in the scene."""

    @property
    def time(self) -> float:
        """Simulated time since the start [s]."""

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms."""

    def joint_count(self, arm: str) -> int:
        """How many joints an arm has, without its jaw."""

    def step(self) -> None:
        """Advance by one timestep."""

    def command(self, arm: str, joints: Sequence[float] | None, jaw: float | None) -> None:
        """Set an arm's targets; None leaves what was. Raises SimError, and then nothing is changed."""

    def hold(self, arm: str) -> None:
        """Freeze an arm where its joints are now; the jaw keeps its target."""

    def enable(self, arm: str) -> None:
        """Release an arm's brakes; it holds where it is until commanded."""

    def disable(self, arm: str) -> None:
        """Put an arm's brakes on: it holds where it is and refuses commands."""

    def joints(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Joint positions and the jaw's opening."""

    def velocities(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Joint velocities and the jaw's, per second."""

    def efforts(self, arm: str) -> tuple[tuple[float, ...], float]:
        """Efforts of the joints' drives [Nm, N] and the jaw's."""

    def tip(self, arm: str) -> tuple[Vector3, Quaternion]:
        """The true pose `base_T_tip`: position [m] and quaternion (x, y, z, w), from the simulated joints."""

    def qpos(self) -> tuple[float, ...]:
        """The position of everything in the scene, as MuJoCo has it."""

    def rings(self) -> tuple[RingState, ...]:
        """What every ring does now."""
