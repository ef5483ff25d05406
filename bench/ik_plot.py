"""How long inverse kinematics takes, drawn: the share of solves that are done by a time."""

from collections.abc import Iterable

from bench.drawing import Panel, Points, picture
from bench.ik_solvers import OURS

_SHARES = tuple(range(1, 100))
_TICKS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_INKS = ("#0b6e99", "#c2571a", "#5b8c2a", "#8a4fa3", "#7a6a00")


def drawing(solvers: Iterable[tuple[str, tuple[float, ...]]]) -> str:
    """solvers: names, and their percentiles 1 to 99 [µs]."""
    curves: dict[str, Points] = {}
    for name, percentiles in solvers:
        curves[name] = [
            (min(max(us, _TICKS[0]), _TICKS[-1]), k) for us, k in zip(percentiles, _SHARES, strict=True)
        ]
    pens = {name: (ink, 3.0 if name == OURS else 1.6) for name, ink in zip(curves, _INKS, strict=False)}
    return picture([Panel("Solves done", "µs", "%", _TICKS, (0, 25, 50, 75, 100), curves, pens, logarithmic=True)])
