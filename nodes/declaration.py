"""What a node class declares, read when the class is made, so that wiring is known without running it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import msgspec

from sutura.messages import Message
from sutura.nodes.errors import BadNode
from sutura.nodes.parameters import NodeParams, param_names
from sutura.nodes.ports import Input, Output, Timer

if TYPE_CHECKING:
    from sutura.nodes.node import Node

_RESERVED = {"on_start", "on_stop", "on_params", "on_state_command"}


class Declaration(msgspec.Struct, frozen=True):
    """The ports, timers and parameter type of a node class."""

    name: str
    inputs: dict[str, Input[Message]]
    outputs: dict[str, Output[Message]]
    timers: dict[str, Timer]
    params: type[NodeParams]
    summary: str

    def messages(self) -> dict[str, type[Message]]:
        """The message type of every port."""
        found = {name: port.message for name, port in self.inputs.items()}
        return {**found, **{name: port.message for name, port in self.outputs.items()}}


def declare(cls: type[Node]) -> Declaration:
    """Read and check a node class. Raises BadNode."""
    members = _members(cls)
    inputs = {name: port for name, port in members.items() if isinstance(port, Input)}
    outputs = {name: port for name, port in members.items() if isinstance(port, Output)}
    timers = {n: Timer(m.__sutura_rate__, m) for n, m in members.items() if hasattr(m, "__sutura_rate__")}
    params = cls.Params
    if not (isinstance(params, type) and issubclass(params, NodeParams)):
        raise BadNode(cls.__name__, f"expected Params to be a NodeParams, came {params!r}")
    for name in members:
        if name.startswith("on_") and name not in _RESERVED:
            _check_handler(cls.__name__, name, members[name], inputs)
    for name, timer in timers.items():
        _check_timer(cls.__name__, name, timer, params)
    summary = (inspect.getdoc(cls) or "").partition("\n")[0]
    return Declaration(cls.__name__, inputs, outputs, timers, params, summary)


def _members(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in reversed(cls.__mro__):
        found.update(vars(kind))
    return found


def _check_handler(node: str, name: str, method: Any, inputs: dict[str, Input[Message]]) -> None:
    port = name.removeprefix("on_stale_") if name.startswith("on_stale_") else name.removeprefix("on_")
    if port not in inputs:
        known = ", ".join(sorted(inputs)) or "none"
        raise BadNode(node, f"{name} belongs to no input (inputs: {known})")
    if name.startswith("on_stale_") and inputs[port].max_age is None:
        raise BadNode(node, f"{name} is never called: input {port!r} has no max_age")
    wanted = 1 if name.startswith("on_stale_") else 2
    if len(inspect.signature(method).parameters) != wanted:
        raise BadNode(node, f"{name} takes {'nothing' if wanted == 1 else 'one message'} besides self")


def _check_timer(node: str, name: str, timer: Timer, params: type[NodeParams]) -> None:
    if isinstance(timer.rate, str):
        if timer.rate not in param_names(params):
            raise BadNode(node, f"@every({timer.rate!r}) of {name}: no such parameter")
    elif not 0 < timer.rate <= 10_000:
        raise BadNode(node, f"@every({timer.rate}) of {name}: expected a rate above 0 and up to 10 kHz")
