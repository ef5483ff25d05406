"""The figures of a live run as Prometheus reads them, asked of its places when somebody scrapes."""

import threading
from collections.abc import Iterator
from contextlib import suppress

from sutura.cli.errors import PortTaken
from sutura.cli.live_run import watched_run
from sutura.cli.output import say
from sutura.extras import extra
from sutura.launch.run_errors import NoSuchRun
from sutura.nodes import Summary
from sutura.runtime.status import PlaceStatus

with extra("prometheus", "a Prometheus endpoint"):
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    from prometheus_client.registry import Collector

HOST = "127.0.0.1"
_WAIT_S = 0.5
_LINK = ("topic", "writer", "reader", "port")


def serve_metrics(run_name: str | None, port: int) -> None:
    """Answer scrapes until the run ends or Ctrl-C. port: 0 takes any. Raises NoSuchRun, PortTaken."""
    with watched_run(run_name) as run:
        name, directory = run.info.name, run.directory
    registry = CollectorRegistry()
    registry.register(RunCollector(name))
    try:
        server, thread = start_http_server(port, HOST, registry)
    except OSError as error:
        raise PortTaken(port, error.strerror or str(error)) from error
    say(f"metrics: http://{HOST}:{server.server_port}/metrics")
    pause = threading.Event()
    try:
        with suppress(KeyboardInterrupt):
            while directory.is_live():
                pause.wait(_WAIT_S)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class RunCollector(Collector):
    """Asks a run's places, one scrape at a time: a place that hangs delays a scrape by 2 s and nothing else."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._one = threading.Lock()

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked before somebody scrapes."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every figure as it stands; only that the run is gone, once it is."""
        up = GaugeMetricFamily("sutura_run_up", "Whether the run is live.", labels=("run", "topology"))
        with self._one:
            try:
                with watched_run(self._run) as run:
                    info, statuses = run.info, run.statuses()
            except NoSuchRun:
                up.add_metric((self._run, ""), 0)
                yield up
                return
        up.add_metric((info.name, info.topology), 1)
        yield up
        place_up = GaugeMetricFamily("sutura_place_up", "Whether the place answers.", labels=("place",))
        for entry in info.places:
            place_up.add_metric((entry.place,), entry.place in statuses)
        yield place_up
        yield from _metrics(list(statuses.values()))


def _metrics(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    yield from _places(statuses)
    yield from _links(statuses)
    yield from _outputs(statuses)
    yield from _timers(statuses)
    yield from _nodes(statuses)


def _places(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    cpu = CounterMetricFamily("sutura_place_cpu_seconds", "Processor time.", labels=("place",))
    handled = CounterMetricFamily("sutura_place_handled", "Handler and timer calls.", labels=("place",))
    for status in statuses:
        if status.cpu_s is not None:
            cpu.add_metric((status.place,), status.cpu_s)
        handled.add_metric((status.place,), status.handled)
    yield from (cpu, handled)


def _links(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    links = [((c.topic, c.writer, c.reader, c.port), c) for status in statuses for c in status.connections]
    for name in ("received", "lost", "overwritten", "stale", "rejected"):
        count = CounterMetricFamily(f"sutura_input_{name}", f"Messages {name}, by connection.", labels=_LINK)
        for labels, link in links:
            count.add_metric(labels, getattr(link.counters, name))
        yield count
    fresh = GaugeMetricFamily("sutura_input_fresh", "Whether the newest message is not stale.", labels=_LINK)
    latency = _quantiles("sutura_input_latency_seconds", "From stamp to handler.", *_LINK)
    path = _quantiles("sutura_input_path_seconds", "From the gesture or reading to handled.", *_LINK)
    for labels, link in links:
        fresh.add_metric(labels, link.fresh)
        _add(latency, labels, link.latency)
        _add(path, labels, link.path)
    yield from (fresh, latency, path)


def _outputs(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    labels = ("topic", "node", "type")
    sent = CounterMetricFamily("sutura_output_sent", "Messages sent.", labels=labels)
    held = CounterMetricFamily("sutura_output_held_back", "Messages held back as not finite.", labels=labels)
    for output in (output for status in statuses for output in status.outputs):
        sent.add_metric((output.topic, output.node, output.type), output.sent)
        held.add_metric((output.topic, output.node, output.type), output.held_back)
    yield from (sent, held)


def _timers(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    labels = ("node", "timer")
    ticks = CounterMetricFamily("sutura_timer_ticks", "Ticks done.", labels=labels)
    overruns = CounterMetricFamily("sutura_timer_overruns", "Ticks missed.", labels=labels)
    late = _quantiles("sutura_timer_lateness_seconds", "Behind the grid.", *labels)
    for timer in (timer for status in statuses for timer in status.timers):
        ticks.add_metric((timer.node, timer.name), timer.ticks)
        overruns.add_metric((timer.node, timer.name), timer.overruns)
        _add(late, (timer.node, timer.name), timer.lateness)
    yield from (ticks, overruns, late)


def _nodes(statuses: list[PlaceStatus]) -> Iterator[Metric]:
    fault = GaugeMetricFamily("sutura_node_fault", "Whether the node has a fault.", labels=("node", "place"))
    gauges = GaugeMetricFamily("sutura_node_gauge", "What a node tells of itself.", labels=("node", "name"))
    figures = _quantiles("sutura_node_figure", "What a node measures, in SI units.", "node", "name")
    for status in statuses:
        for node in status.nodes:
            fault.add_metric((node.name, status.place), bool(node.fault))
            for name, value in node.gauges.items():
                gauges.add_metric((node.name, name), value)
            for name, summary in node.figures.items():
                _add(figures, (node.name, name), summary)
    yield from (fault, gauges, figures)


def _quantiles(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, f"{words} Over the whole run.", labels=(*labels, "quantile"))


def _add(to: GaugeMetricFamily, labels: tuple[str, ...], summary: Summary) -> None:
    for quantile, value in (("0.5", summary.p50), ("0.95", summary.p95), ("0.99", summary.p99), ("1", summary.max)):
        if value is not None:
            to.add_metric((*labels, quantile), value)
