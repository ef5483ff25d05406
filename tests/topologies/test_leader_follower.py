"""Two low-cost arms on emulated buses: the topology that ships, with real processes on the real clock."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutura.cli.operating import command_actuators, command_operators, reset_all
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.launch import check_topology, load_topology

pytestmark = pytest.mark.realtime

LEADER_AT = (0.2, -0.2, 0.1, 0.2, 0.1, 0.5)
TICK = 2.0 * 3.1416 / 4096
BOUND_S = 40.0


class Rig:
    """The two arms, and the run between them."""

    def __init__(self, folder: Path) -> None:
        ports = folder / "leader", folder / "follower"
        self.leader = EmulatedDevice("feetech", {"port": str(ports[0]), "positions": LEADER_AT})
        self.follower = EmulatedDevice("feetech", {"port": str(ports[1])})
        settings = [
            f"leader_port={ports[0]}",
            f"follower_port={ports[1]}",
            "leader.driver.reply_timeout=0.02",  # a busy machine must not look like a lost device
            "arm.driver.reply_timeout=0.02",
        ]
        assert check_topology(load_topology("leader_follower", settings)) == []
        sets = [word for setting in settings for word in ("--set", setting)]
        command = [sys.executable, "-m", "sutura.cli.main", "launch", "leader_follower", *sets]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.run = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def wait_for(self, what: str | Callable[[], bool]) -> None:
        """Until the log says it, or it is so."""
        end = time.monotonic() + BOUND_S
        while not (what in self.log.read_text() if isinstance(what, str) else what()):
            assert time.monotonic() < end, self.log.read_text()
            assert self.run.poll() is None, self.log.read_text()
            time.sleep(0.02)

    def lead(self) -> None:
        """Begin, until the follower is where the leader is; a machine that paused is begun with again."""
        end = time.monotonic() + BOUND_S
        while time.monotonic() < end:
            self._begin()
            patience = time.monotonic() + 4.0
            while time.monotonic() < patience:
                if self.follows():
                    return
                time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def _begin(self) -> None:
        """What an operator does to let the follower follow."""
        reset_all(None)
        command_actuators("enable", None, None)
        command_operators("press_clutch", None, None)
        time.sleep(0.2)  # the clutch is a level: it must be seen pressed
        command_operators("release_clutch", None, None)

    def follows(self) -> bool:
        there, here = self.leader.truth().positions, self.follower.truth().positions
        return all(abs(a - b) <= 2.5 * TICK for a, b in zip(there, here, strict=True))

    def close(self) -> None:
        if self.run.poll() is None:
            self.run.send_signal(signal.SIGINT)
            self.run.wait(BOUND_S)
        self.leader.close()
        self.follower.close()


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    folder = Path(tempfile.mkdtemp(prefix="su"))
    monkeypatch.setenv("SUTURA_HOME", str(folder))
    one = Rig(folder)
    yield one
    one.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize("driver", ["feetech", "dynamixel"])
def test_either_kind_of_servos_may_lead_and_follow(driver: str) -> None:
    for setting in (f"driver={driver}", f"servos={driver}"):
        assert check_topology(load_topology("leader_follower", [setting])) == []


def test_the_follower_follows_the_leader_and_an_unplugged_one_is_told_and_led_back(rig: Rig) -> None:
    rig.wait_for("all places are ready")
    rig.lead()
    for joint in range(6):
        for _ in range(5):
            rig.leader.push(joint, -0.05)
            time.sleep(0.02)
    rig.lead()
    rig.leader.unplug()
    rig.wait_for("port")
    rig.wait_for("trip")
    before = rig.follower.truth().positions
    rig.leader.push(0, 0.3)
    rig.leader.plug()
    rig.wait_for("the device is back")
    assert rig.follower.truth().positions == pytest.approx(before, abs=TICK)
    rig.lead()
