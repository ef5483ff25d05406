"""One drive, as its driver sees it: what its frames have told, and the frame that commands it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from sutura.hw_drivers.cia402.can_link import CanLink
from sutura.hw_drivers.cia402.objects import BOOT_UP, OPERATIONAL, RPDO1_ID, in_words
from sutura.hw_drivers.cia402.states import Controlword, PowerState, state_of

if TYPE_CHECKING:
    import can

RPDO1 = struct.Struct("<Hi")  # controlword, target position [counts]
TPDO1 = struct.Struct("<Hih")  # statusword, position [counts], torque [‰ of the rated one]
TPDO2 = struct.Struct("<i")  # velocity [counts/s]
_EMERGENCY = struct.Struct("<H")


class RemoteDrive:
    """The newest of one drive.

    node: its number; state: by its statusword; position [counts], velocity [counts/s], torque [‰ of the rated one];
    heard_at [ns]: when a frame of it was last taken; emergency: the newest emergency code since it was
    switched on, 0 for none; lost_setup:
    it started anew or left NMT's operational state, so that it must be set up again; target [counts]; resets: of a
    fault, that it was asked for since it was to be switched on.
    """

    __slots__ = (
        "emergency",
        "frame",
        "has_status",
        "heard_at",
        "lost_setup",
        "node",
        "position",
        "resets",
        "state",
        "target",
        "torque",
        "velocity",
    )

    def __init__(self, node: int, link: CanLink) -> None:
        self.node = node
        self.frame: can.Message = link.frame(RPDO1_ID + node, RPDO1.pack(Controlword.DISABLE_VOLTAGE, 0))
        self.state = PowerState.NOT_READY
        self.has_status = False
        self.position = self.velocity = self.torque = self.target = 0
        self.heard_at = self.emergency = self.resets = 0
        self.lost_setup = False

    def take_status(self, data: bytes | bytearray, now: int) -> None:
        """TPDO 1, sent after each SYNC."""
        word, self.position, self.torque = TPDO1.unpack_from(data)
        self.state = state_of(word)
        self.has_status = True
        self.heard_at = now

    def take_velocity(self, data: bytes | bytearray) -> None:
        """TPDO 2, where it is switched on."""
        (self.velocity,) = TPDO2.unpack_from(data)

    def take_heartbeat(self, data: bytes | bytearray, now: int) -> None:
        """The drive's NMT state."""
        self.heard_at = now
        state = data[0] & 0x7F
        if state == BOOT_UP or (self.has_status and state != OPERATIONAL):
            self.lost_setup = True

    def take_emergency(self, data: bytes | bytearray) -> None:
        """An emergency message; one that takes an emergency back does not take back what it has done."""
        (code,) = _EMERGENCY.unpack_from(data)
        if code & 0xFF00:
            self.emergency = code

    def command(self, word: int) -> can.Message:
        """The frame with a controlword and the target."""
        RPDO1.pack_into(self.frame.data, 0, word, self.target)
        return self.frame

    @property
    def follows(self) -> bool:
        """Whether it has power, takes targets, and has reported nothing wrong since it was switched on."""
        return self.state is PowerState.OPERATION_ENABLED and not self.emergency

    def trouble(self) -> str:
        """Why it does not follow, in words."""
        cause = f", emergency {in_words(self.emergency)}" if self.emergency else ""
        return f"drive {self.node} is in state {self.state.words!r}{cause}"
