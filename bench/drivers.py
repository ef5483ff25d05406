"""How fast drivers are, on their emulated devices: `python -m bench.drivers --json drivers.json [--seconds 5]`.

Each driver writes and reads in turn on a grid, as a node does; then as fast as it can. The devices are processes of
their own that speak the real protocols, without the time that bytes take on a wire unless a row says so.
"""

import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.machine import Machine, OthersMeter, this_machine, wait_until_quiet
from sutura.errors import SuturaError
from sutura.hw_drivers.contract import Rig
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.joints import ActuatedJoints, joints_of_arm

_PATIENCE_S = 20.0
_ARM = "psm_classic_lnd"
_SERVOS = ActuatedJoints(tuple(f"joint_{k}" for k in range(1, 7)), (-1.5,) * 6, (1.5,) * 6, (2.0,) * 6, (0.0,) * 6)
_SLOW: dict[str, object] = {"reply_timeout": 0.2}  # a busy machine is no lost device
_DYNAMIXEL: dict[str, object] = {**_SLOW, "bus_watchdog": 0.5}


@dataclass(frozen=True)
class Case:
    """One row. rate [Hz]: of the grid; device, options: of emulator and driver; serial: six servos, else a PSM."""

    name: str
    driver: str
    rate: float
    emulator: str = ""
    device: dict[str, object] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)
    serial: bool = False


CASES = (
    Case("kinematic", "kinematic", 1000.0),
    Case("mujoco", "mujoco", 1000.0, "world"),
    Case("canopen, 7 drives", "canopen", 250.0, "can", options={"lost_after": 0.2}),
    Case("dvrk", "dvrk", 500.0, "dvrk", options={"lost_after": 0.2}),
    Case("dynamixel, 6 servos", "dynamixel", 250.0, "dynamixel", options=dict(_DYNAMIXEL), serial=True),
    Case("dynamixel, 6 servos, 1 Mbit/s", "dynamixel", 250.0, "dynamixel", {"baud_true": True},
         dict(_DYNAMIXEL), serial=True),
    Case("feetech, 6 servos", "feetech", 250.0, "feetech", options=dict(_SLOW), serial=True),
    Case("feetech, 6 servos, 1 Mbit/s", "feetech", 250.0, "feetech", {"baud_true": True}, dict(_SLOW), serial=True),
)  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One driver. cpu_percent: of one core, by the process that holds the driver, on the grid."""

    name: str
    grid_hz: float
    reached_hz: float
    most_hz: float
    write_p50_ms: float
    write_p99_ms: float
    read_p50_ms: float
    read_p99_ms: float
    cpu_percent: float
    others_percent: float


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench; left_out: what could not be measured, and why."""

    machine: Machine
    rows: list[Row]
    left_out: dict[str, str]


def measure(case: Case, seconds: float) -> Row:
    """One driver on its device. Raises SuturaError."""
    with tempfile.TemporaryDirectory(prefix="su") as folder:
        if not case.emulator:
            return _measured(case, Rig(case.driver, joints_of_arm(_ARM), case.options, Path(folder)), seconds)
        given = {"device_dir": folder, "silence": 0.2} if case.emulator == "world" else case.device
        with EmulatedDevice(case.emulator, given) as device:
            joints = _SERVOS if case.serial else joints_of_arm(_ARM)
            rig = Rig(case.driver, joints, {**device.options, **case.options}, Path(folder), device=device)
            return _measured(case, rig, seconds)


def _measured(case: Case, rig: Rig, seconds: float) -> Row:
    rig.rate = case.rate
    writes, reads = [], []
    with rig.enabled() as driver:
        hold = rig.command(rig.goal(driver.read().position, 0, 0.0))
        others, cpu, begun = OthersMeter(), time.process_time(), time.monotonic()
        for _ in rig.pace(seconds):
            at = time.perf_counter()
            driver.write(hold)
            wrote = time.perf_counter()
            driver.read()
            reads.append(time.perf_counter() - wrote)
            writes.append(wrote - at)
        lasted = time.monotonic() - begun
        cpu, strangers = time.process_time() - cpu, others.percent()
        most, begun = 0, time.monotonic()
        while time.monotonic() - begun < seconds / 4.0:
            driver.write(hold)
            driver.read()
            most += 1
        fastest = most / (time.monotonic() - begun)
    return Row(
        name=case.name,
        grid_hz=case.rate,
        reached_hz=round(len(writes) / lasted, 1),
        most_hz=round(fastest),
        write_p50_ms=_ms(writes, 0.5),
        write_p99_ms=_ms(writes, 0.99),
        read_p50_ms=_ms(reads, 0.5),
        read_p99_ms=_ms(reads, 0.99),
        cpu_percent=round(100.0 * cpu / lasted, 1),
        others_percent=strangers,
    )


def _ms(times: list[float], share: float) -> float:
    if share == 0.5:
        return round(1e3 * statistics.median(times), 3)
    return round(1e3 * sorted(times)[int(share * (len(times) - 1))], 3)


_HEADS = (
    "driver", "grid Hz", "reached Hz", "most Hz", "write p50 ms", "p99", "read p50 ms", "p99", "CPU %", "others %",
)  # fmt: skip


def _cells(row: Row) -> tuple[str, ...]:
    times = (row.write_p50_ms, row.write_p99_ms, row.read_p50_ms, row.read_p99_ms)
    rates = (f"{row.grid_hz:.0f}", f"{row.reached_hz:.0f}", f"{row.most_hz:.0f}")
    return (row.name, *rates, *(f"{t:.3f}" for t in times), f"{row.cpu_percent:.0f}", f"{row.others_percent:.0f}")


def main(
    seconds: Annotated[float, typer.Option(min=0.5, help="on the grid, for each driver")] = 5.0,
    json: Annotated[Path | None, typer.Option(help="write all figures to this file")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print the table as Markdown")] = False,
) -> None:
    """Measure rates, latencies and processor time of every driver on its emulated device.

    Example: python -m bench.drivers --seconds 10 --json drivers.json
    """
    console, rows, left_out = Console(), [], {}
    for case in CASES:
        wait_until_quiet(_PATIENCE_S)
        try:
            rows.append(measure(case, seconds))
        except SuturaError as error:
            left_out[case.name] = str(error)
    bench = Bench(machine=this_machine(), rows=rows, left_out=left_out)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)) + b"\n")
    if markdown:
        lines = [_HEADS, ("---",) * len(_HEADS), *map(_cells, rows)]
        console.print("\n".join(f"| {' | '.join(line)} |" for line in lines), markup=False, soft_wrap=True)
    else:
        table = Table(*_HEADS)
        for row in rows:
            table.add_row(*_cells(row))
        console.print(table)
    for name, why in left_out.items():
        console.print(f"left out: {name}: {why}", markup=False)


if __name__ == "__main__":
    typer.run(main)
