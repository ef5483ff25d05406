"""Buttons and axes of a device that speaks the kernel's input events."""

from collections.abc import Iterable

from sutura.hw_drivers.inputs.event_codes import AXIS_EVENT, KEY_EVENT, SYNC_DROPPED, SYNC_EVENT, code_of, is_axis
from sutura.hw_drivers.inputs.event_ports import EventPort
from sutura.hw_drivers.inputs.event_stream import InputEvent


class EventControls:
    """Keeps what is held and pushed. Where the kernel had to drop events it is asked anew.

    names: every button and axis that will be asked for.
    """

    def __init__(self, port: EventPort, names: Iterable[str]) -> None:
        self._port = port
        self._codes = {name: code_of(name) for name in names}
        self._axes = [name for name in self._codes if is_axis(name)]
        self._ranges = {name: port.range_of(name) for name in self._axes}
        self._held: set[int] = set()
        self._values: dict[int, int] = {}
        self._dropping = False
        self.knows_buttons = port.tells_at_once
        self._ask()

    def poll(self) -> None:
        """Take all events that have come. Raises DeviceLost."""
        for event in self._port.stream.read():
            self._take(event)

    def is_held(self, button: str) -> bool:
        """Whether a button or key is down."""
        return self._codes[button] in self._held

    def deflection(self, axis: str) -> float:
        """Where an axis stands, -1 … 1; 0 until it has spoken."""
        value = self._values.get(self._codes[axis])
        low, high = self._ranges[axis]
        if value is None or high <= low:
            return 0.0
        return min(max((2.0 * value - low - high) / (high - low), -1.0), 1.0)

    def close(self) -> None:
        """Give the device back."""
        self._port.stream.close()

    def _take(self, event: InputEvent) -> None:
        if event.kind == SYNC_EVENT:
            if self._dropping and event.code != SYNC_DROPPED:
                self._ask()  # what came between was only a part
            self._dropping = event.code == SYNC_DROPPED
            self.knows_buttons = self.knows_buttons or not self._dropping
        elif self._dropping:
            return
        elif event.kind == KEY_EVENT and event.value:
            self._held.add(event.code)
        elif event.kind == KEY_EVENT:
            self._held.discard(event.code)
        elif event.kind == AXIS_EVENT:
            self._values[event.code] = event.value

    def _ask(self) -> None:
        self._held = self._port.held()
        self._values = self._port.values(self._axes)
