"""The state machine of CiA 402: what a statusword says, and which controlword leads on."""

from enum import Enum, IntEnum


class Controlword(IntEnum):
    """Commands to a drive."""

    DISABLE_VOLTAGE = 0x00
    QUICK_STOP = 0x02
    SHUTDOWN = 0x06
    SWITCH_ON = 0x07
    ENABLE_OPERATION = 0x0F
    FAULT_RESET = 0x80


class PowerState(Enum):
    """The states of a drive: mask and value of its statusword, and its name."""

    NOT_READY = (0x4F, 0x00, "not ready to switch on")
    SWITCH_ON_DISABLED = (0x4F, 0x40, "switch on disabled")
    READY = (0x6F, 0x21, "ready to switch on")
    SWITCHED_ON = (0x6F, 0x23, "switched on")
    OPERATION_ENABLED = (0x6F, 0x27, "operation enabled")
    QUICK_STOP_ACTIVE = (0x6F, 0x07, "quick stop active")
    FAULT_REACTION = (0x4F, 0x0F, "fault reaction active")
    FAULT = (0x4F, 0x08, "fault")

    @property
    def words(self) -> str:
        """Its name for people."""
        return self.value[2]

    @property
    def is_fault(self) -> bool:
        """Whether the drive has a fault."""
        return self in (PowerState.FAULT, PowerState.FAULT_REACTION)

    @property
    def moves(self) -> bool:
        """Whether the motor has power and may turn: it follows, or brakes under control."""
        return self in (PowerState.OPERATION_ENABLED, PowerState.QUICK_STOP_ACTIVE, PowerState.FAULT_REACTION)


_BY_WORD = tuple(
    next((state for state in PowerState if word & state.value[0] == state.value[1]), PowerState.NOT_READY)
    for word in range(0x80)
)

_TOWARDS_OPERATION = {
    PowerState.SWITCH_ON_DISABLED: Controlword.SHUTDOWN,
    PowerState.READY: Controlword.SWITCH_ON,
    PowerState.SWITCHED_ON: Controlword.ENABLE_OPERATION,
    PowerState.OPERATION_ENABLED: Controlword.ENABLE_OPERATION,
    PowerState.FAULT: Controlword.FAULT_RESET,
}


def state_of(statusword: int) -> PowerState:
    """The state that a statusword tells."""
    return _BY_WORD[statusword & 0x7F]


def towards_operation(state: PowerState) -> Controlword:
    """The controlword that leads a drive one state nearer to `operation enabled`; in a fault, its reset."""
    return _TOWARDS_OPERATION.get(state, Controlword.DISABLE_VOLTAGE)


def after(state: PowerState, before: int, word: int) -> PowerState:
    """The state that a controlword leads to from a state, `before` being the one that stood until then.

    Braking, which takes its time, is the drive's affair: it leaves QUICK_STOP_ACTIVE and FAULT_REACTION by itself.
    """
    if state is PowerState.FAULT:
        rises = word & Controlword.FAULT_RESET and not before & Controlword.FAULT_RESET
        return PowerState.SWITCH_ON_DISABLED if rises else state
    if state in (PowerState.FAULT_REACTION, PowerState.NOT_READY) or word & Controlword.FAULT_RESET:
        return state
    if not word & 0x02:
        return PowerState.SWITCH_ON_DISABLED
    if not word & 0x04:
        stops = state in (PowerState.OPERATION_ENABLED, PowerState.QUICK_STOP_ACTIVE)
        return PowerState.QUICK_STOP_ACTIVE if stops else PowerState.SWITCH_ON_DISABLED
    if state in (PowerState.SWITCH_ON_DISABLED, PowerState.QUICK_STOP_ACTIVE):
        return PowerState.READY if state is PowerState.SWITCH_ON_DISABLED and word & 0x0F == 0x06 else state
    return _powered(state, word & 0x0F)


def _powered(state: PowerState, word: int) -> PowerState:
    """Between ready, switched on and operation enabled, a step at a time upwards."""
    if word == Controlword.SHUTDOWN:
        return PowerState.READY
    if word == Controlword.SWITCH_ON:
        return PowerState.SWITCHED_ON
    if word == Controlword.ENABLE_OPERATION and state is not PowerState.READY:
        return PowerState.OPERATION_ENABLED
    return PowerState.SWITCHED_ON if word == Controlword.ENABLE_OPERATION else state
