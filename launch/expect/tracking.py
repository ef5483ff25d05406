"""`{tracking: fk, tip_error_p95: 1 mm}`: how well the tool follows its command."""

from collections.abc import Mapping
from dataclasses import dataclass

from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding, joined
from sutura.launch.expect.names import Names, refuse_other
from sutura.launch.quantities import in_words
from sutura.launch.wiring import outputs_of
from sutura.launch.yaml_source import Located
from sutura.messages import TrackingError

_LIMITS = ("tip_error_p50", "tip_error_p95", "tip_error_p99", "tip_error_max")


@dataclass(frozen=True)
class TrackingExpectation(Expectation):
    """Distance of the measured tool tip from its newest command, while the arm follows.

    node: which measures it; limits: the largest distance by figure [m].
    """

    node: str
    limits: Mapping[str, float]

    def judge(self, evidence: Evidence) -> Finding:
        measured = evidence.figure(self.node, "tip_error")
        values = {key: float(getattr(measured, key.removeprefix("tip_error_"))) for key in self.limits}
        return joined(
            finding(
                f"{key.removeprefix('tip_error_')} {in_words(value, 'm')}",
                f"{key} is {in_words(value, 'm')}, may be {in_words(limit, 'm')}" if value > limit else "",
            )
            for (key, limit), value in zip(self.limits.items(), values.values(), strict=True)
        )


def read_tracking(tree: Located, names: Names) -> TrackingExpectation:
    """Raises TopologyError."""
    entry = Entry.of(tree, "tracking", _LIMITS)
    node = _measuring(entry.subject, names)
    entry.need(_LIMITS, "tip_error_p95: 1 mm")
    limits = {key: entry.limit(key, "m", 0.0) for key in _LIMITS if key in entry.said}
    for key, limit in limits.items():
        if limit <= 0.0:
            raise BadValue(entry.said[key].mark, key, "a distance above 0 m", entry.said[key].text)
    return TrackingExpectation(*head(entry), node, limits)


def _measuring(tree: Located, names: Names) -> str:
    """The node that measures the tracking of a node: itself, or the one that hears an actuator's measurements."""
    name = names.node(tree, "node in tracking")
    measuring = names.writers_of(TrackingError)
    if name in measuring or name not in names.kinds:
        return name
    said = set(outputs_of(names.topology.nodes[name], names.kinds[name]).values())
    for other in measuring if names.kinds[name].drives_actuator else ():
        if any(said.intersection(topics) for topics in names.topology.nodes[other].inputs.values()):
            return other
    raise refuse_other(tree, "tracking", "a node that measures a TrackingError, or its arm", name, measuring)
