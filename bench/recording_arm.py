"""A kinematic arm that marks every write, stop and close in a file, for those who kill its process."""

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path

from sutura.hw_drivers import ActuatedJoints, DriverContext, StopCategory
from sutura.sim_driver.kinematic_arm import KinematicArm

_MARKS = struct.Struct("=qqqq")  # writes; time [ns] of the last write, the last stop, the last close


class Marks:
    """The marks of one arm: who drives it writes them, whoever watches reads them, also after its end."""

    def __init__(self, device_dir: Path, arm: str) -> None:
        path = device_dir / f"{arm.replace('/', '.')}.marks"
        path.touch()
        with path.open("r+b") as file:
            if not path.stat().st_size:
                file.truncate(_MARKS.size)
            self._map = mmap.mmap(file.fileno(), _MARKS.size)

    @property
    def writes(self) -> int:
        """How many commands were written to the device, over all processes that ever drove it."""
        return self._get(0)

    @property
    def written_at(self) -> int:
        """Time of the last write [ns], taken after the device had it; 0 before the first."""
        return self._get(8)

    @property
    def stopped_at(self) -> int:
        """Time of the last stop [ns]."""
        return self._get(16)

    @property
    def closed_at(self) -> int:
        """Time at which the device was last given back [ns]."""
        return self._get(24)

    def note_write(self, now: int) -> None:
        """Mark a write."""
        struct.pack_into("=qq", self._map, 0, self.writes + 1, now)

    def note_stop(self, now: int) -> None:
        """Mark a stop."""
        struct.pack_into("=q", self._map, 16, now)

    def note_close(self, now: int) -> None:
        """Mark that the device was given back."""
        struct.pack_into("=q", self._map, 24, now)

    def _get(self, offset: int) -> int:
        value: int = struct.unpack_from("=q", self._map, offset)[0]
        return value


class RecordingArm(KinematicArm):
    """A kinematic arm whose every write is marked."""

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self._marks = Marks(context.device_dir, context.name)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        sent = super()._write(positions)
        self._marks.note_write(self.context.now())
        return sent

    def _stop(self, category: StopCategory) -> None:
        super()._stop(category)
        self._marks.note_stop(self.context.now())

    def _close(self) -> None:
        super()._close()
        self._marks.note_close(self.context.now())
