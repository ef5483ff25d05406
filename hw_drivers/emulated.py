"""An emulated device in a process of its own, held by whoever tests a driver."""

import select
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec

from sutura.hw_drivers.emulator import DeviceTruth
from sutura.hw_drivers.errors import EmulatorFell

_START_S = 20.0
_ANSWER_S = 5.0


class _Answer(msgspec.Struct):
    ok: bool
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""


class EmulatedDevice:
    """Starts an emulator and calls it; it ends with this handle, and with this process. Raises EmulatorFell.

    options: the driver options by which it is reached.
    """

    def __init__(self, kind: str, options: Mapping[str, object] | None = None) -> None:
        self.kind = kind
        order = [sys.executable, "-m", "sutura.hw_drivers.emulation", kind]
        self._process = subprocess.Popen(
            [*order, msgspec.json.encode(dict(options or {})).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._rest = b""
        self.options = msgspec.json.decode(self._answer(_START_S), type=dict[str, object])

    def unplug(self) -> None:
        """The bus goes away; the device lives on."""
        self._call({"call": "unplug"})

    def plug(self) -> None:
        """The bus is back."""
        self._call({"call": "plug"})

    def fail(self, joint: int) -> None:
        """The drive of a joint has a fault."""
        self._call({"call": "fail", "joint": joint})

    def repair(self) -> None:
        """Nothing is broken any more."""
        self._call({"call": "repair"})

    def push(self, joint: int, by: float) -> None:
        """Move a joint from outside [rad or m]."""
        self._call({"call": "push", "joint": joint, "by": by})

    def truth(self) -> DeviceTruth:
        """Where the joints really are."""
        return msgspec.json.decode(self._call({"call": "truth"}), type=DeviceTruth)

    def close(self) -> None:
        """End it; twice changes nothing."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_ANSWER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, call: dict[str, object]) -> bytes:
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(msgspec.json.encode(call) + b"\n")
        except OSError as error:
            raise EmulatorFell(self.kind, f"it has ended: {error}") from error
        return self._answer(_ANSWER_S)

    def _answer(self, patience: float) -> bytes:
        answer = msgspec.json.decode(self._line(patience), type=_Answer)
        if not answer.ok:
            raise EmulatorFell(self.kind, answer.error)
        return bytes(answer.answer)

    def _line(self, patience: float) -> bytes:
        out = self._process.stdout
        while out is not None and b"\n" not in self._rest:
            came = out.read(1 << 16) if select.select([out], [], [], patience)[0] else b""
            if not came:
                self._process.kill()
                raise EmulatorFell(self.kind, f"no answer within {patience:g} s, or it has ended")
            self._rest += came
        line, _, self._rest = self._rest.partition(b"\n")
        return line
