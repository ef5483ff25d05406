"""The simulated world that fits an arm file."""

from collections.abc import Sequence

from sutura.kinematics import open_arm
from sutura.kinematics.serial import SerialArm
from sutura.sim_driver.errors import SceneError
from sutura.sim_driver.physics import Physics
from sutura.sim_driver.serial_physics import SerialPhysics
from sutura.sim_driver.simulated_arms import SimulatedArms


def make_world(arms: Sequence[str], model: str, rings: int = 0, seed: int = 0) -> SimulatedArms:
    """Named arms of one arm file: a peg board with rings under arms with a closed form, or one serial arm alone.

    Raises:
        SceneError: rings beside a serial arm, or a scene that cannot be built.
        KinematicsError, ArmNotSimulatedError: the arm file or an arm's name is none.
    """
    arm = open_arm(model)
    if not isinstance(arm, SerialArm):
        return Physics(arms, model, rings, seed)
    if rings:
        raise SceneError("the number of rings beside a serial arm", "0", rings)
    return SerialPhysics(arms, arm)
