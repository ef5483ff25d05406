"""Which decoders and inputs the bytes of a topic go to, found by the bytes that its frames begin with."""

from collections.abc import Callable, Iterable, Mapping

from sutura.messages import Frame, FrameDecoder, Message, RawDecoder, topic_prefix
from sutura.nodes import Connection, InputPort, Node

Decode = Callable[[bytes], Frame[Message]]
Route = tuple[Decode, list[InputPort[Message]]]
LoneWay = tuple[Decode, InputPort[Message], Connection]


def make_routes(nodes: Iterable[Node]) -> dict[bytes, list[Route]]:
    """The routes of every topic that these nodes read."""
    routes: dict[bytes, list[Route]] = {}
    for node in nodes:
        for name, declared in node.declaration.inputs.items():
            port = node.ports[name]
            if isinstance(port, InputPort):
                for topic in port.connections:
                    _add(routes.setdefault(topic_prefix(topic), []), topic, declared.message, port)
    return routes


def lone_ways(routes: Mapping[bytes, list[Route]]) -> dict[bytes, LoneWay]:
    """Where the bytes of a topic go that one input alone reads."""
    ways = {}
    for prefix, route in routes.items():
        decode, ports = route[0]
        if len(route) == len(ports) == 1:
            ways[prefix] = (
                decode,
                ports[0],
                next(c for t, c in ports[0].connections.items() if topic_prefix(t) == prefix),
            )
    return ways


def _add(routes: list[Route], topic: str, message: type[Message], port: InputPort[Message]) -> None:
    """One decoding serves all ports that read a topic as the same type."""
    for _, ports in routes:
        if ports[0].raw == port.raw:
            ports.append(port)
            return
    routes.append((RawDecoder(topic) if port.raw else FrameDecoder(topic, message), [port]))
