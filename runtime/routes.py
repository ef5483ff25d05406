"""Which decoders and inputs the bytes of a topic go to, found by the bytes that its frames begin with."""

from collections.abc import Callable, Iterable

from sutura.messages import Frame, FrameDecoder, Message, RawDecoder, topic_prefix
from sutura.nodes import InputPort, Node

Route = tuple[Callable[[bytes], Frame[Message]], list[InputPort[Message]]]


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


def _add(routes: list[Route], topic: str, message: type[Message], port: InputPort[Message]) -> None:
    """One decoding serves all ports that read a topic as the same type."""
    for _, ports in routes:
        if ports[0].raw == port.raw:
            ports.append(port)
            return
    routes.append((RawDecoder(topic) if port.raw else FrameDecoder(topic, message), [port]))
