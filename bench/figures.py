"""Figures of rounds, and what several rounds say together."""

import math
import statistics
from collections.abc import Sequence

import msgspec

PLAIN = "bare pyzmq"


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One chain in one round. Latencies [µs] from the reading at the source to the last stage's work done.

    lost: messages that never came; replaced: messages that a newer one replaced before they were handled (only the
    project does that); cpu_percent: of one core, all processes of the chain together; beside_percent: of the
    project's processes beside the chain; others_percent: of all cores, what strangers used meanwhile; remarks: what
    the run itself found wrong.
    """

    chain: str
    samples: int
    p50_us: float
    p99_us: float
    max_us: float
    lost: int
    replaced: int
    cpu_percent: float
    beside_percent: float = 0.0
    others_percent: float = 0.0
    remarks: list[str] = []


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """One chain over all rounds: the median of the rounds' figures; ratio: the median, the least and the largest of
    the rounds' medians over the bare pyzmq chain's of the same round."""

    chain: str
    rounds: int
    samples: int
    p50_us: float
    p99_us: float
    max_us: float
    ratio: float
    ratio_least: float
    ratio_largest: float
    lost: int
    replaced: int
    cpu_percent: float
    beside_percent: float


def quantile(ordered: Sequence[int], q: float) -> float:
    """The value below which a share q of ascending values lies."""
    return ordered[max(1, math.ceil(q * len(ordered))) - 1]


def summarise(rounds: Sequence[Round]) -> Chain:
    """Rounds of one chain without a ratio yet: the caller adds it with `with_ratio`."""
    return Chain(
        chain=rounds[0].chain,
        rounds=len(rounds),
        samples=sum(r.samples for r in rounds),
        p50_us=round(statistics.median(r.p50_us for r in rounds), 1),
        p99_us=round(statistics.median(r.p99_us for r in rounds), 1),
        max_us=round(max(r.max_us for r in rounds), 1),
        ratio=math.nan,
        ratio_least=math.nan,
        ratio_largest=math.nan,
        lost=sum(r.lost for r in rounds),
        replaced=sum(r.replaced for r in rounds),
        cpu_percent=round(statistics.median(r.cpu_percent for r in rounds), 1),
        beside_percent=round(statistics.median(r.beside_percent for r in rounds), 1),
    )


def compare(table: Sequence[dict[str, Round]]) -> list[Chain]:
    """All chains, each against the bare pyzmq chain of the same round. table: one map by chain for every round."""
    chains = []
    for name in table[0]:
        ratios = [row[name].p50_us / row[PLAIN].p50_us for row in table]
        chains.append(
            msgspec.structs.replace(
                summarise([row[name] for row in table]),
                ratio=round(statistics.median(ratios), 3),
                ratio_least=round(min(ratios), 3),
                ratio_largest=round(max(ratios), 3),
            )
        )
    return chains
