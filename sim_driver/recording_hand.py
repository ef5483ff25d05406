"""Recorded hand motion as a master: stamped poses, or joint positions with an arm file and a rate."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from sutura.hw_drivers import BadOptions, DriverContext, DriverOptions, HandSample, InputDevice
from sutura.kinematics import load_arm
from sutura.messages import Pose
from sutura.sim_driver.surgeon import to_speed

Array = NDArray[np.float64]
_POSE_COLUMNS = 8  # t, x, y, z, qx, qy, qz, qw
_JOINT_COLUMNS = 6
_UNIT_TOLERANCE = 1e-3


class RecordingHandOptions(DriverOptions):
    """file: `.npy` or `.csv`. Eight or nine columns are t [s], x, y, z [m], qx, qy, qz, qw and a gripper angle
    [rad]; six or seven are the joints of `arm` (and a gripper) at `rate` [Hz]. start [s]: when it begins;
    gripper [rad]: the angle where the file has none; loop: begin again at the end instead of resting there;
    ease [s]: in which playing takes up its speed, for a recording that begins in motion."""

    file: str
    rate: Annotated[float, Meta(gt=0.0)] | None = None
    arm: str = "psm_classic_lnd"
    start: Annotated[float, Meta(ge=0.0)] = 2.0
    gripper: float = 0.0
    loop: bool = False
    ease: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.0


class RecordingHand(InputDevice):
    """Plays a recording, smoothly: cubic interpolation with Catmull-Rom slopes between its samples."""

    Options = RecordingHandOptions
    simulated = True
    options: RecordingHandOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self._times: list[float] = []
        self._rows: list[tuple[float, ...]] = []

    def _open(self) -> None:
        table = self._load()
        if len(table) < 2 or not np.isfinite(table).all():
            raise self._bad(f"expected at least 2 rows of finite numbers in {self.options.file}")
        if table.shape[1] not in (6, 7, _POSE_COLUMNS, _POSE_COLUMNS + 1):
            raise self._bad(f"expected 6, 7, 8 or 9 columns, {self.options.file} has {table.shape[1]}")
        poses = self._from_joints(table) if table.shape[1] in (6, 7) else table
        if not (np.diff(poses[:, 0]) > 0.0).all():
            raise self._bad(f"expected growing times in the first column of {self.options.file}")
        if (np.abs(np.linalg.norm(poses[:, 4:8], axis=1) - 1.0) > _UNIT_TOLERANCE).any():
            raise self._bad(f"expected unit quaternions in columns 5 to 8 of {self.options.file}")
        poses[:, 4:8] = _continuous(poses[:, 4:8])
        self._times = (poses[:, 0] - poses[0, 0]).tolist()
        if poses.shape[1] == _POSE_COLUMNS:
            poses = np.column_stack((poses, np.full(len(poses), self.options.gripper)))
        self._rows = [tuple(row) for row in poses[:, 1:].tolist()]

    def _read(self, elapsed: float) -> HandSample | None:
        end = self._times[-1]
        t = max(0.0, elapsed - self.options.start)
        if self.options.ease:
            t = to_speed(t, self.options.ease)
        t = math.fmod(t, end) if self.options.loop else min(t, end)
        x, y, z, qx, qy, qz, qw, gripper = self._at(t)
        norm = math.sqrt(qx * qx + qy * qy + qz * qz + qw * qw)
        return HandSample(Pose((x, y, z), (qx / norm, qy / norm, qz / norm, qw / norm)), gripper)

    def _at(self, t: float) -> tuple[float, ...]:
        """Catmull and Rom (1974) on unequal steps: a cubic Hermite curve with central slopes."""
        times, rows = self._times, self._rows
        i = min(bisect_right(times, t) - 1, len(times) - 2)
        before, after = max(i - 1, 0), min(i + 2, len(times) - 1)
        h = times[i + 1] - times[i]
        u = (t - times[i]) / h
        k0, k1 = h / (times[i + 1] - times[before]), h / (times[after] - times[i])
        a, b = (1.0 + 2.0 * u) * (1.0 - u) ** 2, u * u * (3.0 - 2.0 * u)
        c, d = u * (1.0 - u) ** 2 * k0, u * u * (u - 1.0) * k1
        return tuple(
            a * p1 + b * p2 + c * (p2 - p0) + d * (p3 - p1)
            for p0, p1, p2, p3 in zip(rows[before], rows[i], rows[i + 1], rows[after], strict=True)
        )

    def _load(self) -> Array:
        path = Path(self.options.file)
        if not path.is_file():
            raise self._bad(f"no such file: {path}")
        try:
            if path.suffix == ".npy":
                with path.open("rb") as file:
                    table = np.lib.format.read_array(file, allow_pickle=False)
            elif path.suffix == ".csv":
                table = np.loadtxt(path, delimiter=",", ndmin=2, skiprows=_header_rows(path))
            else:
                raise self._bad(f"expected a .npy or .csv file, came {path.name}")
        except (ValueError, OSError) as error:
            raise self._bad(f"{path}: {error}") from error
        if table.dtype.kind not in "fiu":
            raise self._bad(f"expected an array of real numbers in {path}")
        if table.ndim != 2:
            raise self._bad(f"expected a table, {path} has {table.ndim} dimensions")
        return np.array(table, dtype=np.float64)

    def _from_joints(self, table: Array) -> Array:
        """Rows of joints as rows of stamped poses, by the arm's forward kinematics."""
        if self.options.rate is None:
            raise self._bad(f"{self.options.file} has joint positions: it needs the option rate [Hz]")
        arm = load_arm(self.options.arm)
        rows = []
        for number, joints in enumerate(table.tolist()):
            position, orientation = arm.forward_pose(joints[:_JOINT_COLUMNS])
            rows.append([number / self.options.rate, *position, *orientation, *joints[_JOINT_COLUMNS:]])
        return np.array(rows)

    def _bad(self, reason: str) -> BadOptions:
        return BadOptions("recording", reason, RecordingHandOptions.__struct_fields__)


def _header_rows(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        first = lines.readline().split(",")
    try:
        [float(word) for word in first]
    except ValueError:
        return 1
    return 0


def _continuous(quaternions: Array) -> Array:
    """The same rotations with signs chosen so that neighbours are near: q and -q are one rotation."""
    dots = np.sum(quaternions[1:] * quaternions[:-1], axis=1)
    signs = np.concatenate(([1.0], np.cumprod(np.where(dots < 0.0, -1.0, 1.0))))
    return quaternions * signs[:, None]
