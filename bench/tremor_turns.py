"""Rotations of whole recordings: (n, 3) rotation vectors and (n, 4) quaternions x, y, z, w."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def from_vectors(v: Array) -> Array:
    """Quaternions of rotation vectors [rad]."""
    angle = np.linalg.norm(v, axis=1, keepdims=True)
    half = 0.5 * np.sinc(0.5 * angle / np.pi)
    return np.concatenate((half * v, np.cos(0.5 * angle)), axis=1)


def to_vectors(q: Array) -> Array:
    """Rotation vectors [rad], the short way round."""
    q = np.where(q[:, 3:] < 0.0, -q, q)
    sine = np.linalg.norm(q[:, :3], axis=1, keepdims=True)
    factor = np.where(sine > 1e-9, 2.0 * np.arctan2(sine, q[:, 3:]) / np.maximum(sine, 1e-9), 2.0)
    return np.asarray(factor * q[:, :3])


def product(a: Array, b: Array) -> Array:
    """The rotations b followed by a."""
    (ax, ay, az, aw), (bx, by, bz, bw) = a.T, b.T
    return np.stack(
        (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        ),
        axis=1,
    )


def difference(a: Array, b: Array) -> Array:
    """The rotation vectors from a to b, in a's axes [rad]."""
    return to_vectors(product(a * np.array([-1.0, -1.0, -1.0, 1.0]), b))
