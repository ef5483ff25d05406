"""What the base of every actuator driver checks, in every order of calls."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec import Meta

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    BadOptions,
    Capabilities,
    CommandRefused,
    DeviceFault,
    DriverContext,
    DriverOptions,
    DriverState,
    StopCategory,
    WrongState,
)
from sutura.messages import JointCommand, JointState
from sutura.runtime.clock import VirtualClock

MS = 1_000_000
JOINTS = ActuatedJoints(("a", "b"), (-1.0, 0.0), (1.0, 0.2), (2.0, 0.5), (0.0, 0.1), {"a": math.inf, "b": math.inf})
SLUGGISH = msgspec.structs.replace(JOINTS, acceleration={"a": 10.0})
CALLS: dict[str, set[DriverState]] = {
    "enable": {DriverState.DISABLED, DriverState.ENABLED},
    "home": {DriverState.ENABLED},
    "read": {DriverState.DISABLED, DriverState.ENABLED},
    "write": {DriverState.ENABLED},
    "stop": {DriverState.DISABLED, DriverState.ENABLED},
}


class Probe(ActuatorDriver):
    """Notes what reaches the device."""

    class Options(DriverOptions):
        gain: Annotated[float, Meta(gt=0.0)] = 1.0

    capabilities: ClassVar[Capabilities] = Capabilities(simulated=True)

    def __init__(
        self, clock: VirtualClock, options: dict[str, object] | None = None, joints: ActuatedJoints = JOINTS
    ) -> None:
        super().__init__(joints, options or {}, DriverContext("arm", Path(), clock))
        self.device: list[str] = []
        self.at = JOINTS.home

    def _open(self) -> None:
        self.device.append("open")

    def _enable(self) -> None:
        self.device.append("enable")

    def _home(self) -> None:
        self.device.append("home")

    def _read(self) -> JointState:
        return JointState(self.joints.names, self.at)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        self.device.append("write")
        self.at = positions
        return positions

    def _stop(self, category: StopCategory) -> None:
        self.device.append(f"stop {category.value}")

    def _close(self) -> None:
        self.device.append("close")


def command(*positions: float, names: tuple[str, ...] = JOINTS.names) -> JointCommand:
    return JointCommand(names, positions)


def enabled(joints: ActuatedJoints = JOINTS) -> tuple[Probe, VirtualClock]:
    clock = VirtualClock()
    driver = Probe(clock, joints=joints)
    driver.open()
    driver.enable()
    return driver, clock


class Life(RuleBasedStateMachine):
    """Every call in every state: what is allowed happens, and nothing else reaches the device."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.driver = Probe(self.clock)
        self.state = DriverState.CLOSED

    @rule()
    def open(self) -> None:
        self.driver.open()
        if self.state is DriverState.CLOSED:
            self.state = DriverState.DISABLED

    @rule()
    def close(self) -> None:
        was = self.state
        self.driver.device.clear()
        self.driver.close()
        self.state = DriverState.CLOSED
        stop = [f"stop {StopCategory.CONTROLLED.value}"] if was is DriverState.ENABLED else []
        assert self.driver.device == ([] if was is DriverState.CLOSED else [*stop, "close"])

    @rule(call=st.sampled_from(["enable", "home", "read", "write"]), ms=st.integers(0, 5))
    def call(self, call: str, ms: int) -> None:
        self.clock.advance_to(self.clock() + ms * MS)
        arguments = (command(0.0, 0.1),) if call == "write" else ()
        self._try(call, *arguments)
        if call == "enable" and self.state in CALLS[call]:
            self.state = DriverState.ENABLED

    @rule(category=st.sampled_from(StopCategory))
    def stop(self, category: StopCategory) -> None:
        before = self.state
        self.driver.device.clear()
        self._try("stop", category)
        assert self.driver.device == ([f"stop {category.value}"] if before is DriverState.ENABLED else [])
        if before in CALLS["stop"] and category is not StopCategory.HOLD:
            self.state = DriverState.DISABLED

    def _try(self, call: str, *arguments: object) -> None:
        if self.state in CALLS[call]:
            getattr(self.driver, call)(*arguments)
            return
        reached = list(self.driver.device)
        with pytest.raises(WrongState, match=rf"'Probe of arm': {call}\(\) needs .* it is {self.state.value}"):
            getattr(self.driver, call)(*arguments)
        assert self.driver.device == reached, "a refused call reaches no device"

    @invariant()
    def it_knows_its_state(self) -> None:
        assert self.driver.state is self.state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_only_finite_positions_within_the_limits_reach_the_device(a: float, b: float) -> None:
    driver, clock = enabled()
    clock.advance_to(clock() + 10 * MS)
    good = -1.0 <= a <= 1.0 and 0.0 <= b <= 0.2
    if good:
        driver.write(command(a, b))
        assert driver.device[-1] == "write"
    else:
        wrong = "a" if not -1.0 <= a <= 1.0 else "b"
        with pytest.raises(CommandRefused, match=f"refused a command: {wrong} is "):
            driver.write(command(a, b))
        assert "write" not in driver.device


@pytest.mark.parametrize("names", [("b", "a"), ("a",), ("a", "b", "c"), ()])
def test_a_command_names_the_joints(names: tuple[str, ...]) -> None:
    driver, _ = enabled()
    with pytest.raises(CommandRefused, match=r"expected joints \('a', 'b'\), came"):
        driver.write(command(*[0.1] * len(names), names=names))
    assert "write" not in driver.device


@given(
    st.lists(
        st.tuples(st.floats(-1.0, 1.0), st.floats(0.0, 0.2), st.integers(0, 500 * MS)), min_size=1, max_size=30
    )
)
def test_no_joint_is_ever_faster_than_its_limit(wishes: list[tuple[float, float, int]]) -> None:
    driver, clock = enabled()
    at = driver.read().position
    for a, b, pause in wishes:
        clock.advance_to(clock() + pause)
        sent = driver.write(command(a, b)).position
        dt = 0.01 if driver.device.count("write") == 1 else min(pause * 1e-9, 0.01)
        for before, after, wanted, speed in zip(at, sent, (a, b), JOINTS.velocity, strict=True):
            assert abs(after - before) <= speed * dt + 1e-12, "a pause buys no leap"
            assert min(before, wanted) - 1e-12 <= after <= max(before, wanted) + 1e-12, "and it goes the right way"
        at = sent


def test_what_was_slowed_is_counted_and_said() -> None:
    driver, clock = enabled()
    clock.advance_to(clock() + 10 * MS)
    assert driver.write(command(0.01, 0.1)).position == (0.01, 0.1)
    assert driver.limited_writes == 0
    assert driver.limited is None
    clock.advance_to(clock() + MS)
    assert driver.write(command(1.0, 0.2)).position == pytest.approx((0.012, 0.1005))
    assert driver.limited_writes == 1
    assert driver.limited == ("joint_speed", "a")


def test_the_first_write_after_power_came_back_is_limited_from_where_the_arm_is() -> None:
    driver, clock = enabled()
    driver.write(command(0.0, 0.1))
    driver.stop(StopCategory.CONTROLLED)
    driver.at = (-0.5, 0.1)
    clock.advance_to(clock() + 1000 * MS)
    driver.enable()
    assert driver.write(command(0.0, 0.1)).position == pytest.approx((-0.48, 0.1))


@given(
    st.lists(
        st.tuples(st.floats(-1.0, 1.0), st.floats(0.0, 0.2), st.integers(MS // 10, 20 * MS)),
        min_size=1,
        max_size=30,
    )
)
def test_no_joint_ever_accelerates_beyond_its_limit(wishes: list[tuple[float, float, int]]) -> None:
    driver, clock = enabled(SLUGGISH)
    at: tuple[float, ...] = driver.read().position
    speeds: tuple[float, ...] = (0.0, 0.0)
    for number, (a, b, pause) in enumerate(wishes):
        clock.advance_to(clock() + pause)
        sent = driver.write(command(a, b)).position
        dt = min(pause * 1e-9, 0.01) if number else 0.01
        now = tuple((after - before) / dt for before, after in zip(at, sent, strict=True))
        for speed, before, most in zip(now, speeds, (10.0, 0.5 / 0.05), strict=True):
            assert abs(speed - before) <= most * dt + 1e-9, "without a limit of its own, its speed in 50 ms"
        assert driver.velocity == pytest.approx(now, abs=1e-9)
        at, speeds = sent, now


def test_delays_on_the_way_are_no_speed_when_commands_tell_their_time() -> None:
    driver, clock = enabled(SLUGGISH)
    start = clock()
    late = (0, 700_000, 100_000, 900_000, 0, 300_000)
    for k in range(600):
        made = start + k * MS
        clock.advance_to(made + late[k % len(late)])
        wanted = 0.05 * (1.0 - math.cos(math.tau * k * 1e-3)) ** 2
        assert driver.write(command(wanted, 0.1), made).position == (wanted, 0.1)
    assert driver.limited_writes == 0


def test_jitter_of_the_times_of_commands_is_no_acceleration() -> None:
    driver, clock = enabled(msgspec.structs.replace(JOINTS, acceleration={}))
    start = clock()
    jitter = (0, 250_000, -300_000, 100_000, 300_000, -200_000, 0)
    for k in range(1, 900):
        clock.advance_to(start + k * MS + 400_000)
        wanted = 0.2 * (1.0 - math.cos(math.pi * k * 1e-3))
        sent = driver.write(command(wanted, 0.1), start + k * MS + jitter[k % len(jitter)])
    assert sent.position == (wanted, 0.1)
    assert driver.limited_writes < 40, "until it knows the grid"


def test_times_that_run_ahead_of_the_clock_buy_no_speed() -> None:
    driver, clock = enabled()
    start = clock()
    for k in range(1, 400):
        clock.advance_to(start + k * MS)
        reached = driver.write(command(1.0, 0.1), start + k * 10 * MS).position[0]
        assert reached <= 2.0 * (k * 1e-3 + 0.03) + 1e-9
    older = clock() - 100 * MS
    assert driver.write(command(-1.0, 0.1), older).position[0] == reached, "nor does an older command move anything"


def test_a_stop_ends_the_motion_that_the_next_command_starts_from() -> None:
    driver, clock = enabled(SLUGGISH)
    for k in range(1, 101):
        clock.advance_to(clock() + MS)
        driver.write(command(min(0.005 * k * k * 1e-3, 1.0), 0.1))
    assert driver.velocity[0] > 0.5
    driver.stop(StopCategory.HOLD)
    assert driver.velocity == (0.0, 0.0)
    before = driver.at[0]
    clock.advance_to(clock() + MS)
    assert driver.write(command(1.0, 0.1)).position[0] - before <= 10.0 * 1e-6 + 1e-12


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_measurement_that_is_no_number_is_a_fault_of_the_device(value: float) -> None:
    driver, _ = enabled()
    driver.at = (0.0, value)
    with pytest.raises(DeviceFault, match="not finite"):
        driver.read()


def test_power_is_taken_also_when_the_device_fails_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    driver, _ = enabled()

    def fail(category: StopCategory) -> None:
        raise DeviceFault(driver.name, "no answer")

    monkeypatch.setattr(driver, "_stop", fail)
    with pytest.raises(DeviceFault):
        driver.close()
    assert driver.device[-1] == "close"
    assert driver.state is DriverState.CLOSED


@pytest.mark.parametrize(
    ("options", "says"), [({"gian": 1.0}, "gian"), ({"gain": 0.0}, "> 0.0"), ({"gain": "high"}, "float")]
)
def test_bad_options_say_what_is_taken(options: dict[str, object], says: str) -> None:
    with pytest.raises(BadOptions, match=rf"options of driver 'Probe': .*{says}.*\(it takes: gain\)"):
        Probe(VirtualClock(), options)


def test_only_a_driver_with_its_own_rescue_has_one() -> None:
    class Rescued(Probe):
        @classmethod
        def rescue(cls, options: object, context: DriverContext) -> None: ...

    assert not Probe.has_rescue()
    assert Rescued.has_rescue()
