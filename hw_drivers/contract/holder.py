"""A process that holds a device in motion until it is killed: `python -m sutura.hw_drivers.contract.holder ORDER`.

ORDER is JSON. It says `moving` once a joint moves.
"""

import math
import sys
from pathlib import Path

import msgspec

from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.joints import ActuatedJoints

_LONGEST_S = 60.0


class Order(msgspec.Struct):
    """What to hold."""

    driver: str
    options: dict[str, object]
    joints: ActuatedJoints
    device_dir: str
    period: float


def main() -> None:
    """Swing the first joint to and fro; if nobody kills it, it ends after a minute."""
    order = msgspec.json.decode(sys.argv[1], type=Order)
    rig = Rig(order.driver, order.joints, order.options, Path(order.device_dir), rate=1.0 / order.period)
    with rig.enabled() as driver:
        start = rig.goal(driver.read().position, 0, 0.0)
        goal, said = rig.goal(start, 0), False
        for t in rig.pace(_LONGEST_S):
            share = 0.5 - 0.5 * math.cos(2.0 * math.pi * t)
            there = tuple(a + share * (b - a) for a, b in zip(start, goal, strict=True))
            driver.write(rig.command(there))
            at = driver.read().position[0]
            if not said and abs(at - start[0]) > 0.2 * rig.moves[0]:
                said = True
                sys.stdout.write("moving\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
