"""Quantities as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.launch import BadValue, Mark, UnknownName
from sutura.launch.quantities import UNITS, read_quantity
from sutura.launch.yaml_source import parse_yaml

MARK = Mark("top.yaml", 3, 5)
CASES = [(unit, written, factor) for unit, ways in UNITS.items() for written, factor in ways.items()]


def read(text: str, unit: str) -> float:
    return read_quantity(parse_yaml(text, lambda line, column: MARK), "limit", unit)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5 ms", "s", 0.005),
        ("5ms", "s", 0.005),
        ("'1.5e3  us'", "s", 0.0015),
        ("2 μs", "s", 2e-6),
        ("1 mm", "m", 0.001),
        ("-0.5 cm", "m", -0.005),
        ("180 deg", "rad", 3.141592653589793),
        ("1 kHz", "Hz", 1000.0),
        ("95 %", "1", 0.95),
        ("0.95", "1", 0.95),
        ("2", "1", 2.0),
    ],
)
def test_a_quantity_is_read_in_si(text: str, unit: str, value: float) -> None:
    assert read(text, unit) == pytest.approx(value)


@given(number=st.floats(-1e9, 1e9), case=st.sampled_from(CASES), space=st.sampled_from(["", " ", "  "]))
def test_every_unit_scales_by_its_factor(number: float, case: tuple[str, str, float], space: str) -> None:
    unit, written, factor = case
    assert read(f"'{number!r}{space}{written}'", unit) == pytest.approx(number * factor)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("5", "s", "top.yaml:3: limit: expected a quantity such as `5 ms` (in ns, us, µs, ms, s, min), came 5"),
        ("fast", "m", "top.yaml:3: limit: expected a quantity such as `1 mm` (in um, µm, mm, cm, m), came 'fast'"),
        ("nan ms", "s", "came 'nan ms'"),
        ("[5 ms]", "s", "came a list"),
        ("true", "1", "expected a quantity such as `95 %`"),
        ("1e400 s", "s", "expected a finite number, came"),
    ],
)
def test_what_is_no_quantity_is_refused_with_an_example(text: str, unit: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(text, unit)
    assert says in str(caught.value)


def test_another_unit_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown unit in limit: 'msec'; did you mean 'ms'"):
        read("1 msec", "s")
    with pytest.raises(UnknownName, match="unknown unit in limit: 'mm'"):
        read("1 mm", "s")
