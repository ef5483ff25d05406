"""Checks what a topology expects of a run: whether it can be read, and whether it could ever come true."""

from collections.abc import Iterator, Mapping

from sutura.launch.check_nodes import Known
from sutura.launch.errors import TopologyError
from sutura.launch.expect import Names, PathExpectation, read_expectation
from sutura.launch.flow import Flow
from sutura.launch.problems import Problem
from sutura.launch.rates import Rates
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring

_SHARES = {"latency_p50": 0.5}  # half of all messages wait for less than half of a period


def expect_problems(
    topology: Topology, known: Mapping[str, Known], wiring: Wiring, rates: Rates
) -> Iterator[Problem]:
    """All that is wrong with the entries of `expect`."""
    flow = Flow(known, wiring, rates)
    names = Names(topology, {name: found.kind for name, found in known.items()}, wiring)
    for tree in topology.said.get("expect", ()):
        try:
            expectation = read_expectation(tree, names)
        except TopologyError as error:
            yield Problem.of(error, "bad-expectation")
            continue
        if isinstance(expectation, PathExpectation) and names.is_whole:  # else the path may lead on unseen
            yield from _late(expectation, flow)


def _late(expected: PathExpectation, flow: Flow) -> Iterator[Problem]:
    way, last = " → ".join(expected.nodes), expected.nodes[-1]
    wait = flow.least_wait(expected.nodes)
    if wait is None:
        yield Problem.at(expected.mark, "no-path", f"nothing flows {way}", node=last)
        return
    stops = ", ".join(f"{node} ({rate.period:g} s, {rate})" for node, rate in wait.stops)
    for figure, limit in expected.limits.items():
        seconds = wait.seconds * _SHARES.get(figure, 1.0)
        if seconds > limit:
            reason = f"{figure} of {way} may be {limit:g} s, but messages wait {seconds:g} s by design: in {stops}"
            yield Problem.at(expected.mark, "late-by-design", reason, node=last)
