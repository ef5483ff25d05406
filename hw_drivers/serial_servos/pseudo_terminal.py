"""A pseudo-terminal that stands for a serial adapter: it can be pulled out, and comes back at the same path."""

import errno
import os
import select
import tty
from contextlib import suppress
from pathlib import Path

from sutura.hw_drivers.errors import DeviceLost

_TERMINALS = "/dev/pts/"
_MOST = 4096  # bytes of one reading


class PseudoTerminal:
    """The far end of a serial line. `link` is the path that a driver opens, as udev's names are."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._far = self._near = -1

    @property
    def is_plugged(self) -> bool:
        """Whether the path leads anywhere."""
        return self._far >= 0

    def plug(self) -> None:
        """Make the terminal and its path. Twice changes nothing. Raises DeviceLost."""
        if self.is_plugged:
            return
        far, near = os.openpty()
        try:
            tty.setraw(near)
            os.set_blocking(far, False)
            self._make_link(os.ttyname(near))
        except OSError as error:
            os.close(far)
            os.close(near)
            raise DeviceLost("emulated servos", f"no terminal can stand at {self.link}: {error}") from error
        self._far, self._near = far, near

    def unplug(self) -> None:
        """The path vanishes, and who has it open reads its end. Twice changes nothing."""
        if self.is_plugged:
            with suppress(FileNotFoundError):
                self.link.unlink()
            for fd in (self._far, self._near):
                os.close(fd)
            self._far = self._near = -1

    def wait(self, seconds: float, wake: int) -> bytes:
        """What has come, at most so long after; nothing if `wake`, a descriptor, becomes readable before."""
        fds = [self._far, wake] if self.is_plugged else [wake]
        ready, _, _ = select.select(fds, [], [], seconds)
        if self._far not in ready:
            return b""
        try:
            return os.read(self._far, _MOST)
        except OSError as error:
            if error.errno in (errno.EIO, errno.EAGAIN):
                return b""
            raise

    def write(self, data: bytes) -> None:
        """Send; what nobody reads is lost, as on a wire."""
        if self.is_plugged:
            with suppress(BlockingIOError):
                os.write(self._far, data)

    def _make_link(self, name: str) -> None:
        """In place of one that an emulator has left; anything else at this path stays."""
        if self.link.is_symlink() and str(self.link.readlink()).startswith(_TERMINALS):
            self.link.unlink()
        self.link.symlink_to(name)
