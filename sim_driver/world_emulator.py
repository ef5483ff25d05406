"""The simulated world as an emulated device: what the contract kit needs of it, without a run around it."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from sutura.hw_drivers import DriverOptions
from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.emulator import DeviceTruth, Emulator
from sutura.hw_drivers.errors import BadCall
from sutura.sim_driver.drives import Drives
from sutura.sim_driver.make_world import make_world
from sutura.sim_driver.wire import WorldEnd

_STEP_S = 0.001
_REPORT_EVERY = 2
_MOVING = 1e-3  # [rad/s or m/s]


class WorldOptions(DriverOptions):
    """device_dir: where drivers look for it; arm: its name; model: its arm file; rings: on the board."""

    device_dir: str
    arm: str = "PSM1"
    model: str = "psm_classic_lnd"
    rings: int = 0


class WorldEmulator(Emulator):
    """Steps the physics in real time on a thread of its own, and serves the simulated drives."""

    Options = WorldOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        self._set = read_options(type(self).__name__, WorldOptions, options)
        self._physics = make_world((self._set.arm,), self._set.model, self._set.rings, 0)
        self._bus: WorldEnd | None = None
        self._drives: Drives | None = None
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._live, name="world", daemon=True)

    @property
    def options(self) -> Mapping[str, object]:
        """Nothing: a driver finds it in its device_dir."""
        return {}

    def start(self) -> None:
        """Open the bus and let time run."""
        self._open_bus()
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.unplug()

    def unplug(self) -> None:
        """The bus is gone; the drives, which hear nothing any more, hold."""
        with self._lock:
            if self._bus is not None:
                self._bus.close()
                self._bus = self._drives = None
                self._physics.disable(self._set.arm)

    def plug(self) -> None:
        """The bus is back, with drives whose brakes are on."""
        with self._lock:
            if self._bus is None:
                self._open_bus()

    def fail(self, joint: int) -> None:
        """Simulated drives have no faults. Raises BadCall."""
        raise BadCall("fail", "simulated drives have no faults", ("unplug", "plug", "repair", "truth"))

    def repair(self) -> None:
        """Nothing ever breaks."""

    def push(self, joint: int, by: float) -> None:
        """Nobody stands in the simulation. Raises BadCall."""
        raise BadCall("push", "nobody can touch a simulated arm", ("unplug", "plug", "repair", "truth"))

    def truth(self) -> DeviceTruth:
        """Joints, speeds and brakes of the simulated arm."""
        with self._lock:
            arm, physics = self._set.arm, self._physics
            (joints, jaw), (speeds, jaw_speed) = physics.joints(arm), physics.velocities(arm)
            return DeviceTruth(
                positions=(*joints, jaw),
                velocities=(*speeds, jaw_speed),
                is_powered=self._drives is not None and self._drives.has_power(arm),
                is_moving=any(abs(speed) > _MOVING for speed in (*speeds, jaw_speed)),
            )

    def _open_bus(self) -> None:
        self._bus = WorldEnd(Path(self._set.device_dir))
        self._drives = Drives(self._physics, self._bus)

    def _live(self) -> None:
        tick, steps = time.monotonic(), 0
        while not self._ends.is_set():
            time.sleep(max(0.0, tick - time.monotonic()))
            tick = max(tick + _STEP_S, time.monotonic() - 20 * _STEP_S)
            steps += 1
            with self._lock:
                self._step(steps)

    def _step(self, steps: int) -> None:
        drives, now = self._drives, time.monotonic_ns()
        if drives is not None:
            drives.listen(now)
        self._physics.step()
        if drives is not None and steps % _REPORT_EVERY == 0:
            drives.report(now)
