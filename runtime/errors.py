"""Errors of the runtime.

SuturaError
└── RuntimeFault
    ├── HandshakeFailed   places could not agree to start
    ├── BadPeer           a peer on a socket does not speak the protocol
    ├── NodeCrashed       a handler or timer of a node raised
    ├── PlaceFell         a place that is stepped in another process has ended
    ├── SocketRefused     an address that must not be used
    └── NoAnswer          a place did not answer on its control socket
"""

from sutura.errors import SuturaError


class RuntimeFault(SuturaError):
    """Raised, as one of its subclasses, for what goes wrong while nodes live."""


class HandshakeFailed(RuntimeFault):
    """Raised when a place cannot start with the others."""


class BadPeer(RuntimeFault):
    """Raised when a peer sends what is no ZMTP; its connection is closed."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}, came {came}")


class NodeCrashed(RuntimeFault):
    """Raised by the host when a node's own code raised; its place ends, safely."""

    def __init__(self, node: str, where: str, error: BaseException) -> None:
        super().__init__(f"node {node}: {where} raised {type(error).__name__}: {error}")
        self.node = node
        self.__cause__ = error  # compiled code forgets the `from` of a raise


class PlaceFell(RuntimeFault):
    """Raised when a place that is stepped in a process of its own has crashed, ended or does not answer."""

    def __init__(self, place: str, node: str, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.node = node


class SocketRefused(RuntimeFault):
    """Raised when an address breaks a rule: TCP outside loopback needs CURVE keys, ipc paths have a length."""


class NoAnswer(RuntimeFault):
    """Raised when a place does not answer in time."""

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(f"place {place!r} did not answer within {seconds:g} s")
