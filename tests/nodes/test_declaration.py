"""What a node class declares, and the mistakes that are found when it is defined."""

from __future__ import annotations

import math
from typing import Annotated

import pytest
from msgspec import Meta

from sutura.messages import Clutch, Heartbeat, Message, Pose
from sutura.nodes import (
    LATCHED,
    BadNode,
    BadParameters,
    Input,
    Node,
    NodeParams,
    Output,
    changed_params,
    every,
    installed_nodes,
    load_node,
    param_infos,
    queue,
    read_params,
)
from sutura.runtime.host import HEARTBEAT_HZ


class Base(Node):
    """The first line.

    And more.
    """

    class Params(NodeParams):
        """rate [Hz]; gain."""

        rate: Annotated[float, Meta(gt=0.0, le=1000.0, description="of the timer")] = 100.0
        gain: float = 1.0
        names: tuple[str, ...] = ()
        table: dict[str, float] = {}  # noqa: RUF012 (msgspec copies it)

    pose = Input(Pose, max_age=0.05)
    out = Output(Pose)

    def on_pose(self, pose: Pose) -> None: ...

    @every("rate")
    def tick(self) -> None: ...


class Derived(Base):
    """Adds a port."""

    pedal = Input(Clutch)

    def on_pedal(self, clutch: Clutch) -> None: ...

    def on_stale_pose(self) -> None: ...


def test_a_declaration_is_read_from_the_class_and_its_bases() -> None:
    declared = Derived.declaration
    assert set(declared.inputs) == {"pose", "pedal"}
    assert set(declared.outputs) == {"heartbeat", "out"}
    assert {name: timer.rate for name, timer in declared.timers.items()} == {"tick": "rate"}
    assert declared.messages() == {"pose": Pose, "pedal": Clutch, "out": Pose, "heartbeat": Heartbeat}
    assert Base.declaration.summary == "The first line."
    assert set(Base.declaration.inputs) == {"pose"}, "a derived class adds nothing to its base"


class Answering(Node):
    pose = Input(Pose)
    state = Input(Clutch, policy=LATCHED)
    before = Input(Pose, feedback=True)
    looked_at = Input(Pose)
    out = Output(Pose)

    def on_pose(self, pose: Pose) -> None: ...

    def on_state(self, clutch: Clutch) -> None: ...

    def on_before(self, pose: Pose) -> None: ...


class Ticking(Node):
    out = Output(Pose)

    @every(20.0)
    def tick(self) -> None: ...


class Saying(Base):
    answer = Output(Pose, rate="pose")
    timed = Output(Pose, rate="rate")
    plain = Output(Pose, rate=5)


def test_the_pace_of_an_output_is_what_it_says_or_the_only_thing_that_makes_the_node_act() -> None:
    assert set(Answering.declaration.triggers) == {"pose"}
    assert Answering.declaration.pace("out") is Answering.declaration.inputs["pose"]
    assert Ticking.declaration.pace("out") == 20.0
    assert Base.declaration.pace("out") is None, "a timer or an input: it does not say"
    saying = Saying.declaration
    assert saying.pace("answer") is saying.inputs["pose"]
    assert (saying.pace("timed"), saying.pace("plain")) == ("rate", 5)
    assert saying.pace("heartbeat") == HEARTBEAT_HZ, "as the host sends it"


def test_every_stock_output_has_a_pace() -> None:
    for name in installed_nodes():
        declared = load_node(name).declaration
        assert all(declared.pace(output) is not None for output in declared.outputs), name


def test_a_port_says_so_when_its_node_is_not_hosted() -> None:
    with pytest.raises(AttributeError, match="port 'out' of Base is not bound"):
        _ = Base().out


def _unknown_handler() -> None:
    class Wrong(Node):
        pose = Input(Pose)

        def on_pos(self, pose: Pose) -> None: ...


def _output_handler() -> None:
    class Wrong(Node):
        pose = Output(Pose)

        def on_pose(self, pose: Pose) -> None: ...


def _handler_takes_nothing() -> None:
    class Wrong(Node):
        pose = Input(Pose)

        def on_pose(self) -> None: ...


def _stale_takes_something() -> None:
    class Wrong(Node):
        pose = Input(Pose, max_age=0.1)

        def on_stale_pose(self, pose: Pose) -> None: ...


def _stale_without_age() -> None:
    class Wrong(Node):
        pose = Input(Pose)

        def on_stale_pose(self) -> None: ...


def _unknown_stale() -> None:
    class Wrong(Node):
        pose = Input(Pose, max_age=0.1)

        def on_stale_poses(self) -> None: ...


def _zero_rate() -> None:
    class Wrong(Node):
        @every(0.0)
        def tick(self) -> None: ...


def _huge_rate() -> None:
    class Wrong(Node):
        @every(20_000.0)
        def tick(self) -> None: ...


def _nan_rate() -> None:
    class Wrong(Node):
        @every(math.nan)
        def tick(self) -> None: ...


def _unknown_rate() -> None:
    class Wrong(Node):
        @every("speed")
        def tick(self) -> None: ...


def _zero_output_rate() -> None:
    class Wrong(Node):
        pose = Output(Pose, rate=0.0)


def _unknown_output_rate() -> None:
    class Wrong(Base):
        out = Output(Pose, rate="pos")


def _unhandled_output_rate() -> None:
    class Wrong(Node):
        pose = Input(Pose)
        out = Output(Pose, rate="pose")


def _ambiguous_output_rate() -> None:
    class Wrong(Base):
        rate = Input(Pose)
        out = Output(Pose, rate="rate")

        def on_rate(self, pose: Pose) -> None: ...


def _no_params() -> None:
    class Wrong(Node):
        class Params:
            speed = 1.0


@pytest.mark.parametrize(
    ("define", "says"),
    [
        (_unknown_handler, r"on_pos belongs to no input \(inputs: pose\)"),
        (_output_handler, r"on_pose belongs to no input \(inputs: none\)"),
        (_handler_takes_nothing, "on_pose takes one message besides self"),
        (_stale_takes_something, "on_stale_pose takes nothing besides self"),
        (_stale_without_age, "on_stale_pose is never called: input 'pose' has no max_age"),
        (_unknown_stale, r"on_stale_poses belongs to no input \(inputs: pose\)"),
        (_zero_rate, "above 0 and up to 10 kHz"),
        (_huge_rate, "above 0 and up to 10 kHz"),
        (_nan_rate, "above 0 and up to 10 kHz"),
        (_unknown_rate, r"@every\('speed'\) of tick: no such parameter"),
        (_zero_output_rate, r"rate=0.0 of pose: expected a rate above 0"),
        (_unknown_output_rate, r"rate='pos' of out: no such parameter or handled input; did you mean 'pose'\?"),
        (_unhandled_output_rate, r"rate='pose' of out: no such parameter or handled input \(known: none\)"),
        (_ambiguous_output_rate, r"rate='rate' of out: more than one parameter or handled input"),
        (_no_params, "expected Params to be a NodeParams"),
    ],
)
def test_a_mistake_is_found_when_the_class_is_defined(define: object, says: str) -> None:
    assert callable(define)
    with pytest.raises(BadNode, match=f"node class Wrong: .*{says}"):
        define()


@pytest.mark.parametrize("length", [0, -1])
def test_a_queue_has_a_length(length: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        queue(length)


def test_a_name_leads_to_a_node_and_nothing_else() -> None:
    assert load_node("watchdog").declaration.name == "Watchdog"
    with pytest.raises(BadNode, match="expected a Node class"):
        load_node("sutura.messages:Pose")
    assert issubclass(Pose, Message)


# Parameters -----------------------------------------------------------------------------------------------------


def test_parameters_come_as_the_declared_types() -> None:
    params = read_params("n", Base.Params, {"rate": "250", "names": ["a", "b"]})
    assert (params.rate, params.gain, params.names) == (250.0, 1.0, ("a", "b"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rate": 0.0}, r"> 0.0"),
        ({"rate": 1001.0}, r"<= 1000.0"),
        ({"rate": "fast"}, "float"),
        ({"speed": 1.0}, "speed"),
        ({"gain": math.nan}, "gain: expected finite numbers"),
        ({"gain": math.inf}, "gain: expected finite numbers"),
        ({"gain": "inf"}, "gain: expected finite numbers"),
        ({"rate": math.nan}, "rate"),
        ({"table": {"x": math.nan}}, "table: expected finite numbers"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_with_what_is_taken(given: dict[str, object], says: str) -> None:
    with pytest.raises(BadParameters, match=f"parameters of n: .*{says}") as caught:
        read_params("n", Base.Params, given)
    assert "it takes: rate, gain, names, table" in str(caught.value)


def test_changes_are_made_as_a_whole() -> None:
    before = read_params("n", Base.Params, {"gain": 3.0})
    after = changed_params("n", before, {"rate": 50.0})
    assert (after.rate, after.gain) == (50.0, 3.0)
    with pytest.raises(BadParameters):
        changed_params("n", before, {"gain": 4.0, "rate": -1.0})
    assert (before.rate, before.gain) == (100.0, 3.0)


def test_parameters_are_described_for_people() -> None:
    rate, gain, *_ = param_infos(Base.Params)
    assert (rate.name, rate.type, rate.bounds, rate.description) == (
        "rate",
        "float",
        "> 0, <= 1000",
        "of the timer",
    )
    assert (gain.name, gain.bounds, gain.description) == ("gain", "", "")
