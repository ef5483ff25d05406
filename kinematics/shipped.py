"""Arms by name or file."""

from __future__ import annotations

import difflib
from pathlib import Path

from sutura.kinematics.arm import Arm
from sutura.kinematics.arm_file import read_arm_file, read_document
from sutura.kinematics.endoscope import read_endoscope
from sutura.kinematics.errors import ArmStructureError, UnknownArmError
from sutura.kinematics.structure import check_structure
from sutura.kinematics.tracked_arm import TrackedArm

_SUFFIX = ".yaml"
_ARMS = Path(__file__).parent / "arms"
_ENDOSCOPES = Path(__file__).parent / "endoscopes"
_SERIAL_ARMS = Path(__file__).parent / "serial" / "arms"


def shipped_arms() -> tuple[str, ...]:
    """Names of the arms that come with this package and have a closed form, sorted."""
    return _names(_ARMS)


def shipped_serial_arms() -> tuple[str, ...]:
    """Names of the serial arms that come with this package, sorted."""
    return _names(_SERIAL_ARMS)


def shipped_endoscopes() -> tuple[str, ...]:
    """Names of the camera arms that come with this package, sorted."""
    return _names(_ENDOSCOPES)


def open_arm(arm: str | Path) -> TrackedArm:
    """The arm of a shipped name or a file, of whatever kind: a file with `kind: serial` is solved on its model,
    one with `kind: endoscope` is a camera arm.

    Raises:
        UnknownArmError: neither; lists the shipped arms.
        ArmFileError: the file does not describe an arm; says the file, the field and what was expected.
    """
    path = arm_path(arm)
    kind = _kind(path)
    if kind == "endoscope":
        return read_endoscope(path)
    if kind != "serial":
        return load_arm(path)
    from sutura.kinematics.serial import load_serial_arm  # MuJoCo is loaded with it

    return load_serial_arm(path)


def load_arm(arm: str | Path) -> Arm:
    """The arm with a closed form of a shipped name, or of an arm file (a path, or a name that ends in .yaml).

    Raises:
        UnknownArmError: neither; lists the shipped arms.
        ArmFileError: the file does not describe an arm; says the file, the field and what was expected.
        ArmStructureError: the closed form does not fit the arm; says where.
    """
    path = arm_path(arm)
    kind = _kind(path)
    if kind == "endoscope":
        raise ArmStructureError(str(path), ("it is a camera arm of four joints (open_arm)",))
    if kind == "serial":
        raise ArmStructureError(str(path), ("it is a serial arm, which is solved on its model (open_arm)",))
    model = read_arm_file(path)
    check_structure(str(path), model)
    return Arm(model)


def arm_path(arm: str | Path) -> Path:
    """The file of an arm, by a shipped name or a path. Raises UnknownArmError."""
    if str(arm).endswith(_SUFFIX):
        if Path(arm).is_file():
            return Path(arm)
    else:
        for folder in (_ARMS, _SERIAL_ARMS, _ENDOSCOPES):
            if arm in _names(folder):
                return folder / f"{arm}{_SUFFIX}"
    available = (*shipped_arms(), *shipped_serial_arms(), *shipped_endoscopes())
    near = difflib.get_close_matches(Path(arm).stem, available, n=1, cutoff=0.5)
    raise UnknownArmError(str(arm), available, near[0] if near else None)


def _names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob(f"*{_SUFFIX}")))


def _kind(path: Path) -> object:
    document = read_document(path)
    return document.get("kind") if isinstance(document, dict) else None
