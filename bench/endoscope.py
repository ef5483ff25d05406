"""What the endoscope costs the control path, and how old a picture is when it is seen.

`python -m bench.endoscope --rounds 3 --seconds 6 --json endoscope.json`
"""

import statistics
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench.endoscope_round import Round, run_round
from bench.machine import Machine, this_machine
from sutura.errors import SuturaError

P50_MOST, P99_MOST = 1.15, 2.0


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured; ratios: with the camera over without, the median of the rounds'."""

    machine: Machine
    rounds: list[tuple[Round, Round]]
    p50_ratio: float
    p99_ratio: float
    glass_to_glass_p50_ms: float
    glass_to_glass_p99_ms: float
    raw_p50_ms: float
    raw_p99_ms: float
    lost: int
    trips: int
    wrong: int


def measure(rounds: int, seconds: float, console: Console) -> Bench:
    """Runs without and with the camera, in turn; which is first changes from round to round."""
    done: list[tuple[Round, Round]] = []
    for number in range(rounds):
        pair: dict[bool, Round] = {}
        for camera in (number % 2 == 1, number % 2 == 0):
            pair[camera] = run_round(camera, seconds)
            console.print(f"round {number}: {pair[camera].words()}", highlight=False)
        done.append((pair[False], pair[True]))
    on = [with_camera for _, with_camera in done]
    every = [each for pair_ in done for each in pair_]
    return Bench(
        machine=this_machine(),
        rounds=done,
        p50_ratio=statistics.median(b.p50_us / a.p50_us for a, b in done),
        p99_ratio=statistics.median(b.p99_us / a.p99_us for a, b in done),
        glass_to_glass_p50_ms=statistics.median(r.video_p50_ms for r in on),
        glass_to_glass_p99_ms=statistics.median(r.video_p99_ms for r in on),
        raw_p50_ms=statistics.median(r.raw_p50_ms for r in on),
        raw_p99_ms=statistics.median(r.raw_p99_ms for r in on),
        lost=sum(r.lost for r in every),
        trips=sum(r.trips for r in every),
        wrong=sum(r.wrong for r in every),
    )


def main(
    rounds: Annotated[int, typer.Option(min=1, help="pairs of runs, without and with the camera")] = 3,
    seconds: Annotated[float, typer.Option(min=2.0, help="of each run")] = 6.0,
    json: Annotated[Path | None, typer.Option(help="write everything to this file")] = None,
) -> None:
    """Measure the control path with the camera on and off, interleaved, and the age of the pictures."""
    console = Console()
    try:
        bench = measure(rounds, seconds, console)
    except SuturaError as error:
        console.print(str(error))
        sys.exit(1)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)) + b"\n")
    video, raw = (bench.glass_to_glass_p50_ms, bench.glass_to_glass_p99_ms), (bench.raw_p50_ms, bench.raw_p99_ms)
    for line in (
        f"glass to glass, video: p50 {video[0]:.1f} ms, p99 {video[1]:.1f} ms; wrong codes {bench.wrong}",
        f"glass to glass, raw: p50 {raw[0]:.1f} ms, p99 {raw[1]:.1f} ms",
        f"control path, camera on / off: p50 × {bench.p50_ratio:.2f} (wanted ≤ {P50_MOST})",
        f"control path, camera on / off: p99 × {bench.p99_ratio:.2f} (wanted ≤ {P99_MOST})",
        f"lost control messages {bench.lost}, trips {bench.trips}",
    ):
        console.print(line, highlight=False)


if __name__ == "__main__":
    typer.run(main)
