"""Least squares between bounds, for a handful of unknowns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BLOCK_ROUNDS = 10
_ROUNDS = 200
_ROUNDING = 1e-12


def solve_between(G: Floats, h: Floats, lower: Floats, upper: Floats) -> Floats:
    """The x between `lower` and `upper`, (n,) each, that minimises x'Gx / 2 - h'x. G must be positive definite.

    Principal pivoting: unknowns beyond a bound are set to it, those that would rather leave theirs are freed, all
    at once (J. J. Júdice and F. M. Pires, 1994), or one at a time (Murty's rule, which always ends) if that cycles.
    """
    at_lower, at_upper = np.zeros(len(h), dtype=bool), np.zeros(len(h), dtype=bool)
    x = h
    for number in range(_ROUNDS):
        x = np.where(at_lower, lower, np.where(at_upper, upper, 0.0))
        free = ~(at_lower | at_upper)
        if free.any():
            rest = h[free] - G[free][:, ~free] @ x[~free]
            x[free] = np.linalg.solve(G[free][:, free], rest)
        slope = G @ x - h
        below, above = free & (x < lower - _ROUNDING), free & (x > upper + _ROUNDING)
        leave_lower, leave_upper = at_lower & (slope < -_ROUNDING), at_upper & (slope > _ROUNDING)
        wrong = below | above | leave_lower | leave_upper
        if not wrong.any():
            break
        if number >= _BLOCK_ROUNDS:
            wrong[: int(np.flatnonzero(wrong)[-1])] = False
        at_lower = (at_lower & ~(leave_lower & wrong)) | (below & wrong)
        at_upper = (at_upper & ~(leave_upper & wrong)) | (above & wrong)
    clipped: Floats = np.clip(x, lower, upper)
    return clipped
