"""Emulators by name, and one in a process of its own: `python -m sutura.hw_drivers.emulation KIND OPTIONS_JSON`.

It first says in a line of JSON how it is reached; then each line on stdin is a call, `{"call": "push", "joint": 1,
"by": 0.1}`, answered by a line: `{"ok": true, "answer": …}` or `{"ok": false, "error": "…"}`. The end of stdin
ends it, so that it does not outlive whoever holds it.
"""

import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import TextIO

import msgspec

from sutura.errors import SuturaError
from sutura.hw_drivers.emulator import Emulator
from sutura.hw_drivers.errors import BadCall, BadDriver, UnknownDriver
from sutura.plugins import is_target, load_attribute

ENTRY_POINT_GROUP = "sutura.emulators"

_OURS: Mapping[str, str] = {
    "can": "sutura.hw_drivers.cia402.emulator:CanEmulator",
    "dynamixel": "sutura.hw_drivers.dynamixel.emulator:DynamixelEmulator",
    "feetech": "sutura.hw_drivers.feetech.emulator:FeetechEmulator",
    "world": "sutura.sim_driver.world_emulator:WorldEmulator",
    "dvrk": "sutura.hw_drivers.dvrk.emulator:DvrkEmulator",
}


class Call(msgspec.Struct, forbid_unknown_fields=True):
    """One call to an emulator. joint, by: as of `Emulator.fail` and `push`."""

    call: str
    joint: int = 0
    by: float = 0.0


def emulators() -> dict[str, str]:
    """Every installed emulator: kind to `module:Class`. Another package cannot take a kind of ours."""
    return {**{point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}, **_OURS}


def load_emulator(kind: str) -> type[Emulator]:
    """The emulator of that kind, or of that `module:Class` or `file.py:Class`. Raises UnknownDriver, BadDriver."""
    table = emulators()
    target = table.get(kind, kind)
    if not is_target(target):
        raise UnknownDriver(kind, "emulator", table)
    try:
        found = load_attribute(target)
    except ImportError as error:
        raise BadDriver(kind, target, f"cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Emulator)):
        raise BadDriver(kind, target, f"expected an emulator, came {found!r}")
    return found


def serve(emulator: Emulator, lines: Iterable[str], out: TextIO) -> None:
    """Carry out calls until there are no more lines; a call that is wrong is answered, and the next one taken."""
    calls: dict[str, Callable[[Call], object]] = {
        "unplug": lambda call: emulator.unplug(),
        "plug": lambda call: emulator.plug(),
        "fail": lambda call: emulator.fail(call.joint),
        "repair": lambda call: emulator.repair(),
        "push": lambda call: emulator.push(call.joint, call.by),
        "truth": lambda call: emulator.truth(),
    }
    for line in lines:
        try:
            answer = {"ok": True, "answer": _carry_out(calls, line)}
        except SuturaError as error:
            answer = {"ok": False, "error": str(error)}
        out.write(msgspec.json.encode(answer).decode() + "\n")
        out.flush()


def _carry_out(calls: Mapping[str, Callable[[Call], object]], line: str) -> object:
    try:
        call = msgspec.json.decode(line, type=Call)
    except msgspec.MsgspecError as error:
        raise BadCall(line.strip(), str(error), calls) from error
    if call.call not in calls:
        raise BadCall(call.call, "no such call", calls)
    try:
        return calls[call.call](call)
    except IndexError:
        raise BadCall(call.call, f"the device has no joint {call.joint}", calls) from None


def main() -> int:
    """Run one emulator until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    emulator: Emulator | None = None
    try:
        kind, options = sys.argv[1], msgspec.json.decode(sys.argv[2], type=dict[str, object])
        emulator = load_emulator(kind)(options)
        emulator.start()
        sys.stdout.write(msgspec.json.encode({"ok": True, "answer": emulator.options}).decode() + "\n")
        sys.stdout.flush()
        serve(emulator, sys.stdin, sys.stdout)
    except SuturaError as error:
        sys.stdout.write(msgspec.json.encode({"ok": False, "error": str(error)}).decode() + "\n")
        return 1
    finally:
        if emulator is not None:
            emulator.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
