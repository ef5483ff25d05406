"""Rotations on plain tuples, for hot paths: quaternions are (x, y, z, w), Hamilton product, unit length.

`multiply(a_R_b, b_R_c)` is `a_R_c`; `rotate(a_R_b, b_v)` is `a_v`. q and −q are the same rotation.
Formulas: J. Solà, "Quaternion kinematics for the error-state Kalman filter" (2017).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sutura.kinematics.errors import CountError, NotARotationError, NotFiniteError

Vector3 = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
Matrix3 = tuple[Vector3, Vector3, Vector3]

IDENTITY: Quaternion = (0.0, 0.0, 0.0, 1.0)
LENGTH_TOLERANCE = 1e-6  # a unit quaternion's length, or a rotation matrix's R Rᵀ, may be off by this much
_SMALL_ANGLE = 1e-8  # [rad] below it sin(a) = a to the last bit
_NEARLY_PARALLEL = 1.0 - 1e-12  # cosine above which slerp is linear


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation b followed by a."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def conjugate(q: Quaternion) -> Quaternion:
    """The inverse rotation."""
    return (-q[0], -q[1], -q[2], q[3])


def rotate(q: Quaternion, v: Vector3) -> Vector3:
    """The vector v turned by q: v + 2 w (u × v) + 2 u × (u × v), the product q v q* expanded."""
    x, y, z, w = q
    vx, vy, vz = v
    tx = 2.0 * (y * vz - z * vy)
    ty = 2.0 * (z * vx - x * vz)
    tz = 2.0 * (x * vy - y * vx)
    return (vx + w * tx + y * tz - z * ty, vy + w * ty + z * tx - x * tz, vz + w * tz + x * ty - y * tx)


def normalise(q: Quaternion) -> Quaternion:
    """q scaled to length 1.

    Raises:
        NotARotationError: q has length 0, a NaN or an infinity.
    """
    length = math.hypot(*q)
    if not 0.0 < length < math.inf:
        raise NotARotationError("quaternion", "a finite length above 0", f"{q}")
    return (q[0] / length, q[1] / length, q[2] / length, q[3] / length)


def unit(q: Quaternion) -> Quaternion:
    """q itself, freed of rounding: what comes from outside must already have length 1 within 1e-6.

    Raises:
        CountError: not four numbers.
        NotFiniteError: a NaN or an infinity.
        NotARotationError: another length.
    """
    if len(q) != 4:
        raise CountError("quaternion", len(q), ("x", "y", "z", "w"))
    if not all(map(math.isfinite, q)):
        raise NotFiniteError("quaternion", q)
    length = math.hypot(*q)
    if abs(length - 1.0) > LENGTH_TOLERANCE:
        raise NotARotationError("quaternion", "length 1 (x, y, z, w)", f"{q} of length {length:.9g}")
    return (q[0] / length, q[1] / length, q[2] / length, q[3] / length)


def to_matrix(q: Quaternion) -> Matrix3:
    """The rotation matrix as three rows."""
    x, y, z, w = q
    xx, yy, zz = x * x, y * y, z * z
    xy, xz, yz, wx, wy, wz = x * y, x * z, y * z, w * x, w * y, w * z
    return (
        (1.0 - 2.0 * (yy + zz), 2.0 * (xy - wz), 2.0 * (xz + wy)),
        (2.0 * (xy + wz), 1.0 - 2.0 * (xx + zz), 2.0 * (yz - wx)),
        (2.0 * (xz - wy), 2.0 * (yz + wx), 1.0 - 2.0 * (xx + yy)),
    )


def from_matrix(rows: Sequence[Sequence[float]]) -> Quaternion:
    """The quaternion of a 3 × 3 rotation matrix, its largest component positive.

    S. W. Shepperd, "Quaternion from rotation matrix" (1978): divides by the largest component, so it is
    exact to rounding everywhere.

    Raises:
        NotFiniteError: a NaN or an infinity.
        NotARotationError: not 3 × 3, not orthonormal within 1e-6, or a reflection.
    """
    check_rotation(rows)
    (a, b, c), (d, e, f), (g, h, i) = rows
    sizes = (a - e - i, e - a - i, i - a - e, a + e + i)
    largest = sizes.index(max(sizes))
    s = 2.0 * math.sqrt(1.0 + sizes[largest])
    candidates: tuple[Quaternion, ...] = (
        (0.25 * s, (b + d) / s, (c + g) / s, (h - f) / s),
        ((b + d) / s, 0.25 * s, (f + h) / s, (c - g) / s),
        ((c + g) / s, (f + h) / s, 0.25 * s, (d - b) / s),
        ((h - f) / s, (c - g) / s, (d - b) / s, 0.25 * s),
    )
    return normalise(candidates[largest])


def check_rotation(rows: Sequence[Sequence[float]], what: str = "rotation matrix") -> None:
    """Refuse what is not a 3 × 3 rotation matrix.

    Raises:
        NotFiniteError: a NaN or an infinity.
        NotARotationError: not 3 × 3, not orthonormal within 1e-6, or a reflection.
    """
    if len(rows) != 3 or any(len(row) != 3 for row in rows):
        raise NotARotationError(what, "3 × 3 numbers", f"{len(rows)} rows of {[len(row) for row in rows]}")
    for row in rows:
        if not all(map(math.isfinite, row)):
            raise NotFiniteError(what, row)
    error = max(abs(_dot(rows[i], rows[j]) - (i == j)) for i in range(3) for j in range(i, 3))
    if error > LENGTH_TOLERANCE:
        raise NotARotationError(what, "orthonormal rows (R Rᵀ = 1)", f"R Rᵀ off by {error:.3g}")
    if _dot(rows[0], _cross(rows[1], rows[2])) < 0.0:
        raise NotARotationError(what, "determinant +1", "a reflection, determinant −1,")


def from_rotation_vector(v: Vector3) -> Quaternion:
    """The rotation about v by its length [rad]."""
    angle = math.hypot(*v)
    k = math.sin(0.5 * angle) / angle if angle > _SMALL_ANGLE else 0.5
    return (k * v[0], k * v[1], k * v[2], math.cos(0.5 * angle))


def to_rotation_vector(q: Quaternion) -> Vector3:
    """Axis times angle [rad], the angle in 0…π."""
    x, y, z, w = q if q[3] >= 0.0 else (-q[0], -q[1], -q[2], -q[3])
    sine = math.hypot(x, y, z)
    k = 2.0 * math.atan2(sine, w) / sine if sine > _SMALL_ANGLE else 2.0
    return (k * x, k * y, k * z)


def angle_between(a: Quaternion, b: Quaternion) -> float:
    """The angle of the rotation from a to b [rad], 0…π, exact for small angles too."""
    x, y, z, w = multiply(conjugate(a), b)
    return 2.0 * math.atan2(math.hypot(x, y, z), abs(w))


def slerp(a: Quaternion, b: Quaternion, t: float) -> Quaternion:
    """From a (t = 0) to b (t = 1) at constant angular speed, the short way."""
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
    sign = -1.0 if dot < 0.0 else 1.0
    if abs(dot) > _NEARLY_PARALLEL:
        ka, kb = 1.0 - t, sign * t
    else:
        angle = math.acos(abs(dot))
        ka, kb = math.sin((1.0 - t) * angle) / math.sin(angle), sign * math.sin(t * angle) / math.sin(angle)
    return normalise((ka * a[0] + kb * b[0], ka * a[1] + kb * b[1], ka * a[2] + kb * b[2], ka * a[3] + kb * b[3]))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Sequence[float], b: Sequence[float]) -> Vector3:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
