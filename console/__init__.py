"""What people see: the web console of a run. The page itself is imported only where viser is there."""

from sutura.console.address import ConsoleAddress, read_address
from sutura.console.attach import holds_controls, is_installed, with_console, without_consoles
from sutura.console.errors import INSTALL, BindRefused, ConsoleError, ConsoleMissing, OrderRefused

__all__ = [
    "INSTALL",
    "BindRefused",
    "ConsoleAddress",
    "ConsoleError",
    "ConsoleMissing",
    "OrderRefused",
    "holds_controls",
    "is_installed",
    "read_address",
    "with_console",
    "without_consoles",
]
