"""Pictures between processes: a file of slots, mapped into the writer and every reader.

A writer goes round the slots and waits for nobody; a message says where the newest picture lies. Nobody holds a
lock, so nothing depends on who is killed, or when. A picture that was overwritten, or not written to its end, is
known by the slot's sequence and by a checksum, which holds whatever order a processor gives to memory, and is never
handed out. The file stands beside the run's sockets and goes with them.
"""

import mmap
import os
import struct
import zlib
from pathlib import Path

import msgspec

from sutura.nodes.errors import FrameRingRefused

_MAGIC = b"SUTRING1"
_HEAD = struct.Struct("<8sQQ")  # magic, slots, bytes in a slot
_MARK = struct.Struct("<Q")  # the sequence of what a slot holds, 0 while it is being written
_ALIGNED = 64
_MOST_BYTES = 1 << 30


class RingPlace(msgspec.Struct, frozen=True):
    """Where a picture lies: slot, its sequence there, its size [bytes] and its CRC-32."""

    slot: int
    sequence: int
    size: int
    checksum: int


def ring_path(device_dir: Path, name: str) -> Path:
    """The file of a ring of a run."""
    return device_dir / "s" / f"{name.replace('/', '.')}.ring"


class FrameWriter:
    """The one writer of a ring."""

    def __init__(self, device_dir: Path, name: str, slot_bytes: int, slots: int = 4) -> None:
        """A new ring; readers of one that was there before turn to it. Raises FrameRingRefused."""
        if slot_bytes < 1 or slots < 2 or slots * slot_bytes > _MOST_BYTES:
            raise FrameRingRefused(name, f"2 slots or more, of at least 1 byte, of {_MOST_BYTES} bytes in all")
        self._slots, self._slot_bytes = slots, slot_bytes
        self._path = ring_path(device_dir, name)
        self._sequence = 0
        try:
            self._memory = _made(self._path, slots, slot_bytes)
        except OSError as error:
            raise FrameRingRefused(name, f"room for {slots} pictures: {error.strerror}") from error

    def write(self, picture: bytes | memoryview) -> RingPlace:
        """Put a picture over the oldest one. Raises ValueError when it does not fit a slot."""
        view = memoryview(picture).cast("B")
        if len(view) > self._slot_bytes:
            raise ValueError(f"expected at most {self._slot_bytes} bytes, came {len(view)}")
        self._sequence += 1
        slot = self._sequence % self._slots
        at = _offset(slot, self._slot_bytes)
        _MARK.pack_into(self._memory, at, 0)
        self._memory[at + _ALIGNED : at + _ALIGNED + len(view)] = view
        _MARK.pack_into(self._memory, at, self._sequence)
        return RingPlace(slot, self._sequence, len(view), zlib.crc32(view))

    def close(self) -> None:
        """Leave the ring; who still reads it keeps what is there."""
        self._memory.close()
        self._path.unlink(missing_ok=True)


class FrameReader:
    """Reads the pictures of one run's rings.

    overwritten: pictures that were gone, or going, when they were looked for.
    """

    def __init__(self, device_dir: Path) -> None:
        self._device_dir = device_dir
        self._rings: dict[str, _Mapped] = {}
        self.overwritten = 0

    def read(self, ring: str, place: RingPlace) -> bytes | None:
        """A copy of the whole picture, or None where it is not there (any more)."""
        mapped = self._mapped(ring)
        found = mapped.copy(place) if mapped is not None else None
        self.overwritten += found is None
        return found

    def close(self) -> None:
        """Let go of every ring."""
        for mapped in self._rings.values():
            mapped.memory.close()
        self._rings.clear()

    def _mapped(self, ring: str) -> "_Mapped | None":
        """The ring as its file is now: a writer that was started anew has made another."""
        known = self._rings.get(ring)
        try:
            found = os.stat(ring_path(self._device_dir, ring))
            if known is not None and known.identity == (found.st_dev, found.st_ino):
                return known
            fresh = _Mapped(ring_path(self._device_dir, ring))
        except (OSError, ValueError):
            return known
        if known is not None:
            known.memory.close()
        self._rings[ring] = fresh
        return fresh


class _Mapped:
    """One file of a ring, as a reader has it."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            status = os.fstat(file.fileno())
        self.identity = (status.st_dev, status.st_ino)
        is_whole = len(self.memory) >= _HEAD.size
        magic, self.slots, self.slot_bytes = _HEAD.unpack_from(self.memory) if is_whole else (b"", 0, 0)
        if magic != _MAGIC or len(self.memory) != _offset(self.slots, self.slot_bytes):
            self.memory.close()
            raise ValueError(f"{path} is no ring of pictures")

    def copy(self, place: RingPlace) -> bytes | None:
        if not (0 <= place.slot < self.slots and 0 <= place.size <= self.slot_bytes and place.sequence > 0):
            return None
        at = _offset(place.slot, self.slot_bytes)
        if _MARK.unpack_from(self.memory, at)[0] != place.sequence:
            return None
        data = self.memory[at + _ALIGNED : at + _ALIGNED + place.size]
        return data if zlib.crc32(data) == place.checksum else None


def _offset(slot: int, slot_bytes: int) -> int:
    """Where a slot begins; every one begins on a line of the processor's cache."""
    return _ALIGNED + slot * (_ALIGNED + -(-slot_bytes // _ALIGNED) * _ALIGNED)


def _made(path: Path, slots: int, slot_bytes: int) -> mmap.mmap:
    """A new file, whole before it has its name, its room on the disk taken: a full disk is told here, not later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    size = _offset(slots, slot_bytes)
    with unfinished.open("xb+") as file:
        os.posix_fallocate(file.fileno(), 0, size)
        memory = mmap.mmap(file.fileno(), size)
    _HEAD.pack_into(memory, 0, _MAGIC, slots, slot_bytes)
    unfinished.rename(path)
    return memory
