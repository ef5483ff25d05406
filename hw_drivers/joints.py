"""The joints that a driver moves: the arm's, and the jaw last."""

import msgspec


class ActuatedJoints(msgspec.Struct, frozen=True):
    """Names and limits in the driver's order. lower, upper [rad or m]; velocity [rad/s or m/s]."""

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    velocity: tuple[float, ...]
    home: tuple[float, ...]
