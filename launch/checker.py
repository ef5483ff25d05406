"""Checks a loaded topology against node classes and drivers, before anything starts.

Rules: unknown-node, bad-node, unknown-port, bad-param, needless-driver, missing-driver, unknown-driver, bad-driver,
bad-driver-option (each node by itself); unconnected-input, several-topics, two-writers, unwritten-topic,
type-mismatch, frame-mismatch, bad-frame, silent-heartbeat (wiring); latched-level, unsupervised-actuator,
unwatched-node, no-permit, no-safe-silence, armed-at-start, watchdog-with-actuator, world-not-alone (safety).
"""

from sutura.launch.check_nodes import Known, know
from sutura.launch.check_safety import safety_problems
from sutura.launch.check_wiring import wiring_problems
from sutura.launch.problems import Problem
from sutura.launch.topology import Topology
from sutura.launch.wiring import wiring_of


def check_topology(topology: Topology) -> list[Problem]:
    """Everything that is wrong, by file and line; an empty list where the topology may run."""
    problems: list[Problem] = []
    known: dict[str, Known] = {}
    for name, node in topology.nodes.items():
        found = know(node, problems)
        if found is not None:
            known[name] = found
    wiring = wiring_of(topology, {name: found.kind for name, found in known.items()})
    problems += wiring_problems(topology, known, wiring)
    problems += safety_problems(topology, known, wiring)
    return sorted(set(problems))
