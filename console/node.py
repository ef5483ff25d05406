"""The console as a node: it shows what the run says, and says where hand and pedals of its operator are.

It stands above the nodes' layer, as it asks the run as the command line does; the table of nodes has it by name.
"""

import os
import sys
from typing import Annotated

import mujoco
import numpy as np
from msgspec import Meta

from sutura.console.address import ConsoleAddress, fresh_token, read_address, remove_address, write_address
from sutura.console.attach import is_loopback
from sutura.console.cast import Cast
from sutura.console.controls import Controls
from sutura.console.desk import Desk
from sutura.console.errors import BindRefused, ConsoleMissing
from sutura.console.figures import Figures
from sutura.console.scene_model import SceneModel
from sutura.console.words import Heard
from sutura.errors import SuturaError
from sutura.hw_drivers import DeviceLost
from sutura.hw_drivers.inputs.console_wire import ConsoleEnd, ConsoleState
from sutura.kinematics.rotations import IDENTITY, Vector3, rotate
from sutura.messages import (
    FrameNotice,
    JointState,
    OperatingState,
    Pose,
    TaskState,
    TeleopState,
    TrackingError,
    WatchdogState,
)
from sutura.nodes import LATCHED, FrameReader, Input, Node, NodeParams, RingPlace, every, queue
from sutura.sim_driver.make_world import make_world
from sutura.sim_driver.scene_file import read_scene
from sutura.sim_driver.wire import CameraEnd

_NICE = 10
_SWITCH_S = 0.0005  # the longest that a thread of the page keeps a heartbeat waiting for the interpreter
_EVERY_HAND = 10  # of 1000 a second: a plot needs no more
_SILENT_NS = 1_000_000_000
_PICTURE_NS = 100_000_000


class Console(Node):
    """Show a run in a browser, on loopback; where a hand or an operator is the console, say what these do.

    As a viewer nobody waits for it. Where it holds the controls it is supervised: its silence ends motion.
    """

    class Params(NodeParams):
        """host, port: where it listens (the next free port where that is taken); cast: whom it can ask; holding: a
        hand or an operator of the run is this console; scale: of the hands at the start."""

        host: str = "127.0.0.1"
        port: Annotated[int, Meta(ge=0, le=65535)] = 8080
        cast: Cast = Cast()
        holding: bool = False
        scale: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.2

        def __post_init__(self) -> None:
            if not is_loopback(self.host):
                raise BindRefused(self.host)

    params: Params

    hands = Input(Pose, policy=queue(64), many=True, required=False)
    filtered = Input(Pose, many=True, required=False)
    tips = Input(Pose, many=True, required=False)
    tracking = Input(TrackingError, many=True, required=False)
    arms = Input(OperatingState, policy=LATCHED, many=True, required=False)
    joints = Input(JointState, many=True, required=False)
    teleop = Input(TeleopState, policy=LATCHED, many=True, required=False)
    watchdog = Input(WatchdogState, policy=LATCHED, many=True, required=False)
    task = Input(TaskState, policy=LATCHED, many=True, required=False)
    pictures = Input(FrameNotice, many=True, required=False)

    def on_start(self) -> None:
        try:
            from sutura.console.page import Page
        except ImportError as error:
            raise ConsoleMissing(str(error)) from error
        p = self.params
        if p.holding:
            sys.setswitchinterval(_SWITCH_S)
        else:
            os.nice(_NICE)
        known = read_address(self.device_dir)  # of this console, before it was started anew
        token = known.token if known is not None else fresh_token()
        self._arms: dict[str, OperatingState] = {}
        self._teleop: dict[str, TeleopState] = {}
        self._watchdogs: dict[str, WatchdogState] = {}
        self._watched_at = 0
        self._hand_count = 0
        self._filtered: Pose | None = None
        self._tip: Pose | None = None
        self._arm = ""
        self._joints: tuple[float, ...] = ()
        self._error = 0.0
        self._pictured_at = 0
        self._scene: SceneModel | None = None
        self._controls = Controls(token)
        self._desk = Desk(self.device_dir, p.cast)
        self._figures = Figures(self.device_dir, p.cast)
        self._wire = ConsoleEnd(self.device_dir)
        self._eye = CameraEnd(self.device_dir, self.name)
        self._frames = FrameReader(self.device_dir)
        port = known.port if known is not None else p.port
        self._page = Page(p.host, port, self._controls, self._desk, holding=p.holding, scale=p.scale)
        write_address(self.device_dir, ConsoleAddress(p.host, self._page.port, token))

    # What the run says ----------------------------------------------------------------------------------------

    def on_hands(self, pose: Pose) -> None:
        """Every tenth, beside what the filter made of the ones before."""
        self._hand_count += 1
        if self._hand_count % _EVERY_HAND == 0 and self._filtered is not None:
            before, after = pose.position[0] * 1e3, self._filtered.position[0] * 1e3
            self._page.plots.hand.add(self.elapsed, before, after)

    def on_filtered(self, pose: Pose) -> None:
        """Keep it."""
        self._filtered = pose

    def on_tips(self, pose: Pose) -> None:
        """Keep the first arm's."""
        frame = self.tips.frame
        arm = frame.topic.rpartition("/")[0] if frame is not None else ""
        if arm and self._arm in ("", arm):
            self._arm, self._tip = arm, pose

    def on_joints(self, state: JointState) -> None:
        """Keep the first arm's, where no world says where everything is."""
        frame = self.joints.frame
        if frame is not None and frame.topic.rpartition("/")[0] == next(iter(self.params.cast.models), ""):
            self._joints = state.position

    def on_tracking(self, error: TrackingError) -> None:
        """Keep it."""
        self._error = error.distance

    def on_arms(self, state: OperatingState) -> None:
        """Keep it, by topic."""
        self._arms[self.arms.frame.topic if self.arms.frame else ""] = state

    def on_teleop(self, state: TeleopState) -> None:
        """Keep it, by topic."""
        self._teleop[self.teleop.frame.topic if self.teleop.frame else ""] = state

    def on_watchdog(self, state: WatchdogState) -> None:
        """Keep it, by topic."""
        self._watchdogs[self.watchdog.frame.topic if self.watchdog.frame else ""] = state
        self._watched_at = self.now()

    def on_pictures(self, notice: FrameNotice) -> None:
        """Show the left half, at most ten times a second."""
        if not self._page.is_watched or self.now() - self._pictured_at < _PICTURE_NS:
            return
        place = RingPlace(notice.slot, notice.sequence, notice.size, notice.checksum)
        data = self._frames.read(notice.ring, place)
        if data is not None and len(data) == notice.height * notice.width * 3:
            self._pictured_at = self.now()
            both = np.frombuffer(data, np.uint8).reshape(notice.height, notice.width, 3)
            self._page.show_picture(both[:, : notice.width // 2] if notice.width > 2 * notice.height else both)

    # What it shows --------------------------------------------------------------------------------------------

    @every(100.0)
    def say(self) -> None:
        """Say where hand and pedals are; as its heartbeat, it stops with this process."""
        levels, hand = self._controls.levels, self._page.hand
        with hand.lock:
            position, orientation, gripper = hand.gizmo.position, hand.gizmo.orientation, hand.gripper
        self._wire.send(
            ConsoleState(self.now(), levels.present, levels.clutch, levels.estop, position, orientation, gripper)
        )

    @every(30.0)
    def draw(self) -> None:
        """Ask for the scene, and show the one that has come since."""
        if self._scene is None or not self._page.is_watched:
            return
        if self._place(self._scene):
            self._page.draw()

    @every(10.0)
    def show(self) -> None:
        """How the run stands."""
        self._page.plots.tracking.add(self.elapsed, self._error * 1e3)
        if self._page.is_watched:
            self._page.show(self._heard(), self._tip_in_scene())

    @every(4.0)
    def plot(self) -> None:
        """The plots, and the scene once it is there."""
        if self._scene is None and (model := self._model()) is not None:
            self._scene = SceneModel(model, alone=next(iter(self.params.cast.models), ""))
            self._page.bring_scene(self._scene)
        if self._page.is_watched:
            self._page.plots.draw()

    @every(1.0)
    def ask(self) -> None:
        """Take the figures that were asked for a second ago, and ask again."""
        if self._figures.read():
            summary = self._figures.gesture_to_motor()
            if summary.p50 is not None and summary.p99 is not None:
                self._page.plots.latency.add(self.elapsed, summary.p50 * 1e3, summary.p99 * 1e3)
            self._page.show_nodes(self._figures.rows())
        if self._page.is_watched:
            self._figures.ask()

    def on_stop(self) -> None:
        if not hasattr(self, "_page"):
            return
        remove_address(self.device_dir)
        self._page.close()
        for end in (self._desk, self._figures, self._wire, self._eye, self._frames):
            end.close()

    def _place(self, scene: SceneModel) -> bool:
        """Put the scene where the world says, or where the arm's own joints do; whether it is known."""
        for arm in self.params.cast.models:
            return bool(self._joints) and scene.place_joints(arm, self._joints)
        try:
            state = self._eye.look(self.now(), 0.0)
        except DeviceLost:
            return False
        return state is not None and scene.place(state.qpos)

    def _model(self) -> mujoco.MjModel | None:
        """What stands in the scene: of the world, or the first arm alone; None while there is neither."""
        for arm, file in self.params.cast.models.items():
            try:
                return make_world((arm,), file).model
            except SuturaError:
                return None  # an arm that nobody has placed in a scene
        return read_scene(self.device_dir)

    def _heard(self) -> Heard:
        return Heard(
            tuple(self._watchdogs.values()),
            tuple(self._arms.values()),
            tuple(self._teleop.values()),
            self.task.value,
            self._controls.levels.estop,
            bool(self.params.cast.watchdogs) and self.now() - self._watched_at > _SILENT_NS,
        )

    def _tip_in_scene(self) -> Vector3 | None:
        if self._tip is None:
            return None
        scene = self._scene
        (bx, by, bz), turned = scene.base(self._arm) if scene else ((0.0, 0.0, 0.0), IDENTITY)
        with self._page.hand.lock:
            self._page.hand.world_T_base = turned
        x, y, z = rotate(turned, self._tip.position)
        return x + bx, y + by, z + bz
