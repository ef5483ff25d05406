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


def on_height(plane: Plane, p: Vector3, above: float) -> Vector3:
    """The point moved along the plane's normal to a height over it."""
    by = above - height(plane, p)
    x, y, z = (c + by * n for c, n in zip(p, plane.normal, strict=True))
    return (x, y, z)


@given(st.lists(st.tuples(normals, st.floats(0.001, 0.2)), max_size=3), st.booleans(), points, points)
def test_what_is_allowed_is_not_changed(
    over: list[tuple[Vector3, float]], boxed: bool, before: Vector3, wanted: Vector3
) -> None:
    walls = [Plane(unit(n), height(Plane(unit(n), 0.0), wanted) - above) for n, above in over]
    x, y, z = wanted
    inside = [Box((x - 0.1, y - 0.01, z - 0.2), (x + 0.01, y + 0.1, z + 0.2))] if boxed else []
    assert Workspace(walls, inside).confine(wanted, before) == (wanted, "")


@given(planes, points, st.floats(0.0, 0.2), points, st.floats(1e-6, 0.2))
def test_along_a_plane_the_tip_slides(
    wall: Plane, before: Vector3, above: float, wanted: Vector3, below: float
) -> None:
    before, wanted = on_height(wall, before, above), on_height(wall, wanted, -below)
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


@given(
    planes, st.lists(boxes, max_size=1), points, st.lists(points, min_size=1, max_size=3), st.floats(0.0005, 0.01)
)
def test_before_a_wall_the_tip_brakes(
    wall: Plane, forbidden: list[Box], start: Vector3, wishes: list[Vector3], dt: float
) -> None:
    space, at = Workspace([wall], outside=forbidden, braking=1.0), start
    for wanted in wishes:
        for _ in range(20):
            ahead = way(at, wanted, min(1.0, 0.3 * dt / max(math.dist(at, wanted), EPS)))
            there, _ = space.confine(ahead, at, dt)
            assert math.dist(there, at) <= math.dist(ahead, at) + EPS
            sinks = (height(wall, at) - height(wall, there)) / dt
            if height(wall, at) >= 0.0 and sinks > 0.0:
                assert 0.5 * sinks**2 <= height(wall, there) + EPS, "from here it can still stop"
            at = there


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_before_a_forbidden_box_the_tip_brakes_and_comes_to_its_face(axis: int, side: float) -> None:
    box = Box((-0.01, -0.01, -0.01), (0.01, 0.01, 0.01))
    space, start, step, dt = Workspace(outside=[box], braking=1.0), [0.0, 0.0, 0.0], 0.0002, 0.001
    start[axis] = 0.06 * side
    at, speed = (start[0], start[1], start[2]), step / dt
    for _ in range(600):
        wanted = list(at)
        wanted[axis] -= side * step
        there, _ = space.confine((wanted[0], wanted[1], wanted[2]), at, dt)
        now = math.dist(there, at) / dt
        assert now >= speed - 1.0 * dt - 1e-9, "it never brakes harder"
        at, speed = there, now
    assert at[axis] == pytest.approx(0.01 * side, abs=1e-9)
