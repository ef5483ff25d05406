"""Errors of the web console.

SuturaError
└── ConsoleError
    ├── ConsoleMissing     the extra `console` is not installed
    ├── BindRefused        an address that others could reach
    └── OrderRefused       what somebody asked for in the console was not done
"""

from sutura.errors import SuturaError

INSTALL = "pip install 'sutura[console]'"


class ConsoleError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with the web console."""


class ConsoleMissing(ConsoleError):
    """Raised when the console is to start and its library is not installed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the web console needs the library viser: {INSTALL} ({reason})")


class BindRefused(ConsoleError, ValueError):
    """Raised when the console is to listen where others could reach it: it has no keys of its own."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"the web console listens on loopback only (127.0.0.1, ::1 or localhost), came {host!r}; from another "
            "machine use a tunnel: ssh -L 8080:127.0.0.1:8080 HOST, or a proxy with TLS on this host"
        )


class OrderRefused(ConsoleError):
    """Raised when a node refused an order, or did not answer; says which and why."""
