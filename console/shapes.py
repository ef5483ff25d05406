"""Meshes of simple bodies: vertices (n, 3) [m] and faces (m, 3), turned outwards."""

import numpy as np
from numpy.typing import NDArray

Vertices = NDArray[np.float32]
Faces = NDArray[np.uint32]
Mesh = tuple[Vertices, Faces]

_SIDES = 20
_RINGS = 5  # of a half sphere


def box(half: tuple[float, float, float]) -> Mesh:
    """A box about the origin; half: half its sides [m]. Each face has its own corners, so that edges are sharp."""
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for sign in (-1.0, 1.0):
            first = len(vertices)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = [0.0, 0.0, 0.0]
                corner[axis], corner[u], corner[v] = sign * half[axis], a * half[u], b * half[v]
                vertices.append(corner)
            order = (0, 1, 2, 3) if sign > 0 else (3, 2, 1, 0)
            p, q, r, s = (first + k for k in order)
            faces += [(p, q, r), (p, r, s)]
    return np.array(vertices, np.float32), np.array(faces, np.uint32)


def capsule(radius: float, half_length: float) -> Mesh:
    """A capsule along z [m]; a sphere where `half_length` is 0."""
    angles = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 2 * _RINGS + 2)
    lift = np.where(np.arange(len(angles)) <= _RINGS, -half_length, half_length)
    return _turned(radius * np.cos(angles), radius * np.sin(angles) + lift)


def cylinder(radius: float, half_length: float) -> Mesh:
    """A cylinder along z [m], closed."""
    radii = np.array([0.0, radius, radius, radius, radius, 0.0])
    return _turned(radii, half_length * np.array([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]))


def ellipsoid(half: tuple[float, float, float]) -> Mesh:
    """An ellipsoid about the origin; half: half its axes [m]."""
    vertices, faces = capsule(1.0, 0.0)
    return (vertices * np.array(half, np.float32)).astype(np.float32), faces


def moved(mesh: Mesh, position: NDArray[np.float64], rotation: NDArray[np.float64]) -> Mesh:
    """The mesh turned by a rotation (3, 3), then put to a position (3,)."""
    return (mesh[0] @ rotation.T + position).astype(np.float32), mesh[1]


def joined(meshes: list[Mesh]) -> Mesh:
    """Several meshes as one."""
    offsets = np.cumsum([0, *(len(vertices) for vertices, _ in meshes[:-1])])
    faces = [faces + offset for (_, faces), offset in zip(meshes, offsets, strict=True)]
    return np.concatenate([vertices for vertices, _ in meshes]), np.concatenate(faces).astype(np.uint32)


def _turned(radii: NDArray[np.float64], heights: NDArray[np.float64]) -> Mesh:
    """What a profile, from below, becomes when it turns about z."""
    around = np.linspace(0.0, 2.0 * np.pi, _SIDES, endpoint=False)
    x, y = np.outer(radii, np.cos(around)), np.outer(radii, np.sin(around))
    vertices = np.stack((x, y, np.broadcast_to(heights[:, None], x.shape)), axis=-1).reshape(-1, 3)
    low = np.arange((len(radii) - 1) * _SIDES).reshape(-1, _SIDES)
    right = np.roll(low, -1, axis=1)
    faces = np.concatenate(
        [np.stack((low, right, right + _SIDES), -1), np.stack((low, right + _SIDES, low + _SIDES), -1)]
    )
    return vertices.astype(np.float32), faces.reshape(-1, 3).astype(np.uint32)
