"""Errors of launching.

SuturaError
└── LaunchError
    └── TopologyError            a topology cannot be loaded; says file and line
        ├── UnknownTopology      no file and no shipped topology of that name
        ├── UnreadableTopology   the file cannot be read, or is not the YAML that is read here
        ├── BadValue             a value is not what its place takes
        ├── MissingValue         something required is not said
        ├── UnknownName          a key, setting, node or place that nothing knows
        │   └── UnknownArgument  an argument that a topology does not declare
        ├── IncludeCycle         a file includes itself, over others or not
        ├── NodeClash            a file gives a node of another file another class
        ├── BadPlace             nodes cannot share processes in this way
        └── SharedFault          a fault of one node would strike others too
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from sutura.errors import SuturaError
from sutura.launch.marks import Mark
from sutura.nodes.errors import nearest


class LaunchError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with how a robot is composed."""


class TopologyError(LaunchError):
    """Raised, as one of its subclasses, when a topology cannot be loaded; `mark` says where, `rule` which rule."""

    rule: ClassVar[str]

    def __init__(self, mark: Mark, reason: str) -> None:
        super().__init__(f"{mark}: {reason}")
        self.mark = mark
        self.reason = reason


class UnknownTopology(TopologyError):
    """Raised when a topology is neither a file nor shipped."""

    rule = "unknown-topology"

    def __init__(self, mark: Mark, name: str, shipped: Iterable[str]) -> None:
        super().__init__(mark, f"no topology {name!r}: no such file, and not shipped{nearest(name, shipped)}")


class UnreadableTopology(TopologyError):
    """Raised when a file cannot be opened, is too large, not UTF-8, or not the YAML that is read here."""

    rule = "unreadable-file"


class BadValue(TopologyError):
    """Raised when a value is of the wrong type or out of bounds."""

    rule = "bad-value"

    def __init__(self, mark: Mark, what: str, expected: str, came: str) -> None:
        super().__init__(mark, f"{what}: expected {expected}, came {came}")


class MissingValue(TopologyError):
    """Raised when a required key or argument is not given."""

    rule = "missing-value"

    def __init__(self, mark: Mark, what: str, hint: str = "") -> None:
        super().__init__(mark, f"{what} is missing{hint}")


class UnknownName(TopologyError):
    """Raised when a topology or a setting names what does not exist; says the nearest name that does."""

    rule = "unknown-name"

    def __init__(self, mark: Mark, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(mark, f"unknown {kind} {name!r}{nearest(name, known)}")


class UnknownArgument(UnknownName):
    """Raised when an argument is given, or spoken of, that the topology does not declare."""

    rule = "unknown-argument"


class IncludeCycle(TopologyError):
    """Raised when files include one another in a ring; shows the ring."""

    rule = "include-cycle"

    def __init__(self, mark: Mark, chain: Sequence[str]) -> None:
        super().__init__(mark, f"include cycle: {' → '.join(chain)}")


class NodeClash(TopologyError):
    """Raised when a file gives a node that another file has made another class without `replace: true`."""

    rule = "node-clash"

    def __init__(self, mark: Mark, name: str, came: str, had: str, had_at: Mark) -> None:
        super().__init__(
            mark,
            f"node {name!r} is {had!r} already ({had_at}), came {came!r}; "
            "a file may change a node's values, and replaces a node only with `replace: true`",
        )


class BadPlace(TopologyError):
    """Raised when places overlap or their names collide."""

    rule = "bad-place"


class SharedFault(TopologyError):
    """Raised when a fault names a node, and would strike others that share its place."""

    rule = "shared-fault"

    def __init__(self, mark: Mark, node: str, place: str, others: Iterable[str]) -> None:
        super().__init__(
            mark,
            f"node {node!r} shares its process with {', '.join(others)}, which the fault would strike too; "
            f"name the place {place!r} if that is meant",
        )
