"""What the end of a place does to messages that are on their way within it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.messages import Clutch
from sutura.nodes import Input, InputPort, Node, Output, OutputPort, every
from sutura.runtime.config import NodeConfig, PlaceConfig
from sutura.runtime.lockstep import Lockstep

HEARD: list[str] = []


class Early(Node):
    """Hears what a later node of the place says."""

    back = Input(Clutch, feedback=True)

    def on_back(self, clutch: Clutch) -> None:
        HEARD.append(self.name)


class Late(Node):
    """Speaks once a second."""

    out = Output(Clutch)

    @every(1.0)
    def speak(self) -> None:
        self.out.publish(Clutch(pressed=True))


@pytest.fixture
def lockstep(tmp_path: Path) -> Iterator[Lockstep]:
    HEARD.clear()
    nodes = (
        NodeConfig(name="early", node=f"{__name__}:Early", inputs={"back": ("late/out",)}),
        NodeConfig(name="late", node=f"{__name__}:Late"),
    )
    step = Lockstep([PlaceConfig(place="both", nodes=nodes, run_dir=str(tmp_path), incarnation="1")])
    step.begin()
    yield step
    step.end()


def test_what_is_on_its_way_backwards_at_the_end_is_no_loss_and_is_not_handled(lockstep: Lockstep) -> None:
    lockstep.run_until(1.0)
    host = lockstep.hosts["both"]
    early, late = host.nodes["early"].ports["back"], host.nodes["late"].ports["out"]
    assert isinstance(early, InputPort)
    assert isinstance(late, OutputPort)
    assert (late.seq, HEARD) == (1, [])
    lockstep.end()
    assert early.connections["late/out"].counters.received == late.seq
    assert HEARD == []
