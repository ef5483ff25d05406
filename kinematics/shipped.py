"""Arms by name or file."""

from __future__ import annotations

import difflib
from pathlib import Path

from sutura.kinematics.arm import Arm
from sutura.kinematics.arm_file import read_arm_file
from sutura.kinematics.errors import UnknownArmError
from sutura.kinematics.structure import check_structure

_SUFFIX = ".yaml"
_ARMS = Path(__file__).parent / "arms"


def shipped_arms() -> tuple[str, ...]:
    """Names of the arms that come with this package, sorted."""
    return tuple(sorted(path.stem for path in _ARMS.glob(f"*{_SUFFIX}")))


def load_arm(arm: str | Path) -> Arm:
    """The arm of a shipped name, or of an arm file (a path, or a name that ends in .yaml).

    Raises:
        UnknownArmError: neither; lists the shipped arms.
        ArmFileError: the file does not describe an arm; says the file, the field and what was expected.
        ArmStructureError: the closed form does not fit the arm; says where.
    """
    path = Path(arm) if str(arm).endswith(_SUFFIX) else _ARMS / f"{arm}{_SUFFIX}"
    available = shipped_arms()
    if not path.is_file() or (path.parent == _ARMS and path.stem not in available):
        stem = Path(arm).stem
        near = difflib.get_close_matches(stem, available, n=1, cutoff=0.5)
        raise UnknownArmError(str(arm), available, near[0] if near else None)
    model = read_arm_file(path)
    check_structure(str(path), model)
    return Arm(model)
