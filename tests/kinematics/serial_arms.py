"""A 6-joint arm as URDF, written for these tests, and its forward kinematics from the same numbers by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# name, origin xyz [m], origin rpy [rad], axis, lower, upper
JOINTS = (
    ("turn", (0.0, 0.0, 0.30), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), -2.9, 2.9),
    ("shoulder", (0.05, 0.0, 0.10), (0.0, 0.2, 0.0), (0.0, 1.0, 0.0), -1.9, 1.9),
    ("elbow", (0.0, 0.02, 0.45), (0.0, 0.0, 0.1), (0.0, 1.0, 0.0), -2.6, 2.6),
    ("forearm", (0.30, 0.0, 0.05), (0.3, 0.0, 0.0), (1.0, 0.0, 0.0), -3.0, 3.0),
    ("wrist", (0.12, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), -2.0, 2.0),
    ("flange", (0.08, 0.0, 0.0), (0.0, 0.0, -0.4), (1.0, 0.0, 0.0), -4.0, 4.0),
)
TOOL = ((0.0, 0.0, 0.15), (0.0, 0.5, 0.0))  # a fixed joint
HOME = (0.1, 0.3, 0.9, 0.2, 0.8, -0.1)


def _numbers(values: Sequence[float]) -> str:
    return " ".join(map(repr, values))


def urdf(mesh: bool = False) -> str:
    """The arm as URDF; `mesh`: its links refer to a mesh file that is not there."""
    shape = '<visual><geometry><mesh filename="package://nowhere/link.stl"/></geometry></visual>' if mesh else ""
    inertia = '<inertia ixx="0.02" iyy="0.02" izz="0.02" ixy="0" ixz="0" iyz="0"/>'
    mass = f'<inertial><mass value="2.0"/>{inertia}</inertial>'
    names = ["base", *(f"link_{name}" for name, *_ in JOINTS)]
    links = "".join(f'<link name="{name}">{mass}{shape}</link>' for name in (*names, "tool"))
    joints = "".join(
        f'<joint name="{name}" type="revolute"><parent link="{names[i]}"/><child link="{names[i + 1]}"/>'
        f'<origin xyz="{_numbers(xyz)}" rpy="{_numbers(rpy)}"/><axis xyz="{_numbers(axis)}"/>'
        f'<limit lower="{lower}" upper="{upper}" effort="100" velocity="2"/></joint>'
        for i, (name, xyz, rpy, axis, lower, upper) in enumerate(JOINTS)
    )
    fixed = (
        f'<joint name="mount" type="fixed"><parent link="{names[-1]}"/><child link="tool"/>'
        f'<origin xyz="{_numbers(TOOL[0])}" rpy="{_numbers(TOOL[1])}"/></joint>'
    )
    return f'<robot name="six">{links}{joints}{fixed}</robot>'


def document(changes: Mapping[str, object]) -> dict[str, object]:
    """The arm file beside it."""
    joints = [{"name": name, "velocity": 2.0, "home": home} for (name, *_), home in zip(JOINTS, HOME, strict=True)]
    return {
        "kind": "serial",
        "name": "six",
        "description": "a 6-joint arm",
        "source": "these tests",
        "model": "six.urdf",
        "joints": joints,
        "tip": {"body": "tool"},
        **changes,
    }


def write(folder: Path, changes: Mapping[str, object] | None = None, mesh: bool = False) -> Path:
    """Both files in a folder; returns the arm file."""
    (folder / "six.urdf").write_text(urdf(mesh))
    file = folder / "six.yaml"
    file.write_text(yaml.safe_dump(document(changes or {})))
    return file


def forward(q: Sequence[float]) -> Floats:
    """`base_T_tip` of joints, by the definition of URDF."""
    base_T_tip = np.eye(4)
    for (_, xyz, rpy, axis, *_), value in zip(JOINTS, q, strict=True):
        base_T_tip = base_T_tip @ _origin(xyz, rpy) @ _about(axis, value)
    return base_T_tip @ _origin(*TOOL)


def _origin(xyz: Sequence[float], rpy: Sequence[float]) -> Floats:
    x, y, z = np.eye(3)
    roll, pitch, yaw = rpy
    origin = _about(z, yaw) @ _about(y, pitch) @ _about(x, roll)
    origin[:3, 3] = xyz
    return origin


def _about(axis: Sequence[float] | Floats, angle: float) -> Floats:
    """Rodrigues' formula."""
    x, y, z = axis
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(4)
    turn[:3, :3] += math.sin(angle) * K + (1 - math.cos(angle)) * K @ K
    return turn
