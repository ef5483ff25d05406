"""What each drive of an arm is told, out of the arm's joints, its joint map and its options."""

from __future__ import annotations

import math

import msgspec

from sutura.hw_drivers.cia402.options import CanopenOptions
from sutura.hw_drivers.errors import BadOptions
from sutura.hw_drivers.joint_map import JointMap
from sutura.hw_drivers.joints import ActuatedJoints

_DRIVE_BEATS = 0.02  # [s] between the heartbeats of a drive
_MOST_COUNTS = (1 << 31) - 1


class DriveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What one drive is told.

    limits: least and greatest position [counts]; following_error [counts], None: as the drive has it;
    following_timeout, sync_period [s]; deceleration [counts/s²]: of the quick stop; consumer_heartbeat,
    producer_heartbeat [s]; master: our node number; velocity: whether it tells its velocity too.
    """

    limits: tuple[int, int]
    following_error: int | None
    following_timeout: float
    deceleration: int
    sync_period: float
    consumer_heartbeat: float
    producer_heartbeat: float
    master: int
    velocity: bool


def drive_settings(
    driver: str, options: CanopenOptions, joints: ActuatedJoints, joint_map: JointMap, scales: tuple[float, ...]
) -> tuple[DriveSettings, ...]:
    """Of each drive; scales: counts per radian of each motor. Raises BadOptions, which names the driver."""
    window, period_ms = options.following_error, options.sync_period * 1e3
    if abs(period_ms - round(period_ms)) > 1e-6:
        raise BadOptions(
            driver, f"sync_period: expected whole milliseconds, came {period_ms:g} ms", ["sync_period"]
        )
    return tuple(
        DriveSettings(
            limits=_counts(driver, limits, scale),
            following_error=None if window is None else round(window * scale),
            following_timeout=options.following_timeout,
            deceleration=round(options.quick_stop_deceleration * scale),
            sync_period=options.sync_period,
            consumer_heartbeat=options.heartbeat_timeout,
            producer_heartbeat=_DRIVE_BEATS,
            master=options.master_node,
            velocity=options.velocity,
        )
        for limits, scale in zip(_motor_limits(joints, joint_map), scales, strict=True)
    )


def _counts(driver: str, limits: tuple[float, float], scale: float) -> tuple[int, int]:
    low, high = math.floor(limits[0] * scale), math.ceil(limits[1] * scale)
    if max(-low, high) > _MOST_COUNTS:
        reason = f"a motor goes from {low} to {high} counts, a target has 32 bits; give fewer counts_per_turn"
        raise BadOptions(driver, reason, ["counts_per_turn", "joint_map"])
    return low, high


def _motor_limits(joints: ActuatedJoints, joint_map: JointMap) -> list[tuple[float, float]]:
    """How far each motor [rad] may turn while every joint is within its limits."""
    nowhere = (0.0,) * len(joints.names)
    zero = joint_map.to_motors(nowhere)
    limits = [(at, at) for at in zero]
    for number, ends in enumerate(zip(joints.lower, joints.upper, strict=True)):
        low, high = (
            joint_map.to_motors(tuple(end if k == number else 0.0 for k in range(len(nowhere)))) for end in ends
        )
        rows = zip(limits, low, high, zero, strict=True)
        limits = [(least + min(a, b) - at, most + max(a, b) - at) for (least, most), a, b, at in rows]
    return limits
