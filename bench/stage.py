"""One process of a bare chain: `python -m bench.stage CONFIG_JSON`.

It says `ready` when the next stage hears it; then the source sends probes until a line comes on its standard input,
which it does when the sink has said `heard`; at the end each says its result as one line of JSON.
"""

import gc
import os
import resource
import select
import sys
import time
from collections.abc import Callable

import msgspec

from bench.frames import END, PROBE, SOME_POSE, BareFrame, decode, encode
from bench.link import FIFO_PRIORITY, Link, StageConfig, StageResult

READER_TIMEOUT_S = 20.0
_MARKS = (PROBE, END)


class Meter:
    """Counts a stage's messages and its processor time from its first counted message on."""

    def __init__(self, warmup: int) -> None:
        self.handled = 0
        self._warmup = warmup
        self._cpu = 0.0
        self._at = 0.0

    def count(self, seq: int) -> None:
        """Note one message."""
        if seq > self._warmup:
            if not self.handled:
                self._cpu, self._at = _cpu_s(), time.monotonic()
            self.handled += 1

    def result(self, latencies: list[int]) -> StageResult:
        """What was done since the warm-up."""
        return StageResult(
            handled=self.handled,
            cpu_s=_cpu_s() - self._cpu,
            lasted_s=time.monotonic() - self._at,
            latencies=latencies,
        )


def main() -> int:
    """Run one stage."""
    config = msgspec.json.decode(sys.argv[1], type=StageConfig)
    if config.fifo:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
    link = _link(config)
    if config.says and not link.wait_for_reader(READER_TIMEOUT_S):
        sys.stderr.write(f"nobody hears stage {config.number}\n")
        return 1
    gc.disable()
    meter = Meter(config.warmup)
    latencies: list[int] = []
    _say(b"ready")
    if not config.hears:
        _probe(link)
        _send_all(config, link, meter)
    else:
        link.listen(_relay(config, link, meter) if config.says else _sink(config, meter, latencies))
    _say(msgspec.json.encode(meter.result(latencies)))
    link.close()
    return 0


def _link(config: StageConfig) -> Link:
    """Only the transport that is used is imported."""
    if config.transport == "zenoh":
        from bench.bare_zenoh import ZenohLink

        return ZenohLink(config)
    from bench.bare_zmq import ZmqLink

    return ZmqLink(config)


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _probe(link: Link) -> None:
    """Send probes until told to go."""
    end = time.monotonic() + READER_TIMEOUT_S
    while not select.select([sys.stdin], [], [], 0.02)[0] and time.monotonic() < end:
        link.send(PROBE)


def _send_all(config: StageConfig, link: Link, meter: Meter) -> None:
    """Send on an absolute grid, then the end mark."""
    period = round(1e9 / config.rate)
    start = time.monotonic_ns() + 50_000_000
    for seq in range(1, config.warmup + config.samples + 1):
        wait = start + seq * period - time.monotonic_ns()
        if wait > 0:
            time.sleep(wait * 1e-9)
        now = time.monotonic_ns()
        link.send(encode(BareFrame("MTMR/measured_cp", "Pose", "master@0123abcd", seq, now, now, 0, SOME_POSE)))
        meter.count(seq)
    link.send(END)


def _relay(config: StageConfig, link: Link, meter: Meter) -> Callable[[bytes], bool]:
    topic, writer, now = f"MTMR/stage_{config.number}", f"stage{config.number}@0123abcd", time.monotonic_ns
    send, count = link.send, meter.count

    def relay(data: bytes) -> bool:
        if data in _MARKS:
            send(data)
            return data == END
        came = decode(data)
        send(encode(BareFrame(topic, "Pose", writer, came.seq, now(), came.origin, 0, came.payload)))
        count(came.seq)
        return False

    return relay


def _sink(config: StageConfig, meter: Meter, latencies: list[int]) -> Callable[[bytes], bool]:
    now, count, warmup = time.monotonic_ns, meter.count, config.warmup

    heard = False

    def end_or_first(data: bytes) -> bool:
        nonlocal heard
        if data == PROBE and not heard:
            heard = True
            _say(b"heard")
        return data == END

    def take(data: bytes) -> bool:
        if data in _MARKS:
            return end_or_first(data)
        came = decode(data)
        if came.seq > warmup:
            latencies.append(now() - came.origin)
        count(came.seq)
        return False

    return take


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
