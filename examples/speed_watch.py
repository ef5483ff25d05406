from math import dist

from sutura.messages import Pose
from sutura.nodes import Input, Node, NodeParams


class SpeedWatch(Node):
    """Say when the tool tip moves faster than a limit, and keep a histogram of its speed."""

    class Params(NodeParams):
        limit: float = 0.1  # m/s

    params: Params
    tip = Input(Pose, max_age=0.05)
    last: tuple[Pose, int] | None = None

    def on_tip(self, pose: Pose) -> None:
        now = self.now()
        if self.last is not None:
            speed = dist(pose.position, self.last[0].position) / (now - self.last[1]) * 1e9
            self.measure("tip_speed", speed)
            if speed > self.params.limit:
                self.event("speed", f"the tip moves at {speed:.3f} m/s")
        self.last = (pose, now)
