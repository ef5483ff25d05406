"""The reports of 3Dconnexion's devices: where the cap is, how it is turned, which buttons are down."""

import struct

MOVED, TURNED, BUTTONS = 1, 2, 3
FULL_SCALE = 350  # counts of a cap at its stop
AXES = ("x", "y", "z", "rx", "ry", "rz")
_THREE, _SIX = struct.Struct("<3h"), struct.Struct("<6h")


def axes_of(report: bytes) -> dict[str, float]:
    """Deflections out of a report, -1 … 1: of three axes or, where one report has all, of six.

    In the device's axes: x right, y towards the user, z down, each turn about its axis by the right hand.
    """
    number, body = report[0], report[1:]
    if number == MOVED and len(body) >= _SIX.size:
        return _scaled(AXES, _SIX.unpack_from(body))
    if number in (MOVED, TURNED) and len(body) >= _THREE.size:
        return _scaled(AXES[:3] if number == MOVED else AXES[3:], _THREE.unpack_from(body))
    return {}


def buttons_of(report: bytes) -> set[int] | None:
    """The buttons that are down, counted from 1; None if the report speaks of something else."""
    if report[0] != BUTTONS:
        return None
    bits = int.from_bytes(report[1:5], "little")
    return {number + 1 for number in range(32) if bits >> number & 1}


def _scaled(axes: tuple[str, ...], counts: tuple[int, ...]) -> dict[str, float]:
    return {axis: min(max(count / FULL_SCALE, -1.0), 1.0) for axis, count in zip(axes, counts, strict=True)}
