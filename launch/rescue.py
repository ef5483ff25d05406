"""Brings devices to a safe stop when the process that held them is gone."""

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from sutura.hw_drivers import ActuatorDriver, DriverContext, load_actuator
from sutura.runtime.clock import Clock, monotonic

BOUND_S = 0.5


class RescueOrder(msgspec.Struct, frozen=True):
    """Which driver to rescue: of which node, with which options, reached where."""

    node: str
    driver: str
    options: dict[str, object]
    device_dir: str


Orders = Mapping[str, list[RescueOrder]]


class Rescue:
    """One rescue under way, in a thread of its own: a device that blocks must not keep another one waiting."""

    def __init__(self, order: RescueOrder, driver: type[ActuatorDriver]) -> None:
        self.node = order.node
        self._order = order
        self._driver = driver
        self._text = ""
        self._begun = monotonic()
        self._thread = threading.Thread(target=self._call, name=f"rescue {order.node}", daemon=True)
        if driver.has_rescue():
            self._thread.start()
        else:
            self._text = f"driver {order.driver!r} needs no rescue, its device stops by itself"

    @property
    def is_over(self) -> bool:
        """Whether it has ended or had its time."""
        return bool(self._text) or self._left <= 0.0

    def outcome(self) -> str:
        """Wait for its end within its bound; what came of it, in words."""
        if not self._text:
            self._thread.join(max(0.0, self._left))
        late = f"the rescue of driver {self._order.driver!r} has not ended after {BOUND_S:g} s"
        return f"{self._order.node}: {self._text or late}"

    @property
    def _left(self) -> float:
        return BOUND_S - (monotonic() - self._begun) * 1e-9

    def _call(self) -> None:
        trouble = carry_out(self._order, self._driver, monotonic)
        self._text = trouble or f"rescued after {(monotonic() - self._begun) * 1e-6:.1f} ms"


def carry_out(order: RescueOrder, driver: type[ActuatorDriver], now: Clock) -> str:
    """Rescue a device by a clock; returns why that failed, or nothing."""
    try:
        driver.rescue(order.options, DriverContext(order.node, Path(order.device_dir), now))
    except Exception as error:  # noqa: BLE001 (a driver may raise anything; it is reported)
        return f"the rescue failed: {type(error).__name__}: {error}"
    return ""


class Rescuer:
    """Holds the driver classes ready, so that a rescue begins within milliseconds."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._classes: dict[str, type[ActuatorDriver]] = {
            order.driver: load_actuator(order.driver) for group in orders.values() for order in group
        }

    def is_needed(self, place: str) -> bool:
        """Whether some device of a place does not stop by itself."""
        return any(self._classes[order.driver].has_rescue() for order in self._orders.get(place, ()))

    def begin(self, places: Iterable[str]) -> list[Rescue]:
        """Begin to rescue every device of these places, all at once."""
        orders = [order for place in places for order in self._orders.get(place, ())]
        return [Rescue(order, self._classes[order.driver]) for order in orders]
