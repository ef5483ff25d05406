"""The operator of a cart: beside the pedals of one hand, the camera pedal and which arm each hand drives."""

from sutura.messages import ArmSelection
from sutura.nodes import Output, RequestRefused
from sutura.nodes.stock.operator import Operator, Step


class CartStep(Step, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As `Step`; camera: the camera pedal; left, right: the arm that this hand drives."""

    camera: bool | None = None
    left: str | None = None
    right: str | None = None


class CartOperator(Operator):
    """Says at 100 Hz what `operator` says, whether the camera pedal is pressed, and which arm each hand drives.

    They follow a script, or the camera and swap pedals of an operator device: each press of the latter gives every
    hand its next arm. The requests press_camera, release_camera, swap_left and swap_right take one over.
    """

    class Params(Operator.Params):
        """script: as of `operator`; left, right: the arms that each hand may drive, the first one at the start."""

        script: tuple[CartStep, ...] = (
            CartStep(at=0.0, present=True, clutch=True),
            CartStep(at=1.0, clutch=False),
        )
        left: tuple[str, ...] = ("PSM2",)
        right: tuple[str, ...] = ("PSM1",)

    params: Params
    state_commands = Operator.state_commands | {"press_camera", "release_camera", "swap_left", "swap_right"}

    left = Output(ArmSelection, valid_for=0.05)
    right = Output(ArmSelection, valid_for=0.05)

    def on_start(self) -> None:
        super().on_start()
        p = self.params
        self._arms = {"left": p.left, "right": p.right}
        for step in p.script:
            for hand, arm in (("left", step.left), ("right", step.right)):
                if arm is not None and arm not in self._arms[hand]:
                    raise RequestRefused(
                        f"the {hand} hand drives one of {', '.join(self._arms[hand])}, not {arm!r}"
                    )
        self._pedal: bool | None = None
        self._swapped: dict[str, str] = {}
        self._swap_pressed = False

    def on_state_command(self, command: str) -> str:
        match command:
            case "press_camera" | "release_camera":
                self._pedal = command == "press_camera"
                answer = f"camera {self._pedal}"
            case "swap_left" | "swap_right":
                answer = self._swap(command.removeprefix("swap_"))
            case _:
                return super().on_state_command(command)
        self.speak()
        return answer

    def _publish(self, levels: dict[str, bool]) -> None:
        is_pressed = levels.get("swap", False)
        if is_pressed and not self._swap_pressed:
            for hand in self._arms:
                self._swap(hand)
        self._swap_pressed = is_pressed
        pedal, arms = self._cart()
        camera = pedal if "camera" not in levels else levels["camera"] or bool(self._pedal)
        super()._publish({**levels, "camera": camera})
        self.left.publish(ArmSelection(arms["left"]))
        self.right.publish(ArmSelection(arms["right"]))

    def _swap(self, hand: str) -> str:
        """Give a hand its next arm; says which in words."""
        arms = self._arms[hand]
        self._swapped[hand] = arms[(arms.index(self._cart()[1][hand]) + 1) % len(arms)]
        return f"the {hand} hand drives {self._swapped[hand]}"

    def _cart(self) -> tuple[bool, dict[str, str]]:
        """The camera pedal, and the arm of each hand, now."""
        pedal, arms, elapsed = False, {hand: names[0] for hand, names in self._arms.items()}, self.elapsed
        for step in self.params.script:
            if step.at <= elapsed:
                pedal = pedal if step.camera is None else step.camera
                arms["left"], arms["right"] = step.left or arms["left"], step.right or arms["right"]
        return pedal if self._pedal is None else self._pedal, {**arms, **self._swapped}
