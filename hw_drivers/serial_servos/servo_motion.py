"""How an emulated servo moves: towards its goal as fast as its speed and acceleration let it."""

import math
from dataclasses import dataclass

STEP_S = 0.001
_FRICTION = 200.0  # rad/s² with which a shaft without power comes to rest
_AT_GOAL = 1e-6  # rad


@dataclass(slots=True)
class ServoMotion:
    """One shaft. position [rad]; velocity [rad/s]; most [rad/s] and change [rad/s²]: what its gear can do."""

    position: float = 0.0
    velocity: float = 0.0
    most: float = 6.0
    change: float = 200.0

    def step(self, goal: float | None, most: float, change: float) -> None:
        """A millisecond towards the goal [rad], within its and the given limits; without one it runs out."""
        most, change = min(most, self.most), min(change, self.change)
        if goal is None:
            wanted, change = 0.0, _FRICTION
        else:
            way = goal - self.position
            braking = math.sqrt(2.0 * change * abs(way))
            wanted = math.copysign(min(most, braking, abs(way) / STEP_S), way)
        by = change * STEP_S
        self.velocity += min(max(wanted - self.velocity, -by), by)
        self.position += self.velocity * STEP_S
        if goal is not None and abs(goal - self.position) < _AT_GOAL and abs(self.velocity) <= by:
            self.position, self.velocity = goal, 0.0
