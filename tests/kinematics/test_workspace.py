"""Planes and boxes: a tip stays where it may be, goes no farther than it wanted, and is not stopped for nothing."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.workspace import Box, Plane, Workspace

metre = st.floats(-0.3, 0.3)
points = st.tuples(metre, metre, metre)
normals = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda n: math.hypot(*n) > 0.1)
EPS = 1e-9


def unit(n: Vector3) -> Vector3:
    x, y, z = (part / math.hypot(*n) for part in n)
    return (x, y, z)


planes = st.builds(Plane, normals.map(unit), st.floats(-0.2, 0.2), st.just("a plane"))
sizes = st.tuples(*[st.floats(0.01, 0.3)] * 3)
boxes = st.builds(lambda low, size: Box(low, (low[0] + size[0], low[1] + size[1], low[2] + size[2])), points, sizes)


def height(plane: Plane, p: Vector3) -> float:
    return sum(n * x for n, x in zip(plane.normal, p, strict=True)) - plane.offset


def is_inside(box: Box, p: Vector3, by: float = 0.0) -> bool:
    return all(low + by < x < high - by for x, low, high in zip(p, box.lower, box.upper, strict=True))


def way(a: Vector3, b: Vector3, share: float) -> Vector3:
    x, y, z = (p + share * (q - p) for p, q in zip(a, b, strict=True))
    return (x, y, z)


@given(st.lists(planes, max_size=4), st.lists(boxes, max_size=2), points, points)
def test_no_plane_is_passed_and_no_way_is_longer_than_wanted(
    walls: list[Plane], inside: list[Box], before: Vector3, wanted: Vector3
) -> None:
    there, by = Workspace(walls, inside).confine(wanted, before)
    assert math.dist(there, before) <= math.dist(wanted, before) + EPS
    for wall in walls:
        assert height(wall, there) >= min(0.0, height(wall, before)) - EPS, "nor farther out than it was"
    for box in inside:
        for x, b, low, high in zip(there, before, box.lower, box.upper, strict=True):
            assert min(low, b) - EPS <= x <= max(high, b) + EPS
    if not by:
        assert there == wanted


@given(st.lists(planes, max_size=3), st.lists(boxes, max_size=1), points, points)
def test_what_is_allowed_is_not_changed(
    walls: list[Plane], inside: list[Box], before: Vector3, wanted: Vector3
) -> None:
    assume(all(height(wall, wanted) >= 0.0 for wall in walls))
    assume(all(is_inside(box, wanted) for box in inside))
    assert Workspace(walls, inside).confine(wanted, before) == (wanted, "")


@given(planes, points, points)
def test_along_a_plane_the_tip_slides(wall: Plane, before: Vector3, wanted: Vector3) -> None:
    assume(height(wall, before) >= 0.0 and height(wall, wanted) < -EPS)
    there, by = Workspace([wall]).confine(wanted, before)
    assert by == "a plane"
    assert height(wall, there) == pytest.approx(0.0, abs=EPS)
    down = [w - t for w, t in zip(wanted, there, strict=True)]
    assert down == pytest.approx([height(wall, wanted) * n for n in wall.normal], abs=EPS)


@given(st.lists(boxes, min_size=1, max_size=3), st.lists(points, min_size=2, max_size=12))
def test_no_way_leads_through_a_forbidden_box(forbidden: list[Box], wishes: list[Vector3]) -> None:
    space, at = Workspace(outside=forbidden), wishes[0]
    assume(not any(is_inside(box, at, -EPS) for box in forbidden))
    for wanted in wishes[1:]:
        there, by = space.confine(wanted, at)
        assert math.dist(there, at) <= math.dist(wanted, at) + EPS
        assert by or there == wanted
        for box in forbidden:
            assert not any(is_inside(box, way(at, there, k / 20), EPS) for k in range(21))
        at = there


def test_a_thin_forbidden_box_is_not_jumped_over_and_is_named() -> None:
    plate = Box((-1.0, -1.0, 0.1), (1.0, 1.0, 0.1001), "the plate")
    there, by = Workspace(outside=[plate]).confine((0.05, 0.0, 0.2), (0.0, 0.0, 0.05))
    assert (there, by) == ((0.05, 0.0, 0.1), "the plate")


def test_from_within_a_forbidden_box_only_the_way_out_is_open() -> None:
    space, start = Workspace(outside=[Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))]), (0.1, 0.5, 0.5)
    assert space.confine((0.2, 0.5, 0.5), start) == (start, "a box")
    assert space.confine((0.05, 0.5, 0.5), start) == ((0.05, 0.5, 0.5), "")
    assert space.confine((-0.05, 0.5, 0.5), start) == ((-0.05, 0.5, 0.5), "")
