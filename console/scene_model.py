"""What stands in a MuJoCo model, as meshes for a browser, and where it stands for given joint positions."""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from sutura.console import shapes
from sutura.kinematics.rotations import Quaternion, Vector3

Array = NDArray[np.float64]
Colour = tuple[int, int, int]
_CLOTH: Colour = (38, 82, 87)  # of what has a texture, which is only a drape so far
_FAR = 0.5  # m, half the side of a plane that has no end


@dataclass(frozen=True)
class Part:
    """One mesh of a body, in the body's frame. opacity: 0 to 1."""

    mesh: shapes.Mesh
    colour: Colour
    opacity: float


@dataclass(frozen=True)
class Body:
    """What is drawn of a body. moves: it is not fixed to the world."""

    name: str
    index: int
    moves: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class View:
    """Where a camera of the model stands: position and a point it looks at [m], what is up, and its angle [rad]."""

    position: Vector3
    look_at: Vector3
    up: Vector3
    angle: float


class SceneModel:
    """A model, and one state of it. alone: an arm; nothing else is drawn, where it stands beside other things."""

    def __init__(self, model: mujoco.MjModel, alone: str = "") -> None:
        self._model = model
        self._data = mujoco.MjData(model)
        mujoco.mj_kinematics(model, self._data)
        mujoco.mj_camlight(model, self._data)
        bodies = tuple(body for index in range(model.nbody) if (body := self._body(index)).parts)
        own = tuple(body for body in bodies if alone and body.name.startswith(f"{alone}/"))
        self.bodies = own or bodies

    def place(self, qpos: Sequence[float]) -> bool:
        """Put everything where these joint positions put it; False where they are not of this model."""
        if len(qpos) != self._model.nq:
            return False
        self._data.qpos[:] = qpos
        mujoco.mj_kinematics(self._model, self._data)
        return True

    def place_joints(self, arm: str, positions: Sequence[float]) -> bool:
        """Put an arm where its joints [rad, m] are, closed jaws where it has some; False where they are not
        of this model."""
        wanted = {f"{arm}/q{number}": q for number, q in enumerate(positions[:-1], 1)}
        wanted |= {f"{arm}/jaw_a": positions[-1], f"{arm}/jaw_b": positions[-1]} if len(positions) else {}
        found = {mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_JOINT, name): q for name, q in wanted.items()}
        if -1 in found:  # a serial arm on its own model
            found = dict(enumerate(positions))
        if len(found) != self._model.njnt:
            return False
        qpos = self._data.qpos.copy()
        for joint, q in found.items():
            qpos[self._model.jnt_qposadr[joint]] = q
        return self.place(qpos)

    def pose(self, index: int) -> tuple[Array, Array]:
        """Position (3,) [m] and quaternion (w, x, y, z) of a body in the world."""
        return self._data.xpos[index].copy(), self._data.xquat[index].copy()

    def base(self, arm: str) -> tuple[Vector3, Quaternion]:
        """`world_T_base` of an arm, quaternion (x, y, z, w); the world's own frame where it has no base here."""
        index = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_BODY, f"{arm}/base")
        if index < 0:
            return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)
        (x, y, z), (qw, qx, qy, qz) = self._data.xpos[index].tolist(), self._data.xquat[index].tolist()
        return (x, y, z), (qx, qy, qz, qw)

    def view(self, camera: str, distance: float) -> View | None:
        """A camera of the model, that looks at a point `distance` [m] before it; None where there is none."""
        index = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_CAMERA, camera)
        if index < 0:
            return None
        at, turned = self._data.cam_xpos[index], self._data.cam_xmat[index].reshape(3, 3)
        ahead = at - distance * turned[:, 2]
        angle = float(np.radians(self._model.cam_fovy[index]))
        return View(_vector(at), _vector(ahead), _vector(turned[:, 1]), angle)

    def _body(self, index: int) -> Body:
        first = int(self._model.body_geomadr[index])
        by_look: dict[tuple[Colour, float], list[shapes.Mesh]] = {}
        for geom in range(first, first + int(self._model.body_geomnum[index])):
            colour, opacity = self._look(geom)
            if opacity > 0.0:
                by_look.setdefault((colour, opacity), []).append(self._mesh(geom))
        parts = tuple(Part(shapes.joined(meshes), *look) for look, meshes in by_look.items())
        name = self._model.body(index).name or f"body{index}"
        return Body(name, index, int(self._model.body_weldid[index]) != 0, parts)

    def _look(self, geom: int) -> tuple[Colour, float]:
        if self._model.geom_group[geom] >= 3:  # collision shapes beside what is shown, by MuJoCo's custom
            return _CLOTH, 0.0
        material = int(self._model.geom_matid[geom])
        if material >= 0 and (self._model.mat_texid[material] >= 0).any():
            return _CLOTH, 1.0
        rgba = self._model.geom_rgba[geom] if material < 0 else self._model.mat_rgba[material]
        red, green, blue = (round(255.0 * float(part)) for part in rgba[:3])
        return (red, green, blue), float(rgba[3])

    def _mesh(self, geom: int) -> shapes.Mesh:
        turned = np.zeros(9)
        mujoco.mju_quat2Mat(turned, self._model.geom_quat[geom])
        return shapes.moved(self._shape(geom), self._model.geom_pos[geom], turned.reshape(3, 3))

    def _shape(self, geom: int) -> shapes.Mesh:
        kind, size = mujoco.mjtGeom(int(self._model.geom_type[geom])), self._model.geom_size[geom].tolist()
        match kind:
            case mujoco.mjtGeom.mjGEOM_SPHERE:
                return shapes.capsule(size[0], 0.0)
            case mujoco.mjtGeom.mjGEOM_CAPSULE:
                return shapes.capsule(size[0], size[1])
            case mujoco.mjtGeom.mjGEOM_CYLINDER:
                return shapes.cylinder(size[0], size[1])
            case mujoco.mjtGeom.mjGEOM_ELLIPSOID:
                return shapes.ellipsoid((size[0], size[1], size[2]))
            case mujoco.mjtGeom.mjGEOM_MESH:
                return self._of_file(int(self._model.geom_dataid[geom]))
            case mujoco.mjtGeom.mjGEOM_PLANE:
                return shapes.box((size[0] or _FAR, size[1] or _FAR, 1e-4))
            case _:
                return shapes.box((size[0], size[1], size[2]))

    def _of_file(self, mesh: int) -> shapes.Mesh:
        model = self._model
        vertex, face = int(model.mesh_vertadr[mesh]), int(model.mesh_faceadr[mesh])
        vertices = model.mesh_vert[vertex : vertex + int(model.mesh_vertnum[mesh])]
        faces = model.mesh_face[face : face + int(model.mesh_facenum[mesh])]
        return np.array(vertices, np.float32), np.array(faces, np.uint32)


def _vector(values: Array) -> Vector3:
    x, y, z = values.tolist()
    return x, y, z
