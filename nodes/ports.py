"""Ports as a node class declares them, and what each becomes in a running node."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, TypeVar, overload

from sutura.messages import Message
from sutura.nodes.inbox import InputPort
from sutura.nodes.outbox import OutputPort

M = TypeVar("M", bound=Message)


class Policy(Enum):
    """What an input keeps until its node has time."""

    NEWEST = "newest"
    QUEUE = "queue"
    LATCHED = "latched"


NEWEST = Policy.NEWEST
LATCHED = Policy.LATCHED


class queue:  # noqa: N801 (reads as a word in a declaration: policy=queue(8))
    """Policy of an input that keeps up to `length` messages, for events."""

    def __init__(self, length: int) -> None:
        if length < 1:
            raise ValueError(f"expected a queue length of at least 1, came {length}")
        self.length = length


class Input(Generic[M]):
    """An input declared on a node class; within a node it is an `InputPort`.

    message: the type it takes; policy: `NEWEST` (default), `queue(n)` or `LATCHED`; max_age: seconds after
    which a message is stale (needed for anything that lets something move); frame: the frame of its poses,
    where `{port}` stands for the namespace of the topic wired to that port; required: it must be wired;
    feedback: it closes a loop, so it never passes its origin on; many: takes several topics.
    """

    def __init__(
        self,
        message: type[M],
        *,
        policy: Policy | queue = NEWEST,
        max_age: float | None = None,
        frame: str = "",
        required: bool = True,
        feedback: bool = False,
        many: bool = False,
    ) -> None:
        self.message = message
        self.policy = Policy.QUEUE if isinstance(policy, queue) else policy
        self.depth = policy.length if isinstance(policy, queue) else 1
        self.max_age = max_age
        self.frame = frame
        self.required = required
        self.feedback = feedback or policy is LATCHED
        self.many = many
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, node: None, owner: type) -> "Input[M]": ...
    @overload
    def __get__(self, node: object, owner: type) -> InputPort[M]: ...
    def __get__(self, node: object | None, owner: type) -> "Input[M] | InputPort[M]":
        return self if node is None else _bound(node, self.name)


class Output(Generic[M]):
    """An output declared on a node class; within a node it is an `OutputPort`.

    message: the type it sends; valid_for: seconds after which a message must not be used (None: no end);
    frame: as for `Input`; latched: a late subscriber gets the last message (for state, never for motion);
    rate: how often it sends, for the checker: Hz, the parameter that holds it, or the input whose messages it
    answers. A node with one timer, or with one input that has a handler, need not say it.
    """

    def __init__(
        self,
        message: type[M],
        *,
        valid_for: float | None = None,
        frame: str = "",
        latched: bool = False,
        rate: float | str | None = None,
    ) -> None:
        self.message = message
        self.rate = rate
        self.valid_for = valid_for
        self.frame = frame
        self.latched = latched
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, node: None, owner: type) -> "Output[M]": ...
    @overload
    def __get__(self, node: object, owner: type) -> OutputPort[M]: ...
    def __get__(self, node: object | None, owner: type) -> "Output[M] | OutputPort[M]":
        return self if node is None else _bound(node, self.name)


def _bound(node: object, name: str) -> Any:  # the descriptors above give it its type
    ports = node.__dict__.get("ports", {})
    if name not in ports:
        raise AttributeError(f"port {name!r} of {type(node).__name__} is not bound: the node is not hosted yet")
    return ports[name]


class Timer:
    """A method that runs on an absolute grid; `rate` in Hz, or the name of the parameter that holds it."""

    def __init__(self, rate: float | str, method: Callable[[Any], None]) -> None:
        self.rate = rate
        self.method = method
        self.name = method.__name__


F = TypeVar("F", bound=Callable[[Any], None])


def every(rate: float | str) -> Callable[[F], F]:
    """Run a method `rate` times a second (or as the named parameter says) on the host's absolute grid."""

    def mark(method: F) -> F:
        method.__sutura_rate__ = rate  # type: ignore[attr-defined]
        return method

    return mark
