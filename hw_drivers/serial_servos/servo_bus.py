"""Servos of one kind on one serial bus: registers of all of them, by sync write and sync read."""

from collections.abc import Iterator, Sequence

from sutura.hw_drivers.errors import DeviceFault, DeviceLost
from sutura.hw_drivers.serial_servos.port import SerialPort
from sutura.hw_drivers.serial_servos.sdk import SUCCESS, GroupSyncRead, GroupSyncWrite, ServoSdk

_HIGHEST_ID = 252
_ENOUGH = 2  # pings, to know that a motor is not there
_PINGS = 3  # a first packet after the port was opened may find noise before it


class ServoBus:
    """One port, one SDK, and the motors in device order. Values are little-endian, as in both protocols.

    Every method that asks raises DeviceLost, which names the motor, when an answer is missing.
    """

    def __init__(self, sdk: ServoSdk, protocol: float, port: SerialPort, motors: Sequence[int]) -> None:
        self.port = port
        self.motors = tuple(motors)
        self._sdk = sdk
        self._handler = sdk.packet_handler(protocol)
        self._writes: dict[tuple[int, int], GroupSyncWrite] = {}
        self._reads: dict[tuple[int, int], GroupSyncRead] = {}

    @property
    def owner(self) -> str:
        """The driver, in messages to people."""
        return self.port.owner

    def open(self) -> None:
        """Take the port."""
        self.port.open()

    def close(self) -> None:
        """Give it back."""
        self.port.close()

    def ping(self, motor: int, tries: int = _PINGS) -> int:
        """The model number of a motor."""
        result = SUCCESS
        for _ in range(tries):
            self.port.begin()
            model, result, _ = self._handler.ping(self.port, motor)
            if result == SUCCESS:
                return model
        raise self._missing(motor, result)

    def count_from(self, first: int) -> Iterator[int]:
        """The ids, one after another, whose motors answer."""
        for motor in range(first, _HIGHEST_ID + 1):
            try:
                self.ping(motor, _PINGS if motor == first else _ENOUGH)
            except DeviceLost:
                if motor == first:
                    raise
                return
            yield motor

    def reboot(self, motor: int) -> None:
        """Let a motor start anew; it does not answer for a while."""
        self.port.begin()
        result, _ = self._handler.reboot(self.port, motor)
        if result != SUCCESS:
            raise self._missing(motor, result)

    def write(self, address: int, rows: Sequence[bytes]) -> None:
        """Registers from an address on, a row for each motor. Nobody answers."""
        key = address, len(rows[0])
        group = self._writes.get(key)
        if group is None:
            group = self._writes[key] = self._sdk.sync_write(self.port, self._handler, *key)
            for motor, row in zip(self.motors, rows, strict=True):
                group.addParam(motor, row)
        else:
            for motor, row in zip(self.motors, rows, strict=True):
                group.changeParam(motor, row)
        self.port.begin()
        result = group.txPacket()
        if result != SUCCESS:
            raise DeviceLost(self.owner, f"port {self.port.path}: {self._words(result)}")

    def read(self, address: int, length: int, fast: bool = False) -> list[bytes]:
        """Registers from an address on, a row from each motor; what noise has spoilt is asked for once more.

        fast: first in one packet from all motors, as newer Dynamixels can.
        """
        self.port.begin()
        if fast:
            rows = self._read_fast(address, length)
            if rows is not None:
                return rows
        try:
            return self._read(address, length)
        except _Spoilt:
            pass
        try:
            return self._read(address, length)
        except _Spoilt as spoilt:
            raise DeviceLost(self.owner, str(spoilt)) from None

    def can_read_fast(self, address: int, length: int) -> bool:
        """Whether all motors know the fast way."""
        self.port.begin()
        return self._read_fast(address, length) is not None

    def assure(self, address: int, rows: Sequence[bytes], what: str, within: int = 0) -> None:
        """Write, and read back what must differ by no more than `within`. Raises DeviceFault if a motor has not
        taken it."""
        length = len(rows[0])
        found: list[bytes] = []
        for _ in range(2):
            self.write(address, rows)
            found = self.read(address, length)
            if all(_apart(row, came) <= within for row, came in zip(rows, found, strict=True)):
                return
        for motor, row, came in zip(self.motors, rows, found, strict=True):
            if _apart(row, came) > within:
                expected, got = (int.from_bytes(one, "little") for one in (row, came))
                raise DeviceFault(
                    self.owner, f"motor {motor} does not take its {what}: expected {expected}, it says {got}"
                )

    def keep(self, address: int, rows: Sequence[bytes], what: str) -> None:
        """The same where it is not so already: what is kept without power wears out by writing."""
        if self.read(address, len(rows[0])) != list(rows):
            self.assure(address, rows, what)

    def same(self, value: int, length: int) -> list[bytes]:
        """The rows that give all motors one value."""
        return [value.to_bytes(length, "little", signed=value < 0)] * len(self.motors)

    def _read_fast(self, address: int, length: int) -> list[bytes] | None:
        group = self._group(address, length)
        try:
            if group.fastSyncRead() != SUCCESS:
                return None
        except IndexError:  # the SDK trusts lengths that noise may have changed
            return None
        rows = [bytes(group.data_dict[motor]) for motor in self.motors]
        return rows if all(len(row) == length for row in rows) else None

    def _read(self, address: int, length: int) -> list[bytes]:
        group = self._group(address, length)
        self.port.is_using = False
        result = group.txPacket()
        if result != SUCCESS:
            raise DeviceLost(self.owner, f"port {self.port.path}: {self._words(result)}")
        return [self._answer(motor, length) for motor in self.motors]

    def _answer(self, motor: int, length: int) -> bytes:
        try:
            data, result, _ = self._handler.readRx(self.port, motor, length)
        except IndexError:  # the SDK trusts lengths that noise may have changed
            raise _Spoilt(f"motor {motor} at {self.port.path}: an answer without its length") from None
        if result != SUCCESS:
            raise _Spoilt(f"motor {motor} at {self.port.path}: {self._words(result)}")
        if len(data) != length:
            raise _Spoilt(f"motor {motor} at {self.port.path}: {length} bytes expected, {len(data)} came")
        return bytes(data)

    def _group(self, address: int, length: int) -> GroupSyncRead:
        group = self._reads.get((address, length))
        if group is None:
            group = self._reads[address, length] = self._sdk.sync_read(self.port, self._handler, address, length)
            for motor in self.motors:
                group.addParam(motor)
        return group

    def _missing(self, motor: int, result: int) -> DeviceLost:
        return DeviceLost(self.owner, f"motor {motor} at {self.port.path}: {self._words(result)}")

    def _words(self, result: int) -> str:
        text = self._handler.getTxRxResult(result).removeprefix("[TxRxResult] ").rstrip("!")
        return text or f"result {result} of the SDK"


def _apart(a: bytes, b: bytes) -> int:
    """How far two values are from each other, across zero too."""
    whole = 1 << 8 * len(a)
    far = abs(int.from_bytes(a, "little") - int.from_bytes(b, "little"))
    return min(far, whole - far)


class _Spoilt(Exception):
    """An answer that did not come whole."""
