"""Checks addresses among parameters and driver options: what leaves this host must be encrypted."""

from collections.abc import Iterator, Mapping

from sutura.launch.problems import Problem
from sutura.launch.topology import TopologyNode
from sutura.runtime.errors import SocketRefused
from sutura.runtime.zmq_bus import require_safe_bind


def address_problems(node: TopologyNode) -> Iterator[Problem]:
    """TCP addresses outside loopback that have no key beside them, in what the topology says of a node."""
    yield from _bare(node, "params", node.params)
    if node.driver is not None:
        yield from _bare(node, "driver", node.driver.options)


def _bare(node: TopologyNode, where: str, given: Mapping[str, object]) -> Iterator[Problem]:
    has_keys = any("key" in name.lower() and value for name, value in given.items())
    for name, value in given.items():
        for address in _addresses(value):
            if not _is_safe(address, has_keys):
                reason = f"{name!r} of node {node.name!r} is {address!r}: TCP outside loopback needs CURVE keys, "
                reason += "named beside it in an option such as `keys`"
                yield Problem.at(node.where(where, name), "bare-tcp", reason, node=node.name)


def _addresses(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("tcp://"):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item)
    elif isinstance(value, dict):
        yield from _addresses(list(value.values()))


def _is_safe(address: str, has_keys: bool) -> bool:
    try:
        require_safe_bind(address, has_keys)
    except SocketRefused:
        return False
    return True
