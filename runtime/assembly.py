"""Puts the nodes of a place together: classes, parameters, ports and the calls between them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sutura.messages import Message, RawMessage, writer_name
from sutura.nodes import Connection, Input, InputPort, Node, OutputPort, load_node, read_params
from sutura.nodes.ports import Policy
from sutura.runtime.config import NodeConfig, PlaceConfig

if TYPE_CHECKING:
    from sutura.runtime.host import Host


def assemble(config: PlaceConfig, host: "Host") -> dict[str, Node]:
    """Make the nodes of a place, in order, with their ports bound to the host. Raises NodeError."""
    nodes: dict[str, Node] = {}
    for order, node_config in enumerate(config.nodes):
        nodes[node_config.name] = _make_node(node_config, config, host, order)
    _join(nodes)
    return nodes


def _make_node(node_config: NodeConfig, config: PlaceConfig, host: "Host", order: int) -> Node:
    kind = load_node(node_config.node, Path(node_config.folder))
    params = read_params(node_config.name, kind.Params, node_config.params)
    node = kind()
    node.host(node_config.name, params, host, node_config.driver)
    for name, declared in kind.declaration.inputs.items():
        port = _make_input(declared, node_config.inputs.get(name, ()), config, host.now)
        port.node_order = order
        port.raw = declared.message is RawMessage
        port.handler = cast("Callable[[Message], None] | None", getattr(node, f"on_{name}", None))
        port.on_stale = cast("Callable[[], None] | None", getattr(node, f"on_stale_{name}", None))
        node.ports[name] = port
    writer = writer_name(node_config.name, config.incarnation)
    for name, output in kind.declaration.outputs.items():
        topic = node_config.outputs.get(name, f"{node_config.name}/{name}")
        sending = OutputPort(
            name,
            output.message,
            topic=topic,
            writer=writer,
            valid_for=output.valid_for,
            latched=output.latched,
        )
        sending.node_order = order
        sending.attach(host)
        node.ports[name] = sending
    vars(node).update(node.ports)  # from now on a port is a plain attribute, found without its declaration
    return node


def _make_input(
    declared: Input[Message], topics: tuple[str, ...], config: PlaceConfig, clock: Callable[[], int]
) -> InputPort[Message]:
    port: InputPort[Message] = InputPort(
        declared.name,
        depth=declared.depth,
        keeps_all=declared.policy is Policy.QUEUE,
        max_age=declared.max_age,
        feedback=declared.feedback,
        clock=clock,
    )
    for topic in topics:
        source = config.sources.get(topic)
        port.connections[topic] = Connection(topic, source.node if source else "", config.restarted)
    return port


def _join(nodes: dict[str, Node]) -> None:
    """Give every output its readers within the place."""
    inputs = [port for node in nodes.values() for port in node.ports.values() if isinstance(port, InputPort)]
    for writer in nodes.values():
        for output in writer.ports.values():
            if isinstance(output, OutputPort):
                readers = [port for port in inputs if output.topic in port.connections]
                output.readers = [p for p in readers if p.node_order > output.node_order and not p.raw]
                output.others = [p for p in readers if p not in output.readers]
