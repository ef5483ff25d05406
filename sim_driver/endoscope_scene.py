"""A camera arm as MJCF: four joints about its remote centre, and the endoscope's camera at its tip."""

import xml.etree.ElementTree as ET

from sutura.kinematics.endoscope import EndoscopeArm
from sutura.kinematics.rotations import Vector3
from sutura.sim_driver.mjcf import geom, text, wxyz
from sutura.sim_driver.placement import ArmPlacement

# Stiffness [Nm/rad, N/m] and greatest effort [Nm, N] of yaw, pitch, insertion and roll, as of an instrument arm.
_GAINS = ((8000.0, 60.0), (8000.0, 60.0), (60000.0, 120.0), (40.0, 0.4))
_AXES = ("0 -1 0", "-1 0 0", "0 0 -1", "0 0 -1")  # in the base at home, in which the camera looks along -z
_SHAFT_RADIUS = 0.005  # [m]
_BASELINE = 0.0045  # [m] between the eyes


def add_endoscope(world: ET.Element, actuators: ET.Element, placement: ArmPlacement, arm: EndoscopeArm) -> None:
    """Bodies `<arm>/base`, `<arm>/link1`…, joints `<arm>/q1`…`q4`, actuators by their names, eyes `endoscope`…"""
    name = placement.name
    body = ET.SubElement(
        world, "body", name=f"{name}/base", pos=text(placement.position), quat=wxyz(placement.quaternion)
    )
    geom(body, "sphere", "shown", size="0.004", rgba="0.9 0.3 0.2 0.6")  # the remote centre of motion
    for index, row in enumerate(arm.model.joints):
        body = ET.SubElement(body, "body", name=f"{name}/link{index + 1}", gravcomp="1")
        joint, span = f"{name}/q{index + 1}", text((row.lower, row.upper))
        ET.SubElement(
            body, "joint", {"class": "wrist" if row.name == "roll" else "big"}, name=joint,
            type="slide" if row.name == "insertion" else "hinge", axis=_AXES[index], range=span,
        )  # fmt: skip
        _link(body, index, arm.model.depth)
        stiffness, most = _GAINS[index]
        ET.SubElement(
            actuators, "position", joint=joint, name=f"{name}/{row.name}", kp=repr(stiffness), dampratio="1",
            ctrlrange=span, forcerange=text((-most, most)),
        )  # fmt: skip
    tip = text((0.0, 0.0, -arm.model.depth))
    ET.SubElement(body, "light", pos=tip, dir="0 0 -1", diffuse="0.35 0.35 0.35", castshadow="false")
    add_eyes(body, (0.0, 0.0, -arm.model.depth))


def add_eyes(body: ET.Element, tip: Vector3 = (0.0, 0.0, 0.0), name: str = "endoscope") -> None:
    """Cameras at a tip [m] that look along the body's -z, y up: `<name>`, and a pair about it to see in depth,
    `<name>_left` and `<name>_right`."""
    x, y, z = tip
    for suffix, aside in (("", 0.0), ("_left", -0.5 * _BASELINE), ("_right", 0.5 * _BASELINE)):
        ET.SubElement(body, "camera", name=f"{name}{suffix}", pos=text((x + aside, y, z)), fovy="55")


def _link(body: ET.Element, index: int, depth: float) -> None:
    if index < 2:  # the remote-centre linkage: its motors stand in the joints' armature
        geom(body, "sphere", "shown", size="0.003", mass="0.3", rgba="0.3 0.3 0.35 0")
    elif index == 2:
        geom(body, "box", "shown", pos="0 0 0.4", size="0.03 0.02 0.035", mass="0.2", rgba="0.75 0.76 0.78 1")
        ends = text((0.0, 0.0, 0.38, 0.0, 0.0, _SHAFT_RADIUS - depth))
        geom(body, "capsule", "object", fromto=ends, size=f"{_SHAFT_RADIUS}", mass="0.1", rgba="0.13 0.13 0.14 1")
    else:
        geom(
            body, "sphere", "shown", pos=f"0 0 {_SHAFT_RADIUS}", size="0.004", mass="0.004", rgba="0.6 0.61 0.63 1"
        )
