"""The simulated operating table as MJCF: a peg board, rings, an endoscope and any number of arms.

World frame: x to the surgeon's right, y away from the surgeon, z up; the origin lies on the board's surface.
An arm's links stand in the modified Denavit-Hartenberg frames of its arm file; the jaws are two joints
about the wrist-yaw axis, driven as one wrist (their mean) and one grip (their difference).
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import pairwise

from sutura.kinematics import ArmModel, load_arm, open_arm
from sutura.kinematics.endoscope import EndoscopeArm
from sutura.kinematics.rotations import Vector3, conjugate, from_matrix, rotate
from sutura.sim_driver.endoscope_scene import add_endoscope, add_eyes
from sutura.sim_driver.errors import SceneError
from sutura.sim_driver.mjcf import geom, mdh, text, wxyz
from sutura.sim_driver.placement import ArmPlacement

_TILT = math.radians(7.5)  # half of 15 degrees: the instruments come in from the sides, as in surgery
_SIGHT = math.radians(18.0)  # half the angle between straight down and the endoscope's line of sight
PLACEMENTS = {
    "PSM1": ArmPlacement("PSM1", (0.05, 0.0, 0.17), (0.0, math.sin(_TILT), 0.0, math.cos(_TILT))),
    "PSM2": ArmPlacement("PSM2", (-0.05, 0.0, 0.17), (0.0, -math.sin(_TILT), 0.0, math.cos(_TILT))),
    "PSM3": ArmPlacement("PSM3", (0.0, 0.11, 0.17)),
    "ECM": ArmPlacement(
        "ECM", (0.0, -0.1438, 0.2059), (math.sin(_SIGHT), 0.0, 0.0, math.cos(_SIGHT)), model="ecm_classic"
    ),
}

FINGER_LENGTH = 0.0102  # [m] from the wrist-yaw axis to the finger tips
FINGER_THICKNESS = 0.0012  # [m]
FINGER_WIDTH = 0.004  # [m]
GRIP_TORQUE = 0.03  # [Nm] on each jaw: about 3 N at the finger tips

PEG_RADIUS = 0.0018  # [m]
PEG_HEIGHT = 0.012  # [m]
PEGS: tuple[tuple[float, float], ...] = tuple(  # [m] x, y; the first half, near x = -0.012 first, starts with rings
    (x, y) for x in (-0.012, -0.036, 0.012, 0.036) for y in (0.0, 0.024, -0.024)
)
RING_RADIUS = 0.008  # [m] of the tube's centre line
RING_TUBE = 0.0015  # [m] radius of the tube
RING_SIDES = 12
MAX_RINGS = len(PEGS) // 2
_RING_COLOURS = ("0.85 0.2 0.2", "0.2 0.45 0.85", "0.2 0.65 0.3", "0.9 0.6 0.1", "0.6 0.25 0.75", "0.2 0.7 0.7")


ACTUATED = ("yaw", "pitch", "insertion", "roll", "wrist_pitch", "wrist_yaw", "jaw")
# Stiffness [Nm/rad, N/m] and greatest effort [Nm, N]: every joint lags its target by about the same 5 ms.
_GAINS = (
    (8000.0, 60.0),
    (8000.0, 60.0),
    (60000.0, 120.0),
    (40.0, 0.4),
    (40.0, 0.4),
    (80.0, 0.8),
    (1.5, GRIP_TORQUE),
)


def build_scene(arms: Sequence[ArmPlacement], rings: int = 2, timestep: float = 0.001) -> str:
    """The MJCF text of a peg board with `rings` rings and the given arms.

    Names in it: body `<arm>/base`, joints `<arm>/q1`…`q5`, `<arm>/jaw_a`, `<arm>/jaw_b`, site `<arm>/wrist` at the
    wrist-yaw axis, actuators `<arm>/<name>` for each of `ACTUATED`, bodies `ring0`…, cameras
    `endoscope`, `endoscope_left`, `endoscope_right`, `room`.

    Ring i, of 0 to `MAX_RINGS`, stands on `PEGS[i]`. The timestep is in s.

    Raises:
        SceneError: too many rings, two arms of one name, or a timestep that the contacts do not bear.
        KinematicsError: an arm file cannot be loaded.
    """
    _check(arms, rings, timestep)
    root = ET.Element("mujoco", model="sutura")
    _settings(root, timestep)
    world = ET.SubElement(root, "worldbody")
    contact, tendons, actuators = (ET.SubElement(root, tag) for tag in ("contact", "tendon", "actuator"))
    for placement in arms:
        opened = open_arm(placement.model)
        if isinstance(opened, EndoscopeArm):
            add_endoscope(world, actuators, placement, opened)
            continue
        arm = load_arm(placement.model).model
        _arm_bodies(world, placement, arm)
        _arm_contacts(contact, placement.name)
        _arm_actuators(tendons, actuators, placement.name, arm)
    for index in range(rings):
        _ring(world, index)
    _board(world)
    if root.find(".//camera[@name='endoscope']") is None:
        _fixed_endoscope(world)
    _eyes(world)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def finger_tips(arm: ArmModel) -> Vector3:
    """The point where closed finger tips meet, in the tip frame [m]; they reach along y of the jaws' frame."""
    x, y, z = arm.tip.translation
    return rotate(conjugate(from_matrix(arm.tip.rotation)), (-x, FINGER_LENGTH - y, -z))


def _check(arms: Sequence[ArmPlacement], rings: int, timestep: float) -> None:
    names = [placement.name for placement in arms]
    if len(set(names)) != len(names):
        raise SceneError("the arms' names", "different from one another", names)
    if not 0 <= rings <= MAX_RINGS:
        raise SceneError("the number of rings", f"0 to {MAX_RINGS}", rings)
    if not 0.0 < timestep <= 0.002:
        raise SceneError("the timestep", "above 0 and at most 0.002 s (contacts are stiff)", timestep)


def _settings(root: ET.Element, timestep: float) -> None:
    ET.SubElement(root, "compiler", angle="radian", autolimits="true")
    option = ET.SubElement(
        root, "option", timestep=repr(timestep), integrator="implicitfast", cone="elliptic", impratio="100"
    )
    ET.SubElement(option, "flag", sleep="enable")  # rings at rest cost most of a step; touched, they wake
    visual = ET.SubElement(root, "visual")
    ET.SubElement(visual, "global", offwidth="1280", offheight="720")
    ET.SubElement(visual, "map", znear="0.01", zfar="20")
    ET.SubElement(visual, "headlight", ambient="0.35 0.35 0.35", diffuse="0.35 0.35 0.35")
    ET.SubElement(root, "statistic", extent="0.3", center="0 0 0.05")
    default = ET.SubElement(root, "default")
    stiff = {"solref": "0.002 1", "solimp": "0.98 0.9995 0.0002", "condim": "4"}
    for name, tag, values in (
        ("big", "joint", {"armature": "0.02", "damping": "0.5"}),
        ("wrist", "joint", {"armature": "0.0002", "damping": "0.002"}),
        ("pad", "geom", {"friction": "1.5 0.02 0.001", **stiff}),
        ("object", "geom", {"friction": "0.8 0.01 0.0005", "density": "1500", **stiff}),
        ("shown", "geom", {"contype": "0", "conaffinity": "0"}),
    ):
        ET.SubElement(ET.SubElement(default, "default", {"class": name}), tag, values)
    asset = ET.SubElement(root, "asset")
    ET.SubElement(
        asset, "texture", type="2d", name="drape", builtin="checker", rgb1="0.16 0.34 0.36", rgb2="0.14 0.31 0.33",
        width="128", height="128",
    )  # fmt: skip
    ET.SubElement(asset, "material", name="drape", texture="drape", texrepeat="12 12", specular="0.1")


def _board(world: ET.Element) -> None:
    geom(world, "box", "object", pos="0 0 -0.02", size="0.25 0.2 0.01", material="drape")
    geom(world, "box", "object", name="board", pos="0 0 -0.005", size="0.055 0.042 0.005", rgba="0.93 0.92 0.88 1")
    for x, y in PEGS:
        ends = text((x, y, 0.0, x, y, PEG_HEIGHT - PEG_RADIUS))
        geom(world, "capsule", "object", fromto=ends, size=f"{PEG_RADIUS}", rgba="0.35 0.38 0.42 1")


def _ring(world: ET.Element, index: int) -> None:
    x, y = PEGS[index]
    body = ET.SubElement(world, "body", name=f"ring{index}", pos=text((x, y, RING_TUBE)))
    ET.SubElement(body, "freejoint", name=f"ring{index}")
    corners = [2.0 * math.pi * side / RING_SIDES for side in range(RING_SIDES + 1)]
    points = [(RING_RADIUS * math.cos(a), RING_RADIUS * math.sin(a), 0.0) for a in corners]
    for start, end in pairwise(points):
        colour = f"{_RING_COLOURS[index]} 1"
        geom(body, "capsule", "object", fromto=text((*start, *end)), size=f"{RING_TUBE}", rgba=colour)


def _eyes(world: ET.Element) -> None:
    ET.SubElement(world, "light", pos="0.1 -0.15 0.5", dir="-0.2 0.3 -1", diffuse="0.6 0.6 0.6", castshadow="true")
    ET.SubElement(
        world, "camera", name="room", pos="0.28 -0.42 0.3", xyaxes="0.83 0.55 0 -0.25 0.38 0.89", fovy="45"
    )


def _fixed_endoscope(world: ET.Element) -> None:
    quat = text((math.cos(_SIGHT), math.sin(_SIGHT), 0.0, 0.0))
    scope = ET.SubElement(world, "body", name="endoscope", pos="0 -0.085 0.125", quat=quat)
    ET.SubElement(scope, "light", pos="0.004 0 0", dir="0 0 -1", diffuse="0.35 0.35 0.35", castshadow="false")
    add_eyes(scope)


def _arm_bodies(world: ET.Element, placement: ArmPlacement, arm: ArmModel) -> None:
    body = ET.SubElement(
        world,
        "body",
        name=f"{placement.name}/base",
        pos=text(placement.position),
        quat=wxyz(placement.quaternion),
    )
    geom(body, "sphere", "shown", size="0.004", rgba="0.9 0.3 0.2 0.6")  # the remote centre of motion
    for index, row in enumerate(arm.joints[:5]):
        pos, quat = mdh(row)
        body = ET.SubElement(
            body, "body", name=f"{placement.name}/link{index + 1}", pos=pos, quat=quat, gravcomp="1"
        )
        kind = "slide" if row.type == "prismatic" else "hinge"
        ET.SubElement(
            body, "joint", {"class": "big" if index < 3 else "wrist"}, name=f"{placement.name}/q{index + 1}",
            type=kind, axis="0 0 1", range=text((row.lower, row.upper)),
        )  # fmt: skip
        _link_geoms(body, index, arm)
    _jaws(body, placement.name, arm)


def _link_geoms(body: ET.Element, index: int, arm: ArmModel) -> None:
    shaft, neck = arm.joints[3].d, arm.joints[5].a
    if index < 2:  # the remote-centre linkage: its motors stand in the joints' armature
        geom(body, "sphere", "shown", size="0.003", mass="0.3", rgba="0.3 0.3 0.35 0")
    elif index == 2:
        geom(body, "box", "shown", pos="0 0 -0.02", size="0.03 0.02 0.035", mass="0.2", rgba="0.75 0.76 0.78 1")
        ends = text((0.0, 0.0, 0.0, 0.0, 0.0, shaft - 0.006))
        geom(body, "capsule", "object", fromto=ends, size="0.0042", mass="0.1", rgba="0.13 0.13 0.14 1")
    elif index == 3:
        geom(body, "sphere", "shown", size="0.0042", mass="0.004", rgba="0.6 0.61 0.63 1")
    else:
        ends = text((0.0, 0.0, 0.0, neck, 0.0, 0.0))
        geom(body, "capsule", "object", fromto=ends, size="0.0034", mass="0.004", rgba="0.62 0.63 0.66 1")


def _jaws(body: ET.Element, arm_name: str, arm: ArmModel) -> None:
    """Two fingers about the wrist-yaw axis. They reach along y of its frame."""
    row = arm.joints[5]
    pos, quat = mdh(row)
    ET.SubElement(body, "site", name=f"{arm_name}/wrist", pos=pos, quat=quat, size="0.001")
    half = arm.jaw.upper / 2.0
    for name, side in (("jaw_a", -1.0), ("jaw_b", 1.0)):
        jaw = ET.SubElement(body, "body", name=f"{arm_name}/{name}", pos=pos, quat=quat, gravcomp="1")
        span = (row.lower - half, row.upper + half)
        ET.SubElement(
            jaw, "joint", {"class": "wrist"}, name=f"{arm_name}/{name}", axis="0 0 1", range=text(span)
        )  # fmt: skip
        centre = (side * FINGER_THICKNESS / 2.0, FINGER_LENGTH / 2.0, 0.0)
        size = (FINGER_THICKNESS / 2.0, FINGER_LENGTH / 2.0, FINGER_WIDTH / 2.0)
        geom(jaw, "box", "pad", pos=text(centre), size=text(size), mass="0.003", rgba="0.78 0.79 0.82 1")


def _arm_contacts(contact: ET.Element, arm_name: str) -> None:
    for one, other in (
        ("link5", "jaw_a"),
        ("link5", "jaw_b"),
        ("link3", "link5"),
        ("link3", "jaw_a"),
        ("link3", "jaw_b"),
    ):
        ET.SubElement(contact, "exclude", body1=f"{arm_name}/{one}", body2=f"{arm_name}/{other}")


def _arm_actuators(tendons: ET.Element, actuators: ET.Element, arm_name: str, arm: ArmModel) -> None:
    """Position servos. The wrist drives the mean of the jaws stiffly, the grip their difference with little torque,
    so a jaw pair that squeezes something still keeps its direction."""
    for name, weights in (("wrist_yaw", (0.5, 0.5)), ("jaw", (1.0, -1.0))):
        tendon = ET.SubElement(tendons, "fixed", name=f"{arm_name}/{name}")
        for joint, weight in zip(("jaw_a", "jaw_b"), weights, strict=True):
            ET.SubElement(tendon, "joint", joint=f"{arm_name}/{joint}", coef=repr(weight))
    ranges = [(row.lower, row.upper) for row in arm.joints] + [(arm.jaw.lower, arm.jaw.upper)]
    for index, (name, (stiffness, most)) in enumerate(zip(ACTUATED, _GAINS, strict=True)):
        drives = {"joint": f"{arm_name}/q{index + 1}"} if index < 5 else {"tendon": f"{arm_name}/{name}"}
        ET.SubElement(
            actuators, "position", drives, name=f"{arm_name}/{name}", kp=repr(stiffness), dampratio="1",
            ctrlrange=text(ranges[index]), forcerange=text((-most, most)),
        )  # fmt: skip
