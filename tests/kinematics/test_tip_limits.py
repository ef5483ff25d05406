"""Limits of the tip together: whatever is wanted, no step is faster, nor out of bounds, and reasons are given."""

import math

from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics.capsules import Capsule, gap
from sutura.kinematics.rotations import Quaternion, Vector3, angle_between, normalise
from sutura.kinematics.tip_limits import TipLimits
from sutura.kinematics.workspace import Box, Plane, Workspace

SPEED, TURN = 0.5, 10.0
metre = st.floats(-0.2, 0.2)
points = st.tuples(metre, metre, metre)
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)
tips = st.tuples(points, rotations)
steps = st.floats(0.0, 0.05)
EPS = 1e-8
SPACE = Workspace(
    [Plane((0.0, 0.0, 1.0), -0.15, "the table")],
    [Box((-0.1, -0.1, -0.2), (0.1, 0.1, 0.0))],
    [Box((0.02, 0.02, -0.1), (0.04, 0.04, -0.05))],
)
OTHER = Capsule((0.08, 0.0, 0.0), (0.05, 0.0, -0.12), 0.004)

Tip = tuple[Vector3, Quaternion]


def limits(everything: bool) -> TipLimits:
    if not everything:
        return TipLimits(SPEED, TURN)
    made = TipLimits(SPEED, TURN, SPACE, clearance=0.005, radius=0.004)
    made.others["PSM2"] = OTHER
    return made


@given(st.booleans(), tips, st.lists(st.tuples(tips, steps), max_size=12))
def test_no_step_is_faster_than_allowed(everything: bool, start: Tip, wishes: list[tuple[Tip, float]]) -> None:
    tip, at = limits(everything), start
    for wanted, dt in wishes:
        limited = tip.limit(wanted, at, dt)
        to = wanted if limited is None else (limited.position, limited.orientation)
        assert math.dist(to[0], at[0]) <= SPEED * dt + EPS
        assert angle_between(to[1], at[1]) <= TURN * dt + EPS
        assert limited is None or limited.reasons
        at = to


@given(tips, st.lists(st.tuples(tips, steps), max_size=12))
def test_all_limits_hold_together(start: Tip, wishes: list[tuple[Tip, float]]) -> None:
    tip, at = limits(True), start
    for wanted, dt in wishes:
        limited = tip.limit(wanted, at, dt)
        to = wanted if limited is None else (limited.position, limited.orientation)
        was, is_now = (gap(Capsule((0.0, 0.0, 0.0), p, 0.004), OTHER).distance for p in (at[0], to[0]))
        assert is_now >= min(0.005, was) - EPS
        assert to[0][2] >= min(-0.15, at[0][2]) - EPS
        assert to[0][0] <= max(0.1, at[0][0]) + EPS
        at = to


@given(tips, tips, st.floats(0.001, 0.05))
def test_a_wish_that_stays_is_reached_when_nothing_is_in_the_way(start: Tip, wanted: Tip, dt: float) -> None:
    tip, at = TipLimits(SPEED, TURN, Workspace([Plane((0.0, 0.0, 1.0), -0.3)])), start
    for _ in range(2 + math.ceil(max(math.dist(wanted[0], start[0]) / SPEED, math.pi / TURN) / dt)):
        limited = tip.limit(wanted, at, dt)
        at = wanted if limited is None else (limited.position, limited.orientation)
    assert at == wanted


def test_each_limit_says_what_it_is() -> None:
    tip, at = limits(True), ((0.0, 0.0, -0.1), (0.0, 0.0, 0.0, 1.0))
    turned = (0.0, 0.0, 1.0, 0.0)
    cases = {
        ("tip_speed", ""): ((0.01, 0.0, -0.1), at[1]),
        ("turn_speed", ""): (at[0], turned),
        ("workspace", "the table"): ((0.0, 0.0, -0.16), at[1]),
        ("clearance", "PSM2"): ((0.05, 0.0, -0.1), at[1]),
    }
    for reason, wanted in cases.items():
        slow = tip.limit(wanted, at, 0.001 if reason[0].endswith("speed") else 0.5)
        assert slow is not None
        assert slow.reasons == (reason,)
