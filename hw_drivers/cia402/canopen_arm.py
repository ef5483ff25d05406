"""The driver of an arm whose joints are CiA 402 servo drives on a CAN bus, in cyclic synchronous position mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.capabilities import Capabilities, StopCategory
from sutura.hw_drivers.cia402.can_link import CanLink
from sutura.hw_drivers.cia402.drive_row import DriveRow, nodes_heard
from sutura.hw_drivers.cia402.drive_settings import drive_settings
from sutura.hw_drivers.cia402.objects import Nmt
from sutura.hw_drivers.cia402.options import SILENCE_STOP_S, CanopenOptions, node_numbers, scales
from sutura.hw_drivers.cia402.setup import rated_torques, set_up
from sutura.hw_drivers.cia402.states import Controlword
from sutura.hw_drivers.context import DriverContext, read_options
from sutura.hw_drivers.errors import DeviceFault, DeviceLost
from sutura.hw_drivers.joint_map import JointMap
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.messages import JointState

_REST_S = 0.4  # until no drive has power, after it was told to stop
_BEATS = 5  # heartbeats of ours within the time that a drive waits for one


class CanopenArm(ActuatorDriver):
    """Sends targets at the bus's own rate, the newest at each SYNC; the drives interpolate between them.

    Each drive watches our heartbeat, which is sent by the calls of this driver and by nothing else: when they end,
    every drive makes a quick stop by itself and switches its power off.
    """

    Options = CanopenOptions
    options: CanopenOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=SILENCE_STOP_S)

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        kind, count = type(self).__name__, len(joints.names)
        self._map = JointMap.of(self.options.joint_map, joints.names, kind)
        self._nodes = node_numbers(kind, self._map.motors)
        self._scales = scales(kind, self.options.counts_per_turn, count)
        self._settings = drive_settings(kind, self.options, joints, self._map, self._scales)
        self.capabilities = msgspec.structs.replace(  # type: ignore[misc]
            self.capabilities,
            holds_unpowered=self.options.brakes,
            silence_stop_s=self.options.heartbeat_timeout,
        )
        self._lost_ns = int(self.options.lost_after * 1e9)
        self._torques: tuple[float, ...] = ()
        self._wanted: tuple[float, ...] | None = None
        self._row: DriveRow | None = None

    # The driver's calls -------------------------------------------------------------------------------------------

    def _open(self) -> None:
        options = self.options
        row = row_of(CanLink(self.name, options.address), options, self._nodes, self.context)
        try:
            set_up(row, self._settings, options.answer_timeout)
            if options.torque:
                rated = rated_torques(row, options.answer_timeout)
                self._torques = tuple(torque * 1e-6 for torque in rated)  # mNm, and ‰ of it
            row.rest(Controlword.QUICK_STOP, _REST_S)
        except BaseException:
            row.link.close()
            raise
        self._row = row

    def _enable(self) -> None:
        row = self._require_row()
        row.hear()
        self._watch(row, self.context.now())
        self._wanted = None
        row.enable(self.options.enable_timeout)

    def _read(self) -> JointState:
        row, now = self._require_row(), self.context.now()
        row.hear()
        if row.is_due(now):
            self._cycle(row, now)
        self._watch(row, now)
        return self._measured(row)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        row, now = self._require_row(), self.context.now()
        self._wanted = positions
        if row.is_due(now):
            row.hear()
            self._watch(row, now)
            self._cycle(row, now)
        return positions

    def _stop(self, category: StopCategory) -> None:
        row = self._require_row()
        if category is not StopCategory.HOLD:
            row.word = Controlword.DISABLE_VOLTAGE if category is StopCategory.OFF else Controlword.QUICK_STOP
        self._cycle(row, self.context.now())

    def _close(self) -> None:
        row, self._row = self._row, None
        if row is None:
            return
        now = self.context.now()
        try:
            row.hear()
            if all(now - drive.heard_at <= self._lost_ns for drive in row.drives):  # a lost drive stops by itself
                row.rest(Controlword.QUICK_STOP, _REST_S)
                row.nmt(Nmt.PRE_OPERATIONAL)
        finally:
            row.link.close()

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        """Order a quick stop of every drive from outside, and see that none has power any more."""
        chosen = read_options(cls.__name__, cls.Options, options)
        link = CanLink(f"{cls.__name__} of {context.name}", chosen.address)
        try:
            motors = chosen.joint_map.motors
            nodes = node_numbers(cls.__name__, motors) if motors else nodes_heard(link)
            row_of(link, chosen, nodes, context).rest(Controlword.QUICK_STOP, _REST_S)
        finally:
            link.close()

    # What they are made of ----------------------------------------------------------------------------------------

    def _require_row(self) -> DriveRow:
        if self._row is None:
            raise DeviceLost(self.name, "it is not open")
        return self._row

    def _cycle(self, row: DriveRow, now: int) -> None:
        if self._wanted is not None:
            motors = self._map.to_motors(self._wanted)
            for drive, angle, scale in zip(row.drives, motors, self._scales, strict=True):
                drive.target = round(angle * scale)
        row.cycle(now)

    def _watch(self, row: DriveRow, now: int) -> None:
        follows = self.state is DriverState.ENABLED
        for drive in row.drives:
            silent = now - drive.heard_at
            if silent > self._lost_ns:
                where = row.link.address
                raise DeviceLost(self.name, f"drive {drive.node} on {where} is silent for {silent * 1e-6:.0f} ms")
            if drive.lost_setup:
                raise DeviceLost(self.name, f"drive {drive.node} has started anew and must be set up again")
            if follows and not drive.follows:
                raise DeviceFault(self.name, drive.trouble())

    def _measured(self, row: DriveRow) -> JointState:
        drives, scales = row.drives, self._scales
        position = self._map.to_joints(tuple(d.position / s for d, s in zip(drives, scales, strict=True)))
        velocity: tuple[float, ...] = ()
        effort: tuple[float, ...] = ()
        if self.options.velocity:
            speeds = tuple(d.velocity / s for d, s in zip(drives, scales, strict=True))
            velocity = self._map.velocities_to_joints(speeds)
        if self._torques:
            torques = tuple(d.torque * rated for d, rated in zip(drives, self._torques, strict=True))
            effort = self._map.efforts_to_joints(torques)
        return JointState(self.joints.names, position, velocity, effort)


def row_of(link: CanLink, options: CanopenOptions, nodes: tuple[int, ...], context: DriverContext) -> DriveRow:
    """The drives of an arm on their bus."""
    return DriveRow(
        link,
        nodes,
        context.now,
        period=int(options.sync_period * 1e9),
        heartbeat=int(options.heartbeat_timeout * 1e9 / _BEATS),
        master=options.master_node,
    )
