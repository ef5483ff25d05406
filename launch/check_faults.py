"""Checks fault scripts: whether each entry can be read, and strikes what it says."""

from collections.abc import Iterator, Mapping

from sutura.launch.check_nodes import Known
from sutura.launch.errors import SharedFault, TopologyError
from sutura.launch.fault_targets import Targets
from sutura.launch.faults import read_fault
from sutura.launch.problems import Problem
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring


def fault_problems(topology: Topology, known: Mapping[str, Known], wiring: Wiring) -> Iterator[Problem]:
    """All that is wrong with the entries of `faults`."""
    targets = Targets(topology, {name: found.kind for name, found in known.items()}, wiring)
    for number, tree in enumerate(topology.said.get("faults", ()), 1):
        try:
            fault = read_fault(number, tree)
            if len(known) == len(topology.nodes):  # else what is not known may be what it strikes
                targets.injection(fault)
        except SharedFault as error:
            yield Problem.of(error)
        except TopologyError as error:
            yield Problem.of(error, "bad-fault")
