"""How often each output sends, as far as node classes and parameters say it without running."""

from collections.abc import Mapping
from dataclasses import dataclass

from sutura.launch.check_nodes import Known
from sutura.launch.wiring import Wiring, outputs_of
from sutura.nodes import Input


@dataclass(frozen=True)
class Rate:
    """A rate [Hz], and what sets it, in words."""

    hz: float
    source: str

    @property
    def period(self) -> float:
        """The time between two messages [s]."""
        return 1.0 / self.hz

    def __str__(self) -> str:
        return f"{self.hz:g} Hz, set by {self.source}"


class Rates:
    """The rate of every output and into every input; None where it is not known.

    A node may send less than its timer or its trigger lets it, so a rate is what an output reaches at most.
    """

    def __init__(self, known: Mapping[str, Known], wiring: Wiring) -> None:
        self._known = known
        self._wiring = wiring
        self._found: dict[tuple[str, str], Rate | None] = {}

    def of(self, node: str, output: str) -> Rate | None:
        """The rate of an output."""
        key = (node, output)
        if key not in self._found:
            self._found[key] = None  # what a cycle asks for while it is being found
            self._found[key] = self._find(self._known[node], output)
        return self._found[key]

    def into(self, node: str, port: str) -> tuple[Rate, ...] | None:
        """The rates of all topics of an input; None where it has none or one of them is not known."""
        rates: list[Rate] = []
        for topic in self._known[node].node.inputs.get(port, ()):
            writers = self._wiring.writers.get(topic, ())
            rate = self.of(writers[0].node.name, writers[0].port) if writers else None
            if rate is None:
                return None
            rates.append(rate)
        return tuple(rates) or None

    def _find(self, item: Known, output: str) -> Rate | None:
        node = item.node
        if output == "heartbeat" and not node.supervised:
            return None
        pace = item.kind.declaration.pace(output)
        if isinstance(pace, Input):
            rates = self.into(node.name, pace.name)
            return Rate(sum(r.hz for r in rates), max(rates, key=lambda r: r.hz).source) if rates else None
        if isinstance(pace, str):
            value = getattr(item.params, pace, None)
            source = f"parameter {pace!r} of node {node.name!r} ({node.where('params', pace)})"
            return Rate(float(value), source) if isinstance(value, int | float) and value > 0 else None
        return Rate(pace, f"node {node.name!r} itself") if pace is not None else None


def topics_of(item: Known) -> dict[str, str]:
    """The topic of every output of a known node."""
    return outputs_of(item.node, item.kind)
