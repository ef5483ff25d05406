"""What is the same for every emulated bus of serial servos: a pseudo-terminal, a thread, shafts that move."""

import tempfile
import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol

from msgspec import Meta

from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.emulator import DeviceTruth, Emulator
from sutura.hw_drivers.errors import BadOptions
from sutura.hw_drivers.joint_map import JointMap, MappedOptions
from sutura.hw_drivers.serial_servos.device_thread import DeviceThread
from sutura.hw_drivers.serial_servos.motor_ids import motor_ids
from sutura.hw_drivers.serial_servos.pseudo_terminal import PseudoTerminal
from sutura.hw_drivers.serial_servos.servo_motion import ServoMotion

_BITS = 10  # of a byte on the wire, with start and stop
_QUIET_S = 0.01
_MOVING = 0.01  # rad/s


class ShaftOfServo(Protocol):
    """What the emulated servos of all kinds have."""

    motion: ServoMotion
    broken: bool

    @property
    def is_powered(self) -> bool: ...
    def break_down(self) -> None: ...
    def tick(self) -> None: ...


class ServoEmulatorOptions(MappedOptions, kw_only=True):
    """motors: how many there are, with ids from 1, if joint_map names none; port: the path to make, else one in a
    temporary directory; baud [bit/s], baud_true: whether packets take the time that their bytes take; positions
    [rad or m]: of the joints at first; speed [rad/s], acceleration [rad/s²]: the most that a shaft can do;
    spoil_every: of so many answers one comes with a wrong byte, 0 for none."""

    motors: Annotated[int, Meta(ge=1, le=32)] = 6
    port: str = ""
    baud: Annotated[int, Meta(gt=0)] = 1_000_000
    baud_true: bool = False
    positions: tuple[float, ...] = ()
    speed: Annotated[float, Meta(gt=0.0)] = 6.0
    acceleration: Annotated[float, Meta(gt=0.0)] = 200.0
    spoil_every: Annotated[int, Meta(ge=0)] = 0


class ServoEmulator(Emulator):
    """A bus of servos of one kind. The kind makes the servos, and says what each packet's answer is."""

    Options = ServoEmulatorOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        self._set = read_options(type(self).__name__, self.Options, options)
        count = len(self._set.joint_map.motors) or self._set.motors
        names = tuple(f"joint {n + 1}" for n in range(count))
        self._map = JointMap.of(self._set.joint_map, names, type(self).__name__)
        self.ids = motor_ids(type(self).__name__, self._map)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._wire = PseudoTerminal(self._path())
        self._thread = DeviceThread(self._wire, self._tick, self._hear)
        self._free_at = 0.0  # when the bus has carried all that it was given
        self._heard_at = 0.0
        self._told = 0

    # A kind of servos ------------------------------------------------------------------------------------------

    @abstractmethod
    def _servos(self) -> Sequence[ShaftOfServo]:
        """The servos, in device order."""

    @abstractmethod
    def _answers(self, data: bytes) -> Iterator[bytes]:
        """What the servos say to what came over the wire."""

    @abstractmethod
    def _forget(self) -> None:
        """The wire was quiet: forget packets that are not whole."""

    # The emulator ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Set the shafts as the options say."""
        joints = self._set.positions or (0.0,) * len(self.ids)
        if len(joints) != len(self.ids):
            reason = f"positions: expected {len(self.ids)}, one for each joint, came {len(joints)}"
            raise BadOptions(type(self).__name__, reason, self.Options.__struct_fields__)
        for servo, position in zip(self._servos(), self._map.to_motors(joints), strict=True):
            motion = servo.motion
            motion.position, motion.most, motion.change = position, self._set.speed, self._set.acceleration

    @property
    def options(self) -> Mapping[str, object]:
        """What a driver needs to reach the bus."""
        return {"port": str(self._wire.link), "baud": self._set.baud}

    def start(self) -> None:
        """Plug the adapter in, and give the servos power."""
        self._wire.plug()
        self._thread.start()

    def close(self) -> None:
        """Everything is gone, the path too."""
        self._thread.close()
        if self._folder is not None:
            self._folder.cleanup()

    def unplug(self) -> None:
        """The adapter is pulled out; the servos keep their power."""
        self._thread.call(self._wire.unplug)

    def plug(self) -> None:
        """It is back, at the same path."""
        self._thread.call(self._wire.plug)

    def fail(self, joint: int) -> None:
        """The motor of that place has an overload."""
        self._thread.call(self._servos()[joint].break_down)

    def repair(self) -> None:
        """Nothing is broken any more; what the devices remember of it stays until it is cleared."""

        def mend() -> None:
            for servo in self._servos():
                servo.broken = False

        self._thread.call(mend)

    def push(self, joint: int, by: float) -> None:
        """A hand turns a joint by so much [rad or m]; a powered one goes back."""

        def turn() -> None:
            joints = list(self._map.to_joints(self._positions()))
            joints[joint] += by
            for servo, position in zip(self._servos(), self._map.to_motors(tuple(joints)), strict=True):
                servo.motion.position = position

        self._thread.call(turn)

    def truth(self) -> DeviceTruth:
        """What a person with a protractor would see."""

        def look() -> DeviceTruth:
            servos = self._servos()
            velocities = self._map.velocities_to_joints(tuple(servo.motion.velocity for servo in servos))
            return DeviceTruth(
                self._map.to_joints(self._positions()),
                velocities,
                is_powered=any(servo.is_powered for servo in servos),
                is_moving=any(abs(velocity) > _MOVING for velocity in velocities),
            )

        return self._thread.call(look)

    # The device's thread ---------------------------------------------------------------------------------------

    def _positions(self) -> tuple[float, ...]:
        return tuple(servo.motion.position for servo in self._servos())

    def _tick(self) -> None:
        for servo in self._servos():
            servo.tick()

    def _hear(self, data: bytes) -> None:
        now, quiet_since = time.monotonic(), self._heard_at
        self._heard_at = now
        if now - quiet_since > _QUIET_S:
            self._forget()
        self._carry(len(data))
        for answer in self._answers(data):
            self._told += 1
            if self._set.spoil_every and self._told % self._set.spoil_every == 0:
                answer = answer[:-1] + bytes((answer[-1] ^ 0xFF,))
            self._carry(len(answer))
            self._wire.write(answer)

    def _carry(self, length: int) -> None:
        """Wait as long as so many bytes take on the wire."""
        if self._set.baud_true:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + length * _BITS / self._set.baud
            time.sleep(self._free_at - now)

    def _path(self) -> Path:
        if self._set.port:
            return Path(self._set.port)
        self._folder = tempfile.TemporaryDirectory(prefix="sutura-servos-")
        return Path(self._folder.name) / "port"
