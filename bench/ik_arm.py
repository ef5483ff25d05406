"""The patient-side arm for other libraries' solvers: its modified DH rows as transforms, and as MJCF."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from math import cos, sin
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from sutura.kinematics import Arm, JointRow
from sutura.kinematics.rotations import from_matrix

Floats = NDArray[np.float64]
TIP = "tip"


def placements(arm: Arm) -> list[Floats]:
    """Each joint's frame in the one before when the joint is at 0, 4 x 4; it moves about or along z."""
    return [_placement(row) for row in arm.model.joints]


def tip_placement(arm: Arm) -> Floats:
    """The tip in the last joint's frame, 4 x 4."""
    tip = np.eye(4)
    tip[:3, :3], tip[:3, 3] = arm.model.tip.rotation, arm.model.tip.translation
    return tip


def mjcf(arm: Arm) -> str:
    """The bare chain, with the site `tip`."""
    root = ET.Element("mujoco", model=arm.name)
    ET.SubElement(root, "compiler", angle="radian", autolimits="true")
    body = ET.SubElement(root, "worldbody")
    for row, frame in zip(arm.model.joints, placements(arm), strict=True):
        body = ET.SubElement(body, "body", name=f"link_{row.name}", pos=_text(frame[:3, 3]), quat=_wxyz(frame))
        ET.SubElement(body, "inertial", pos="0 0 0", mass="1", diaginertia="0.01 0.01 0.01")
        kind = "slide" if row.type == "prismatic" else "hinge"
        ET.SubElement(body, "joint", name=row.name, type=kind, axis="0 0 1", range=_text((row.lower, row.upper)))
    tip = tip_placement(arm)
    ET.SubElement(body, "site", name=TIP, pos=_text(tip[:3, 3]), quat=_wxyz(tip))
    return ET.tostring(root, encoding="unicode")


def serial_file(arm: Arm, folder: Path) -> Path:
    """The same arm as a serial arm's file with its MJCF, for our own differential solver."""
    (folder / "arm.xml").write_text(mjcf(arm))
    tip = tip_placement(arm)
    rows = zip(arm.model.joints, arm.home, strict=True)
    document = {
        "kind": "serial",
        "name": arm.name,
        "description": arm.model.description,
        "source": arm.model.source,
        "model": "arm.xml",
        "joints": [{"name": row.name, "velocity": row.velocity, "home": home} for row, home in rows],
        "tip": {
            "body": "link_wrist_yaw",
            "position": tip[:3, 3].tolist(),
            "orientation": list(from_matrix(tip[:3, :3].tolist())),
        },
    }
    file = folder / "arm.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def _placement(row: JointRow) -> Floats:
    ca, sa = cos(row.alpha), sin(row.alpha)
    turn, along = (row.offset, row.d) if row.type == "revolute" else (0.0, row.offset + row.d)
    ct, st = cos(turn), sin(turn)
    about_x = np.array([[1, 0, 0, row.a], [0, ca, -sa, 0], [0, sa, ca, 0], [0, 0, 0, 1]])
    about_z = np.array([[ct, -st, 0, 0], [st, ct, 0, 0], [0, 0, 1, along], [0, 0, 0, 1]])
    frame: Floats = about_x @ about_z
    return frame


def _wxyz(frame: Floats) -> str:
    x, y, z, w = from_matrix(frame[:3, :3].tolist())
    return _text((w, x, y, z))


def _text(values: Iterable[float]) -> str:
    return " ".join(repr(float(value)) for value in values)
