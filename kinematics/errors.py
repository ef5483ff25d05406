"""Errors of the kinematics package.

SuturaError
└── KinematicsError
    ├── UnknownArmError        no shipped arm has that name, or the file is not there
    ├── ArmFileError           an arm file does not say what an arm file must say
    │   └── ArmStructureError  it does, but the closed form does not fit the arm
    ├── CountError             a vector has the wrong length
    ├── NotFiniteError         a NaN or an infinity came in
    ├── NotARotationError      a matrix or quaternion is no rotation
    ├── Unreachable            no joints within the limits give the pose
    ├── TremorSettingError     a setting of a tremor filter is out of range, or two do not fit
    └── TremorDesignError      no filter keeps the limits that were asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sutura.errors import SuturaError

if TYPE_CHECKING:
    from sutura.kinematics.limits import JointExcess
    from sutura.kinematics.tremor.fir_design import FirDesign
    from sutura.kinematics.tremor.response import FirResponse


class KinematicsError(SuturaError):
    """Parent of every error of this package; never raised itself."""


class UnknownArmError(KinematicsError):
    """Raised when an arm is neither a shipped name nor a file."""

    def __init__(self, arm: str, available: Sequence[str], nearest: str | None) -> None:
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no arm {arm!r}: expected a shipped arm ({', '.join(available)}) or an existing .yaml file{hint}"
        )
        self.arm = arm
        self.available = tuple(available)


class ArmFileError(KinematicsError):
    """Raised when an arm file cannot be read, or a field is missing, unknown, of the wrong type or out of range."""

    def __init__(self, file: str, field: str, problem: str, nearest: str | None = None) -> None:
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        super().__init__(f"{file}: {field}: {problem}{hint}")
        self.file = file
        self.field = field


class ArmStructureError(ArmFileError):
    """Raised when the arm is not of the family that the closed form solves; names each number that does not fit."""

    def __init__(self, file: str, differences: Sequence[str]) -> None:
        super().__init__(file, "joints", "the closed form does not fit: " + "; ".join(differences))
        self.differences = tuple(differences)


class CountError(KinematicsError):
    """Raised when joints, a position or a quaternion do not hold exactly the numbers they must."""

    def __init__(self, what: str, came: int, names: Sequence[str]) -> None:
        super().__init__(f"{what}: expected {len(names)} numbers ({', '.join(names)}), {came} came")
        self.came = came


class NotFiniteError(KinematicsError):
    """Raised when a joint, position or orientation holds a NaN or an infinity."""

    def __init__(self, what: str, values: Sequence[float]) -> None:
        super().__init__(f"{what}: expected finite numbers, {tuple(map(float, values))} came")


class NotARotationError(KinematicsError):
    """Raised when a quaternion has not length 1, or a matrix is not a (homogeneous) rotation."""

    def __init__(self, what: str, expected: str, came: str) -> None:
        super().__init__(f"{what}: expected {expected}, {came} came")


class Unreachable(KinematicsError):
    """Raised when no joints within the limits give the pose; `excess` says which joint lacks how much.

    A differential solver knows no such joint; it says how much the tip is `lacking` [m].
    """

    def __init__(self, arm: str, excess: Sequence[JointExcess], lacking: float = 0.0) -> None:
        why = "; ".join(str(one) for one in excess) or f"the tip lacks {1000.0 * lacking:.1f} mm"
        super().__init__(f"{arm}: the pose is out of reach: {why}")
        self.arm = arm
        self.excess = tuple(excess)


class TremorSettingError(KinematicsError, ValueError):
    """Raised when a setting of a tremor filter is out of range, or does not fit another."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"tremor filter: {problem}")


class TremorDesignError(KinematicsError):
    """Raised when no filter of the wanted length keeps the wanted limits; `reached` is what was found instead."""

    def __init__(self, wanted: FirDesign, reached: FirResponse) -> None:
        super().__init__(
            f"tremor filter: expected at least {wanted.attenuation:g} dB off {wanted.tremor_low:g} to "
            f"{wanted.tremor_high:g} Hz, a gain of at most {wanted.allowed_gain:g} dB, and movement up to "
            f"{wanted.voluntary_band:g} Hz at most 10 % off; at {wanted.rate:g} Hz and with "
            f"{wanted.memory:g} s memory came {reached}. Ask for less attenuation, allow more gain or narrow a band"
        )
        self.reached = reached
