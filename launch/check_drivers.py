"""Checks what is said of drivers: the rate that one takes, and the report that a topology requires."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sutura.hw_drivers.contract import origin, read_report
from sutura.hw_drivers.errors import BadReport
from sutura.launch.check_nodes import Known
from sutura.launch.problems import Problem
from sutura.launch.rates import Rates

MAX_REPORT_AGE = timedelta(days=180)
_EXACT = 1.0 + 1e-9


def driver_problems(known: Mapping[str, Known], rates: Rates) -> Iterator[Problem]:
    """Drivers that are asked too often, and reports that are not as required."""
    for item in known.values():
        yield from _too_slow(item, rates)
        if item.node.requires_report:
            reason = _report_problem(item, Path(item.node.requires_report))
            if reason:
                text = f"node {item.node.name!r} requires a contract report of its driver: {reason}"
                mark = item.node.where("requires_report")
                yield Problem.at(mark, "report-required", text, node=item.node.name)


def _too_slow(item: Known, rates: Rates) -> Iterator[Problem]:
    if item.actuator is None or item.node.driver is None:
        return
    most = item.actuator.capabilities.max_rate_hz
    feedback = getattr(item.params, "feedback_rate", 0.0)
    asked = [("read", float(feedback), "feedback_rate")] if isinstance(feedback, int | float) else []
    asked += [
        ("commanded", rate.hz, str(rate))
        for port in item.node.inputs
        if port == "command"
        for rate in rates.into(item.node.name, port) or ()
    ]
    for verb, hertz, source in asked:
        if hertz > most * _EXACT:
            reason = f"actuator {item.node.name!r} is {verb} at {hertz:g} Hz ({source}), its driver"
            reason += f" {item.node.driver.use!r} takes at most {most:g} Hz"
            yield Problem.at(item.node.where("driver", "use"), "driver-too-slow", reason, node=item.node.name)


def _report_problem(item: Known, file: Path) -> str:
    """Why the report does not do; empty if it does."""
    if item.node.driver is None:
        return "it has no driver"
    try:
        report = read_report(file)
        made = datetime.fromisoformat(report.made)
    except BadReport as error:
        return f"{error}; `sutura driver check {item.node.driver.use} --json {file.name}` makes one"
    except ValueError:
        return f"{file} does not say when it was made"
    use, version = item.node.driver.use, origin(item.node.driver.use)
    if report.driver != use:
        return f"{file} is of driver {report.driver!r}, the node uses {use!r}"
    if (report.package, report.version) != version:
        return f"{file} is of {report.package} {report.version}, installed is {' '.join(version)}"
    if not report.passed:
        return f"{file} says that it breaks {', '.join(report.failed) or 'all clauses that could be tried'}"
    age = datetime.now(UTC) - (made if made.tzinfo else made.replace(tzinfo=UTC))
    return (
        f"{file} is {age.days} days old, at most {MAX_REPORT_AGE.days} are allowed" if age > MAX_REPORT_AGE else ""
    )
