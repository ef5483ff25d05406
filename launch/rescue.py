"""Brings devices to a safe stop when the process that held them is gone."""

import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sutura.errors import SuturaError
from sutura.hw_drivers import ActuatorDriver, DriverContext, load_actuator
from sutura.runtime.clock import monotonic

_BOUND_S = 1.0


class RescueOrder(msgspec.Struct, frozen=True):
    """Which driver to rescue: of which node, with which options, reached where."""

    node: str
    driver: str
    options: dict[str, object]
    device_dir: str


class Rescuer:
    """Holds the driver classes ready, so that a rescue begins within milliseconds."""

    def __init__(self, orders: Mapping[str, list[RescueOrder]]) -> None:
        self._orders = orders
        self._classes: dict[str, type[ActuatorDriver]] = {
            order.driver: load_actuator(order.driver) for group in orders.values() for order in group
        }

    def rescue(self, place: str) -> list[str]:
        """Rescue every device of a place, in about a second at most; returns what happened, in words."""
        return [self._rescue(order) for order in self._orders.get(place, [])]

    def _rescue(self, order: RescueOrder) -> str:
        driver = self._classes[order.driver]
        if not driver.has_rescue():
            return f"{order.node}: driver {order.driver!r} needs no rescue, its device stops by itself"
        outcome: list[str] = []
        thread = threading.Thread(target=self._call, args=(driver, order, outcome), daemon=True)
        begun = monotonic()
        thread.start()
        thread.join(_BOUND_S)
        if not outcome:
            return f"{order.node}: the rescue of driver {order.driver!r} has not ended after {_BOUND_S:g} s"
        return f"{order.node}: {outcome[0]} after {(monotonic() - begun) * 1e-6:.1f} ms"

    @staticmethod
    def _call(driver: type[ActuatorDriver], order: RescueOrder, outcome: list[str]) -> None:
        context = DriverContext(order.node, Path(order.device_dir), monotonic)
        try:
            driver.rescue(order.options, context)
        except (SuturaError, OSError) as error:
            outcome.append(f"the rescue failed: {error}")
        else:
            outcome.append("rescued")
