"""The operator: presence, clutch, emergency stop and further pedals as levels."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.hw_drivers import OperatorSample, load_operator
from sutura.messages import Clutch, EmergencyStop, OperatorPresence, Pedal
from sutura.nodes import Node, NodeParams, Output, RequestRefused, every
from sutura.nodes.stock.device_keeper import DeviceKeeper


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What changes at a time of the script. at [s]; a level left out stays as it was."""

    at: Annotated[float, Meta(ge=0.0)]
    present: bool | None = None
    clutch: bool | None = None
    estop: bool | None = None


class Operator(Node):
    """Says at 100 Hz whether the operator is present, the clutch pressed and the emergency stop pressed.

    With a driver the levels are those of an operator device, and a request can only add to them: press the clutch
    or the stop, call the operator absent, and take that back. While the device is lost nothing is said, which means
    absent, clutched, stopped. Without one they follow a script; a request takes one over from there on.
    """

    class Params(NodeParams):
        """script: steps in the order of their times; for an operator without a driver."""

        script: tuple[Step, ...] = (Step(at=0.0, present=True, clutch=True), Step(at=1.0, clutch=False))

    params: Params
    uses_operator_device = True
    state_commands = frozenset({"press_clutch", "release_clutch", "estop", "release_estop", "absent", "present"})

    present = Output(OperatorPresence, valid_for=0.05)
    clutch = Output(Clutch, valid_for=0.05)
    estop = Output(EmergencyStop, valid_for=0.05)
    camera = Output(Pedal, valid_for=0.05)
    swap = Output(Pedal, valid_for=0.05)

    def on_start(self) -> None:
        self._taken: dict[str, bool] = {}
        self._device: DeviceKeeper[OperatorSample] | None = None
        choice = self.driver_choice
        if choice is not None:
            self._device = DeviceKeeper(self, load_operator(choice.use)(choice.options, self.driver_context()))
            self._device.open()

    @every(100.0)
    def speak(self) -> None:
        """Repeat every level: they are levels, so that silence can mean the safe one."""
        if self._device is None:
            self._publish({**self._scripted(), **self._taken})
            return
        taken, sample = self._taken, self._device.read()
        if sample is not None:
            present, clutch, estop = taken.get("present", True), taken.get("clutch"), taken.get("estop")
            levels = {"present": sample.present and present, "clutch": sample.clutch or bool(clutch)}
            stops = {"estop": sample.estop or bool(estop)}
            self._publish({**levels, **stops, "camera": sample.camera, "swap": sample.swap})
        elif taken.get("estop"):
            self.estop.publish(EmergencyStop(True))

    def on_stop(self) -> None:
        device: DeviceKeeper[OperatorSample] | None = getattr(self, "_device", None)
        if device is not None:
            device.close()

    def on_state_command(self, command: str) -> str:
        match command:
            case "press_clutch" | "release_clutch":
                self._taken["clutch"] = command == "press_clutch"
            case "estop" | "release_estop":
                self._taken["estop"] = command == "estop"
            case "absent" | "present":
                self._taken["present"] = command == "present"
            case _:
                raise RequestRefused(f"operator {self.name} does not take {command!r}")
        self.speak()
        taken = ", ".join(f"{name} {level}" for name, level in self._taken.items())
        return taken if self._device is None else f"{taken}; the device's own levels count too"

    def _scripted(self) -> dict[str, bool]:
        levels = {"present": False, "clutch": True, "estop": False}
        elapsed = self.elapsed
        for step in self.params.script:
            if step.at <= elapsed:
                said = {"present": step.present, "clutch": step.clutch, "estop": step.estop}
                levels.update({name: level for name, level in said.items() if level is not None})
        return levels

    def _publish(self, levels: dict[str, bool]) -> None:
        self.present.publish(OperatorPresence(levels["present"]))
        self.clutch.publish(Clutch(levels["clutch"]))
        self.estop.publish(EmergencyStop(levels["estop"]))
        if "camera" in levels:
            self.camera.publish(Pedal(levels["camera"]))
        if "swap" in levels:
            self.swap.publish(Pedal(levels["swap"]))
