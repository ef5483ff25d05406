"""`sutura topic`: what is said in a live run."""

import math
from typing import Annotated

import typer

from sutura.cli.completion import topics
from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example, say, show_json, show_table

Window = Annotated[int, typer.Option(min=2, metavar="N", help="Measure over the last N messages.")]
app = typer.Typer(
    name="topic",
    help="Look at the topics of a live run, or publish to one that nobody writes.",
    epilog=example("sutura topic echo PSM1/measured_cp --count 1"),
    no_args_is_help=True,
)

Topic = Annotated[str, typer.Argument(help="A topic; `sutura topic list` shows them.", autocompletion=topics)]
Seconds = Annotated[
    float | None, typer.Option(metavar="S", min=0.0, help="End after S seconds.", show_default="until Ctrl-C")
]


@app.command("list", epilog=example("sutura topic list", "sutura topic list --json"))
def list_topics(as_json: AsJson = False, run_name: RunName = None) -> None:
    """List topics with their types and the places that publish them."""
    from sutura.cli.live_run import watched_run

    with watched_run(run_name) as run:
        topics = dict(sorted(run.info.topics.items()))
    if as_json:
        return show_json([{"topic": name, "type": t.type, "place": t.place} for name, t in topics.items()])
    return show_table(("TOPIC", "TYPE", "PLACE"), [(name, t.type, t.place) for name, t in topics.items()])


@app.command("info", epilog=example("sutura topic info PSM1/servo_jp"))
def info(topic: Topic, as_json: AsJson = False, run_name: RunName = None) -> None:
    """Show a topic's type and fields, its writer, and every reader with its figures."""
    from sutura.cli.topic_info import show_topic

    show_topic(topic, run_name, as_json)


@app.command(
    "echo", epilog=example("sutura topic echo watchdog/state", "sutura topic echo MTMR/measured_cp --json")
)
def echo(
    topic: Topic,
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after N messages.", show_default="until Ctrl-C")
    ] = None,
    duration: Seconds = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Print the messages of a topic: YAML for people, one JSON object a line with --json."""
    from sutura.cli.listening import echo_topic

    echo_topic(topic, run_name, count, _bound(duration), as_json)


@app.command(
    "hz", epilog=example("sutura topic hz PSM1/servo_jp", "sutura topic hz PSM1/servo_jp --duration 5 --json")
)
def hz(
    topic: Topic,
    window: Window = 1000,
    duration: Seconds = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Measure a topic's rate, periods and age, once a second; with --duration and --json once, at the end."""
    from sutura.cli.listening import measure_topic
    from sutura.cli.meters import HzMeter

    measure_topic(topic, run_name, HzMeter(window), _bound(duration), as_json)


@app.command(
    "bw", epilog=example("sutura topic bw PSM1/servo_jp", "sutura topic bw PSM1/servo_jp --duration 5 --json")
)
def bw(
    topic: Topic,
    window: Window = 1000,
    duration: Seconds = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Measure how many bytes a topic carries, once a second; with --duration and --json once, at the end."""
    from sutura.cli.listening import measure_topic
    from sutura.cli.meters import BandwidthMeter

    measure_topic(topic, run_name, BandwidthMeter(window), _bound(duration), as_json)


@app.command(
    "delay",
    epilog=example("sutura topic delay PSM1/servo_jp", "sutura topic delay PSM1/servo_jp --duration 5 --json"),
)
def delay(
    topic: Topic,
    window: Window = 1000,
    duration: Seconds = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Measure how old messages are when they come here, and how long ago the gesture was that caused them.

    Once a second; with --duration and --json once, at the end.
    """
    from sutura.cli.listening import measure_topic
    from sutura.cli.meters import DelayMeter

    measure_topic(topic, run_name, DelayMeter(window), _bound(duration), as_json)


@app.command(
    "pub",
    epilog=example("sutura topic pub camera/frame_cp Pose '{position: [0, 0, 0], orientation: [0, 0, 0, 1]}'"),
)
def pub(
    topic: Annotated[str, typer.Argument(help="A topic that some node reads and no node writes.")],
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="Its message type.")],
    values: Annotated[str, typer.Argument(help="Fields by name, in YAML or JSON.")] = "",
    rate: Annotated[
        float | None, typer.Option(metavar="HZ", max=1000.0, help="Repeat until Ctrl-C.", show_default="once")
    ] = None,
    times: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Repeat N times.", show_default="once")
    ] = None,
    run_name: RunName = None,
) -> None:
    """Publish to a topic of a live run; one that a node writes takes no other writer."""
    from sutura.cli.publishing import publish

    if rate is not None and not rate > 0.0:
        raise typer.BadParameter("expected --rate above 0 Hz")
    sent = publish(topic, kind, values, rate, times, run_name)
    say(f"published {sent} {kind} on {topic}")


def _bound(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds
