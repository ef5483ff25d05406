"""How fast something may go towards where it must stop."""

from __future__ import annotations

from math import sqrt


def braking_speed(way: float, dt: float, deceleration: float) -> float:
    """The greatest speed for the next dt [s] from which one can still stop within `way` ≥ 0 [m or rad].

    deceleration [m/s² or rad/s²] may be infinite: then all of the way in dt.
    """
    return 2.0 * way / (dt + sqrt(dt * dt + 2.0 * way / deceleration)) if way else 0.0
