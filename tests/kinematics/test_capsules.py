"""Capsules along shafts: their gap against brute force, and that one shaft keeps clear of the others."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics.capsules import Capsule, Placement, gap, keep_clear
from sutura.kinematics.rotations import Quaternion, Vector3, normalise

metre = st.floats(-0.2, 0.2)
points = st.tuples(metre, metre, metre)
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)
capsules = st.builds(Capsule, points, points, st.floats(0.001, 0.01))
EPS = 1e-9


def brute(one: Capsule, other: Capsule) -> float:
    shares = np.linspace(0.0, 1.0, 101)[:, None]
    a = np.array(one.start) + shares * (np.array(one.end) - np.array(one.start))
    b = np.array(other.start) + shares * (np.array(other.end) - np.array(other.start))
    return float(np.linalg.norm(a[:, None] - b[None], axis=2).min()) - one.radius - other.radius


@given(capsules, capsules)
def test_the_gap_is_the_least_distance_of_all_points(one: Capsule, other: Capsule) -> None:
    found = gap(one, other).distance
    step = (math.dist(one.start, one.end) + math.dist(other.start, other.end)) / 200
    assert found - EPS <= brute(one, other) <= found + step + EPS
    assert gap(other, one).distance == pytest.approx(found, abs=EPS)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        (((0, 0, 0), (0, 0, -1)), ((0.1, -1, -0.5), (0.1, 1, -0.5)), 0.1),  # crossing
        (((0, 0, 0), (0, 0, -1)), ((0.1, 0, 0), (0.1, 0, -1)), 0.1),  # parallel
        (((0, 0, 0), (0, 0, -1)), ((0, 0, -1.2), (0, 0, -2)), 0.2),  # in line
        (((0, 0, 0), (0, 0, 0)), ((0.3, 0, 0), (0.3, 0, 0)), 0.3),  # points
        (((0, 0, 0), (0, 0, -1)), ((0, 0, -0.5), (0, 0, -0.5)), 0.0),  # a point on it
    ],
)
def test_places_where_formulas_break(
    one: tuple[Vector3, Vector3], other: tuple[Vector3, Vector3], distance: float
) -> None:
    found = gap(Capsule(*one, 0.01), Capsule(*other, 0.02))
    assert found.distance == pytest.approx(distance - 0.03)
    assert math.hypot(*found.direction) == pytest.approx(1.0)


@given(st.lists(capsules, min_size=1, max_size=2), st.lists(points, min_size=2, max_size=15))
def test_a_shaft_comes_no_nearer_than_allowed_and_no_way_is_longer(
    others: list[Capsule], wishes: list[Vector3]
) -> None:
    named = {f"PSM{i}": other for i, other in enumerate(others, 2)}
    least, radius, at = 0.01, 0.004, wishes[0]
    for wanted in wishes[1:]:
        there, by = keep_clear(wanted, at, radius, named, least)
        assert math.dist(there, at) <= math.dist(wanted, at) + EPS
        assert bool(by) or there == wanted
        for other in others:
            was = gap(Capsule((0.0, 0.0, 0.0), at, radius), other).distance
            assert gap(Capsule((0.0, 0.0, 0.0), there, radius), other).distance >= min(least, was) - EPS
        at = there


def test_along_another_shaft_it_slides_and_says_whose() -> None:
    other = {"PSM2": Capsule((0.02, -0.1, -0.1), (0.02, 0.1, -0.1), 0.004)}
    before = (0.001, 0.0, -0.15)
    there, by = keep_clear((0.002, 0.0005, -0.15), before, 0.004, other, 0.011)
    assert by == "PSM2"
    assert there[1] > 0.0004, "along it, it goes on"
    assert gap(Capsule((0.0, 0.0, 0.0), there, 0.004), other["PSM2"]).distance == pytest.approx(0.011, abs=1e-6)


def test_away_from_what_is_too_near_is_free() -> None:
    other = {"PSM2": Capsule((0.005, -0.1, -0.1), (0.005, 0.1, -0.1), 0.004)}
    assert keep_clear((-0.01, 0.0, -0.15), (0.0, 0.0, -0.15), 0.004, other, 0.02) == ((-0.01, 0.0, -0.15), "")
    assert keep_clear((0.01, 0.0, -0.15), (0.0, 0.0, -0.15), 0.004, other, 0.02) == ((0.0, 0.0, -0.15), "PSM2")


@given(points, rotations, points, rotations, points)
def test_a_base_seen_from_another_places_points_alike(
    a: Vector3, qa: Quaternion, b: Vector3, qb: Quaternion, point: Vector3
) -> None:
    own, other = Placement(a, qa), Placement(b, qb)
    assert own.place(other.seen_from(own).place(point)) == pytest.approx(other.place(point), abs=1e-12)
