"""The hand that a gizmo in the scene stands for: its motions are the hand's, wherever the gizmo is put back to."""

from sutura.kinematics.rotations import (
    IDENTITY,
    Quaternion,
    Vector3,
    conjugate,
    multiply,
    normalise,
    rotate,
)


class GizmoHand:
    """A hand in the frame of the master's base, which is turned in the scene as the arm's base is.

    position [m], orientation (x, y, z, w). The gizmo may be put elsewhere without the hand moving, as a hand that
    lets go of a handle and takes it anew.
    """

    def __init__(self) -> None:
        self.position: Vector3 = (0.0, 0.0, 0.0)
        self.orientation: Quaternion = IDENTITY
        self._at: tuple[Vector3, Quaternion] | None = None

    def put(self, position: Vector3, orientation: Quaternion) -> None:
        """The gizmo stands there now, in the scene's frame; the hand stays where it is."""
        self._at = (position, normalise(orientation))

    def drag(self, position: Vector3, orientation: Quaternion, world_T_base: Quaternion = IDENTITY) -> None:
        """The gizmo was dragged to there, in the scene's frame; the hand goes with it."""
        orientation = normalise(orientation)
        if self._at is None:
            self._at = (position, orientation)
            return
        before, turned_before = self._at
        base_T_world = conjugate(world_T_base)
        way = rotate(base_T_world, (position[0] - before[0], position[1] - before[1], position[2] - before[2]))
        x, y, z = self.position
        self.position = (x + way[0], y + way[1], z + way[2])
        turn = multiply(orientation, conjugate(turned_before))
        turn = multiply(base_T_world, multiply(turn, world_T_base))
        self.orientation = normalise(multiply(turn, self.orientation))
        self._at = (position, orientation)
