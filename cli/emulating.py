"""Runs an emulated device for a person, or for a program that controls it."""

import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from sutura.cli.errors import NoArmLikeThat
from sutura.cli.output import say, show_json, warn
from sutura.hw_drivers.emulation import load_emulator, serve
from sutura.hw_drivers.emulator import Emulator
from sutura.launch import load_topology
from sutura.launch.settings import read_setting
from sutura.launch.shape import plain

_OF_THE_DRIVER = ("joint_map", "counts_per_turn")
_OF_THE_NODE = ("model",)
_DRIVERS = {"can": "canopen"}  # where it is not called as its emulator


@dataclass(frozen=True)
class EmulationOrder:
    """What a person wants emulated, and how it is controlled."""

    kind: str
    settings: Sequence[str]
    like: str | None
    control: bool
    as_json: bool


def run_emulator(order: EmulationOrder) -> None:
    """Emulate until SIGINT, SIGTERM, or the end of stdin with `control`. Raises SuturaError."""
    kind = load_emulator(order.kind)
    options = {**_like(order, kind), **_given(order.settings)}
    emulator = kind(options)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        emulator.start()
        _introduce(order, emulator.options)
        if order.control:
            serve(emulator, sys.stdin, sys.stdout)
        else:
            signal.pause()
    except KeyboardInterrupt:
        warn(f"the emulated {order.kind} ends")
    finally:
        emulator.close()


def _end(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _introduce(order: EmulationOrder, options: Mapping[str, object]) -> None:
    driver = _driver_of(order.kind)
    if order.as_json or order.control:
        return show_json({"kind": order.kind, "driver": driver, "options": options}, indent=0)
    say(f"an emulated {order.kind} runs; driver {driver}, options:")
    for name, value in options.items():
        shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        say(f"  --set arm.driver.{name}={shown}")
    return say("Ctrl-C ends it")


def _driver_of(kind: str) -> str:
    return _DRIVERS.get(kind, kind)


def _given(settings: Sequence[str]) -> dict[str, object]:
    return {setting.key: plain(setting.value) for setting in map(read_setting, settings)}


def _like(order: EmulationOrder, kind: type[Emulator]) -> dict[str, object]:
    """What the arm's driver in a topology says of its motors. Raises NoArmLikeThat, TopologyError."""
    if order.like is None:
        return {}
    known = {field.name for field in msgspec.structs.fields(kind.Options)}
    driver = _driver_of(order.kind)
    topology = load_topology(order.like)
    for node in topology.nodes.values():
        if node.driver is not None and node.driver.use == driver:
            found = {name: node.driver.options[name] for name in _OF_THE_DRIVER if name in node.driver.options}
            found |= {name: node.params[name] for name in _OF_THE_NODE if name in node.params}
            return {name: value for name, value in found.items() if name in known}
    used = [node.driver.use for node in topology.nodes.values() if node.driver is not None]
    raise NoArmLikeThat(order.like, driver, used)
