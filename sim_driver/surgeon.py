"""A scripted surgeon: tool-tip paths and hand tremor as pure functions of time."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from random import Random
from typing import NamedTuple

import yaml

from sutura.kinematics import load_arm
from sutura.kinematics.rotations import Quaternion, Vector3, conjugate, multiply, normalise, rotate, slerp
from sutura.sim_driver.errors import ArmNotSimulatedError, ScriptError
from sutura.sim_driver.placement import ArmPlacement
from sutura.sim_driver.scene import PLACEMENTS, finger_tips

_KEYS = {"name", "point", "orientation", "jaw", "seconds"}


class WayPoint(NamedTuple):
    """A pose of the tip in the arm's base frame, the jaw's opening [rad], and when it is reached [s]."""

    position: Vector3
    quaternion: Quaternion
    jaw: float
    at: float


class RingTransfer:
    """The path of a tool tip that picks a ring from one peg and sets it on another.

    Between way-points everything moves along a minimum-jerk profile; before the start and after the end it rests.
    """

    def __init__(
        self, script: str | Path = "ring_transfer", placements: Mapping[str, ArmPlacement] = PLACEMENTS
    ) -> None:
        """Read a script, by a shipped one's name or from a file; the arm it names starts at its arm file's home.

        Raises:
            ScriptError: the script is missing or malformed.
            ArmNotSimulatedError: the script's arm has no placement.
        """
        document = _parse(str(script), _read(script))
        self.arm = str(document["arm"])
        if self.arm not in placements:
            raise ArmNotSimulatedError(self.arm, placements)
        self.waypoints = _waypoints(str(script), document["waypoints"], placements[self.arm])
        self.duration = self.waypoints[-1].at
        self._times = [point.at for point in self.waypoints]

    def tip_at(self, t: float) -> tuple[Vector3, Quaternion, float]:
        """Where the tip shall be `t` seconds [s] after the start: position [m] and quaternion (x, y, z, w) of
        `base_T_tip`, and the jaw's opening angle [rad]."""
        if t <= 0.0:
            return self.waypoints[0][:3]
        next_one = bisect_right(self._times, t)
        if next_one == len(self._times):
            return self.waypoints[-1][:3]
        start, end = self.waypoints[next_one - 1], self.waypoints[next_one]
        return _between(start, end, minimum_jerk((t - start.at) / (end.at - start.at)))


class Tremor:
    """Physiological tremor of a hand: a few sines of seeded frequency and phase on each axis.

    Equal seeds tremble equally.
    """

    def __init__(self, seed: int, amplitude: float = 0.0001, band: tuple[float, float] = (8.0, 12.0)) -> None:
        """Bound the displacement on each axis by `amplitude` [m] (hands show 50 to 100 µm); `band` is in Hz."""
        random = Random(seed)
        self._axes = tuple(_sines(random, amplitude, band) for _ in range(3))

    def at(self, t: float) -> Vector3:
        """The displacement of the hand [m] at time `t` [s]."""
        x, y, z = self._axes
        return _shake(x, t), _shake(y, t), _shake(z, t)


def _shake(axis: tuple[Vector3, ...], t: float) -> float:
    """The sum of the sines of one axis; written out, as a hand is read a thousand times a second."""
    (a0, w0, p0), (a1, w1, p1), (a2, w2, p2), (a3, w3, p3) = axis
    sin = math.sin
    return a0 * sin(w0 * t + p0) + a1 * sin(w1 * t + p1) + a2 * sin(w2 * t + p2) + a3 * sin(w3 * t + p3)


def _sines(random: Random, amplitude: float, band: tuple[float, float]) -> tuple[Vector3, ...]:
    """Four sines as (amplitude [m], angular frequency [rad/s], phase [rad]); the amplitudes add up to the whole."""
    shares = [random.uniform(0.5, 1.0) for _ in range(4)]
    return tuple(
        (
            amplitude * share / sum(shares),
            2.0 * math.pi * random.uniform(*band),
            random.uniform(0.0, 2.0 * math.pi),
        )
        for share in shares
    )


def _read(script: str | Path) -> str:
    shipped = resources.files("sutura.sim_driver") / "scripts"
    source = shipped / f"{script}.yaml"
    if source.is_file():
        return source.read_text(encoding="utf-8")
    if Path(script).is_file():
        return Path(script).read_text(encoding="utf-8")
    names = sorted(entry.name.removesuffix(".yaml") for entry in shipped.iterdir() if entry.name.endswith(".yaml"))
    raise ScriptError(str(script), f"a file, or one of the shipped scripts ({', '.join(names)})", "neither")


def _parse(script: str, text: str) -> dict[str, object]:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScriptError(script, "YAML", str(error)) from error
    if not isinstance(document, dict) or set(document) != {"arm", "waypoints"}:
        raise ScriptError(script, "a mapping with the keys arm and waypoints", document)
    return document


def _waypoints(script: str, rows: object, placement: ArmPlacement) -> tuple[WayPoint, ...]:
    """The script's rows as poses of the tip in the arm's base frame, with the arm's home before them."""
    if not isinstance(rows, list) or not rows:
        raise ScriptError(script, "a list of way-points", rows)
    arm = load_arm(placement.model)
    position, quaternion = arm.forward_pose(arm.home)
    tips = finger_tips(arm.model)
    points = [WayPoint(position, quaternion, 0.0, 0.0)]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not {"point", "seconds"} <= set(row) <= _KEYS:
            raise ScriptError(
                script, f"way-point {number} to have point and seconds, and of {sorted(_KEYS)} only", row
            )
        points.append(_waypoint(script, row, points[-1], placement, tips))
    return tuple(points)


def _waypoint(
    script: str, row: dict[str, object], before: WayPoint, placement: ArmPlacement, tips: Vector3
) -> WayPoint:
    base_R_world = conjugate(placement.quaternion)
    quaternion = before.quaternion
    if "orientation" in row:
        x, y, z, w = _numbers(script, row, "orientation", 4)
        if math.hypot(x, y, z, w) < 0.1:
            raise ScriptError(script, "an orientation that is a quaternion", (x, y, z, w))
        quaternion = multiply(base_R_world, normalise((x, y, z, w)))
    px, py, pz = _numbers(script, row, "point", 3)
    bx, by, bz = placement.position
    middle = rotate(base_R_world, (px - bx, py - by, pz - bz))
    reach = rotate(quaternion, tips)
    position = (middle[0] - reach[0], middle[1] - reach[1], middle[2] - reach[2])
    jaw = _numbers(script, row, "jaw", 1)[0] if "jaw" in row else before.jaw
    seconds = _numbers(script, row, "seconds", 1)[0]
    if seconds <= 0.0:
        raise ScriptError(script, "seconds above 0", seconds)
    return WayPoint(position, quaternion, jaw, before.at + seconds)


def _numbers(script: str, row: dict[str, object], key: str, count: int) -> tuple[float, ...]:
    value = row[key]
    values: list[object] = value if isinstance(value, list) else [value]
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(values) != count or len(numbers) != count or not all(map(math.isfinite, numbers)):
        name = row.get("name", "a way-point")
        raise ScriptError(script, f"{count} finite number(s) as {key} of {name!r}", value)
    return tuple(numbers)


def _between(start: WayPoint, end: WayPoint, s: float) -> tuple[Vector3, Quaternion, float]:
    (x0, y0, z0), (x1, y1, z1) = start.position, end.position
    position = (x0 + s * (x1 - x0), y0 + s * (y1 - y0), z0 + s * (z1 - z0))
    before, after = start.quaternion, end.quaternion
    quaternion = before if before == after else slerp(before, after, s)
    return position, quaternion, start.jaw + s * (end.jaw - start.jaw)


def minimum_jerk(x: float) -> float:
    """Flash and Hogan (1985): the rest-to-rest path of least jerk; 0 to 1 over x = 0 to 1."""
    return x * x * x * (10.0 + x * (6.0 * x - 15.0))


def to_speed(t: float, seconds: float) -> float:
    """The way [s] of something that takes up the speed 1 along a minimum-jerk profile, from rest at t = 0."""
    if t >= seconds:
        return t - 0.5 * seconds
    x = t / seconds
    return seconds * x**4 * (2.5 + x * (x - 3.0))  # the integral of the profile
