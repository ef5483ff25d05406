"""Checks for cycles that never rest: every message in them calls for the next one."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from sutura.launch.check_nodes import Known
from sutura.launch.problems import Problem
from sutura.launch.rates import topics_of
from sutura.launch.wiring import Wiring
from sutura.nodes import Input

Port = tuple[str, str]


def loop_problems(known: Mapping[str, Known], wiring: Wiring) -> Iterator[Problem]:
    """One problem for each cycle, at the input that closes it."""
    graph = {
        (name, port): set(_calls(item, port, known, wiring))
        for name, item in known.items()
        for port in _triggers(item)
    }
    order = {name: index for index, name in enumerate(known)}
    while cycle := _cycle(graph):
        closing = min(cycle, key=lambda port: order[port[0]])
        at = cycle.index(closing)
        ring = [*cycle[at:], *cycle[:at]]
        graph[ring[-1]].discard(closing)
        yield _problem(known[closing[0]], closing[1], [name for name, _ in ring])


def _problem(item: Known, port: str, ring: list[str]) -> Problem:
    reason = f"{' → '.join([*ring, ring[0]])} goes round for ever: each message calls for the next; "
    reason += f"let one node act on a timer (`@every`), or declare input {port!r} of node {ring[0]!r} as feedback"
    topic = item.node.inputs[port][0]
    return Problem.at(item.node.where("in", port), "endless-loop", reason, node=ring[0], topic=topic)


def _triggers(item: Known) -> list[str]:
    return list(item.kind.declaration.triggers)


def _calls(item: Known, port: str, known: Mapping[str, Known], wiring: Wiring) -> Iterator[Port]:
    """The triggers that a message at `port` calls: those of whoever reads what the node may answer at once."""
    for output, topic in topics_of(item).items():
        if _answers(item, port, output):
            for reader in wiring.readers.get(topic, ()):
                if reader.port in known[reader.node.name].kind.declaration.triggers:
                    yield reader.node.name, reader.port


def _answers(item: Known, port: str, output: str) -> bool:
    """Whether a message at `port` makes the node send this output; where it does not say so, if it has no timer."""
    pace = item.kind.declaration.pace(output)
    if pace is None:
        return not item.kind.declaration.timers
    return isinstance(pace, Input) and pace.name == port


def _cycle(graph: Mapping[Port, set[Port]]) -> list[Port]:
    """The ports of one cycle, each calling the next; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1][:0:-1])  # it lists each port after one that it calls, the first again at the end
    return []
