"""Checks a loaded topology against node classes and drivers, before anything starts, by the rules in `rules`."""

from sutura.launch.check_addresses import address_problems
from sutura.launch.check_drivers import driver_problems
from sutura.launch.check_expect import expect_problems
from sutura.launch.check_faults import fault_problems
from sutura.launch.check_loops import loop_problems
from sutura.launch.check_names import name_problems
from sutura.launch.check_nodes import Known, know
from sutura.launch.check_rates import rate_problems
from sutura.launch.check_safety import safety_problems
from sutura.launch.check_wiring import wiring_problems
from sutura.launch.problems import Findings, Problem
from sutura.launch.rates import Rates
from sutura.launch.silences import heard
from sutura.launch.topology import Topology
from sutura.launch.wiring import wiring_of


def check_topology(topology: Topology) -> list[Problem]:
    """Everything that is wrong, by file and line; an empty list where the topology may run."""
    return examine(topology).problems


def examine(topology: Topology) -> Findings:
    """Everything that is wrong, and what the topology has silenced."""
    problems: list[Problem] = []
    known: dict[str, Known] = {}
    for name, node in topology.nodes.items():
        found = know(node, problems)
        if found is not None:
            known[name] = found
    wiring = wiring_of(topology, {name: found.kind for name, found in known.items()})
    rates = Rates(known, wiring)
    for node in topology.nodes.values():
        problems += address_problems(node)
    problems += wiring_problems(topology, known, wiring)
    problems += name_problems(wiring)
    problems += loop_problems(known, wiring)
    problems += rate_problems(known, rates)
    problems += driver_problems(known, rates)
    problems += expect_problems(topology, known, wiring, rates)
    problems += fault_problems(topology, known, wiring)
    problems += safety_problems(topology, known, wiring)
    return heard(topology, sorted(set(problems)), is_whole=len(known) == len(topology.nodes))
