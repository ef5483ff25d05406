"""The drives of one arm on one bus: SYNC, process data, heartbeats and the way to power, without a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic

from sutura.hw_drivers.cia402.can_link import CanLink
from sutura.hw_drivers.cia402.objects import (
    EMCY_ID,
    HEARTBEAT_ID,
    LAST_NODE,
    NMT_ID,
    OPERATIONAL,
    SYNC_ID,
    TPDO1_ID,
    TPDO2_ID,
    Nmt,
)
from sutura.hw_drivers.cia402.remote_drive import TPDO1, TPDO2, RemoteDrive
from sutura.hw_drivers.cia402.states import Controlword, PowerState, towards_operation
from sutura.hw_drivers.errors import DeviceFault, DeviceLost

Take = Callable[[bytes | bytearray], None]
_ANSWER_S = 0.01  # after which nobody is left to answer a SYNC
_RESETS = 6  # SYNCs within which a fault must be cleared
_MOST_FRAMES = 400  # of one look at the bus: a bus that babbles must not keep the arm waiting


def nodes_heard(link: CanLink) -> tuple[int, ...]:
    """The drives that answer SYNC on a bus of which nobody said who is there. Raises DeviceLost."""
    link.send(link.frame(SYNC_ID, b""))
    nodes: set[int] = set()
    end = monotonic() + _ANSWER_S
    while (left := end - monotonic()) > 0.0:
        frame = link.receive(left)
        if frame is not None and TPDO1_ID < frame.arbitration_id <= TPDO1_ID + LAST_NODE:
            nodes.add(frame.arbitration_id - TPDO1_ID)
    if not nodes:
        raise DeviceLost(link.owner, f"no drive answers SYNC on {link.address}")
    return tuple(sorted(nodes))


class DriveRow:
    """Commands and hears a row of drives.

    period [ns]: of SYNC; heartbeat [ns]: of ours; master: our node number. Times are those of `now` [ns].
    """

    def __init__(
        self,
        link: CanLink,
        nodes: Sequence[int],
        now: Callable[[], int],
        *,
        period: int,
        heartbeat: int,
        master: int,
    ) -> None:
        self.link = link
        self.drives = tuple(RemoteDrive(node, link) for node in nodes)
        self.word: int = Controlword.DISABLE_VOLTAGE
        self.other: Callable[[int, bytearray, float], None] | None = (
            None  # gets the frames that are none of the row's
        )
        self.now = now
        self._period = period
        self._every = heartbeat
        self._sync = link.frame(SYNC_ID, b"")
        self._beat = link.frame(HEARTBEAT_ID + master, bytes([OPERATIONAL]))
        self._next = self._next_beat = 0
        self._takers: dict[int, Take] = {}
        for drive in self.drives:
            self._listen_to(drive)

    def _listen_to(self, drive: RemoteDrive) -> None:
        takers, now, node = self._takers, self.now, drive.node
        takers[TPDO1_ID + node] = lambda data: drive.take_status(data, now()) if len(data) >= TPDO1.size else None
        takers[TPDO2_ID + node] = lambda data: drive.take_velocity(data) if len(data) >= TPDO2.size else None
        takers[HEARTBEAT_ID + node] = lambda data: drive.take_heartbeat(data, now()) if data else None
        takers[EMCY_ID + node] = lambda data: drive.take_emergency(data) if len(data) >= 2 else None

    # The bus ------------------------------------------------------------------------------------------------------

    def hear(self, wait_s: float = 0.0) -> bool:
        """Take every frame that has come, waiting for the first one [s]; whether there was one."""
        frame = self.link.receive(wait_s)
        heard = frame is not None
        left = _MOST_FRAMES
        while frame is not None and left:
            take = self._takers.get(frame.arbitration_id)
            if take is not None:
                take(frame.data)
            elif self.other is not None:
                self.other(frame.arbitration_id, frame.data, frame.timestamp)
            left -= 1
            frame = self.link.receive()
        return heard

    def beat(self, now: int) -> None:
        """Our heartbeat, when its time has come."""
        if now >= self._next_beat:
            self._next_beat = now + self._every
            self.link.send(self._beat)

    def is_due(self, now: int) -> bool:
        """Whether the next SYNC should go out."""
        return now >= self._next

    def cycle(self, now: int) -> None:
        """Send every drive its controlword and target, then the SYNC at which all of them act on it."""
        link, word = self.link, self.word
        for drive in self.drives:
            link.send(drive.command(word))
        link.send(self._sync)
        self.beat(now)
        self._next = self._next + self._period if now - self._next < self._period else now + self._period

    def nmt(self, command: Nmt) -> None:
        """A network command to each drive; others on the bus hear nothing of it."""
        for drive in self.drives:
            self.link.send(self.link.frame(NMT_ID, bytes([command, drive.node])))

    # The way to power ---------------------------------------------------------------------------------------------

    def enable(self, within_s: float) -> None:
        """Lead every drive to `operation enabled`, where it holds. Raises DeviceFault, DeviceLost."""
        for drive in self.drives:
            drive.emergency = drive.resets = 0

        def step(drive: RemoteDrive) -> int:
            if not drive.has_status:
                return Controlword.DISABLE_VOLTAGE
            if drive.state is not PowerState.OPERATION_ENABLED:
                drive.target = drive.position
            if drive.state is not PowerState.FAULT:
                return towards_operation(drive.state)
            drive.resets += 1
            if drive.resets > _RESETS:
                raise DeviceFault(self.link.owner, f"{drive.trouble()}, and no reset clears it")
            return (
                Controlword.FAULT_RESET if drive.resets % 2 else Controlword.DISABLE_VOLTAGE
            )  # by its rising edge

        self._lead(step, lambda drive: drive.state is PowerState.OPERATION_ENABLED, within_s)
        self.word = Controlword.ENABLE_OPERATION

    def rest(self, word: Controlword, within_s: float) -> None:
        """Command every drive until none moves any more. Raises DeviceFault, DeviceLost."""
        self.word = word
        self._lead(lambda drive: word, lambda drive: not drive.state.moves, within_s)

    def _lead(
        self, step: Callable[[RemoteDrive], int], there: Callable[[RemoteDrive], bool], within_s: float
    ) -> None:
        """Command and hear until every drive tells that it is there."""
        for drive in self.drives:
            drive.has_status = False
        end = self.now() + int(within_s * 1e9)
        while late := [drive for drive in self.drives if not (drive.has_status and there(drive))]:
            now = self.now()
            if now > end:
                raise self._too_late(late[0], within_s)
            for drive in self.drives:
                self.link.send(drive.command(step(drive)))
            self._sync_and_hear(now)

    def _too_late(self, drive: RemoteDrive, within_s: float) -> DeviceFault | DeviceLost:
        owner, node = self.link.owner, drive.node
        if drive.has_status:
            return DeviceFault(owner, f"after {within_s:g} s {drive.trouble()}")
        return DeviceLost(owner, f"drive {node} does not answer SYNC on {self.link.address}")

    def _sync_and_hear(self, now: int) -> None:
        self.link.send(self._sync)
        self.beat(now)
        self._next = now + self._period
        while (left := self._next - self.now()) > 0:
            self.hear(left * 1e-9)
