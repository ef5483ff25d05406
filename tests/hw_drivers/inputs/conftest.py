"""Emulated input devices at sockets, and what reads them."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.hw_drivers import DriverContext
from sutura.hw_drivers.inputs.emulated_device import EmulatedEvents, EmulatedSpaceMouse


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: socket addresses are limited."""
    with tempfile.TemporaryDirectory(prefix="sutura-", dir="/tmp") as path:
        yield Path(path)


@pytest.fixture
def events(folder: Path) -> Iterator[EmulatedEvents]:
    device = EmulatedEvents(folder / "events")
    device.plug()
    yield device
    device.unplug()


@pytest.fixture
def space_mouse(folder: Path) -> Iterator[EmulatedSpaceMouse]:
    device = EmulatedSpaceMouse(folder / "hid")
    device.plug()
    yield device
    device.unplug()


@pytest.fixture
def context(folder: Path) -> DriverContext:
    return DriverContext("node", folder, time.monotonic_ns)
