"""`sutura foxglove` and `sutura metrics`: live runs for other people's tools."""

from typing import Annotated

import typer

from sutura.cli.options import RunName
from sutura.cli.output import example

FOXGLOVE_EXAMPLE = example("sutura foxglove", "sutura foxglove --port 8766 --rate 100")
METRICS_EXAMPLE = example("sutura metrics", "sutura metrics --port 9500 --run sim")
Rate = Annotated[float, typer.Option(min=0.1, max=1000.0, metavar="HZ", help="Messages a topic, at most.")]


def foxglove(
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="On loopback; 0: any.")] = 8765,
    rate: Rate = 50.0,
    run_name: RunName = None,
) -> None:
    """Show a live run in Foxglove, by a WebSocket on this machine, until it ends; nothing waits for this."""
    from sutura.cli.foxglove_live import serve_foxglove

    serve_foxglove(run_name, port, rate)


def metrics(
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="On loopback; 0: any.")] = 9464,
    run_name: RunName = None,
) -> None:
    """Serve a live run's figures to Prometheus at http://127.0.0.1:PORT/metrics until it ends."""
    from sutura.cli.metrics_page import serve_metrics

    serve_metrics(run_name, port)
