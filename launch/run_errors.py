"""Errors of runs.

LaunchError
├── FaultsRefused         faults shall be injected where real hardware moves
├── RunDirectoryRefused   a run's directory cannot be made
├── NoSuchRun             no live run (of that name)
├── NotSimulated          lockstep with a driver of real hardware
├── StartFailed           the places did not come to a start together
└── CannotReplay          a recording, or the nodes chosen of it, cannot be replayed
"""

from collections.abc import Sequence
from pathlib import Path

from sutura.launch.errors import LaunchError


class RunDirectoryRefused(LaunchError):
    """Raised when the directory of a run cannot be made."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot make the run directory {path}: {reason}; set SUTURA_HOME to a folder of yours")


class NoSuchRun(LaunchError):
    """Raised when a request is made and no run is there to take it."""

    def __init__(self, name: str | None, live: Sequence[str]) -> None:
        wanted = f"no live run matches {name!r}" if name else "no run is live"
        super().__init__(f"{wanted} (live: {', '.join(live) or 'none'}); start one with `sutura launch sim`")


class NotSimulated(LaunchError):
    """Raised when a topology with a driver of real hardware shall run on a virtual clock; nothing has moved."""

    def __init__(self, node: str, driver: str, does: str) -> None:
        super().__init__(
            f"expected simulated drivers in lockstep, node {node} has {driver}, which {does} real hardware; "
            f"--set {node}.driver=NAME chooses another"
        )


class FaultsRefused(LaunchError):
    """Raised when faults shall be injected into a run with a driver of real hardware; nothing has moved."""

    def __init__(self, node: str, driver: str) -> None:
        super().__init__(
            f"expected simulated drivers where faults are injected, node {node} has {driver}, which moves real "
            f"hardware; --set {node}.driver=NAME chooses another, without --faults none is injected"
        )


class StartFailed(LaunchError):
    """Raised when a place ends, or disagrees with another, before the start; nothing has moved."""


class CannotReplay(LaunchError):
    """Raised when a recording does not hold what a replay needs, or the chosen nodes must not be replayed."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot replay {path}: {reason}")
