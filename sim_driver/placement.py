"""Where an arm stands in the simulated world."""

from typing import NamedTuple

from sutura.kinematics.rotations import Quaternion, Vector3


class ArmPlacement(NamedTuple):
    """Where one arm stands: `position` [m] and `quaternion` (x, y, z, w) are `world_T_base`."""

    name: str
    position: Vector3
    quaternion: Quaternion = (0.0, 0.0, 0.0, 1.0)
    model: str = "psm_classic_lnd"
