"""The referee of the peg board: tells transfers and drops from the rings' own state, never from a script."""

import math
from collections.abc import Sequence

from sutura.sim_driver.ring_state import RingState
from sutura.sim_driver.scene import PEG_HEIGHT, PEGS, RING_RADIUS
from sutura.sim_driver.simulated_arms import SimulatedArms

REST_S = 0.2  # [s] a ring must lie still to count as set down
LOST_S = 0.03  # [s] without a jaw's touch before a carried ring counts as dropped: contacts flicker
_STILL_SPEED = 0.003  # [m/s]
_STILL_TURNING = 0.5  # [rad/s]


class Referee:
    """Counts what happens to the rings of one world. Call `watch` after steps, at least every 10 ms or so.

    A ring is *carried* once it has left its peg while a jaw touched it. A carried ring that then lies still
    around another peg, untouched, for `REST_S` is a transfer; one that loses touch for `LOST_S` away from any
    peg is a drop.
    """

    def __init__(self, physics: SimulatedArms) -> None:
        self._physics = physics
        self._cases = [_Case(peg_around(ring)) for ring in physics.rings()]

    @property
    def rings_transferred(self) -> int:
        """Rings set on another peg so far."""
        return sum(case.transfers for case in self._cases)

    @property
    def drops(self) -> int:
        """Rings dropped so far."""
        return sum(case.drops for case in self._cases)

    @property
    def pegs(self) -> tuple[int | None, ...]:
        """The index in `PEGS` of the peg each ring last rested on; None for a ring that started on none."""
        return tuple(case.peg for case in self._cases)

    def watch(self) -> None:
        """Look at every ring once."""
        now = self._physics.time
        for case, ring in zip(self._cases, self._physics.rings(), strict=True):
            case.see(ring, now)


class _Case:
    """What the referee knows of one ring."""

    def __init__(self, peg: int | None) -> None:
        self.peg = peg
        self.transfers = 0
        self.drops = 0
        self._carried = False
        self._touched_at = -math.inf
        self._restless_at = 0.0

    def see(self, ring: RingState, now: float) -> None:
        around = peg_around(ring)
        if ring.touched:
            self._touched_at = now
            self._carried = self._carried or around is None
        if ring.touched or around is None or ring.speed > _STILL_SPEED or ring.turning > _STILL_TURNING:
            self._restless_at = now
        if self._carried and around is None and now - self._touched_at >= LOST_S:
            self._carried = False
            self.drops += 1
        if around is not None and now - self._restless_at >= REST_S:
            self._set_down(around)

    def _set_down(self, peg: int) -> None:
        if self._carried and peg != self.peg:
            self.transfers += 1
        self.peg = peg
        self._carried = False


def peg_around(ring: RingState, pegs: Sequence[tuple[float, float]] = PEGS) -> int | None:
    """The index of the peg that passes through the ring's disc, or None."""
    (x, y, z), (nx, ny, nz) = ring.centre, ring.axis
    if abs(nz) < 0.1:  # on edge: no upright peg passes through it
        return None
    for index, (px, py) in enumerate(pegs):
        dx, dy = px - x, py - y
        dz = -(nx * dx + ny * dy) / nz  # where the peg's axis meets the disc's plane
        if dx * dx + dy * dy + dz * dz < RING_RADIUS**2 and 0.0 <= z + dz <= PEG_HEIGHT:
            return index
    return None
