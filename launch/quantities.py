"""Quantities as people write them, such as `5 ms`, read as SI numbers."""

import math
import re
from collections.abc import Mapping

from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.shape import words
from sutura.launch.yaml_source import Located

UNITS: Mapping[str, Mapping[str, float]] = {
    "s": {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0},
    "m": {"um": 1e-6, "µm": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0},
    "rad": {"mrad": 1e-3, "rad": 1.0, "deg": math.pi / 180.0, "°": math.pi / 180.0},
    "m/s": {"mm/s": 1e-3, "m/s": 1.0},
    "Hz": {"Hz": 1.0, "kHz": 1e3},
    "N": {"mN": 1e-3, "N": 1.0},
    "1": {"%": 1e-2},
}
"""How each SI unit may be written, and what one of it is in SI; a ratio (`1`) may be a bare number too."""

_QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\D.*)")
_EXAMPLES = {"s": "5 ms", "m": "1 mm", "rad": "2 deg", "m/s": "50 mm/s", "Hz": "100 Hz", "N": "2 N", "1": "95 %"}


def read_quantity(tree: Located, what: str, unit: str) -> float:
    """A quantity in the SI unit `unit`, such as 0.005 for `5 ms` and "s"; `what` says whose it is.

    Raises BadValue, UnknownName.
    """
    if unit == "1" and isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        return float(tree.value)
    match = _QUANTITY.fullmatch(tree.value.replace("μ", "µ")) if isinstance(tree.value, str) else None
    if match is None:
        expected = f"a quantity such as `{_EXAMPLES[unit]}` (in {', '.join(UNITS[unit])})"
        raise BadValue(tree.mark, what, expected, words(tree))
    if match[2] not in UNITS[unit]:
        raise UnknownName(tree.mark, f"unit in {what}:", match[2], UNITS[unit])
    number = float(match[1]) * UNITS[unit][match[2]]
    if not math.isfinite(number):
        raise BadValue(tree.mark, what, "a finite number", words(tree))
    return number


_SHOWN: Mapping[str, Mapping[str, float]] = {
    "s": {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9},
    "m": {"m": 1.0, "mm": 1e-3, "µm": 1e-6},
    "m/s": {"m/s": 1.0, "mm/s": 1e-3},
}


def in_words(value: float, unit: str) -> str:
    """A quantity in the SI unit `unit` for people, such as `5 ms` for 0.005 and "s"."""
    steps = _SHOWN.get(unit, {})
    name, scale = next((step for step in steps.items() if step[1] <= abs(value)), (unit, 1.0))
    return f"{value / scale:.6g} {name}" if name not in ("", "1") else f"{value:.6g}"
