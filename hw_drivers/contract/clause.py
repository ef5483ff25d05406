"""What a driver promises, clause by clause, and what came of looking at one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from sutura.hw_drivers.errors import DriverError

if TYPE_CHECKING:
    from sutura.hw_drivers.contract.rig import Rig

Verdict = Literal["pass", "fail", "skip", "measured"]


class Figure(NamedTuple):
    """What was measured against what was allowed, in the unit named."""

    value: float
    bound: float
    unit: str


class Broken(DriverError):
    """Raised by a clause that a driver does not keep."""

    def __init__(self, reason: str, figure: Figure | None = None) -> None:
        super().__init__(reason)
        self.figure = figure


class NotApplicable(DriverError):
    """Raised by a clause that says nothing about this driver, or cannot be looked at here."""


Check = Callable[["Rig"], Figure | None]


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise. moves: the device moves while it is looked at; by_device: needs an emulated device that can be
    pulled out, broken and looked at; is_timed: judged by the clock of this machine."""

    id: str
    promise: str
    check: Check
    moves: bool = False
    by_device: bool = False
    is_timed: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one clause. `measured`: a figure that was not judged; text: why it failed or was skipped."""

    clause: str
    promise: str
    verdict: Verdict
    text: str = ""
    value: float | None = None
    bound: float | None = None
    unit: str = ""
    seconds: float = 0.0


def require(holds: bool, reason: str, figure: Figure | None = None) -> None:
    """Break the clause unless it holds. Raises Broken."""
    if not holds:
        raise Broken(reason, figure)


def within(value: float, bound: float, unit: str, what: str) -> Figure:
    """A figure that must not exceed its bound. Raises Broken."""
    figure = Figure(value, bound, unit)
    require(value <= bound, f"{what}: {value:.4g} {unit}, at most {bound:.4g} {unit} is allowed", figure)
    return figure
