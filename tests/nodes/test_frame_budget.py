"""A camera keeps to its share, whatever a picture costs, and comes to rest."""

from hypothesis import given
from hypothesis import strategies as st

from sutura.nodes.stock.frame_budget import FrameBudget, Pace

RATE, LEAST = 25.0, 12.5


def settled(budget: FrameBudget, fixed: float, by_area: float, pictures: int = 1500) -> list[Pace]:
    """The paces that it went through; cost of a picture [s]: a fixed part, and one that goes with the area."""
    paces = [budget.pace]
    for _ in range(pictures):
        if budget.spent(fixed + by_area * budget.pace.scale**2):
            paces.append(budget.pace)
    return paces


@given(fixed=st.floats(0.0, 0.2), by_area=st.floats(0.0, 0.5), share=st.floats(0.05, 1.0), scales=st.booleans())
def test_it_keeps_to_its_share_and_comes_to_rest(fixed: float, by_area: float, share: float, scales: bool) -> None:
    budget = FrameBudget(RATE, share, LEAST, scales)
    settled(budget, fixed, by_area)
    used = (fixed + by_area * budget.pace.scale**2) * budget.rate
    assert used <= share * 1.1 + 1e-9
    assert scales or budget.pace.scale == 1.0
    assert len(settled(budget, fixed, by_area)) <= 2


@given(by_area=st.floats(0.0, 0.015))
def test_what_costs_little_is_left_as_it_is(by_area: float) -> None:
    budget = FrameBudget(RATE, 0.4, LEAST, True)
    assert settled(budget, 0.0, by_area) == [Pace()]


def test_the_rate_goes_first_then_the_size_then_the_rate_again() -> None:
    paces = [settled(FrameBudget(RATE, 0.4, LEAST, True), 0.0, cost) for cost in (0.03, 0.04, 2.0)]
    assert paces[0][-1] == Pace(2, 1.0)
    assert paces[1][-1] == Pace(2, 0.75)
    assert paces[2][-1].scale == 0.5
    assert paces[2][-1].divisor > 2


def test_it_comes_back_when_pictures_cost_little_again() -> None:
    budget = FrameBudget(RATE, 0.4, LEAST, True)
    settled(budget, 0.0, 0.5)
    assert budget.pace != Pace()
    settled(budget, 0.0, 0.005)
    assert budget.pace == Pace()


def test_the_first_pictures_do_not_count() -> None:
    budget = FrameBudget(RATE, 0.4, LEAST, True)
    assert not any(budget.spent(1.0) for _ in range(3))
    assert settled(budget, 0.0, 0.01) == [Pace()]
