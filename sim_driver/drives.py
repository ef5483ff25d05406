"""The simulated drives in the world: they take commands from the bus and hold by themselves in silence."""

from dataclasses import dataclass
from enum import Enum

from sutura.sim_driver.simulated_arms import SimulatedArms
from sutura.sim_driver.wire import SILENCE_HOLD_S, Act, DriveCommand, DriveState, SceneState, WorldEnd

_SILENCE_NS = int(SILENCE_HOLD_S * 1e9)


class _Mode(Enum):
    BRAKED = "braked"
    HOLDING = "holding"
    FOLLOWING = "following"
    SILENT = "silent"


@dataclass(slots=True)
class _Drive:
    arm: str
    positions: int  # the joints and the jaw
    mode: _Mode = _Mode.BRAKED
    fault: str = ""
    heard_at: int = 0
    reply_to: str = ""


class Drives:
    """One drive per arm of a simulated world, and what a camera sees of it.

    braked → ENABLE → holding → WRITE → following → HOLD → holding; DISABLE from anywhere → braked. A following
    drive that hears nothing for 30 ms holds and refuses to move until it is enabled anew.
    """

    def __init__(self, physics: SimulatedArms, bus: WorldEnd) -> None:
        self._physics = physics
        self._bus = bus
        self._drives = {arm: _Drive(arm, physics.joint_count(arm) + 1) for arm in physics.arms}
        self.refused = 0

    def listen(self, now: int) -> None:
        """Carry out what has come in, then hold what has fallen silent. now [ns]."""
        for command in self._bus.commands():
            if command.act is Act.LOOK:
                self._bus.report(command.reply_to, SceneState(now, self._physics.qpos()))
                continue
            drive = self._find(command.arm)
            if drive is None or len(command.positions) not in (0, drive.positions):
                self.refused += 1
            else:
                self._carry_out(drive, command, now)
        for drive in self._drives.values():
            if drive.mode is _Mode.FOLLOWING and now - drive.heard_at > _SILENCE_NS:
                self._physics.hold(drive.arm)
                drive.mode = _Mode.SILENT
                drive.fault = f"held by itself after {(now - drive.heard_at) * 1e-6:.0f} ms of silence"

    def report(self, now: int) -> None:
        """Tell every driver the state of its drive."""
        physics = self._physics
        for drive in self._drives.values():
            if not drive.reply_to:
                continue
            (joints, jaw), (speeds, jaw_speed) = physics.joints(drive.arm), physics.velocities(drive.arm)
            efforts, jaw_effort = physics.efforts(drive.arm)
            state = DriveState(
                now,
                drive.mode is not _Mode.BRAKED,
                drive.fault,
                (*joints, jaw),
                (*speeds, jaw_speed),
                (*efforts, jaw_effort),
            )
            if not self._bus.report(drive.reply_to, state):
                drive.reply_to = ""

    def _find(self, arm: str) -> _Drive | None:
        """The drive of an arm; without a name, that of the only arm."""
        if not arm and len(self._drives) == 1:
            return next(iter(self._drives.values()))
        return self._drives.get(arm)

    def _carry_out(self, drive: _Drive, command: DriveCommand, now: int) -> None:
        if command.reply_to:
            drive.reply_to = command.reply_to
        match command.act:
            case Act.ENABLE:
                self._physics.enable(drive.arm)
                drive.mode, drive.fault = _Mode.HOLDING, ""
            case Act.WRITE if command.positions and drive.mode in (_Mode.HOLDING, _Mode.FOLLOWING):
                self._physics.command(drive.arm, command.positions[:-1], command.positions[-1])
                drive.mode, drive.heard_at = _Mode.FOLLOWING, now
            case Act.HOLD if drive.mode is _Mode.FOLLOWING:
                self._physics.hold(drive.arm)
                drive.mode = _Mode.HOLDING
            case Act.DISABLE:
                self._physics.disable(drive.arm)
                drive.mode = _Mode.BRAKED
            case _:
                pass  # ATTACH only tells where to reply; a drive that does not follow ignores the rest
