"""The simulated world: physics in real time, with drives that drivers talk to."""

from typing import Annotated

from msgspec import Meta

from sutura.messages import TaskState
from sutura.nodes import Node, NodeParams, Output, every
from sutura.sim_driver.drives import Drives
from sutura.sim_driver.make_world import make_world
from sutura.sim_driver.referee import Referee
from sutura.sim_driver.scene_file import write_scene
from sutura.sim_driver.wire import WorldEnd

_REFEREE_EVERY = 10
_REPORT_EVERY = 2  # the bus keeps ten states for a driver that reads at 100 Hz


class World(Node):
    """Step the physics at 1 kHz, serve the simulated drives, and report what happens to the rings."""

    class Params(NodeParams):
        """arms: names of the simulated arms; model: their arm file; rings: on the board, where there is one (0 for
        a serial arm)."""

        arms: tuple[str, ...] = ("PSM1",)
        model: str = "psm_classic_lnd"
        rings: Annotated[int, Meta(ge=0, le=6)] = 2

    params: Params

    task = Output(TaskState, latched=True, rate=10.0)

    def on_start(self) -> None:
        p = self.params
        self.physics = make_world(p.arms, p.model, p.rings, self.seed)
        self.referee = Referee(self.physics)
        write_scene(self.physics.model, self.device_dir)
        self._bus = WorldEnd(self.device_dir)
        self._drives = Drives(self.physics, self._bus)
        self._steps = 0

    @every(1000.0)
    def step(self) -> None:
        """Hear the drivers, move the world by a millisecond, tell them."""
        now = self.now()
        self._drives.listen(now)
        self.physics.step()
        self._steps += 1
        if self._steps % _REPORT_EVERY == 0:
            self._drives.report(now)
        if self._steps % _REFEREE_EVERY == 0:
            self.referee.watch()

    @every(10.0)
    def tell(self) -> None:
        """What the referee has seen, and how far the world has come."""
        task = TaskState(self.referee.rings_transferred, self.referee.drops)
        self.task.publish(task)
        self.gauge("rings_transferred", task.rings_transferred)
        self.gauge("drops", task.drops)
        self.gauge("simulated_s", self.physics.time)

    def on_stop(self) -> None:
        if hasattr(self, "_bus"):
            self._bus.close()
