from math import dist

from sutura.messages import Pose
from sutura.nodes import Input, Node, NodeParams, Output


class LimitSpeed(Node):
    """Let the tool go where it is sent, at a bounded speed."""

    class Params(NodeParams):
        speed: float = 0.05  # m/s

    params: Params
    wanted = Input(Pose, max_age=0.03, frame="{wanted}_base")
    limited = Output(Pose, valid_for=0.03, frame="{wanted}_base")
    last: tuple[Pose, int] | None = None

    def on_wanted(self, pose: Pose) -> None:
        now = self.now()
        if self.last is not None:
            before, then = self.last
            way, most = dist(pose.position, before.position), self.params.speed * (now - then) * 1e-9
            if way > most:
                x, y, z = (a + most / way * (b - a) for a, b in zip(before.position, pose.position, strict=True))
                pose = Pose((x, y, z), pose.orientation)
        self.last = (pose, now)
        self.limited.publish(pose)

    def on_stale_wanted(self) -> None:
        self.last = None
