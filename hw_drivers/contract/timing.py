"""Clauses about time: the rate that is held, and how long calls take."""

import time
from dataclasses import dataclass

from sutura.hw_drivers.contract.clause import Clause, Figure, within
from sutura.hw_drivers.contract.rig import Rig


@dataclass(frozen=True, slots=True)
class Timed:
    """One long run: seconds, sorted, of every call and of how late each period began."""

    writes: list[float]
    reads: list[float]
    lateness: list[float]
    lasted: float

    @property
    def rate(self) -> float:
        """Writes a second."""
        return len(self.writes) / self.lasted


def timed(rig: Rig) -> Timed:
    """Write and read at the driver's rate for the rig's duration; once for all clauses."""
    known = rig.memory.get("timed")
    if isinstance(known, Timed):
        return known
    writes, reads, lateness = [], [], []
    with rig.enabled() as driver:
        hold = rig.command(rig.goal(driver.read().position, 0, 0.0))
        begun = tick = time.monotonic()
        while tick - begun < rig.duration:
            time.sleep(max(0.0, tick - time.monotonic()))
            start = time.monotonic()
            driver.write(hold)
            wrote = time.monotonic()
            driver.read()
            reads.append(time.monotonic() - wrote)
            writes.append(wrote - start)
            lateness.append(max(0.0, start - tick))
            tick += rig.period
        lasted = time.monotonic() - begun
    found = rig.memory["timed"] = Timed(sorted(writes), sorted(reads), sorted(lateness), lasted)
    return found


def rate(rig: Rig) -> Figure:
    """Its rate is held."""
    wanted, found = 1.0 / rig.period, timed(rig).rate
    figure = within(wanted / found, 1.01, "periods", f"{found:.1f} writes a second of {wanted:.1f}")
    return figure._replace(value=found, bound=wanted, unit="Hz")


def jitter(rig: Rig) -> Figure:
    """A period begins within another of its time, p99."""
    return within(1e3 * _p99(timed(rig).lateness), 1e3 * rig.period, "ms", "periods begin late (p99)")


def write_latency(rig: Rig) -> Figure:
    """Writing takes at most half a period, p99."""
    return within(1e3 * _p99(timed(rig).writes), 500.0 * rig.period, "ms", "write() takes long (p99)")


def read_latency(rig: Rig) -> Figure:
    """Reading takes at most half a period, p99."""
    return within(1e3 * _p99(timed(rig).reads), 500.0 * rig.period, "ms", "read() takes long (p99)")


def _p99(ordered: list[float]) -> float:
    return ordered[int(0.99 * (len(ordered) - 1))]


CLAUSES = (
    Clause("rate", "its rate is held for a minute", rate, is_timed=True),
    Clause("jitter", "periods begin in time", jitter, is_timed=True),
    Clause("write_latency", "write takes at most half a period", write_latency, is_timed=True),
    Clause("read_latency", "read takes at most half a period", read_latency, is_timed=True),
)
