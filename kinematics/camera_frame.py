"""Hand motion as seen in the endoscope's image, as pure functions (dVRK's chain of frames)."""

from sutura.kinematics.capsules import Placement
from sutura.kinematics.rotations import Quaternion, conjugate, multiply, normalise


def through_the_camera(
    arm_base: Placement, camera_base: Placement, camera: Quaternion, view: Quaternion
) -> Quaternion:
    """What turns the master's axes into the instrument arm's: master base → surgeon's view → camera → arm base.

    Both bases stand in a frame common to the arms; `camera` is `camera_base_R_camera`, of the endoscope as it is
    now; `view` turns the master's axes into the camera's (x right, y down, z along the sight).
    """
    arm_R_camera_base = multiply(conjugate(arm_base.orientation), camera_base.orientation)
    return normalise(multiply(multiply(arm_R_camera_base, camera), view))
