"""What one client has to press: the stop, and the controls while it holds them."""

import math
from collections.abc import Callable
from threading import Lock

import viser

from sutura.console.controls import Controls, Levels
from sutura.console.desk import Desk
from sutura.console.errors import OrderRefused
from sutura.console.gizmo_hand import GizmoHand
from sutura.console.words import STOP_COLOUR
from sutura.kinematics.rotations import IDENTITY, Quaternion, Vector3

_GIZMO_M = 0.035
_OPEN = 60.0  # degrees, of the gripper


class Hand:
    """The hand of the gizmo and its gripper [rad], with how the arm's base is turned in the scene."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.gizmo = GizmoHand()
        self.gripper = 0.0
        self.world_T_base: Quaternion = IDENTITY


class Panel:
    """One client's panel. `holding`: hand and levels of the run are this console's."""

    def __init__(
        self,
        client: viser.ClientHandle,
        controls: Controls,
        desk: Desk,
        hand: Hand,
        *,
        holding: bool,
        scale: float,
    ) -> None:
        self._id, self._controls, self._desk, self._hand = client.client_id, controls, desk, hand
        self._holding = holding
        self._shown: tuple[object, ...] = ()
        self._gizmo: viser.TransformControlsHandle | None = None
        self._client = client
        self._put: Vector3 | None = None  # where the gizmo was put last
        gui = client.gui
        self._stop = gui.add_button("EMERGENCY STOP", color=STOP_COLOUR, order=2)
        self._stop.on_click(lambda _: self._press_stop())
        self._token = gui.add_text("Token", "", order=3, hint="the command line prints it")
        self._token.on_update(lambda _: self._show_token())
        self._take = self._button("Take the controls", 4, lambda: self._require(controls.take(self._id)))
        self._give = self._button("Let go of the controls", 5, lambda: controls.let_go(self._id))
        self._release = self._button("Release the emergency stop", 6, self._release_stop)
        self._held = [
            self._button("Reset", 7, self._when_held(desk.reset)),
            self._button("Enable the arm", 8, self._when_held(desk.enable)),
            self._button("Disable the arm", 9, self._when_held(desk.disable)),
            self._button("Press the clutch", 10, lambda: self._clutch(True)),
            self._button("Release the clutch", 11, lambda: self._clutch(False)),
        ]
        self._scale = gui.add_slider("Scale", min=0.05, max=1.0, step=0.05, initial_value=scale, order=12)
        self._scale.on_update(lambda _: self._do(self._when_held(lambda: desk.scale(self._scale.value))))
        self._gripper = gui.add_slider("Gripper, °", min=0.0, max=_OPEN, step=1.0, initial_value=0.0, order=13)
        self._gripper.on_update(lambda _: self._grip())
        self._answer = gui.add_markdown("", order=14)

    def refresh(self, levels: Levels, tip: Vector3 | None) -> None:
        """Show what this client may do now; put the gizmo to the tool's tip while the hand is free."""
        trusted, held = self._controls.is_trusted(self._id), self._controls.holds(self._id)
        shown = (trusted, held, levels.present, levels.estop)
        if shown != self._shown:
            self._shown = shown
            self._stop.disabled = not trusted
            self._stop.label = "STOP IS PRESSED" if levels.estop else "EMERGENCY STOP"
            self._token.visible = not trusted
            self._take.visible = trusted and not held
            self._take.disabled = levels.present and not held
            self._give.visible = held
            self._release.visible = held and levels.estop
            for handle in (*self._held, self._scale):
                handle.visible = held
            self._gripper.visible = held and self._holding
        if held and self._holding and tip is not None:
            self._follow(tip, levels.clutch)
        elif self._gizmo is not None and not held:
            self._gizmo.remove()
            self._gizmo = self._put = None

    def _follow(self, tip: Vector3, clutched: bool) -> None:
        if self._gizmo is None:
            self._gizmo = self._client.scene.add_transform_controls(
                "/hand", scale=_GIZMO_M, depth_test=False, line_width=4.0
            )
            self._gizmo.on_update(lambda _: self._drag())
        if clutched and tip != self._put:
            self._put = tip
            with self._hand.lock:  # along the scene's axes: a person knows what is up
                self._gizmo.position, self._gizmo.wxyz = tip, (1.0, 0.0, 0.0, 0.0)
                self._hand.gizmo.put(tip, IDENTITY)

    def _drag(self) -> None:
        if self._gizmo is None or not self._controls.holds(self._id):
            return
        x, y, z = self._gizmo.position.tolist()
        qw, qx, qy, qz = self._gizmo.wxyz.tolist()
        with self._hand.lock:
            if self._controls.levels.clutch:
                self._hand.gizmo.put((x, y, z), (qx, qy, qz, qw))
            else:
                self._hand.gizmo.drag((x, y, z), (qx, qy, qz, qw), self._hand.world_T_base)

    def _press_stop(self) -> None:
        if self._controls.stop(self._id):
            self._do(self._desk.stop)

    def _release_stop(self) -> None:
        self._require(self._controls.release_stop(self._id))
        self._desk.release_stop()

    def _clutch(self, pressed: bool) -> None:
        self._require(self._controls.clutch(self._id, pressed))
        if not self._holding:
            self._desk.clutch(pressed)

    def _grip(self) -> None:
        if self._controls.holds(self._id):
            self._hand.gripper = math.radians(self._gripper.value)

    def _show_token(self) -> None:
        if self._token.value and not self._controls.show(self._id, self._token.value):
            self._answer.content = "That is not the token of this run."

    def _when_held(self, order: Callable[[], None]) -> Callable[[], None]:
        def carry_out() -> None:
            self._require(self._controls.holds(self._id))
            order()

        return carry_out

    @staticmethod
    def _require(may: bool) -> None:
        if not may:
            raise OrderRefused("somebody else holds the controls, or nobody does")

    def _button(self, label: str, order: float, press: Callable[[], None]) -> viser.GuiButtonHandle:
        button = self._client.gui.add_button(label, order=order, visible=False, color="gray")
        button.on_click(lambda _: self._do(press))
        return button

    def _do(self, order: Callable[[], None]) -> None:
        """Carry an order out and say why not, if not."""
        try:
            order()
        except OrderRefused as error:
            self._answer.content = f"Not done: {error}"
        else:
            self._answer.content = ""
