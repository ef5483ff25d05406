"""What a driver is given besides its options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from sutura.hw_drivers.disturbance import Disturbance
from sutura.hw_drivers.errors import BadOptions


class DriverOptions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of a driver's options; a driver lists its own with types, bounds and defaults."""


OptionsT = TypeVar("OptionsT", bound=DriverOptions)


@dataclass(frozen=True, slots=True)
class DriverContext:
    """Where a driver lives.

    name: the node that owns it; device_dir: where simulated devices are reached; now: the host's clock [ns];
    seed: of this run, for seeded behaviour; disturbance: what a fault script does to its readings, None without.
    """

    name: str
    device_dir: Path
    now: Callable[[], int]
    seed: int = 0
    disturbance: Disturbance | None = None


def read_options(driver: str, kind: type[OptionsT], given: Mapping[str, object]) -> OptionsT:
    """Typed options out of what a topology says. Raises BadOptions."""
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        known = [field.name for field in msgspec.structs.fields(kind)]
        raise BadOptions(driver, str(error), known) from None
