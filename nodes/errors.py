"""Errors of nodes.

SuturaError
└── NodeError
    ├── BadNode           a node class is declared wrongly
    ├── UnknownNode       no node of that name can be found
    ├── BadParameters     parameters have an unknown name or a value out of bounds
    ├── UnknownPort       a node has no port of that name
    ├── FrameRingRefused  there is no room to share pictures in
    ├── RequestRefused    a node will not carry out a request, and why
    └── VideoUnavailable  pictures cannot be encoded here
"""

from collections.abc import Iterable
from difflib import get_close_matches

from sutura.errors import SuturaError


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` for the nearest known name, and the known names."""
    known = sorted(known)
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{hint} (known: {', '.join(known) or 'none'})"


class NodeError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with a node."""


class BadNode(NodeError):
    """Raised when a node class is defined whose declarations do not fit together."""

    def __init__(self, node: str, reason: str) -> None:
        super().__init__(f"node class {node}: {reason}")


class UnknownNode(NodeError):
    """Raised when a topology names a node class that cannot be found."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown node {name!r}{nearest(name, known)}")


class BadParameters(NodeError):
    """Raised when parameters do not fit; nothing was changed."""

    def __init__(self, node: str, reason: str, known: Iterable[str]) -> None:
        super().__init__(f"parameters of {node}: {reason} (it takes: {', '.join(known) or 'none'})")


class UnknownPort(NodeError):
    """Raised when a topology or a person names a port that the node does not have."""

    def __init__(self, node: str, port: str, known: Iterable[str]) -> None:
        super().__init__(f"node {node} has no port {port!r}{nearest(port, known)}")


class FrameRingRefused(NodeError):
    """Raised when the memory that pictures are shared in cannot be had."""

    def __init__(self, ring: str, reason: str) -> None:
        super().__init__(f"pictures of {ring!r} cannot be shared: expected {reason}")


class RequestRefused(NodeError):
    """Raised by a node that does not carry out a request; the text says why and goes to who asked."""


class VideoUnavailable(NodeError):
    """Raised when this installation cannot encode video."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no video: {reason}; raw pictures go on")
