"""What a person orders in the console goes to the nodes over their control sockets, as from the command line."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

from sutura.console.cast import Cast
from sutura.console.errors import OrderRefused
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.control import Reply
from sutura.runtime.errors import NoAnswer

_PATIENCE_S = 2.0
_HEARD_S = 0.2  # a watchdog learns with the next heartbeat that a fault is cleared

Order = tuple[str, str]  # node, state command


class Desk:
    """Carries orders out, one person's at a time. Its methods raise OrderRefused, with every reason in words."""

    def __init__(self, device_dir: Path, cast: Cast) -> None:
        self._cast = cast
        self._lock = Lock()
        self._client = ControlClient(device_dir / "s")

    def stop(self) -> None:
        """Stop every actuator at once, then the operators' level and the watchdogs."""
        cast = self._cast
        self._carry_out(_orders((*cast.actuators, *cast.operators, *cast.watchdogs), "estop"))

    def release_stop(self) -> None:
        """Release the operators' level; what was stopped stays so until a reset."""
        self._carry_out(_orders(self._cast.operators, "release_estop"))

    def reset(self) -> None:
        """Clear the actuators' faults, then let the watchdogs grant under a new epoch."""
        self._carry_out(_orders(self._cast.actuators, "reset"))
        end = monotonic() + int(_HEARD_S * 1e9)
        while True:
            try:
                return self._carry_out(_orders(self._cast.watchdogs, "reset"))
            except OrderRefused:
                if monotonic() > end:
                    raise

    def enable(self) -> None:
        """Switch every actuator on."""
        self._carry_out(_orders(self._cast.actuators, "enable"))

    def disable(self) -> None:
        """Switch every actuator off."""
        self._carry_out(_orders(self._cast.actuators, "disable"))

    def clutch(self, pressed: bool) -> None:
        """Press or release the clutch of operators that read no device."""
        self._carry_out(_orders(self._cast.operators, "press_clutch" if pressed else "release_clutch"))

    def scale(self, scale: float) -> None:
        """Tool metres per hand metre, of every hand."""
        with self._lock:
            sent = [(node, self._ask(node, "set_params", params={"scale": scale})) for node in self._cast.scalings]
            self._require(sent, self._answers([ticket for _, ticket in sent if ticket]))

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            self._client.close()

    def _carry_out(self, orders: Sequence[Order]) -> None:
        """Every order is sent before any answer is awaited."""
        with self._lock:
            sent = [(node, self._ask(node, "command", command=command)) for node, command in orders]
            self._require(sent, self._answers([ticket for _, ticket in sent if ticket]))

    def _ask(self, node: str, what: str, **fields: object) -> tuple[str, str] | None:
        place = self._cast.place_of(node)
        try:
            return place, self._client.send(place, what, node=node, **fields)
        except NoAnswer:
            return None

    def _answers(self, tickets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Reply]:
        found: dict[tuple[str, str], Reply] = {}
        end = monotonic() + int(_PATIENCE_S * 1e9)
        while set(tickets) - found.keys() and (left := end - monotonic()) > 0:
            found.update({(place, reply.id): reply for place, reply in self._client.replies(left * 1e-9)})
        return found

    @staticmethod
    def _require(sent: Iterable[tuple[str, tuple[str, str] | None]], found: dict[tuple[str, str], Reply]) -> None:
        reasons = []
        for node, ticket in sent:
            reply = found.get(ticket) if ticket is not None else None
            if reply is None:
                reasons.append(f"{node}: no answer within {_PATIENCE_S:g} s")
            elif reply.refused:
                reasons.append(f"{node}: {reply.refused}")
        if reasons:
            raise OrderRefused("; ".join(reasons))


def _orders(nodes: Iterable[str], command: str) -> list[Order]:
    return [(node, command) for node in nodes]
