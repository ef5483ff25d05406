"""How a device's motors move an arm's joints: order, signs, gears, offsets and couplings are configuration.

With q the joints, o their offsets, C the coupling, and G the motors' signs and gear ratios on a diagonal:

    motors = G C (q - o)      q = C⁻¹ G⁻¹ motors + o

Velocities go the same way without offsets. Efforts go by the transposed matrix, as power is the same on both sides
(principle of virtual work): joint effort = (G C)ᵀ motor effort.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import BadOptions

_SINGULAR = 1e12  # condition number from which a coupling cannot be undone
Numbers = tuple[float, ...]
_Rows = tuple[tuple[tuple[int, float], ...], ...]


class JointMapOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an integrator says of an arm's motors; whatever is left out is plain.

    motors: the device's ids or names of its motors, in device order; joints: names of the joints in that order,
    without it the arm's own; sign (1 or -1) and gear_ratio (motor turns for a joint's turn, or motor rad for a
    metre) of each motor; offset [rad or m]: where each of `joints` is when its motors are at zero; coupling: a row
    a motor, a column for each of `joints`, as of a wrist whose discs share their cables.
    """

    motors: tuple[int | str, ...] = ()
    joints: tuple[str, ...] = ()
    sign: tuple[int, ...] = ()
    gear_ratio: tuple[float, ...] = ()
    offset: tuple[float, ...] = ()
    coupling: tuple[tuple[float, ...], ...] = ()


class MappedOptions(DriverOptions, kw_only=True):
    """Options of a driver whose joints are moved by motors."""

    joint_map: JointMapOptions = JointMapOptions()


class JointMap:
    """Joints [rad, m] to motors [rad] and back, as tuples: joints in the arm's order, motors in the device's.

    motors: the device's ids or names; without any in the options 1, 2, 3, …
    """

    __slots__ = ("_back", "_efforts", "_offset", "_there", "motors")

    def __init__(self, motors: tuple[int | str, ...], matrix: NDArray[np.float64], offset: Numbers) -> None:
        """matrix: n x n, from joints without their offsets to motors. `JointMap.of` checks what it is given."""
        self.motors = motors
        self._offset = offset
        self._there = _rows(matrix)
        self._back = _rows(np.linalg.inv(matrix).astype(np.float64))
        self._efforts = _rows(matrix.T)

    @classmethod
    def of(cls, options: JointMapOptions, joint_names: Sequence[str], driver: str = "joint map") -> JointMap:
        """The map of an arm with these joints. Raises BadOptions, which names the driver."""
        names, n = tuple(joint_names), len(joint_names)
        joints = options.joints or names
        if sorted(joints) != sorted(names):
            _refuse(driver, "joints", f"expected each of {', '.join(names)} once, came {', '.join(joints)}")
        for field in ("motors", "sign", "gear_ratio", "offset", "coupling"):
            given = len(getattr(options, field))
            if given not in (0, n):
                _refuse(driver, field, f"expected {n} values for the joints {', '.join(names)}, came {given}")
        if len(set(options.motors)) != len(options.motors):
            _refuse(driver, "motors", f"expected every motor once, came {options.motors}")
        gears = _gears(options, n, driver)
        coupling = _coupling(options, n, driver)
        order = [joints.index(name) for name in names]
        offset = options.offset or (0.0,) * n
        if not all(map(math.isfinite, offset)):
            _refuse(driver, "offset", f"expected finite numbers, came {offset}")
        matrix = (gears[:, None] * coupling)[:, order]
        return cls(options.motors or tuple(range(1, n + 1)), matrix, tuple(float(offset[k]) for k in order))

    def to_motors(self, positions: Numbers) -> Numbers:
        """Motor positions [rad] of joint positions [rad, m]."""
        return _times(self._there, [q - o for q, o in zip(positions, self._offset, strict=True)])

    def to_joints(self, motors: Numbers) -> Numbers:
        """Joint positions [rad, m] of motor positions [rad]."""
        return tuple(q + o for q, o in zip(_times(self._back, motors), self._offset, strict=True))

    def velocities_to_motors(self, velocities: Numbers) -> Numbers:
        """Motor velocities [rad/s] of joint velocities [rad/s, m/s]."""
        return _times(self._there, velocities)

    def velocities_to_joints(self, motors: Numbers) -> Numbers:
        """Joint velocities [rad/s, m/s] of motor velocities [rad/s]."""
        return _times(self._back, motors)

    def efforts_to_joints(self, motors: Numbers) -> Numbers:
        """Joint efforts [N m, N] of motor torques [N m]."""
        return _times(self._efforts, motors)


def _gears(options: JointMapOptions, n: int, driver: str) -> NDArray[np.float64]:
    signs, ratios = options.sign or (1,) * n, options.gear_ratio or (1.0,) * n
    if any(sign not in (1, -1) for sign in signs):
        _refuse(driver, "sign", f"expected 1 or -1 for each motor, came {signs}")
    if not all(math.isfinite(ratio) and ratio > 0.0 for ratio in ratios):
        _refuse(driver, "gear_ratio", f"expected numbers above 0 (a direction is a sign), came {ratios}")
    return np.array(signs, np.float64) * np.array(ratios, np.float64)


def _coupling(options: JointMapOptions, n: int, driver: str) -> NDArray[np.float64]:
    if not options.coupling:
        return np.eye(n)
    if any(len(row) != n for row in options.coupling):
        _refuse(
            driver, "coupling", f"expected {n} x {n} numbers, came rows of {[len(r) for r in options.coupling]}"
        )
    coupling = np.array(options.coupling, np.float64)
    if not np.isfinite(coupling).all() or not np.linalg.cond(coupling) < _SINGULAR:
        _refuse(driver, "coupling", "expected a matrix that can be undone, came a singular one")
    return coupling


def _refuse(driver: str, field: str, reason: str) -> None:
    raise BadOptions(driver, f"joint_map.{field}: {reason}", JointMapOptions.__struct_fields__)


def _rows(matrix: NDArray[np.float64]) -> _Rows:
    """Each row's columns that are not zero: most maps are nearly diagonal."""
    return tuple(tuple((k, float(x)) for k, x in enumerate(row) if x != 0.0) for row in matrix)


def _times(rows: _Rows, values: Sequence[float]) -> Numbers:
    return tuple([sum([factor * values[k] for k, factor in row]) for row in rows])
