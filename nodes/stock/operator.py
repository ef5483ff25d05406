"""The operator: presence, clutch and emergency stop as levels."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.messages import Clutch, EmergencyStop, OperatorPresence
from sutura.nodes import Node, NodeParams, Output, RequestRefused, every


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What changes at a time of the script. at [s]; a level left out stays as it was."""

    at: Annotated[float, Meta(ge=0.0)]
    present: bool | None = None
    clutch: bool | None = None
    estop: bool | None = None


class Operator(Node):
    """Says at 100 Hz whether the operator is present, the clutch pressed and the emergency stop pressed.

    The levels follow a script; a request takes one over from there on.
    """

    class Params(NodeParams):
        """script: steps in the order of their times."""

        script: tuple[Step, ...] = (Step(at=0.0, present=True, clutch=True), Step(at=1.0, clutch=False))

    params: Params
    state_commands = frozenset({"press_clutch", "release_clutch", "estop", "release_estop", "absent", "present"})

    present = Output(OperatorPresence, valid_for=0.05)
    clutch = Output(Clutch, valid_for=0.05)
    estop = Output(EmergencyStop, valid_for=0.05)

    def on_start(self) -> None:
        self._taken: dict[str, bool] = {}

    @every(100.0)
    def speak(self) -> None:
        """Repeat every level: they are levels, so that silence can mean the safe one."""
        levels = {"present": False, "clutch": True, "estop": False}
        elapsed = self.elapsed
        for step in self.params.script:
            if step.at <= elapsed:
                said = {"present": step.present, "clutch": step.clutch, "estop": step.estop}
                levels.update({name: level for name, level in said.items() if level is not None})
        self._publish({**levels, **self._taken})

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
        return ", ".join(f"{name} {level}" for name, level in self._taken.items())

    def _publish(self, levels: dict[str, bool]) -> None:
        self.present.publish(OperatorPresence(levels["present"]))
        self.clutch.publish(Clutch(levels["clutch"]))
        self.estop.publish(EmergencyStop(levels["estop"]))
