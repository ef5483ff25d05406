"""What a node class declares, read when the class is made, so that wiring is known without running it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import msgspec

from sutura.messages import Message
from sutura.nodes.errors import BadNode, nearest
from sutura.nodes.parameters import NodeParams, param_names
from sutura.nodes.ports import Input, Output, Timer

if TYPE_CHECKING:
    from sutura.nodes.node import Node

_RESERVED = {"on_start", "on_stop", "on_params", "on_state_command"}


class Declaration(msgspec.Struct, frozen=True):
    """The ports, timers and parameter type of a node class.

    triggers: the inputs with a handler, feedback and latched ones aside: their messages make it act.
    """

    name: str
    inputs: dict[str, Input[Message]]
    triggers: dict[str, Input[Message]]
    outputs: dict[str, Output[Message]]
    timers: dict[str, Timer]
    params: type[NodeParams]
    summary: str

    def messages(self) -> dict[str, type[Message]]:
        """The message type of every port."""
        found = {name: port.message for name, port in self.inputs.items()}
        return {**found, **{name: port.message for name, port in self.outputs.items()}}

    def pace(self, output: str) -> float | str | Input[Message] | None:
        """What sets the rate of an output: Hz, a parameter's name, or the input it answers; None: not known.

        Where the output does not say it, that is the node's only timer or only trigger.
        """
        said = self.outputs[output].rate
        if said is None:
            found = [*(timer.rate for timer in self.timers.values()), *self.triggers.values()]
            return found[0] if len(found) == 1 else None
        return self.triggers.get(said, said) if isinstance(said, str) else said


def declare(cls: type[Node]) -> Declaration:
    """Read and check a node class. Raises BadNode."""
    members = _members(cls)
    inputs = {name: port for name, port in members.items() if isinstance(port, Input)}
    outputs = {name: port for name, port in members.items() if isinstance(port, Output)}
    triggers = {n: port for n, port in inputs.items() if f"on_{n}" in members and not port.feedback}
    timers = {n: Timer(m.__sutura_rate__, m) for n, m in members.items() if hasattr(m, "__sutura_rate__")}
    params = cls.Params
    if not (isinstance(params, type) and issubclass(params, NodeParams)):
        raise BadNode(cls.__name__, f"expected Params to be a NodeParams, came {params!r}")
    for name in members:
        if name.startswith("on_") and name not in _RESERVED:
            _check_handler(cls.__name__, name, members[name], inputs)
    for name, timer in timers.items():
        _check_rate(cls.__name__, f"@every({timer.rate!r}) of {name}", timer.rate, param_names(params), "parameter")
    for name, output in outputs.items():
        known = [*param_names(params), *triggers]
        _check_rate(
            cls.__name__, f"rate={output.rate!r} of {name}", output.rate, known, "parameter or handled input"
        )
    summary = (inspect.getdoc(cls) or "").partition("\n")[0]
    return Declaration(cls.__name__, inputs, triggers, outputs, timers, params, summary)


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


def _check_rate(node: str, what: str, rate: float | str | None, known: list[str], kinds: str) -> None:
    if isinstance(rate, str):
        if known.count(rate) != 1:
            raise BadNode(
                node, f"{what}: {'no such' if rate not in known else 'more than one'} {kinds}{nearest(rate, known)}"
            )
    elif rate is not None and not 0 < rate <= 10_000:
        raise BadNode(node, f"{what}: expected a rate above 0 and up to 10 kHz")
