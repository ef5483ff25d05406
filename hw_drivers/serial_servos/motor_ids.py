"""The ids of the motors on a bus, as a joint map names them."""

from collections.abc import Sequence

from sutura.hw_drivers.errors import BadOptions
from sutura.hw_drivers.joint_map import JointMap

_HIGHEST_ID = 252


def motor_ids(owner: str, of: JointMap) -> tuple[int, ...]:
    """The ids of a map's motors. Raises BadOptions."""
    return checked_ids(owner, of.motors)


def checked_ids(owner: str, motors: Sequence[int | str]) -> tuple[int, ...]:
    """Motors as ids, each its own. Raises BadOptions."""
    ids = [int(motor) if str(motor).isdecimal() else -1 for motor in motors]
    if any(not 0 <= one <= _HIGHEST_ID for one in ids) or len(set(ids)) != len(ids):
        expected = f"joint_map.motors: expected different ids of 0 to {_HIGHEST_ID}"
        raise BadOptions(owner, f"{expected}, came {', '.join(map(str, motors))}", ("joint_map",))
    return tuple(ids)
