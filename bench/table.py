"""The result as a table, on a terminal and in Markdown."""

from collections.abc import Sequence

from rich.table import Table

from bench.figures import PLAIN, Chain
from bench.machine import Machine

WANTED = {
    "six processes": "≤ 1.3 × bare pyzmq, below bare zenoh",
    "one place": "≤ 0.15 × bare pyzmq",
}
_HEADS = (
    "chain",
    "p50 µs",
    "p99 µs",
    "max µs",
    "ratio of p50",
    "lost",
    "replaced",
    "CPU %",
    "beside %",
    "wanted",
    "",
)


def rich_table(chains: Sequence[Chain], title: str) -> Table:
    """For a terminal."""
    table = Table(title=title)
    for head in _HEADS:
        table.add_column(head, justify="left" if head in ("chain", "wanted", "") else "right")
    for cells in _rows(chains):
        table.add_row(*cells)
    return table


def markdown(chains: Sequence[Chain], machine: Machine, conditions: str) -> str:
    """For a page: the table, and under it what it was measured on."""
    lines = [f"| {' | '.join(_HEADS)} |", "|" + "---|" * len(_HEADS)]
    lines += [f"| {' | '.join(cells)} |" for cells in _rows(chains)]
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    how = "hot paths compiled" if machine.compiled else "nothing compiled"
    python = f"Python {machine.python}, {how}"
    where = f"{machine.processor}, {machine.cores} cores, {machine.platform}, {python}, {versions}"
    return "\n".join([*lines, "", f"{conditions} {where}.", ""])


def _rows(chains: Sequence[Chain]) -> list[list[str]]:
    return [
        [
            chain.chain,
            f"{chain.p50_us:.0f}",
            f"{chain.p99_us:.0f}",
            f"{chain.max_us:.0f}",
            f"{chain.ratio:.2f} ({chain.ratio_least:.2f}–{chain.ratio_largest:.2f})",
            str(chain.lost),
            str(chain.replaced),
            f"{chain.cpu_percent:.0f}",
            f"{chain.beside_percent:.0f}",
            WANTED.get(chain.chain, ""),
            _verdict(chain, chains),
        ]
        for chain in chains
    ]


def _verdict(chain: Chain, chains: Sequence[Chain]) -> str:
    if chain.chain == "one place":
        return _word(chain.ratio <= 0.15)
    if chain.chain == "six processes":
        others = [other.p50_us for other in chains if other.chain not in WANTED and other.chain != PLAIN]
        return _word(chain.ratio <= 1.3 and all(chain.p50_us < other for other in others))
    return ""


def _word(is_met: bool) -> str:
    return "met" if is_met else "missed"
