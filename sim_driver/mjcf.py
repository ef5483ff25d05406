"""Small helpers that write MJCF."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from sutura.kinematics import JointRow
from sutura.kinematics.rotations import Quaternion


def mdh(row: JointRow) -> tuple[str, str]:
    """The place of a joint's frame in the one before, at q = 0: Rx(alpha) Tx(a) Rz(theta) Tz(d), Craig 3.6."""
    theta, d = (0.0, row.offset + row.d) if row.type == "prismatic" else (row.offset, row.d)
    ca, sa = math.cos(row.alpha / 2.0), math.sin(row.alpha / 2.0)
    ct, st = math.cos(theta / 2.0), math.sin(theta / 2.0)
    pos = (row.a, -math.sin(row.alpha) * d, math.cos(row.alpha) * d)
    return text(pos), text((ca * ct, sa * ct, -sa * st, ca * st))


def geom(body: ET.Element, kind: str, material_class: str, **attributes: str) -> None:
    """Add a geom of a default class."""
    ET.SubElement(body, "geom", {"class": material_class}, type=kind, **attributes)


def wxyz(quaternion: Quaternion) -> str:
    """A quaternion (x, y, z, w) in MuJoCo's order."""
    x, y, z, w = quaternion
    return text((w, x, y, z))


def text(values: Sequence[float]) -> str:
    """Numbers as MJCF has them."""
    return " ".join(f"{value:.12g}" for value in values)
