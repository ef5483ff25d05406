"""The motor of an emulated device: it follows demands as a servo does, within its acceleration, and brakes."""

from dataclasses import dataclass
from math import copysign

from sutura.kinematics.braking import braking_speed

_GAIN = 200.0  # [1/s] of the position loop


@dataclass(slots=True)
class EmulatedMotor:
    """Position [units] and velocity [units/s], whatever the device counts; acceleration [units/s²]: its most.

    demand: where the interpolator has it be now; torque [share of the most].
    """

    acceleration: float
    position: float = 0.0
    velocity: float = 0.0
    demand: float = 0.0
    torque: float = 0.0
    _goal: float = 0.0
    _speed: float = 0.0

    def hold(self) -> None:
        """Take power where it is."""
        self.demand = self._goal = self.position
        self._speed = 0.0

    def aim(self, goal: float, period: float) -> None:
        """The next demand: go there in a straight line within the period [s]."""
        self._goal = goal
        self._speed = (goal - self.demand) / period

    def follow(self, dt: float) -> None:
        """Follow the demand for dt [s]."""
        left = self._goal - self.demand
        step = self._speed * dt
        feed = 0.0
        if abs(step) >= abs(left):
            self.demand, self._speed = self._goal, 0.0
        else:
            self.demand += step
            feed = self._speed
        off = self.demand - self.position
        speed = min(_GAIN * abs(off), braking_speed(abs(off), dt, self.acceleration))
        self._turn(feed + copysign(speed, off), self.acceleration, dt)

    def brake(self, deceleration: float, dt: float) -> bool:
        """Slow down for dt [s]; whether it rests."""
        self._turn(0.0, deceleration, dt)
        return self.velocity == 0.0

    def _turn(self, wanted: float, most: float, dt: float) -> None:
        change = min(max(wanted - self.velocity, -most * dt), most * dt)
        self.velocity += change
        self.position += self.velocity * dt
        self.torque = change / (self.acceleration * dt)
