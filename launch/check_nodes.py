"""Checks each node by itself: its class, its ports' names, its parameters and its driver."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sutura.hw_drivers import (
    ActuatorDriver,
    Camera,
    InputDevice,
    OperatorDevice,
    load_actuator,
    load_camera,
    load_input,
    load_operator,
)
from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.errors import DriverError, UnknownDriver
from sutura.launch.check_fields import field_problems, whole_problem
from sutura.launch.problems import Problem
from sutura.launch.topology import TopologyNode
from sutura.messages import describe
from sutura.nodes import Node, NodeParams, UnknownNode, UnknownPort, load_node, read_params
from sutura.nodes.errors import NodeError

Driver = type[ActuatorDriver] | type[InputDevice] | type[OperatorDevice] | type[Camera]

_WANTED: Mapping[Callable[[str], Driver], str] = {
    load_actuator: "an actuator",
    load_input: "an input",
    load_camera: "a camera",
}


@dataclass(frozen=True)
class Known:
    """A node whose class is known, with its typed parameters and its driver as far as these are sound."""

    node: TopologyNode
    kind: type[Node]
    params: NodeParams | None
    driver: Driver | None

    @property
    def actuator(self) -> type[ActuatorDriver] | None:
        """The actuator driver, if it has one."""
        found = self.driver
        return found if found is not None and issubclass(found, ActuatorDriver) else None

    @property
    def is_watchdog(self) -> bool:
        """Whether its class is called Watchdog."""
        return self.kind.declaration.name == "Watchdog"


def know(node: TopologyNode, problems: list[Problem]) -> Known | None:
    """Load and check one node, adding what is wrong to `problems`; None where its class cannot be had."""
    found: list[Problem] = []
    kind = _load(node, found)
    known = None
    if kind is not None:
        found += _port_problems(node, kind)
        known = Known(node, kind, _params(node, kind, found), _driver(node, kind, found))
    problems += [replace(problem, node=node.name) for problem in found]
    return known


def _load(node: TopologyNode, problems: list[Problem]) -> type[Node] | None:
    mark = node.where("node")
    try:
        kind = load_node(node.node, Path(node.folder) if node.folder else None)
    except UnknownNode as error:
        problems.append(Problem.at(mark, "unknown-node", str(error)))
    except NodeError as error:
        problems.append(Problem.at(mark, "bad-node", str(error)))
    else:
        reason = "expected a subclass of Node, came Node itself" if kind is Node else _odd_message(kind)
        if not reason:
            return kind
        problems.append(Problem.at(mark, "bad-node", reason))
    return None


def _odd_message(kind: type[Node]) -> str:
    """What is wrong with a message type of a node's ports, such as a field whose type is not defined."""
    for port, message in kind.declaration.messages().items():
        try:
            describe(message)
        except Exception as error:  # noqa: BLE001 (a user's own annotations may raise anything; it is reported)
            return f"port {port!r}: message type {message.__name__} cannot be read: {type(error).__name__}: {error}"
    return ""


def _port_problems(node: TopologyNode, kind: type[Node]) -> Iterator[Problem]:
    ports = kind.declaration
    for side, given, known, other in (
        ("in", node.inputs, ports.inputs, ports.outputs),
        ("out", node.outputs, ports.outputs, ports.inputs),
    ):
        for port in given:
            if port not in known:
                turned = f"; {port!r} is an {'output' if side == 'in' else 'input'}" if port in other else ""
                reason = str(UnknownPort(node.name, port, known)) + turned
                yield Problem.at(node.where(side, port), "unknown-port", f"under `{side}`: {reason}")


def _params(node: TopologyNode, kind: type[Node], problems: list[Problem]) -> NodeParams | None:
    mark = partial(node.where, "params")
    found = list(field_problems(kind.Params, node.params, "bad-param", f"node {node.name!r}", mark))
    if not found:
        whole = whole_problem(lambda: read_params(node.name, kind.Params, node.params), "bad-param", mark())
        found = [whole] if whole else []
    problems += found
    return None if found else read_params(node.name, kind.Params, node.params)


def _driver(node: TopologyNode, kind: type[Node], problems: list[Problem]) -> Driver | None:
    choice, loader = node.driver, _loader(kind)
    if loader is None:
        if choice is not None:
            reason = f"node {node.name!r} ({kind.declaration.name}) takes no driver, came {choice.use!r}"
            problems.append(Problem.at(node.where("driver"), "needless-driver", reason))
        return None
    if choice is None:
        if loader is not load_operator:  # it is scripted without
            reason = f"node {node.name!r} needs {_WANTED[loader]} driver: say `driver: {{use: NAME}}`"
            problems.append(Problem.at(node.where(), "missing-driver", reason))
        return None
    found = _load_driver(node, choice.use, loader, problems)
    if found is not None:
        problems += _option_problems(node, found)
    return found


def _loader(kind: type[Node]) -> Callable[[str], Driver] | None:
    """What finds the drivers of a node of this class; None if it takes none."""
    if kind.drives_actuator:
        return load_actuator
    if getattr(kind, "uses_input_device", False):
        return load_input
    if getattr(kind, "uses_camera", False):
        return load_camera
    return load_operator if getattr(kind, "uses_operator_device", False) else None


def _load_driver(
    node: TopologyNode, name: str, loader: Callable[[str], Driver], problems: list[Problem]
) -> Driver | None:
    mark = node.where("driver", "use")
    try:
        found = loader(name)
    except UnknownDriver as error:
        problems.append(Problem.at(mark, "unknown-driver", f"node {node.name!r}: {error}"))
    except DriverError as error:
        problems.append(Problem.at(mark, "bad-driver", f"node {node.name!r}: {error}"))
    else:
        lacking = _lacking(found)
        if not lacking:
            return found
        problems.append(Problem.at(mark, "bad-driver", f"node {node.name!r}: driver {name!r} has no {lacking}"))
    return None


def _lacking(driver: Driver) -> str:
    """What a driver class does not implement or declare."""
    missing = sorted(getattr(driver, "__abstractmethods__", ())) if inspect.isabstract(driver) else []
    if issubclass(driver, ActuatorDriver) and not hasattr(driver, "capabilities"):
        missing.append("capabilities")
    return ", ".join(missing)


def _option_problems(node: TopologyNode, driver: Driver) -> list[Problem]:
    options = dict(node.driver.options) if node.driver else {}
    what = f"driver {node.driver.use if node.driver else ''!r} of node {node.name!r}"
    mark = partial(node.where, "driver")
    found = list(field_problems(driver.Options, options, "bad-driver-option", what, mark))
    if found:
        return found
    whole = whole_problem(lambda: read_options(what, driver.Options, options), "bad-driver-option", mark())
    return [whole] if whole else []
